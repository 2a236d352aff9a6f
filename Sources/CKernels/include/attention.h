// Scaled dot-product attention, one head at a time.
#ifndef MIEN_ATTENTION_H
#define MIEN_ATTENTION_H

#include <stddef.h>

// The floats of scratch that mien_attention needs.
size_t mien_attention_scratch(size_t tokens, size_t depth);

// q is (queries, depth), k and v are (tokens, depth), out is (queries, depth); strides are in elements:
//
//     out[i] = sum_j p[i, j] v[j],   p[i, :] = softmax(s[i, :]),   s[i, j] = q[i] . k[j]
//
// The scale 1/sqrt(depth) is expected in q. A row of out depends on its query, the keys and the values, not
// on how many queries there are: sums run over one accumulator an element, in ascending order. AVX2 and
// AVX-512 give the same bits; the baseline has no fused multiply-add and differs by rounding.
void mien_attention(const float *q, size_t q_stride, size_t queries, const float *k, const float *v,
                    size_t kv_stride, size_t tokens, size_t depth, float *out, size_t out_stride,
                    float *scratch);

#endif
