// Kernels of training.
//
// Each has one body, compiled for each instruction set, that works on independent elements or on a fixed
// number of lanes. But for the matrix product, none contracts a product and a sum into one rounding, so all
// instruction sets give the same bits.
#ifndef MIEN_TRAIN_H
#define MIEN_TRAIN_H

#include <stddef.h>
#include <stdint.h>

#include "isa.h"

// out[j][i] = in[i][j] for i < rows, j < columns.
void mien_transpose(size_t rows, size_t columns, const float *in, size_t in_stride, float *out,
                    size_t out_stride);

// One step of AdamW (Loshchilov & Hutter, 2019), t counting from 1:
//   w *= 1 - rate * decay;  m += (1 - beta1) (g - m);  v = beta2 v + (1 - beta2) g^2
//   w -= rate / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
typedef struct mien_adamw {
    float keep;      // 1 - rate * decay
    float one_beta1; // 1 - beta1
    float beta2;
    float one_beta2; // 1 - beta2
    float step;      // rate / (1 - beta1^t)
    float root;      // sqrt(1 - beta2^t)
    float epsilon;
} mien_adamw;

typedef struct mien_train_kernels {
    // Philox 4x32-10 (Salmon et al., SC 2011): words[i] depends on seed, stream and first + i alone, so the
    // words can be made in any order and by any number of threads. first is a multiple of 64. Blocks are
    // dealt out 16 at a time: word j of block 16 g + l is element 64 g + 16 j + l.
    void (*random_words)(uint64_t seed, uint64_t stream, size_t first, size_t count, uint32_t *words);

    // C = A B for the shapes of training, where one extent is a batch: c[i][j] = sum over l of a_il b_lj, i <
    // m, j < n, l < k, with a_il at a[i * a_row + l * a_column], b_lj at b[l * b_stride + j], c_ij at c[i *
    // c_stride + j]. Nothing is packed: weights change with every step and are read once per product.
    //
    // Each element has one accumulator that takes its products in ascending l, with one rounding each (FMA)
    // where the processor has that: the bits depend neither on how m and n are cut up nor on whether it is
    // AVX2 or AVX-512. The baseline rounds twice.
    void (*product)(size_t m, size_t n, size_t k, const float *a, size_t a_row, size_t a_column,
                    const float *b, size_t b_stride, float *c, size_t c_stride);

    // mask[i] = 0 with probability p, else 1 / (1 - p), from the random word first + i; p in [0, 1).
    void (*dropout_mask)(uint64_t seed, uint64_t stream, size_t first, size_t count, double p, float *mask);

    // Batch norm over the rows of z (rows x columns), then ReLU, then dropout, a column at a time:
    //   mean_c, variance_c (biased) over the rows; inverse_c = 1 / sqrt(variance_c + epsilon)
    //   z = (z - mean) * inverse;  out = max(z * gamma + beta, 0) * mask
    // z becomes the normalised values, which the way back needs. All rows are `stride` apart; a mask of NULL
    // is all ones.
    void (*norm_relu_forward)(size_t rows, size_t columns, size_t stride, float *z, const float *gamma,
                              const float *beta, const float *mask, float epsilon, float *mean,
                              float *variance, float *inverse, float *out);

    // The way back: d is the gradient by out and becomes the gradient by z before the norm. `scale` is what
    // the mask holds where it is not 0: where out is above 0, the gradient passed through times scale.
    void (*norm_relu_backward)(size_t rows, size_t columns, size_t stride, const float *out,
                               const float *normalized, const float *gamma, const float *inverse, float scale,
                               float *d, float *d_gamma, float *d_beta);

    // The sum of x[i]^2, in double precision, and of (w[i] x[i])^2.
    double (*sum_of_squares)(const float *x, size_t count);
    double (*sum_of_weighted_squares)(const float *x, const float *w, size_t count);

    // Sharpness-aware minimisation's step uphill: out = w + scale * g, or w + scale * w^2 * g (adaptive).
    void (*ascend)(const float *w, const float *g, size_t count, float scale, int adaptive, float *out);

    void (*adamw_step)(const mien_adamw *step, size_t count, const float *g, float *w, float *m, float *v);
} mien_train_kernels;

const mien_train_kernels *mien_train_kernels_for(mien_isa isa);

#endif
