// Squares out of pictures, tile by tile.
//
// A tile of the output needs a small piece of the source. That piece is first brought to the tile's
// level (copied, or averaged over blocks) into a buffer on the stack, with the picture's edge repeated,
// so that the filter itself never tests for the edge and reads from the first-level cache.
#include "warp.h"

#include <math.h>
#include <string.h>

#include "dispatch.h"
#include "warp_tile.h"

enum { STRIP = 3 * MIEN_WARP_PIECE * 8 };

static inline int64_t clamp(int64_t value, int64_t low, int64_t high) {
    return value < low ? low : value > high ? high : value;
}

// Keys' cubic convolution kernel, a = -1/2.
static double cubic(double x) {
    x = fabs(x);
    if (x < 1) { return (1.5 * x - 2.5) * x * x + 1; }
    if (x < 2) { return ((-0.5 * x + 2.5) * x - 4) * x + 2; }
    return 0;
}

// Row p holds the weights of the pixels -3 ... 4 around a position p / 64 past a pixel's centre.
static void make_weights(double stretch, int16_t weights[MIEN_WARP_PHASES][8]) {
    for (int phase = 0; phase < MIEN_WARP_PHASES; phase++) {
        double raw[8], sum = 0;
        for (int tap = 0; tap < 8; tap++) {
            raw[tap] = cubic((tap - 3 - (double)phase / MIEN_WARP_PHASES) / stretch);
            sum += raw[tap];
        }
        int rest = MIEN_WARP_ONE, largest = 3;
        for (int tap = 0; tap < 8; tap++) {
            weights[phase][tap] = (int16_t)lrint(raw[tap] / sum * MIEN_WARP_ONE);
            rest -= weights[phase][tap];
            if (raw[tap] > raw[largest]) { largest = tap; }
        }
        // Rounding must not make the picture brighter or darker.
        weights[phase][largest] = (int16_t)(weights[phase][largest] + rest);
    }
}

// One row of the source from column `first` on, edges repeated.
static void copy_row(const uint8_t *row, int width, int64_t first, int count, uint8_t *out) {
    int64_t inside = clamp(first, 0, width), end = clamp(first + count, 0, width);
    for (int64_t x = first; x < first + count && x < inside; x++, out += 3) { memcpy(out, row, 3); }
    if (end > inside) {
        memcpy(out, row + 3 * inside, 3 * (size_t)(end - inside));
        out += 3 * (end - inside);
    }
    const uint8_t *last = row + 3 * (width - 1);
    for (int64_t x = end > first ? end : first; x < first + count; x++, out += 3) { memcpy(out, last, 3); }
}

// sums[i] += row[i]
__attribute__((always_inline)) static inline void add_row(const uint8_t *restrict row, int count,
                                                          uint16_t *restrict sums) {
    for (int i = 0; i < count; i++) { sums[i] = (uint16_t)(sums[i] + row[i]); }
}

static void add_row_baseline(const uint8_t *row, int count, uint16_t *sums) { add_row(row, count, sums); }

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void add_row_avx2(const uint8_t *row, int count, uint16_t *sums) {
    add_row(row, count, sums);
}
#endif

// Blocks `first_x` ... of block row `y` at a level, averaged; the strip is as wide as the row sums allow.
static void average_strip(const mien_warp_source *source, int level, int64_t first_x, int64_t y, int blocks,
                          uint8_t *out) {
    uint16_t sums[STRIP];
    uint8_t edge[STRIP];
    int block = 1 << level, columns = blocks * block;
    memset(sums, 0, sizeof(uint16_t) * 3 * (size_t)columns);
    int64_t left = first_x * block;
    int is_inside = left >= 0 && left + columns <= source->width;
    for (int64_t line = y * block; line < (y + 1) * block; line++) {
        const uint8_t *row = source->pixels + (size_t)clamp(line, 0, source->height - 1) * source->stride;
        if (!is_inside) { copy_row(row, source->width, left, columns, edge); }
        const uint8_t *values = is_inside ? row + 3 * left : edge;
#if defined(__x86_64__)
        if (source->uses_avx2) {
            add_row_avx2(values, 3 * columns, sums);
            continue;
        }
#endif
        add_row_baseline(values, 3 * columns, sums);
    }
    uint32_t half = 1u << (2 * level - 1);
    for (int b = 0; b < blocks; b++) {
        uint32_t red = half, green = half, blue = half;
        for (const uint16_t *p = sums + 3 * b * block; p < sums + 3 * (b + 1) * block; p += 3) {
            red += p[0], green += p[1], blue += p[2];
        }
        out[3 * b] = (uint8_t)(red >> (2 * level));
        out[3 * b + 1] = (uint8_t)(green >> (2 * level));
        out[3 * b + 2] = (uint8_t)(blue >> (2 * level));
    }
}

// Fills `piece` with pixels left ... left + columns, top ... top + rows of the source at a level.
static void make_piece(const mien_warp_source *source, int level, int64_t left, int64_t top, int columns,
                       int rows, uint8_t *piece) {
    for (int y = 0; y < rows; y++) {
        uint8_t *out = piece + (size_t)y * MIEN_WARP_PIECE_STRIDE;
        if (level == 0) {
            int64_t line = clamp(top + y, 0, source->height - 1);
            copy_row(source->pixels + (size_t)line * source->stride, source->width, left, columns, out);
            continue;
        }
        int step = STRIP / 3 >> level;
        for (int x = 0; x < columns; x += step) {
            int blocks = columns - x < step ? columns - x : step;
            average_strip(source, level, left + x, top + y, blocks, out + 3 * x);
        }
    }
}

void mien_warp_square(const uint8_t *pixels, int width, int height, size_t stride, const mien_warp_map *map,
                      uint8_t *out, int side) {
    mien_warp_source source = {pixels, width, height, stride, mien_isa() >= MIEN_ISA_AVX2};
    int level = 0;
    while (level < 8 && map->scale >= (double)(2 << level)) { level++; }
    double stretch = map->scale / (double)(1 << level);
    mien_warp_tile tile = {.taps = stretch > 1 ? 8 : 4};
    make_weights(stretch > 1 ? stretch : 1, tile.weights);

    // Positions at the level, in 1/2^20 pixels, 0 at the centre of pixel 0.
    double unit = (double)(1 << 20) / (double)(1 << level), step = map->scale * unit;
    int64_t half = 1 << 19;
    int64_t ux = llrint(step * map->cosine), uy = llrint(step * map->sine);
    int64_t x0 = llrint(map->x0 * unit + (ux - uy) / 2.0) - half;
    int64_t y0 = llrint(map->y0 * unit + (uy + ux) / 2.0) - half;

    for (int v = 0; v < side; v += MIEN_WARP_TILE) {
        for (int u = 0; u < side; u += MIEN_WARP_TILE) {
            tile.columns = side - u < MIEN_WARP_TILE ? side - u : MIEN_WARP_TILE;
            tile.rows = side - v < MIEN_WARP_TILE ? side - v : MIEN_WARP_TILE;
            tile.ux = ux, tile.uy = uy;
            int64_t x = x0 + u * ux - v * uy, y = y0 + u * uy + v * ux;
            // The corners bound the tile; a pixel more takes the rounding to phases.
            int64_t w = tile.columns - 1, h = tile.rows - 1;
            int64_t left = x + (ux < 0 ? w * ux : 0) - (uy > 0 ? h * uy : 0);
            int64_t right = x + (ux > 0 ? w * ux : 0) - (uy < 0 ? h * uy : 0);
            int64_t top = y + (uy < 0 ? w * uy : 0) + (ux < 0 ? h * ux : 0);
            int64_t bottom = y + (uy > 0 ? w * uy : 0) + (ux > 0 ? h * ux : 0);
            int64_t first_x = (left >> 20) - 3, first_y = (top >> 20) - 3;
            int columns = (int)((right >> 20) - first_x) + 6, rows = (int)((bottom >> 20) - first_y) + 6;
            make_piece(&source, level, first_x, first_y, columns, rows, tile.piece);
            tile.x = x - (first_x << 20), tile.y = y - (first_y << 20);
            uint8_t *corner = out + 3 * ((size_t)v * (size_t)side + (size_t)u);
#if defined(__x86_64__)
            if (source.uses_avx2) {
                mien_warp_tile_avx2(&tile, corner, 3 * (size_t)side);
                continue;
            }
#endif
            mien_warp_tile_baseline(&tile, corner, 3 * (size_t)side);
        }
    }
}
