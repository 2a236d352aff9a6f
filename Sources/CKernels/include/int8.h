// Matrix products with 8-bit weights, C = activation(A W^T + bias) + residual.
//
// Weights are signed, with one scale for each output; A is quantised as it comes, to unsigned numbers with a
// scale and a zero point for each row. The products are added up exactly, in 32 bits: no path, no order and
// no cutting up changes a bit, and what follows uses separate multiplications and additions everywhere. So a
// row's bits depend on that row alone, and are the same on every processor (after an activation that needs exp,
// on every one with FMA).
//
// AVX2 multiplies unsigned by signed bytes and adds two products in 16 bits, which is also the narrowest place
// a sum can stay in; widening it is what costs time. Here the sum of eight products fits into 16 bits: A has 7
// bits, 0...127, and the eight weights that meet there (inputs 0, 1, 4, 5, 8, 9, 12 and 13 of each sixteen, or
// the other eight) obey a rule: those above zero add up to at most 258, and those below to at least -258.
// 127 * 258 = 32766 < 32768, so that every partial sum fits too. The quantiser makes weights that obey, and
// packing refuses others. Processors with VNNI need no rule; they get the same numbers.
//
// Where few inputs are added up, less of the rounding averages out, and speed matters least. There A has 8 bits,
// four weights meet, and their bound is 128: 255 * 128 = 32640.
#ifndef MIEN_INT8_H
#define MIEN_INT8_H

#include <stdbool.h>
#include <stdint.h>

#include "gemm.h"

// What keeps the sums of a product of `k` inputs exact.
typedef struct mien_int8_rule {
    int largest_input; // of A
    int group;         // how many weights meet: 4 or 8
    int group_sum;     // the largest sum of those above zero, and of the magnitudes of those below
} mien_int8_rule;

#define MIEN_INT8_FEW_INPUTS 512 // or fewer

static inline mien_int8_rule mien_int8_rule_for(size_t k) {
    return k <= MIEN_INT8_FEW_INPUTS ? (mien_int8_rule){255, 4, 128} : (mien_int8_rule){127, 8, 258};
}

// The most inputs: 127 * 127 times as many fit into 32 bits.
#define MIEN_INT8_MOST_INPUTS 65536

// W is packed as [ceil(n / 16)][ceil(k / 16) * 4][16][4], with zeros past n and k.
size_t mien_int8_packed_count(size_t n, size_t k);

// Quantises rows `first` to `last` of the n x k matrix W, each column first multiplied by its factor (NULL
// for none): q has the shape of W without gaps, and W factor ~ q scale. The scale of a row is the one with the
// smallest squared error among some candidates, with the group rule in force.
void mien_int8_quantize_weights(const float *w, size_t w_stride, size_t first, size_t last, size_t k,
                                const float *factors, int8_t *q, float *scales);

// Packs rows `first` (a multiple of 16) to `last` and adds up each row's weights into `sums`. False if a row
// breaks the group rule.
bool mien_int8_pack_weights(const int8_t *q, size_t first, size_t last, size_t k, int8_t *packed,
                            int32_t *sums);

// The kernels for the products; those the processor lacks fall back on a simpler one.
typedef enum mien_int8_kernel {
    MIEN_INT8_BASELINE = 0,
    MIEN_INT8_AVX2 = 1,
    MIEN_INT8_AVX_VNNI = 2,
    MIEN_INT8_AVX512 = 3,
    MIEN_INT8_AVX512_VNNI = 4,
} mien_int8_kernel;

// The best kernel at mien_isa().
mien_int8_kernel mien_int8_best(void);

// Whether VNNI instructions may be used where the processor has them: for tests.
void mien_int8_allow_vnni(bool allowed);

// One product: fill in the first part, plan, provide scratch, run.
typedef struct mien_int8_gemm {
    const float *a; // m x k
    size_t a_stride;
    const float *a_factors; // k elements that A's columns are multiplied with first, or NULL
    const int8_t *weights;  // packed
    const float *scales;    // n
    const int32_t *sums;    // n
    const float *bias;      // n elements, or NULL for zeros
    const float *residual;  // m x n, or NULL; may be C
    size_t residual_stride;
    float *c;
    size_t c_stride;
    size_t m, n, k;
    mien_activation activation;

    // The plan.
    mien_isa_level level;
    mien_int8_kernel kernel;
    mien_gemm_cut cut;
    size_t scratch_bytes; // for the whole product
    size_t rows_bytes;    // of these, for A quantised, as the tiles read it
    size_t partial_count; // elements for the sums of each worker
    void *scratch;        // aligned to 64 bytes; for the caller to set after mien_int8_plan
} mien_int8_gemm;

void mien_int8_plan(mien_int8_gemm *gemm, size_t workers);

// The same with a kernel of the caller's choice: for tests.
void mien_int8_plan_for(mien_int8_gemm *gemm, mien_int8_kernel kernel, size_t workers);

void mien_int8_run(const mien_int8_gemm *gemm);

#endif
