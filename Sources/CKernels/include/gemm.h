// Matrix products with a packed weight, C = activation(A W^T + bias) + residual, and attention built on
// the same tiles.
//
// A is m x k, C is m x n, both row-major with strides in elements; W is n x k (outputs, inputs).
//
// Every element of C has one accumulator: it starts at the bias and takes its k products in ascending
// order, each with one rounding (FMA) where the processor has that. Where blocks of k end, it is stored and
// loaded unchanged. So the bits of a row depend on that row alone: not on m, on how the work is cut up or
// shared out, nor on whether the tiles are AVX2's or AVX-512's. The baseline on x86-64 has no FMA and rounds
// twice.
//
// Of images with many rows, two rows at a time may be computed together with fewer products, by Strassen's algorithm
// (strassen.c). Their bits then depend on the image alone, and on nothing else either.
#ifndef MIEN_GEMM_H
#define MIEN_GEMM_H

#include <stdbool.h>

#include "dispatch.h"
#include "elementwise.h"
#include "workers.h"

// W is packed as [ceil(n / 16)][k][16], zeros in the columns past n: what one tile reads is contiguous.
#define MIEN_PANEL 16

size_t mien_gemm_packed_weights_count(size_t n, size_t k);

// Packs rows `first` (a multiple of 16) to `last` of the n x k matrix W.
void mien_gemm_pack_weights(const float *w, size_t w_stride, size_t first, size_t last, size_t k,
                            float *packed);

// Packs W from W^T, a k x n matrix.
void mien_gemm_pack_transposed(const float *w, size_t w_stride, size_t n, size_t k, float *packed);

// How a product is cut up and shared out: part of a plan, for the product alone to read.
typedef struct mien_gemm_cut {
    size_t tiles, tile_rows, taller_tiles; // the first `taller_tiles` have one row more than `tile_rows`
    size_t blocks, block_rows;             // of row tiles, and the most rows one has
    size_t chunks, chunk_panels;           // of weight panels
    size_t pieces, workers;
} mien_gemm_cut;

// One product: fill in the first part, plan, provide scratch, run.
typedef struct mien_gemm {
    const float *a;
    size_t a_stride;
    const float *weights;  // packed
    const float *bias;     // n elements, or NULL for zeros
    const float *residual; // m x n, or NULL; may be C
    size_t residual_stride;
    float *c;
    size_t c_stride;
    size_t m, n, k;
    mien_activation activation;
    // How many rows are an image, whose bits may depend on each other: m is a multiple. 0 if rows are on their own.
    size_t image_rows;

    // The plan.
    bool is_strassen;
    mien_isa_level level;
    mien_gemm_cut cut;
    size_t block_depth;       // how much of k (or, paired, of its half) is taken at a time
    size_t packed_depth;      // how much a packed row has of it: whole blocks
    size_t scratch_count;     // elements of scratch for the whole product
    size_t packed_rows_count; // of these, for A as the tiles read it
    size_t partial_count;     // and for the sums of each worker
    float *scratch;           // aligned to 64 bytes; for the caller to set after mien_gemm_plan
} mien_gemm;

void mien_gemm_plan(mien_gemm *gemm, size_t workers);
void mien_gemm_run(const mien_gemm *gemm);

#define MIEN_WIDEST_HEAD 256

// Softmax attention of images of `tokens` rows each, with whole score rows in scratch.
//
// Row t of `qkv` holds the queries, keys and values of all heads side by side: head h of an image reads
// qkv[t][h * head_width], qkv[t][width + h * head_width] and qkv[t][2 * width + h * head_width] of the
// image's rows and writes out[t][h * head_width]: softmax(scale Q K^T) V, where width = heads * head_width.
typedef struct mien_attention {
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

// The same with products of 16-bit numbers, in some two thirds of the time. Of a head, the result differs by about a
// thousandth of the largest value at most.
size_t mien_int16_attention_scratch_count(size_t tokens, size_t head_width);

void mien_int16_attention_run(const mien_attention *attention, size_t workers);

// The same for one query per image, over rows that have not been made into keys and values: with the weights W_k and
// W_v of a head (head_width x width),
//
//     out[image] = W_v sum of p_t x_t + b_v, where p = softmax(scale q W_k x_t)
//
// since the p_t add up to 1, and what a bias of the keys adds is the same for all t and drops out of p.
typedef struct mien_query_attention {
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
