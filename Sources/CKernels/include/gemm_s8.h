// Weights of 8 bits for the matrix products of gemm.h.
//
// Weights are signed, with one scale for each output; A is quantised as it comes, to unsigned numbers with a
// scale and a zero point for each row. The products are added up exactly, in 32 bits: no kernel, no order and
// no partition changes a bit, and what follows uses separate multiplications and additions everywhere. So a
// row's bits depend on that row alone, and are the same on every processor (after an activation that needs
// exp, on every one with FMA).
//
// AVX2 multiplies unsigned by signed bytes and adds two products in 16 bits, which is also the narrowest
// place a sum can stay in; widening it is what costs time. Here the sum of eight products fits into 16 bits:
// A has 7 bits, 0...127, and the eight weights that meet there (inputs 0, 1, 4, 5, 8, 9, 12 and 13 of each
// sixteen, or the other eight) obey a rule: those above zero add up to at most 258, and those below to at
// least -258. 127 * 258 = 32766 < 32768, so that every partial sum fits too. The quantiser makes weights that
// obey, and packing refuses others. Processors with VNNI need no rule; they get the same numbers.
//
// Where few inputs are added up, less of the rounding averages out, and speed matters least. There A has 8
// bits, four weights meet, and their bound is 128: 255 * 128 = 32640.
#ifndef MIEN_GEMM_S8_H
#define MIEN_GEMM_S8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "isa.h"

// What keeps the sums of a product of `k` inputs exact.
typedef struct mien_s8_rule {
    int largest_input; // of A
    int group;         // how many weights meet: 4 or 8
    int group_sum;     // the largest sum of those above zero, and of the magnitudes of those below
} mien_s8_rule;

#define MIEN_S8_FEW_INPUTS 512 // or fewer

static inline mien_s8_rule mien_s8_rule_for(size_t k) {
    return k <= MIEN_S8_FEW_INPUTS ? (mien_s8_rule){255, 4, 128} : (mien_s8_rule){127, 8, 258};
}

// The most inputs: 127 * 127 times as many fit into 32 bits.
#define MIEN_S8_MOST_INPUTS 65536

// W is packed as [ceil(n / 16)][ceil(k / 16) * 4][16][4], with zeros past n and k.
size_t mien_s8_packed_count(size_t n, size_t k);

// Quantises rows `first` to `last` of the n x k matrix W, each column first multiplied by its factor (NULL
// for none): q has the shape of W without gaps, and W factor ~ q scale. The scale of a row is the one with
// the smallest squared error among some candidates, with the group rule in force.
void mien_s8_quantize_weights(mien_isa isa, const float *w, size_t w_stride, size_t first, size_t last,
                              size_t k, const float *factors, int8_t *q, float *scales);

// Packs rows `first` (a multiple of 16) to `last` and adds up each row's weights into `sums`. False if a row
// breaks the group rule.
bool mien_s8_pack_weights(const int8_t *q, size_t first, size_t last, size_t k, int8_t *packed,
                          int32_t *sums);

#endif
