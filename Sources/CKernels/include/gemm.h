// Matrix products with a packed weight, C = activation(A W^T + bias) + residual, in single precision or with
// weights of 8 bits (gemm_s8.h).
//
// A is m x k, C is m x n, both row-major with strides in elements; W is n x k (outputs, inputs).
//
// In single precision, every element of C has one accumulator: it starts at the bias and takes its k products
// in ascending order, each with one rounding (FMA) where the processor has that. Where blocks of k end, it is
// stored and loaded unchanged. So the bits of a row depend on that row alone: not on m, on how the work is
// partitioned or shared out, nor on whether the micro-kernels are AVX2's or AVX-512's. The baseline on x86-64
// has no FMA and rounds twice.
//
// Of images with many rows, two rows at a time may be computed together with fewer products, by Strassen's
// algorithm (strassen.c). Their bits then depend on the image alone, and on nothing else either.
#ifndef MIEN_GEMM_H
#define MIEN_GEMM_H

#include <stdbool.h>

#include "isa.h"
#include "rows.h"
#include "workers.h"

// W is packed as [ceil(n / 16)][k][16], zeros in the columns past n: what one tile reads is contiguous.
#define MIEN_PANEL 16

size_t mien_f32_packed_count(size_t n, size_t k);

// Packs rows `first` (a multiple of 16) to `last` of the n x k matrix W.
void mien_f32_pack_weights(const float *w, size_t w_stride, size_t first, size_t last, size_t k,
                           float *packed);

// Packs W from W^T, a k x n matrix.
void mien_f32_pack_transposed(const float *w, size_t w_stride, size_t n, size_t k, float *packed);

// How a product is partitioned and shared out: part of a plan, for the product alone to read.
typedef struct mien_partition {
    size_t tiles, tile_rows, taller_tiles; // the first `taller_tiles` have one row more than `tile_rows`
    size_t blocks, block_rows;             // of row tiles, and the most rows one has
    size_t chunks, chunk_panels;           // of weight panels
    size_t parts, workers;
} mien_partition;

typedef enum mien_gemm_type { MIEN_GEMM_F32, MIEN_GEMM_S8 } mien_gemm_type;

// One product: fill in the first part, plan, provide scratch, run.
typedef struct mien_gemm {
    mien_isa isa;
    mien_gemm_type type;
    const float *a;
    size_t a_stride;
    const void *weights; // packed
    // Of 8 bits: a scale for each output, the sum of its weights, and k factors that A's columns are
    // multiplied with first, or NULL.
    const float *scales;
    const int32_t *sums;
    const float *a_factors;
    const float *bias;     // n elements, or NULL for zeros
    const float *residual; // m x n, or NULL; may be C
    size_t residual_stride;
    float *c;
    size_t c_stride;
    size_t m, n, k;
    mien_activation activation;
    // How many rows are an image, whose bits may depend on each other: m is a multiple. 0 if rows are on
    // their own.
    size_t image_rows;

    // The plan.
    bool is_strassen;
    mien_partition partition;
    size_t depth;         // of W as it is packed
    size_t block_depth;   // how much of it (or, in pairs of rows, of its half) is taken at a time
    size_t packed_depth;  // how much a packed row of A has of it: whole blocks
    size_t packed_bytes;  // of scratch, for A as the tiles read it
    size_t partial_bytes; // and for the sums of each worker
    size_t scratch_bytes; // for the whole product
    void *scratch;        // aligned to 64 bytes; for the caller to set after mien_gemm_plan
} mien_gemm;

void mien_gemm_plan(mien_gemm *gemm, size_t workers);
void mien_gemm_run(const mien_gemm *gemm);

#endif
