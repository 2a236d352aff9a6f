// The innermost part of a product with 8-bit weights: a tile of C, some rows by one or two panels of 16.
#ifndef MIEN_INT8_TILE_H
#define MIEN_INT8_TILE_H

#include "int8.h"

// The depth of a block of k: 16 KB of one panel, which stays in the first-level cache while all row tiles
// pass by. Also the distance between the rows of a packed tile of A.
#define MIEN_INT8_DEPTH 1024

// The depth is filled up with zeros to whole steps, of four quads: the inputs of two groups of eight.
#define MIEN_INT8_STEP 16

// sums[r][c] (+)= sum over k of a[r][k] * b[k][c], exactly.
//
// `a` has rows MIEN_INT8_DEPTH apart; `b` has [depth / 4][16][4] per panel; `sums` are [rows][16] per panel. While
// it computes, a tile fetches the beginning of `b_next`, which comes next: `next_pace` bytes in a depth of
// MIEN_INT8_STEP. A's rows the processor fetches itself.
typedef struct mien_int8_tile {
    size_t rows, depth; // the depth is a multiple of MIEN_INT8_STEP
    bool is_first;      // whether the sums begin at zero
    const uint8_t *a;
    const int8_t *b, *b_next;
    size_t b_panel, next_pace;
    int32_t *sums;
    size_t sums_panel; // in elements
} mien_int8_tile;

typedef struct mien_int8_tile_kernel {
    size_t rows;   // the largest number of rows
    size_t panels; // how many panels are best computed together: 1 or 2
    void (*one)(const mien_int8_tile *tile);
    void (*two)(const mien_int8_tile *tile); // only if `panels` is 2
} mien_int8_tile_kernel;

extern const mien_int8_tile_kernel mien_int8_tile_baseline;
#if defined(__x86_64__)
extern const mien_int8_tile_kernel mien_int8_tile_avx2;       // for groups of eight
extern const mien_int8_tile_kernel mien_int8_tile_avx2_fours; // for groups of four
extern const mien_int8_tile_kernel mien_int8_tile_avx_vnni;
extern const mien_int8_tile_kernel mien_int8_tile_avx512;
extern const mien_int8_tile_kernel mien_int8_tile_avx512_vnni;
#endif

// The kernel for a product of `k` inputs.
const mien_int8_tile_kernel *mien_int8_tile_for(mien_int8_kernel kernel, size_t k);

#endif
