#include "gemm_cut.h"

#include <stdbool.h>

#define BLOCK_ROWS 144

// With so many pieces for each worker, one piece more for some of them does not matter.
#define MANY_PIECES 16

static void set_chunk_panels(mien_gemm_cut *cut, size_t n, size_t panels) {
    cut->chunk_panels = panels;
    cut->chunks = ceiling(ceiling(n, MIEN_PANEL), panels);
    cut->pieces = cut->blocks * cut->chunks;
}

// Whether smaller pieces would share out better. A few for each worker even out their speeds, and each should
// get as many as the others: of nine pieces for two workers, the last one keeps one of them waiting for a
// tenth of the time.
static bool is_uneven(const mien_gemm_cut *cut) {
    if (cut->pieces < 3 * cut->workers) return cut->workers > 1;
    return cut->pieces % cut->workers > 0 && cut->pieces < MANY_PIECES * cut->workers;
}

void mien_cut_rows(mien_gemm_cut *cut, size_t rows, size_t tallest, size_t block_rows) {
    // Tiles of nearly equal height: a short one at the end would leave the units idle.
    cut->tiles = ceiling(rows, tallest);
    cut->tile_rows = rows / cut->tiles;
    cut->taller_tiles = rows % cut->tiles;
    cut->blocks = ceiling(cut->tiles, block_rows < tallest ? 1 : block_rows / tallest);
    cut->block_rows = smaller(rows, block_rows);
}

void mien_gemm_cut_plan(mien_gemm_cut *cut, size_t m, size_t n, size_t k, size_t tallest, size_t share,
                        size_t workers) {
    if (m * n * k < share) workers = 1;
    mien_cut_rows(cut, m, tallest, BLOCK_ROWS);
    cut->workers = workers;
    set_chunk_panels(cut, n, MIEN_CHUNK_PANELS);
    while (cut->chunk_panels > 2 && is_uneven(cut)) set_chunk_panels(cut, n, cut->chunk_panels / 2);
}

mien_gemm_piece mien_gemm_piece_at(const mien_gemm_cut *cut, size_t n, size_t index) {
    // Neighbouring pieces share their part of W: workers that go side by side fetch it once.
    size_t block = index % cut->blocks, chunk = index / cut->blocks;
    mien_gemm_piece piece = {
        .index = index,
        .first_tile = mien_first_tile(cut, block),
        .last_tile = mien_first_tile(cut, block + 1),
        .column = chunk * cut->chunk_panels * MIEN_PANEL,
    };
    piece.row = mien_first_row(cut, piece.first_tile);
    piece.rows = mien_first_row(cut, piece.last_tile) - piece.row;
    piece.columns = smaller(n - piece.column, cut->chunk_panels * MIEN_PANEL);
    piece.panels = ceiling(piece.columns, MIEN_PANEL);
    return piece;
}

size_t mien_weights_after(const mien_gemm_cut *cut, const mien_gemm_piece *piece, size_t n, size_t depth, size_t panel,
                          size_t k, size_t end) {
    if (panel < piece->panels) return (piece->column + panel * MIEN_PANEL) * depth + k * MIEN_PANEL;
    if (end < depth) return piece->column * depth + end * MIEN_PANEL;
    return mien_gemm_piece_at(cut, n, mien_likely_next(cut, piece->index)).column * depth;
}
