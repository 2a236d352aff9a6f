// The warp of warp.h, for bodies of for_each_isa.h.
#pragma STDC FP_CONTRACT OFF

#include "warp_tile_body.h"

// sums[i] += row[i]
INLINE void KERNEL(add_row)(const uint8_t *restrict row, int count, uint16_t *restrict sums) {
    for (int i = 0; i < count; i++) {
        sums[i] = (uint16_t)(sums[i] + row[i]);
    }
}

// Blocks `first_x` ... of block row `y` at a level, averaged; the strip is as wide as the row sums allow.
static void KERNEL(average_strip)(const source_picture *source, int level, int64_t first_x, int64_t y,
                                  int blocks, uint8_t *out) {
    uint16_t sums[STRIP];
    uint8_t edge[STRIP];
    int block = 1 << level, columns = blocks * block;
    memset(sums, 0, sizeof(uint16_t) * 3 * (size_t)columns);
    int64_t left = first_x * block;
    int is_inside = left >= 0 && left + columns <= source->width;
    for (int64_t line = y * block; line < (y + 1) * block; line++) {
        const uint8_t *row = source->pixels + (size_t)clamp(line, 0, source->height - 1) * source->stride;
        if (!is_inside) {
            copy_row(row, source->width, left, columns, edge);
        }
        const uint8_t *values = is_inside ? row + 3 * left : edge;
        KERNEL(add_row)(values, 3 * columns, sums);
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
static void KERNEL(make_piece)(const source_picture *source, int level, int64_t left, int64_t top,
                               int columns, int rows, uint8_t *piece) {
    for (int y = 0; y < rows; y++) {
        uint8_t *out = piece + (size_t)y * PIECE_STRIDE;
        if (level == 0) {
            int64_t line = clamp(top + y, 0, source->height - 1);
            copy_row(source->pixels + (size_t)line * source->stride, source->width, left, columns, out);
            continue;
        }
        int step = STRIP / 3 >> level;
        for (int x = 0; x < columns; x += step) {
            int blocks = columns - x < step ? columns - x : step;
            KERNEL(average_strip)(source, level, left + x, top + y, blocks, out + 3 * x);
        }
    }
}

static void KERNEL(square)(const uint8_t *pixels, int width, int height, size_t stride,
                           const mien_warp_map *map, uint8_t *out, int side) {
    source_picture source = {pixels, width, height, stride};
    int level = 0;
    while (level < 8 && map->scale >= (double)(2 << level)) {
        level++;
    }
    double stretch = map->scale / (double)(1 << level);
    warp_tile tile = {.taps = stretch > 1 ? 8 : 4};
    make_weights(stretch > 1 ? stretch : 1, tile.weights);

    // Positions at the level, in 1/2^20 pixels, 0 at the centre of pixel 0.
    double unit = (double)(1 << 20) / (double)(1 << level), step = map->scale * unit;
    int64_t half = 1 << 19;
    int64_t ux = llrint(step * map->cosine), uy = llrint(step * map->sine);
    int64_t x0 = llrint(map->x0 * unit + (ux - uy) / 2.0) - half;
    int64_t y0 = llrint(map->y0 * unit + (uy + ux) / 2.0) - half;

    for (int v = 0; v < side; v += TILE) {
        for (int u = 0; u < side; u += TILE) {
            tile.columns = side - u < TILE ? side - u : TILE;
            tile.rows = side - v < TILE ? side - v : TILE;
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
            KERNEL(make_piece)(&source, level, first_x, first_y, columns, rows, tile.piece);
            tile.x = x - (first_x << 20), tile.y = y - (first_y << 20);
            uint8_t *corner = out + 3 * ((size_t)v * (size_t)side + (size_t)u);
            KERNEL(filter_tile)(&tile, corner, 3 * (size_t)side);
        }
    }
}

static const mien_warp_kernels KERNEL(warp) = {.square = KERNEL(square)};
