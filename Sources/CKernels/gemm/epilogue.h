// What lies before and after the micro-kernels of a product: A quantised or added up, and sums that become C.
#ifndef MIEN_EPILOGUE_H
#define MIEN_EPILOGUE_H

#include <stddef.h>
#include <stdint.h>

#include "../include/gemm.h"

// The sums of a product, in panels of 16 columns.
typedef struct mien_sums {
    const void *sums; // [rows][16] per panel: single precision, or whole numbers if the weights have 8 bits
    size_t panel;     // elements from one panel to the next
    size_t rows, columns;

    // With 8-bit weights, these make numbers of them, (sum - zero_r * columnSum_c) * (scale_r * scale_c) +
    // bias_c.
    const float *row_scales;
    const int32_t *row_zeros;
    // Whole panels of these.
    const float *scales;
    const int32_t *column_sums;
    const float *bias;
} mien_sums;

// Where they go: out = activation(sum) + residual.
typedef struct mien_epilogue {
    mien_activation activation;
    const float *residual; // or NULL
    size_t residual_stride;
    float *out;
    size_t out_stride;
} mien_epilogue;

// The end of a product, from a row and a column of C on.
static inline mien_epilogue mien_epilogue_at(const mien_gemm *g, size_t row, size_t column) {
    return (mien_epilogue){
        .activation = g->activation,
        .residual = g->residual ? g->residual + row * g->residual_stride + column : NULL,
        .residual_stride = g->residual_stride,
        .out = g->c + row * g->c_stride + column,
        .out_stride = g->c_stride,
    };
}

// Fetches what the end of some rows of some panels will want: the lines to write, and those of the residual.
static inline void mien_fetch_epilogue(const mien_epilogue *e, size_t row, size_t rows, size_t panels) {
    for (size_t r = row; r < row + rows; r++) {
        for (size_t column = 0; column < panels * MIEN_PANEL; column += MIEN_PANEL) {
            __builtin_prefetch(e->out + r * e->out_stride + column, 1);
            if (e->residual && e->residual != e->out) {
                __builtin_prefetch(e->residual + r * e->residual_stride + column);
            }
        }
    }
}

typedef struct mien_epilogue_kernels {
    void (*f32)(const mien_sums *sums, const mien_epilogue *epilogue);
    void (*s8)(const mien_sums *sums, const mien_epilogue *epilogue);
    // See epilogue_body.h.
    void (*quantize)(const float *in, size_t count, const float *factors, float most, uint8_t *out,
                     size_t block, size_t stride, float *scale, int32_t *zero);
    // What Strassen's seven products multiply, see strassen_body.h.
    void (*strassen_rows)(const float *const quarters[4], size_t count, float *out, size_t stride);
    void (*strassen_columns)(const float *const quarters[4], size_t count, float *out, size_t stride);
} mien_epilogue_kernels;

const mien_epilogue_kernels *mien_epilogue_kernels_for(mien_isa isa);

#endif
