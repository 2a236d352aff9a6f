// The elementwise kernels of one instruction set, for the dispatcher and for the GEMM's epilogue.
#ifndef MIEN_ELEMENTWISE_TABLE_H
#define MIEN_ELEMENTWISE_TABLE_H

#include "dispatch.h"
#include "elementwise.h"
#include "gemm.h"
#include "int8.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

// The sums of a product, in panels of 16 columns.
typedef struct mien_sums {
    const void *sums; // [rows][16] per panel: single precision, or whole numbers if the weights have 8 bits
    size_t panel;     // elements from one panel to the next
    size_t rows, columns;

    // With 8-bit weights, these make numbers of them, (sum - zero_r * columnSum_c) * (scale_r * scale_c) + bias_c.
    const float *row_scales;
    const int32_t *row_zeros;
    // Whole panels of these.
    const float *scales;
    const int32_t *column_sums;
    const float *bias;
} mien_sums;

// Where they go: out = activation(sum) + residual.
typedef struct mien_finish {
    mien_activation activation;
    const float *residual; // or NULL
    size_t residual_stride;
    float *out;
    size_t out_stride;
} mien_finish;

// The end of a product, from a row and a column of C on.
static inline mien_finish mien_finish_at(const mien_gemm *g, size_t row, size_t column) {
    return (mien_finish){
        .activation = g->activation,
        .residual = g->residual ? g->residual + row * g->residual_stride + column : NULL,
        .residual_stride = g->residual_stride,
        .out = g->c + row * g->c_stride + column,
        .out_stride = g->c_stride,
    };
}

// Fetches what the end of some rows of some panels will want: the lines to write, and those of the residual.
static inline void mien_fetch_ends(const mien_finish *f, size_t row, size_t rows, size_t panels) {
    for (size_t r = row; r < row + rows; r++) {
        for (size_t column = 0; column < panels * MIEN_PANEL; column += MIEN_PANEL) {
            __builtin_prefetch(f->out + r * f->out_stride + column, 1);
            if (f->residual && f->residual != f->out) {
                __builtin_prefetch(f->residual + r * f->residual_stride + column);
            }
        }
    }
}

// Rows of scores, `row` apart. A row is `width` numbers in blocks of `block` (a multiple of 16), `next` apart, each
// full but the last.
typedef struct mien_scores {
    float *scores;
    size_t rows, row;
    size_t width, block, next;
} mien_scores;

typedef struct mien_elementwise {
    void (*apply)(mien_activation activation, const float *in, size_t count, float *out);
    void (*add)(const float *a, const float *b, size_t count, float *out);
    void (*strassen_rows)(const float *const quarters[4], size_t count, float *out, size_t stride);
    void (*strassen_columns)(const float *const quarters[4], size_t count, float *out, size_t stride);
    void (*layer_norm)(const float *in, size_t width, const float *weight, const float *bias, float epsilon,
                       float *out);
    void (*softmax_weights)(const mien_scores *scores, float scale, float *factors);
    void (*scale)(const float *in, size_t count, float factor, float *out);
    void (*dots)(const float *rows, size_t stride, size_t count, const float *vector, size_t width, float *out);
    void (*weighted_sum)(const float *rows, size_t stride, size_t count, const float *weights, float factor,
                         size_t width, float *out);
    void (*normalise)(const uint8_t *pixels, size_t count, const float *mean, const float *scale,
                      float *out);
    void (*finish)(const mien_sums *sums, const mien_finish *finish);
    void (*finish_int8)(const mien_sums *sums, const mien_finish *finish);
    void (*quantize)(const float *in, size_t count, const float *factors, float most, uint8_t *out,
                     size_t block, size_t stride, float *scale, int32_t *zero);
    float (*row_int16)(const float *in, size_t count, float limit, int16_t *out);
    void (*column_scales)(const float *rows, size_t stride, size_t count, size_t width, float limit, float *factors,
                          float *scales);
    void (*pair_int16)(const float *first, const float *second, size_t count, const float *factors, int16_t *out,
                       size_t stride);
    void (*softmax_int16)(const mien_scores *scores, float limit, int16_t *out, float *factors);
} mien_elementwise;

extern const mien_elementwise mien_elementwise_baseline;
#if defined(__x86_64__)
extern const mien_elementwise mien_elementwise_avx2;
extern const mien_elementwise mien_elementwise_avx512;
#endif

static inline const mien_elementwise *mien_elementwise_for(mien_isa_level level) {
#if defined(__x86_64__)
    if (level == MIEN_ISA_AVX512) return &mien_elementwise_avx512;
    if (level == MIEN_ISA_AVX2) return &mien_elementwise_avx2;
#endif
    (void)level;
    return &mien_elementwise_baseline;
}

#endif
