// Resizing of 8-bit RGB pictures by separable convolution, with the arithmetic of PIL: triangle or Keys'
// cubic filter (a = -0.5), widened by the reduction so that it low-passes (antialias), weights normalised
// in double precision and rounded to 22 fractional bits, and 8-bit pixels between the two passes.
//
// Integer sums do not depend on their order, so every instruction set gives the same bytes, and they are
// PIL's.
#ifndef MIEN_RESAMPLE_H
#define MIEN_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

#include "isa.h"

typedef enum mien_resample_filter {
    MIEN_RESAMPLE_BILINEAR = 2, // the numbers are PIL's
    MIEN_RESAMPLE_BICUBIC = 3,
} mien_resample_filter;

// The source pixels first ..< first + count make up one output pixel.
typedef struct mien_resample_window {
    int32_t first;
    int32_t count;
} mien_resample_window;

// The most source pixels that one output pixel needs when a side of `from` pixels becomes `to` pixels.
size_t mien_resample_taps(mien_resample_filter filter, size_t from, size_t to);

// windows is (count), weights is (count, taps): for the output pixels start ..< start + count of a side
// that goes from `from` to `to` pixels. Weights past a window's end are zero.
void mien_resample_weights(mien_resample_filter filter, size_t from, size_t to, size_t start, size_t count,
                           mien_resample_window *windows, int32_t *weights);

typedef struct mien_resample_kernels {
    // out (rows, count, 3): every row of in (rows, width, 3) resampled along its width. Strides are in bytes.
    // Up to 1 byte after the last pixel of an input row is read, and ignored.
    void (*rows)(const uint8_t *in, size_t in_stride, size_t rows, const mien_resample_window *windows,
                 const int32_t *weights, size_t taps, size_t count, uint8_t *out, size_t out_stride);

    // out (count, bytes): every column of in (height, bytes) resampled. Strides are in bytes; the windows
    // count rows from `in`.
    void (*columns)(const uint8_t *in, size_t in_stride, size_t bytes, const mien_resample_window *windows,
                    const int32_t *weights, size_t taps, size_t count, uint8_t *out, size_t out_stride);
} mien_resample_kernels;

const mien_resample_kernels *mien_resample_kernels_for(mien_isa isa);

#endif
