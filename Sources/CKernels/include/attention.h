// Softmax attention, on the micro-kernels of the matrix products.
#ifndef MIEN_ATTENTION_H
#define MIEN_ATTENTION_H

#include <stddef.h>

#include "isa.h"

#define MIEN_WIDEST_HEAD 256

// Attention of images of `tokens` rows each, with whole score rows in scratch.
//
// Row t of `qkv` holds the queries, keys and values of all heads side by side: head h of an image reads
// qkv[t][h * head_width], qkv[t][width + h * head_width] and qkv[t][2 * width + h * head_width] of the
// image's rows and writes out[t][h * head_width]: softmax(scale Q K^T) V, where width = heads * head_width.
typedef struct mien_attention {
    mien_isa isa;
    const float *qkv;
    size_t qkv_stride;
    float *out;
    size_t out_stride;
    size_t images, tokens, heads;
    size_t head_width; // a multiple of 8, at most MIEN_WIDEST_HEAD
    float scale;
    float *scratch; // aligned to 64 bytes; mien_attention_scratch_count for each worker
} mien_attention;

size_t mien_attention_scratch_count(size_t tokens, size_t head_width);

void mien_attention_run(const mien_attention *attention, size_t workers);

// The same for one query per image, over rows that have not been made into keys and values: with the weights
// W_k and W_v of a head (head_width x width),
//
//     out[image] = W_v sum of p_t x_t + b_v, where p = softmax(scale q W_k x_t)
//
// since the p_t add up to 1, and what a bias of the keys adds is the same for all t and drops out of p.
typedef struct mien_query_attention {
    mien_isa isa;
    const float *x; // (images * tokens) x width
    size_t x_stride;
    const float *queries; // images x (heads * head_width)
    size_t queries_stride;
    const float *keys;       // for each head, W_k^T, packed
    const float *values;     // for each head, W_v, packed
    const float *value_bias; // b_v for each head, mien_query_attention_bias_count elements apart
    float *out;              // images x (heads * head_width)
    size_t out_stride;
    size_t images, tokens, width, heads;
    size_t head_width; // at most MIEN_WIDEST_HEAD
    float scale;
    float *scratch; // aligned to 64 bytes; mien_query_attention_scratch_count
} mien_query_attention;

size_t mien_query_attention_bias_count(size_t head_width);

size_t mien_query_attention_scratch_count(const mien_query_attention *attention, size_t workers);

void mien_query_attention_run(const mien_query_attention *attention, size_t workers);

#endif
