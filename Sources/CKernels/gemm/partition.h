// How a matrix product is partitioned, whatever its numbers are.
//
// A part is a block of at most 144 rows by a chunk of at most 16 panels of W.
#ifndef MIEN_PARTITION_H
#define MIEN_PARTITION_H

#include <stddef.h>

#include "../include/gemm.h"

#define MIEN_CHUNK_PANELS 16

static inline size_t ceiling(size_t a, size_t b) { return (a + b - 1) / b; }

static inline size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// Divides rows into tiles of at most `tallest`, and those into blocks of at most `block_rows` rows.
void mien_partition_rows(mien_partition *p, size_t rows, size_t tallest, size_t block_rows);

// Partitions a product of m x k by k x n for tiles of at most `tallest` rows. `share` is the number of
// products (multiplications) that are worth a second worker.
void mien_partition_plan(mien_partition *p, size_t m, size_t n, size_t k, size_t tallest, size_t share,
                         size_t workers);

static inline size_t mien_first_row(const mien_partition *p, size_t tile) {
    return tile * p->tile_rows + smaller(tile, p->taller_tiles);
}

static inline size_t mien_first_tile(const mien_partition *p, size_t block) {
    return block * p->tiles / p->blocks;
}

static inline size_t mien_block_of_tile(const mien_partition *p, size_t tile) {
    return ((tile + 1) * p->blocks - 1) / p->tiles;
}

static inline size_t mien_block_row(const mien_partition *p, size_t block) {
    return mien_first_row(p, mien_first_tile(p, block));
}

// The tiles and columns of a part.
typedef struct mien_part {
    size_t index;
    size_t first_tile, last_tile;
    size_t row, rows;
    size_t column, columns, panels;
} mien_part;

mien_part mien_part_at(const mien_partition *p, size_t n, size_t index);

// The part that the worker which is at `index` is likely to get next; this one if none is left.
static inline size_t mien_likely_next(const mien_partition *p, size_t index) {
    size_t next = index + p->workers;
    return next < p->parts ? next : index;
}

// In how many equal shares, a power of two, some tiles fetch a panel of W: as many as there are tiles, if
// that is not less than `least`, since a core waits for some lines at a time only, and what its tiles load
// themselves would wait behind them where memory is slow.
#define MIEN_MOST_SHARES 64
static inline size_t mien_fetch_shares(size_t tiles, size_t least) {
    size_t shares = least;
    while (2 * shares <= tiles && shares < MIEN_MOST_SHARES) shares *= 2;
    return shares;
}

// Where in packed W, `depth` deep, a worker goes on when it has multiplied a block of depth, from `k` to
// `end`, of the panels of its part before `panel`: at the next panel, at the next block, or in the next part.
size_t mien_weights_after(const mien_partition *p, const mien_part *part, size_t n, size_t depth,
                          size_t panel, size_t k, size_t end);

#endif
