#include "gemm_cut.h"

#define BLOCK_ROWS 144

void mien_gemm_cut_plan(mien_gemm_cut *cut, size_t m, size_t n, size_t k, size_t tallest, size_t share,
                        size_t workers) {
    if (m * n * k < share) workers = 1;
    // Tiles of nearly equal height: a short one at the end would leave the units idle.
    cut->tiles = ceiling(m, tallest);
    cut->tile_rows = m / cut->tiles;
    cut->taller_tiles = m % cut->tiles;
    cut->blocks = ceiling(cut->tiles, BLOCK_ROWS / tallest);
    cut->block_rows = smaller(m, BLOCK_ROWS);
    size_t panels = ceiling(n, MIEN_PANEL);
    cut->chunk_panels = MIEN_CHUNK_PANELS;
    // A few pieces per worker even out their speeds; pairs of panels stay together.
    while (cut->chunk_panels > 2 && workers > 1 &&
           ceiling(panels, cut->chunk_panels) * cut->blocks < 3 * workers) {
        cut->chunk_panels /= 2;
    }
    cut->chunks = ceiling(panels, cut->chunk_panels);
    cut->pieces = cut->blocks * cut->chunks;
    cut->workers = workers;
}

mien_gemm_piece mien_gemm_piece_at(const mien_gemm_cut *cut, size_t n, size_t index) {
    // Neighbouring pieces share their part of W: workers that go side by side fetch it once.
    size_t block = index % cut->blocks, chunk = index / cut->blocks;
    mien_gemm_piece piece = {
        .first_tile = block * cut->tiles / cut->blocks,
        .last_tile = (block + 1) * cut->tiles / cut->blocks,
        .column = chunk * cut->chunk_panels * MIEN_PANEL,
    };
    piece.row = mien_first_row(cut, piece.first_tile);
    piece.rows = mien_first_row(cut, piece.last_tile) - piece.row;
    piece.columns = smaller(n - piece.column, cut->chunk_panels * MIEN_PANEL);
    piece.panels = ceiling(piece.columns, MIEN_PANEL);
    return piece;
}
