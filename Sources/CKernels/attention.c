#include "attention.h"

#include "dispatch.h"

#include <float.h>
#include <stdint.h>
#include <string.h>

// A panel of 16 columns: one AVX-512 register, two AVX2 ones, four of SSE.
enum { LANES = 16, MAX_ROWS = 12 };

typedef float lanes_f __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t lanes_i __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef uint32_t lanes_u __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

static inline __attribute__((always_inline)) size_t padded(size_t count) {
    return (count + LANES - 1) / LANES * LANES;
}

size_t mien_attention_scratch(size_t tokens, size_t depth) {
    return padded(tokens) * depth + tokens * padded(depth) + MAX_ROWS * padded(tokens);
}

// keys is (tokens / LANES, depth, LANES), values is (tokens, padded depth), both filled up with zeros.
static inline __attribute__((always_inline)) void pack(const float *k, const float *v, size_t stride,
                                                       size_t tokens, size_t depth, float *keys,
                                                       float *values) {
    for (size_t first = 0; first < tokens; first += LANES, keys += depth * LANES) {
        size_t count = tokens - first < LANES ? tokens - first : LANES;
        if (count < LANES) {
            memset(keys, 0, depth * LANES * sizeof *keys);
        }
        for (size_t lane = 0; lane < count; lane++) {
            const float *key = k + (first + lane) * stride;
            for (size_t d = 0; d < depth; d++) {
                keys[d * LANES + lane] = key[d];
            }
        }
    }
    size_t width = padded(depth);
    for (size_t token = 0; token < tokens; token++) {
        memcpy(values + token * width, v + token * stride, depth * sizeof *values);
        memset(values + token * width + depth, 0, (width - depth) * sizeof *values);
    }
}

// row[j] = exp(row[j] - max) for the tokens, zero for the padding; returns the sum.
//
// exp(x) = 2^n exp(r) with r = x - n ln 2, |r| <= ln 2 / 2, and exp(r) as its Taylor polynomial of degree 7,
// whose remainder is below 6e-9. Arguments below -87 count as -87: no denormals.
static inline __attribute__((always_inline)) float exponentials(float *row, size_t tokens) {
    size_t width = padded(tokens);
    for (size_t j = tokens; j < width; j++) {
        row[j] = -FLT_MAX;
    }
    float maxima[LANES];
    memcpy(maxima, row, sizeof maxima);
    for (size_t j = LANES; j < width; j += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            maxima[lane] = row[j + lane] > maxima[lane] ? row[j + lane] : maxima[lane];
        }
    }
    float max = maxima[0];
    for (size_t lane = 1; lane < LANES; lane++) {
        max = maxima[lane] > max ? maxima[lane] : max;
    }
    const float rounder = 12582912.0f; // 1.5 2^23: adding it leaves no fraction bits
    lanes_f sums = {};
    for (size_t j = 0; j < width; j += LANES) {
        lanes_f x = *(const lanes_f *)(row + j) - max;
        lanes_i low = x < -87.0f;
        x = (lanes_f)(((lanes_i)x & ~low) | ((lanes_i)((lanes_f){} - 87.0f) & low));
        lanes_f shifted = x * 1.44269504f + rounder;
        lanes_f n = shifted - rounder;
        lanes_f r = x - n * 0.693145752f;
        r = r - n * 1.42860677e-6f;
        lanes_f p = r * (1.0f / 5040) + 1.0f / 720;
        p = p * r + 1.0f / 120;
        p = p * r + 1.0f / 24;
        p = p * r + 1.0f / 6;
        p = p * r + 0.5f;
        p = p * r + 1.0f;
        p = p * r + 1.0f;
        // The low bits of `shifted` count n from those of the rounder.
        lanes_u power = ((lanes_u)shifted - 0x4B400000u + 127u) << 23;
        p = p * (lanes_f)power;
        if (j + LANES > tokens) {
            for (size_t lane = tokens - j; lane < LANES; lane++) {
                p[lane] = 0;
            }
        }
        *(lanes_f *)(row + j) = p;
        sums += p;
    }
    // A fixed tree.
    float tree[LANES];
    memcpy(tree, &sums, sizeof tree);
    for (size_t half = LANES / 2; half > 0; half /= 2) {
        for (size_t lane = 0; lane < half; lane++) {
            tree[lane] += tree[lane + half];
        }
    }
    return tree[0];
}

static inline __attribute__((always_inline)) void
attention_body(size_t rows, const float *q, size_t q_stride, size_t queries, const float *k, const float *v,
               size_t kv_stride, size_t tokens, size_t depth, float *out, size_t out_stride,
               float *scratch) {
    size_t columns = padded(tokens), width = padded(depth);
    float *keys = scratch, *values = keys + columns * depth, *scores = values + tokens * width;
    pack(k, v, kv_stride, tokens, depth, keys, values);

    for (size_t first = 0; first < queries; first += rows) {
        // The last tile repeats the last query: a row's result does not depend on the others.
        const float *query[MAX_ROWS];
        for (size_t row = 0; row < rows; row++) {
            query[row] = q + (first + row < queries ? first + row : queries - 1) * q_stride;
        }
        for (size_t column = 0; column < columns; column += LANES) {
            const float *panel = keys + column * depth;
            lanes_f sum[MAX_ROWS] = {};
            for (size_t d = 0; d < depth; d++) {
                lanes_f key = *(const lanes_f *)(panel + d * LANES);
#pragma clang loop unroll(full)
                for (size_t row = 0; row < rows; row++) {
                    sum[row] += query[row][d] * key;
                }
            }
#pragma clang loop unroll(full)
            for (size_t row = 0; row < rows; row++) {
                *(lanes_f *)(scores + row * columns + column) = sum[row];
            }
        }
        float total[MAX_ROWS];
        for (size_t row = 0; row < rows; row++) {
            total[row] = exponentials(scores + row * columns, tokens);
        }
        for (size_t column = 0; column < width; column += LANES) {
            lanes_f sum[MAX_ROWS] = {};
            for (size_t token = 0; token < tokens; token++) {
                lanes_f value = *(const lanes_f *)(values + token * width + column);
#pragma clang loop unroll(full)
                for (size_t row = 0; row < rows; row++) {
                    sum[row] += scores[row * columns + token] * value;
                }
            }
            size_t count = depth - column < LANES ? depth - column : LANES;
            for (size_t row = 0; row < rows && first + row < queries; row++) {
                lanes_f result = sum[row] / total[row];
                memcpy(out + (first + row) * out_stride + column, &result, count * sizeof *out);
            }
        }
    }
}

#if defined(__x86_64__)
// Twelve accumulators hide the latency of the fused multiply-add, and leave AVX2 four of sixteen registers.
__attribute__((target("avx2,fma"))) static void
attention_avx2(const float *q, size_t q_stride, size_t queries, const float *k, const float *v,
               size_t kv_stride, size_t tokens, size_t depth, float *out, size_t out_stride,
               float *scratch) {
    attention_body(6, q, q_stride, queries, k, v, kv_stride, tokens, depth, out, out_stride, scratch);
}

__attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl"))) static void
attention_avx512(const float *q, size_t q_stride, size_t queries, const float *k, const float *v,
                 size_t kv_stride, size_t tokens, size_t depth, float *out, size_t out_stride,
                 float *scratch) {
    attention_body(12, q, q_stride, queries, k, v, kv_stride, tokens, depth, out, out_stride, scratch);
}
#endif

void mien_attention(const float *q, size_t q_stride, size_t queries, const float *k, const float *v,
                    size_t kv_stride, size_t tokens, size_t depth, float *out, size_t out_stride,
                    float *scratch) {
#if defined(__x86_64__)
    mien_isa_level level = mien_isa();
    if (level >= MIEN_ISA_AVX512) {
        attention_avx512(q, q_stride, queries, k, v, kv_stride, tokens, depth, out, out_stride, scratch);
        return;
    }
    if (level >= MIEN_ISA_AVX2) {
        attention_avx2(q, q_stride, queries, k, v, kv_stride, tokens, depth, out, out_stride, scratch);
        return;
    }
#endif
    attention_body(3, q, q_stride, queries, k, v, kv_stride, tokens, depth, out, out_stride, scratch);
}
