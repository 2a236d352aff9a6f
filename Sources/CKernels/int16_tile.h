// The innermost part of a product of 16-bit numbers: a tile of some rows by one or two panels of 16 columns.
#ifndef MIEN_INT16_TILE_H
#define MIEN_INT16_TILE_H

#include <stddef.h>
#include <stdint.h>

#include "dispatch.h"
#include "gemm.h"

// The largest number of rows.
#define MIEN_INT16_ROWS 6

// tile[r][c] = row_scales[r] * column_scales[c] * sum over k of a[r][k] * b[k][c], with the sum exactly in 32 bits.
//
// `a` has a distance between rows; `b` has [pairs][16][2] per panel: two k's of a column are neighbours, whose products
// one instruction adds up. `out` has a distance between rows and one between panels; of the columns' scales there are
// whole panels.
typedef struct mien_int16_tile {
    size_t rows, pairs;
    const int16_t *a;
    size_t a_row;
    const int16_t *b;
    size_t b_panel;
    const float *row_scales, *column_scales;
    float *out;
    size_t out_row, out_panel;
} mien_int16_tile;

typedef struct mien_int16_tile_kernel {
    size_t panels; // how many panels are best computed together: 1 or 2
    void (*one)(const mien_int16_tile *tile);
    void (*two)(const mien_int16_tile *tile); // only if `panels` is 2
} mien_int16_tile_kernel;

extern const mien_int16_tile_kernel mien_int16_tile_baseline;
#if defined(__x86_64__)
extern const mien_int16_tile_kernel mien_int16_tile_avx2;
extern const mien_int16_tile_kernel mien_int16_tile_avx512;
#endif

static inline const mien_int16_tile_kernel *mien_int16_tile_for(mien_isa_level level) {
#if defined(__x86_64__)
    if (level == MIEN_ISA_AVX512) return &mien_int16_tile_avx512;
    if (level == MIEN_ISA_AVX2) return &mien_int16_tile_avx2;
#endif
    (void)level;
    return &mien_int16_tile_baseline;
}

// Runs a tile over `panels` panels.
static inline void mien_run_int16_tile(const mien_int16_tile_kernel *kernel, mien_int16_tile tile, size_t panels) {
    for (size_t count; panels > 0; panels -= count) {
        count = panels >= kernel->panels ? kernel->panels : 1;
        (count == 2 ? kernel->two : kernel->one)(&tile);
        tile.b += count * tile.b_panel;
        tile.column_scales += count * MIEN_PANEL;
        tile.out += count * tile.out_panel;
    }
}

#endif
