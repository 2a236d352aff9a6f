// The innermost part of a matrix product: a tile of C, some rows by one or two panels of 16 columns.
#ifndef MIEN_MICRO_KERNEL_H
#define MIEN_MICRO_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "../include/gemm.h"

// What a tile multiplies: `rows` rows of A and a panel of B, or two. Distances are in elements of A and B:
// single precision, or whole numbers of 8 bits.
//
// `a` has a distance between rows; `b` has [depth][16] per panel, of 8 bits [depth / 4][16][4].
//
// While it computes, a tile fetches what will be wanted soon: in single precision all of `a_next`, which has
// no gaps between its rows, and the beginning of `b_next`, laid out like `b`: `next_pace` elements for a step
// of depth. Of a mien_scatter_tile, the panels of `b_next` have a distance of their own, and it also fetches
// from `b_later`, at `later_pace`.
typedef struct mien_factors {
    size_t rows, depth;
    const void *a, *a_next;
    size_t a_row;
    const void *b, *b_next;
    size_t b_panel;
    size_t next_pace;
    size_t b_next_panel;
    const void *b_later;
    size_t later_pace;
} mien_factors;

// The steps of depth: how much of it is multiplied between two fetches. Depths are multiples of the latter.
#define MIEN_F32_STEP 4
#define MIEN_S8_STEP 16

// The most depth of a block in single precision, and the depth of each with 8 bits: 16 KB of one panel, which
// stays in the first-level cache while all row tiles pass by. The latter is also the distance between rows of
// A.
#define MIEN_F32_DEPTH 768
#define MIEN_S8_DEPTH 1024

// out[r][c] = in[r][c] + sum over k of a[r][k] * b[k][c], in single precision or, of 8 bits, 32-bit whole
// numbers.
//
// `in` and `out` each have a distance between rows and one between panels; `in` with a row distance of 0 is
// one bias for all rows. `in` may be `out`. With 8 bits it is either that or, for zeros, NULL, and rows are
// 16 apart.
typedef struct mien_tile {
    mien_factors factors;
    const void *in;
    size_t in_row, in_panel;
    void *out;
    size_t out_row, out_panel;
} mien_tile;

// One place that sums go to: out[r][c] = in[r][c] + sign * sum[r][c], with each panel of `out` as [rows][16].
typedef struct mien_target {
    const float *in;
    size_t in_row, in_panel;
    float *out;
    size_t out_panel;
    float sign; // 1 or -1
} mien_target;

// Sums for one place or two, in single precision.
typedef struct mien_scatter_tile {
    mien_factors factors;
    size_t targets;
    mien_target target[2];
} mien_scatter_tile;

typedef struct mien_micro_kernel {
    size_t rows;   // the largest number of rows
    size_t panels; // how many panels are best computed together: 1 or 2
    // For one panel and, if `panels` is 2, for two.
    void (*run[2])(const mien_tile *tile);
    void (*scatter[2])(const mien_scatter_tile *tile); // in single precision
} mien_micro_kernel;

// No micro-kernel has more rows.
#define MIEN_TALLEST 14

extern const mien_micro_kernel mien_f32_gemm_baseline, mien_s8_gemm_baseline;
#if defined(__x86_64__)
extern const mien_micro_kernel mien_f32_gemm_6x16_avx2, mien_f32_gemm_14x32_avx512;
extern const mien_micro_kernel mien_s8_gemm_5x16_k4_avx2, mien_s8_gemm_6x16_k8_avx2,
    mien_s8_gemm_6x16_avx_vnni;
extern const mien_micro_kernel mien_s8_gemm_10x32_avx512, mien_s8_gemm_10x32_avx512_vnni;
#endif

const mien_micro_kernel *mien_f32_micro_kernel_for(mien_isa isa);

// For a product of `k` inputs.
const mien_micro_kernel *mien_s8_micro_kernel_for(mien_isa isa, size_t k);

// Factors with nothing to fetch for later.
static inline mien_factors mien_factors_of(size_t rows, size_t depth, const float *a, size_t a_row,
                                           const float *b) {
    return (mien_factors){
        .rows = rows,
        .depth = depth,
        .a = a,
        .a_next = a,
        .a_row = a_row,
        .b = b,
        .b_next = b,
        .b_panel = depth * MIEN_PANEL,
    };
}

// Runs a tile in single precision over `panels` panels.
static inline void mien_run_f32_tile(const mien_micro_kernel *kernel, mien_tile tile, size_t panels) {
    for (size_t count; panels > 0; panels -= count) {
        count = panels >= kernel->panels ? kernel->panels : 1;
        kernel->run[count - 1](&tile);
        tile.factors.b = (const float *)tile.factors.b + count * tile.factors.b_panel;
        tile.factors.b_next = (const float *)tile.factors.b_next + count * tile.factors.b_panel;
        tile.in = (const float *)tile.in + count * tile.in_panel;
        tile.out = (float *)tile.out + count * tile.out_panel;
    }
}

// The depth of each of the equal blocks that `depth` is divided into, at most `most` (a multiple of 16):
// whole cache lines of A, and what is left for the last.
static inline size_t mien_block_depth(size_t depth, size_t most) {
    size_t blocks = (depth + most - 1) / most;
    return ((depth + blocks - 1) / blocks + 15) / 16 * 16;
}

// `call` with the number of rows, at most TILE_ROWS, as a constant: the sums then live in registers.
// clang-format off
#define MIEN_CASE(count, call)               \
    case count:                              \
        if (count <= TILE_ROWS) call(count); \
        break;
#define MIEN_SWITCH_ROWS(count, call)                                                              \
    switch (count) {                                                                               \
        MIEN_CASE(1, call) MIEN_CASE(2, call) MIEN_CASE(3, call) MIEN_CASE(4, call)                \
        MIEN_CASE(5, call) MIEN_CASE(6, call) MIEN_CASE(7, call) MIEN_CASE(8, call)                \
        MIEN_CASE(9, call) MIEN_CASE(10, call) MIEN_CASE(11, call) MIEN_CASE(12, call)             \
        MIEN_CASE(13, call)                                                                        \
    default: call(TILE_ROWS); break;                                                               \
    }
// clang-format on

#endif
