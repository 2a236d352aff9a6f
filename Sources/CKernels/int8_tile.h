// The innermost part of a product with 8-bit weights: a tile of C, some rows by one or two panels of 16.
#ifndef MIEN_INT8_TILE_H
#define MIEN_INT8_TILE_H

#include "int8.h"

// The depth of a block of k: 16 KB of one panel, which stays in the first-level cache while all row tiles
// pass by. Also the distance between the rows of a packed tile of A.
#define MIEN_INT8_DEPTH 1024

// Inputs are taken in steps of two quads.
#define MIEN_INT8_STEP 8

// Adds up a block of k, or ends the sums: C = (sum - zero_r * columnSum_c) * (scale_r * scale_c) + bias_c.
typedef struct mien_int8_tile {
    size_t rows, depth; // the depth is a multiple of MIEN_INT8_STEP
    // `a` has rows MIEN_INT8_DEPTH apart; `b` has [depth / 4][16][4] per panel. While it computes, a tile
    // fetches what comes next: a cache line of `b_next` per step and panel.
    const uint8_t *a;
    const int8_t *b, *b_next;
    size_t b_panel;
    // [rows][16] per panel: 32-bit integers between the blocks of k, C's single-precision numbers at the end.
    void *sums;
    size_t sums_panel; // in elements
    bool first, last;
    const float *row_scales;
    const int32_t *row_zeros;
    const float *scales; // of the panel's columns, like the next two
    const int32_t *column_sums;
    const float *bias;
} mien_int8_tile;

typedef struct mien_int8_tile_kernel {
    size_t rows;   // the largest number of rows
    size_t panels; // how many panels are best computed together: 1 or 2
    void (*one)(const mien_int8_tile *tile);
    void (*two)(const mien_int8_tile *tile); // only if `panels` is 2
} mien_int8_tile_kernel;

extern const mien_int8_tile_kernel mien_int8_tile_baseline;
#if defined(__x86_64__)
extern const mien_int8_tile_kernel mien_int8_tile_avx2;
extern const mien_int8_tile_kernel mien_int8_tile_avx_vnni;
extern const mien_int8_tile_kernel mien_int8_tile_avx512;
extern const mien_int8_tile_kernel mien_int8_tile_avx512_vnni;
#endif

const mien_int8_tile_kernel *mien_int8_tile_for(mien_int8_kernel kernel);

#endif
