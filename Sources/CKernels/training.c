#include "training.h"

#include "dispatch.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

#define TARGET
#define NAME(name) name##_baseline
#include "training_body.h"
#undef TARGET
#undef NAME

#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2")))
#define NAME(name) name##_avx2
#include "training_body.h"
#undef TARGET
#undef NAME

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,prefer-256-bit")))
#define NAME(name) name##_avx512
#include "training_body.h"
#undef TARGET
#undef NAME

#define DISPATCH(name, ...)                                                                          \
    switch (mien_isa()) {                                                                            \
    case MIEN_ISA_AVX512: return name##_avx512(__VA_ARGS__);                                         \
    case MIEN_ISA_AVX2: return name##_avx2(__VA_ARGS__);                                             \
    default: return name##_baseline(__VA_ARGS__);                                                    \
    }
#else
#define DISPATCH(name, ...) return name##_baseline(__VA_ARGS__);
#endif

void mien_random_words(uint64_t seed, uint64_t stream, size_t first, size_t count, uint32_t *words) {
    DISPATCH(random_words, seed, stream, first, count, words)
}

void mien_dropout_mask(
    uint64_t seed, uint64_t stream, size_t first, size_t count, double p, float *mask) {
    uint32_t threshold = (uint32_t)(p * 4294967296.0);
    float scale = (float)(1.0 / (1.0 - p));
    DISPATCH(dropout_mask, seed, stream, first, count, threshold, scale, mask)
}

void mien_norm_relu_forward(
    size_t rows, size_t columns, size_t stride, float *z, const float *gamma, const float *beta,
    const float *mask, float epsilon, float *mean, float *variance, float *inverse, float *out) {
    DISPATCH(
        norm_relu_forward, rows, columns, stride, z, gamma, beta, mask, epsilon, mean, variance,
        inverse, out)
}

void mien_norm_relu_backward(
    size_t rows, size_t columns, size_t stride, const float *out, const float *normalized,
    const float *gamma, const float *inverse, float scale, float *d, float *d_gamma, float *d_beta) {
    DISPATCH(
        norm_relu_backward, rows, columns, stride, out, normalized, gamma, inverse, scale, d, d_gamma,
        d_beta)
}

double mien_sum_of_squares(const float *x, size_t count) {
    DISPATCH(sum_of_squares, x, count)
}

double mien_sum_of_weighted_squares(const float *x, const float *w, size_t count) {
    DISPATCH(sum_of_weighted_squares, x, w, count)
}

void mien_ascend(const float *w, const float *g, size_t count, float scale, int adaptive, float *out) {
    DISPATCH(ascend, w, g, count, scale, adaptive, out)
}

void mien_adamw_step(
    const mien_adamw *step, size_t count, const float *g, float *w, float *m, float *v) {
    DISPATCH(adamw_step, step, count, g, w, m, v)
}
