// The matrix product of train.h, which has vectors as wide as there are.
#ifndef MIEN_TRAIN_PRODUCT_H
#define MIEN_TRAIN_PRODUCT_H

#include <stddef.h>

typedef void mien_train_product(size_t m, size_t n, size_t k, const float *a, size_t a_row, size_t a_column,
                                const float *b, size_t b_stride, float *c, size_t c_stride);

mien_train_product mien_train_product_baseline;
#if defined(__x86_64__)
mien_train_product mien_train_product_avx2, mien_train_product_avx512;
#endif

#endif
