// Kernels that go over their elements once, or a few times per row.
//
// Each has one body, compiled for each instruction set. It works on 16 lanes everywhere and contracts no
// product and sum into one rounding, so all instruction sets give the same bits. Only exp, and what is made
// with it (all activations but ReLU, and softmax), rounds once where the processor has FMA, as the products
// around it do: of these the baseline on x86-64 gives other bits than the rest. NaN gives NaN. No function
// here needs aligned data or allocates.
#ifndef MIEN_ROWS_H
#define MIEN_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "isa.h"

typedef enum mien_activation {
    MIEN_ACTIVATION_NONE = 0,
    MIEN_ACTIVATION_RELU = 1,       // max(x, 0)
    MIEN_ACTIVATION_QUICK_GELU = 2, // x sigmoid(1.702 x)
    MIEN_ACTIVATION_GELU = 3,       // x Phi(x), Phi the normal distribution function
    MIEN_ACTIVATION_SIGMOID = 4,    // 1 / (1 + exp(-x))
    MIEN_ACTIVATION_EXP = 5,        // results below the smallest normal number are 0
} mien_activation;

typedef struct mien_rows_kernels {
    // out[i] = activation(in[i]); `out` may be `in`.
    void (*apply)(mien_activation activation, const float *in, size_t count, float *out);

    // out[i] = a[i] + b[i]; `out` may be `a` or `b`.
    void (*add)(const float *a, const float *b, size_t count, float *out);

    // Each row of `width`: (x - mean) / sqrt(variance + epsilon) * weight + bias, the variance in a second
    // pass over the row. `out` may be `in`. Strides in elements.
    void (*layer_norm)(const float *in, size_t in_stride, size_t rows, size_t width, const float *weight,
                       const float *bias, float epsilon, float *out, size_t out_stride);

    // Each row of `width`, in place: exp(scale x) / sum of exp(scale x), for scale > 0.
    void (*softmax)(float *values, size_t stride, size_t rows, size_t width, float scale);

    // `count` pixels of interleaved red, green, blue: out = (value - mean[channel]) * scale[channel].
    void (*normalise_pixels)(const uint8_t *pixels, size_t count, const float mean[3], const float scale[3],
                             float *out);

    // out[i] = the value of the little-endian IEEE half-precision number i at `in`, which need not be
    // aligned. Exact; NaNs keep their payload.
    void (*float_from_f16)(const void *in, size_t count, float *out);

    // The same for bfloat16.
    void (*float_from_bf16)(const void *in, size_t count, float *out);
} mien_rows_kernels;

const mien_rows_kernels *mien_rows_kernels_for(mien_isa isa);

#endif
