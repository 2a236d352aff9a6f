// Cuts a square, turned or upright, out of a picture in one resample.
#ifndef MIEN_WARP_H
#define MIEN_WARP_H

#include <stddef.h>
#include <stdint.h>

#include "isa.h"

// Where the square lies: the source position of output position (u, v), both continuous with the centre
// of the first pixel at (0.5, 0.5), is
//
//     x = x0 + scale * (cosine * u - sine * v)
//     y = y0 + scale * (sine * u + cosine * v)
//
// with `scale` source pixels per output pixel.
typedef struct mien_warp_map {
    double x0, y0;
    double scale;
    double cosine, sine;
} mien_warp_map;

enum { MIEN_WARP_SCALE_LIMIT = 512 };

typedef struct mien_warp_kernels {
    // out is (side, side, 3); source is (height, width, 3), 8 bits, rows `stride` bytes apart.
    //
    //     L   = floor(log2(scale)), at least 0
    //     S   = source averaged over blocks of 2^L x 2^L, edge pixels repeated without end
    //     out = sum over j, i of wy[j] wx[i] S[y + j, x + i]
    //
    // w is the cubic of Keys (a = -1/2), stretched by scale / 2^L where that exceeds 1, so that shrinking
    // filters what the smaller picture cannot hold. Weights are integers of 1/16384 that sum to one, at 64
    // phases; all sums are integers. So every instruction set gives the same bytes, a constant picture stays
    // constant, and a square at whole pixels with scale 1 is a copy.
    //
    // Keeps nothing between calls and takes about 32 KB of stack. Map values must be finite, scale at least
    // 1e-4 and below MIEN_WARP_SCALE_LIMIT, positions within 1e9.
    void (*square)(const uint8_t *source, int width, int height, size_t stride, const mien_warp_map *map,
                   uint8_t *out, int side);
} mien_warp_kernels;

const mien_warp_kernels *mien_warp_kernels_for(mien_isa isa);

#endif
