// What both kinds of attention share: the kernels between their products.
#ifndef MIEN_ATTENTION_KERNELS_H
#define MIEN_ATTENTION_KERNELS_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "../../include/attention.h"
#include "../../rows/scores.h"
#include "../micro_kernel.h"
#include "../partition.h"

// Their contracts stand at the bodies: softmax_body.h and row_sums_body.h.
typedef struct mien_attention_kernels {
    void (*softmax_weights)(const mien_scores *scores, float scale, float *factors);
    void (*scale)(const float *in, size_t count, float factor, float *out);
    void (*dots)(const float *rows, size_t stride, size_t count, const float *vector, size_t width,
                 float *out);
    void (*weighted_sum)(const float *rows, size_t stride, size_t count, const float *weights, float factor,
                         size_t width, float *out);
} mien_attention_kernels;

const mien_attention_kernels *mien_attention_kernels_for(mien_isa isa);

#endif
