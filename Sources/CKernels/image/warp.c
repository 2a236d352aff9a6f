// Squares out of pictures, tile by tile.
//
// A tile of the output needs a small piece of the source. That piece is first brought to the tile's
// level (copied, or averaged over blocks) into a buffer on the stack, with the picture's edge repeated,
// so that the filter itself never tests for the edge and reads from the first-level cache.
#include "../include/warp.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "../simd/table.h"

#pragma STDC FP_CONTRACT OFF

enum {
    PHASES = 64,
    ONE = 1 << 14,
    TILE = 24,
    // 24 pixels at just under 2 pixels a step on the diagonal, and the reach of the taps.
    PIECE = 24 * 2 * 142 / 100 + 12,
    // The vector bodies read up to 15 bytes past the end of a row.
    PIECE_STRIDE = 3 * PIECE + 16,
};

typedef struct source_picture {
    const uint8_t *pixels;
    int width, height;
    size_t stride;
} source_picture;

// One tile of the output and the piece of the source under it.
typedef struct warp_tile {
    int columns, rows;
    int taps;       // 4 or 8
    int64_t x, y;   // position of the tile's first pixel in the piece, 1/2^20 pixels
    int64_t ux, uy; // step along an output row; along a column it is (-uy, ux)
    _Alignas(32) int16_t weights[PHASES][8];
    uint8_t piece[PIECE * PIECE_STRIDE + 16];
} warp_tile;

enum { HALF_PHASE = 1 << 13, COLUMN_SHIFT = 7, ROW_SHIFT = 21 };

enum { STRIP = 3 * PIECE * 8 };

static inline uint8_t to_byte(int32_t sum) {
    int32_t value = (sum + (1 << (ROW_SHIFT - 1))) >> ROW_SHIFT;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static inline int64_t clamp(int64_t value, int64_t low, int64_t high) {
    return value < low ? low : value > high ? high : value;
}

// Keys' cubic convolution kernel, a = -1/2.
static double cubic(double x) {
    x = fabs(x);
    if (x < 1) {
        return (1.5 * x - 2.5) * x * x + 1;
    }
    if (x < 2) {
        return ((-0.5 * x + 2.5) * x - 4) * x + 2;
    }
    return 0;
}

// Row p holds the weights of the pixels -3 ... 4 around a position p / 64 past a pixel's centre.
static void make_weights(double stretch, int16_t weights[PHASES][8]) {
    for (int phase = 0; phase < PHASES; phase++) {
        double raw[8], sum = 0;
        for (int tap = 0; tap < 8; tap++) {
            raw[tap] = cubic((tap - 3 - (double)phase / PHASES) / stretch);
            sum += raw[tap];
        }
        int rest = ONE, largest = 3;
        for (int tap = 0; tap < 8; tap++) {
            weights[phase][tap] = (int16_t)lrint(raw[tap] / sum * ONE);
            rest -= weights[phase][tap];
            if (raw[tap] > raw[largest]) {
                largest = tap;
            }
        }
        // Rounding must not make the picture brighter or darker.
        weights[phase][largest] = (int16_t)(weights[phase][largest] + rest);
    }
}

// One row of the source from column `first` on, edges repeated.
static void copy_row(const uint8_t *row, int width, int64_t first, int count, uint8_t *out) {
    int64_t inside = clamp(first, 0, width), end = clamp(first + count, 0, width);
    for (int64_t x = first; x < first + count && x < inside; x++, out += 3) {
        memcpy(out, row, 3);
    }
    if (end > inside) {
        memcpy(out, row + 3 * inside, 3 * (size_t)(end - inside));
        out += 3 * (end - inside);
    }
    const uint8_t *last = row + 3 * (width - 1);
    for (int64_t x = end > first ? end : first; x < first + count; x++, out += 3) {
        memcpy(out, last, 3);
    }
}

#define MIEN_AT_MOST_AVX2
#define MIEN_BODY "../image/warp_body.h"
#include "../simd/for_each_isa.h"

const mien_warp_kernels *mien_warp_kernels_for(mien_isa isa) {
    static const mien_warp_kernels *const table[MIEN_ISA_COUNT] = {MIEN_ENTRIES_AVX2(warp)};
    return table[mien_isa_best(isa)];
}
