// What the two halves of the warp share: the cutting into tiles (warp.c), the filter (warp_tile.c).
#ifndef MIEN_WARP_TILE_H
#define MIEN_WARP_TILE_H

#include <stddef.h>
#include <stdint.h>

enum {
    MIEN_WARP_PHASES = 64,
    MIEN_WARP_ONE = 1 << 14,
    MIEN_WARP_TILE = 24,
    // 24 pixels at just under 2 pixels a step on the diagonal, and the reach of the taps.
    MIEN_WARP_PIECE = 24 * 2 * 142 / 100 + 12,
    // The vector bodies read up to 15 bytes past the end of a row.
    MIEN_WARP_PIECE_STRIDE = 3 * MIEN_WARP_PIECE + 16,
};

typedef struct mien_warp_source {
    const uint8_t *pixels;
    int width, height;
    size_t stride;
    int uses_avx2;
} mien_warp_source;

// One tile of the output and the piece of the source under it.
typedef struct mien_warp_tile {
    int columns, rows;
    int taps;       // 4 or 8
    int64_t x, y;   // position of the tile's first pixel in the piece, 1/2^20 pixels
    int64_t ux, uy; // step along an output row; along a column it is (-uy, ux)
    _Alignas(32) int16_t weights[MIEN_WARP_PHASES][8];
    uint8_t piece[MIEN_WARP_PIECE * MIEN_WARP_PIECE_STRIDE + 16];
} mien_warp_tile;

void mien_warp_tile_baseline(const mien_warp_tile *tile, uint8_t *out, size_t stride);
#if defined(__x86_64__)
void mien_warp_tile_avx2(const mien_warp_tile *tile, uint8_t *out, size_t stride);
#endif

#endif
