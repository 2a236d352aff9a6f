// Quantises and packs weights.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../include/gemm_s8.h"
#include "../../simd/table.h"
#include "../../simd/vector.h"
#include "../micro_kernel.h"
#include "../partition.h"

#pragma STDC FP_CONTRACT OFF

#define LARGEST 127

// A group takes two weights of each of its quads, and another one the other two. Where in a step the i-th
// weight lies of the group that begins `first` places in:
static size_t place(size_t first, size_t i) { return first + i / 2 * 4 + i % 2; }

static size_t group_count(const mien_s8_rule *rule) { return MIEN_S8_STEP / (size_t)rule->group; }

static size_t first_place(const mien_s8_rule *rule, size_t group) {
    return group / 2 * 2 * (size_t)rule->group + group % 2 * 2;
}

size_t mien_s8_packed_count(size_t n, size_t k) {
    return ceiling(n, MIEN_PANEL) * MIEN_PANEL * ceiling(k, MIEN_S8_STEP) * MIEN_S8_STEP;
}

// Lowers the magnitudes of a group's elements of one sign until their sum obeys: always the one whose
// rounding has gone furthest outwards, so that the squared error grows least.
static void obey(float *step, const float *wanted, size_t first, int group, float sign, int excess) {
    for (; excess > 0; excess--) {
        size_t chosen = first;
        float furthest = -INFINITY;
        for (int i = 0; i < group; i++) {
            size_t at = place(first, (size_t)i);
            float outwards = sign * (step[at] - wanted[at]);
            if (step[at] * sign > 0 && outwards > furthest) {
                furthest = outwards;
                chosen = at;
            }
        }
        step[chosen] -= sign;
    }
}

typedef int8_t bytes __attribute__((ext_vector_type(16), aligned(1)));

// In every lane, the sum of the group of `group` that it belongs to.
#define ADD_GROUPS(v, group)                                                                                \
    ({                                                                                                      \
        __typeof__(v) pairs = (v) + __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, \
                                                            12, 15, 14);                                    \
        __typeof__(v) fours = pairs + __builtin_shufflevector(pairs, pairs, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, \
                                                              14, 15, 8, 9, 10, 11);                        \
        __typeof__(v) others = __builtin_shufflevector(fours, fours, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, \
                                                       3, 4, 5, 6, 7);                                      \
        (group) == 4 ? fours : fours + others;                                                              \
    })

typedef struct weights {
    const float *w, *factors;
    size_t stride, first, last, k;
    int8_t *q;
    float *scales;
} weights;

#define MIEN_AT_MOST_AVX2
#define MIEN_BODY "../gemm/s8/s8_weights_body.h"
#include "../../simd/for_each_isa.h"

void mien_s8_quantize_weights(mien_isa isa, const float *w, size_t w_stride, size_t first, size_t last,
                              size_t k, const float *factors, int8_t *q, float *scales) {
    static void (*const table[MIEN_ISA_COUNT])(weights) = {MIEN_ENTRIES_AVX2(quantize)};
    table[mien_isa_best(isa)]((weights){w, factors, w_stride, first, last, k, q, scales});
}

bool mien_s8_pack_weights(const int8_t *q, size_t first, size_t last, size_t k, int8_t *packed,
                          int32_t *sums) {
    size_t count = ceiling(k, MIEN_S8_STEP) * MIEN_S8_STEP;
    mien_s8_rule rule = mien_s8_rule_for(k);
    for (size_t column = first; column < last; column += MIEN_PANEL) {
        size_t columns = smaller(MIEN_PANEL, last - column);
        int8_t *panel = packed + column * count;
        memset(panel, 0, MIEN_PANEL * count);
        for (size_t c = 0; c < columns; c++) {
            const int8_t *row = q + (column + c) * k;
            int32_t sum = 0;
            for (size_t i = 0; i < k; i += MIEN_S8_STEP) {
                int8_t step[MIEN_S8_STEP] = {0};
                memcpy(step, row + i, smaller(MIEN_S8_STEP, k - i));
                for (size_t group = 0; group < group_count(&rule); group++) {
                    int above = 0, below = 0;
                    for (int j = 0; j < rule.group; j++) {
                        int value = step[place(first_place(&rule, group), (size_t)j)];
                        above += value > 0 ? value : 0;
                        below -= value < 0 ? value : 0;
                    }
                    if (above > rule.group_sum || below > rule.group_sum) return false;
                    sum += above - below;
                }
                for (size_t quad = 0; quad < MIEN_S8_STEP; quad += 4) {
                    memcpy(panel + (i + quad) * MIEN_PANEL + 4 * c, step + quad, 4);
                }
            }
            sums[column + c] = sum;
        }
    }
    return true;
}
