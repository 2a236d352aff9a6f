// The innermost part of a matrix product: a tile of C, some rows by one or two panels of 16 columns.
#ifndef MIEN_GEMM_TILE_H
#define MIEN_GEMM_TILE_H

#include "gemm.h"

// The most depth of a block of k.
#define MIEN_DEPTH 768

// The depth of each of the equal blocks that `depth` is cut into, at most `most` (a multiple of 16): whole cache
// lines of A, and what is left for the last.
static inline size_t mien_block_depth(size_t depth, size_t most) {
    size_t blocks = (depth + most - 1) / most;
    return ((depth + blocks - 1) / blocks + 15) / 16 * 16;
}

// No tile kernel has more rows.
#define MIEN_TALLEST 14

// How many steps of k the tile kernels take at a time.
#define MIEN_STEPS 4

// What a tile multiplies: `rows` rows of A and a panel of B, or two.
//
// `a` has a distance between rows, `b` has [depth][16] per panel.
//
// While it computes, a tile fetches what will be wanted soon: all of `a_next`, which has no gaps between its rows, and
// the beginning of `b_next`, laid out like `b`: `next_pace` elements in MIEN_STEPS steps. Of a mien_spread_tile, the
// panels of `b_next` have a distance of their own, and it also fetches from `b_later`, at `later_pace`.
typedef struct mien_tile_factors {
    size_t rows, depth;
    const float *a, *a_next;
    size_t a_row;
    const float *b, *b_next;
    size_t b_panel;
    size_t next_pace;
    size_t b_next_panel;
    const float *b_later;
    size_t later_pace;
} mien_tile_factors;

// tile[r][c] = in[r][c] + sum over k of a[r][k] * b[k][c].
//
// `in` and `out` each have a distance between rows and one between panels; `in` with a row distance of 0 is one
// bias for all rows. `in` may be `out`.
typedef struct mien_tile {
    mien_tile_factors factors;
    const float *in;
    size_t in_row, in_panel;
    float *out;
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

// Sums for one place or two.
typedef struct mien_spread_tile {
    mien_tile_factors factors;
    size_t targets;
    mien_target target[2];
} mien_spread_tile;

typedef struct mien_tile_kernel {
    size_t rows;   // the largest number of rows
    size_t panels; // how many panels are best computed together: 1 or 2
    void (*one)(const mien_tile *tile);
    void (*spread)(const mien_spread_tile *tile);
    // Of two panels, only if `panels` is 2.
    void (*two)(const mien_tile *tile);
    void (*spread_two)(const mien_spread_tile *tile);
} mien_tile_kernel;

extern const mien_tile_kernel mien_tile_baseline;
#if defined(__x86_64__)
extern const mien_tile_kernel mien_tile_avx2;
extern const mien_tile_kernel mien_tile_avx512;
#endif

static inline const mien_tile_kernel *mien_tile_for(mien_isa_level level) {
#if defined(__x86_64__)
    if (level == MIEN_ISA_AVX512) return &mien_tile_avx512;
    if (level == MIEN_ISA_AVX2) return &mien_tile_avx2;
#endif
    (void)level;
    return &mien_tile_baseline;
}

// Runs a tile over `panels` panels.
static inline void mien_run_tile(const mien_tile_kernel *kernel, mien_tile tile, size_t panels) {
    for (size_t count; panels > 0; panels -= count) {
        count = panels >= kernel->panels ? kernel->panels : 1;
        (count == 2 ? kernel->two : kernel->one)(&tile);
        tile.factors.b += count * tile.factors.b_panel;
        tile.factors.b_next += count * tile.factors.b_panel;
        tile.in += count * tile.in_panel;
        tile.out += count * tile.out_panel;
    }
}

#endif
