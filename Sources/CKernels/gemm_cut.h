// How a matrix product is cut into pieces, whatever its numbers are.
//
// A piece is a block of at most 144 rows by a chunk of at most 16 panels of W.
#ifndef MIEN_GEMM_CUT_H
#define MIEN_GEMM_CUT_H

#include <stddef.h>

#include "gemm.h"

#define MIEN_CHUNK_PANELS 16

static inline size_t ceiling(size_t a, size_t b) { return (a + b - 1) / b; }

static inline size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// Cuts rows into tiles of at most `tallest`, and those into blocks of at most `block_rows` rows.
void mien_cut_rows(mien_gemm_cut *cut, size_t rows, size_t tallest, size_t block_rows);

// Cuts a product of m x k by k x n for tiles of at most `tallest` rows. `share` is the number of products
// (multiplications) that are worth a second worker.
void mien_gemm_cut_plan(mien_gemm_cut *cut, size_t m, size_t n, size_t k, size_t tallest, size_t share,
                        size_t workers);

static inline size_t mien_first_row(const mien_gemm_cut *cut, size_t tile) {
    return tile * cut->tile_rows + smaller(tile, cut->taller_tiles);
}

static inline size_t mien_first_tile(const mien_gemm_cut *cut, size_t block) {
    return block * cut->tiles / cut->blocks;
}

static inline size_t mien_block_of_tile(const mien_gemm_cut *cut, size_t tile) {
    return ((tile + 1) * cut->blocks - 1) / cut->tiles;
}

static inline size_t mien_block_row(const mien_gemm_cut *cut, size_t block) {
    return mien_first_row(cut, mien_first_tile(cut, block));
}

// The tiles and columns of a piece.
typedef struct mien_gemm_piece {
    size_t index;
    size_t first_tile, last_tile;
    size_t row, rows;
    size_t column, columns, panels;
} mien_gemm_piece;

mien_gemm_piece mien_gemm_piece_at(const mien_gemm_cut *cut, size_t n, size_t index);

// The piece that the worker which is at `index` is likely to get next; this one if none is left.
static inline size_t mien_likely_next(const mien_gemm_cut *cut, size_t index) {
    size_t next = index + cut->workers;
    return next < cut->pieces ? next : index;
}

// In how many equal parts, a power of two, some tiles fetch a panel of W: as many as there are tiles, if that is not
// less than `least`, since a core waits for some lines at a time only, and what its tiles load themselves would wait
// behind them where memory is slow.
#define MIEN_MOST_PARTS 64
static inline size_t mien_fetch_parts(size_t tiles, size_t least) {
    size_t parts = least;
    while (2 * parts <= tiles && parts < MIEN_MOST_PARTS) parts *= 2;
    return parts;
}

// Where in packed W, `depth` deep, a worker goes on when it has multiplied a block of depth, from `k` to `end`, of the
// panels of its piece before `panel`: at the next panel, at the next block, or in the next piece.
size_t mien_weights_after(const mien_gemm_cut *cut, const mien_gemm_piece *piece, size_t n, size_t depth, size_t panel,
                          size_t k, size_t end);

#endif
