// Quantises and packs weights.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gemm_cut.h"
#include "int8_tile.h"

#pragma STDC FP_CONTRACT OFF

#define LARGEST 127

// A group takes two weights of each of its quads, and another one the other two. Where in a step the i-th weight
// lies of the group that begins `first` places in:
static size_t place(size_t first, size_t i) { return first + i / 2 * 4 + i % 2; }

static size_t group_count(const mien_int8_rule *rule) { return MIEN_INT8_STEP / (size_t)rule->group; }

static size_t first_place(const mien_int8_rule *rule, size_t group) {
    return group / 2 * 2 * (size_t)rule->group + group % 2 * 2;
}

size_t mien_int8_packed_count(size_t n, size_t k) {
    return ceiling(n, MIEN_PANEL) * MIEN_PANEL * ceiling(k, MIEN_INT8_STEP) * MIEN_INT8_STEP;
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

typedef float vf __attribute__((ext_vector_type(16)));
typedef int32_t vi __attribute__((ext_vector_type(16)));
typedef int8_t vb __attribute__((ext_vector_type(16), aligned(1)));
typedef float vf_any __attribute__((ext_vector_type(16), aligned(4)));

#define LANES MIEN_INT8_STEP
#define INLINE static inline __attribute__((always_inline))

// In every lane, the sum of the group of `group` that it belongs to.
#define ADD_GROUPS(v, group)                                                                                 \
    ({                                                                                                       \
        __typeof__(v) pairs = (v) + __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13,  \
                                                            12, 15, 14);                                     \
        __typeof__(v) fours = pairs + __builtin_shufflevector(pairs, pairs, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13,  \
                                                              14, 15, 8, 9, 10, 11);                         \
        __typeof__(v) others = __builtin_shufflevector(fours, fours, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, \
                                                       5, 6, 7);                                             \
        (group) == 4 ? fours : fours + others;                                                               \
    })

// Quantises a row, padded to whole vectors, with the given scale; returns the squared error in units of it.
INLINE double quantize_row(const float *row, size_t count, mien_int8_rule rule, float inverse, int8_t *q) {
    vf error = 0.0f;
    for (size_t k = 0; k < count; k += LANES) {
        vf wanted = *(const vf_any *)(row + k) * inverse;
        vf rounded = wanted > (float)LARGEST ? (float)LARGEST : wanted;
        rounded = rounded < -(float)LARGEST ? -(float)LARGEST : rounded;
        // To the nearest: the sum's spacing is 1.
        rounded = (rounded + 0x1.8p23f) - 0x1.8p23f;
        vf above = rounded > 0.0f ? rounded : 0.0f, below = above - rounded;
        above = ADD_GROUPS(above, rule.group);
        below = ADD_GROUPS(below, rule.group);
        vf larger = above > below ? above : below;
        vi breaks = larger > (float)rule.group_sum;
        if (__builtin_reduce_or(breaks)) {
            for (size_t group = 0; group < group_count(&rule); group++) {
                size_t first = first_place(&rule, group);
                float *step = (float *)&rounded;
                const float *goal = (const float *)&wanted;
                obey(step, goal, first, rule.group, 1, (int)above[first] - rule.group_sum);
                obey(step, goal, first, rule.group, -1, (int)below[first] - rule.group_sum);
            }
        }
        vf difference = rounded - wanted;
        error += difference * difference;
        *(vb *)(q + k) = __builtin_convertvector(__builtin_convertvector(rounded, vi), vb);
    }
    double sum = 0;
    for (size_t i = 0; i < LANES; i++) sum += error[i];
    return sum;
}

// The scale at which neither a weight nor the sum of a group is cut off.
INLINE float widest_scale(const float *row, size_t count, mien_int8_rule rule) {
    vf single = 0.0f, group = 0.0f;
    for (size_t k = 0; k < count; k += LANES) {
        vf value = *(const vf_any *)(row + k);
        vf above = value > 0.0f ? value : 0.0f, below = above - value;
        vf largest = above > below ? above : below;
        single = largest > single ? largest : single;
        above = ADD_GROUPS(above, rule.group);
        below = ADD_GROUPS(below, rule.group);
        largest = above > below ? above : below;
        group = largest > group ? largest : group;
        // A weight that is not a number passes no comparison: it must not vanish.
        single += value - value;
    }
    // Rounding may add a half for each of the group.
    vf scale = group * (1.0f / (float)(rule.group_sum - rule.group / 2)), other = single * (1.0f / LARGEST);
    scale = scale > other ? scale : other;
    float widest = 0;
    for (size_t i = 0; i < LANES && widest == widest; i++) {
        if (!(scale[i] <= widest)) widest = scale[i];
    }
    return widest;
}

typedef struct weights {
    const float *w, *factors;
    size_t stride, first, last, k;
    int8_t *q;
    float *scales;
} weights;

INLINE void quantize(weights w) {
    // A little of what sticks out may be cut off where that makes everything else finer.
    static const float candidates[] = {1.0f, 0.92f, 0.84f, 0.76f, 0.68f};
    size_t count = ceiling(w.k, LANES) * LANES;
    mien_int8_rule rule = mien_int8_rule_for(w.k);
    float *row = calloc(count, sizeof(float));
    int8_t *trial = malloc(2 * count), *best = trial ? trial + count : NULL;
    if (!row || !trial) abort();
    for (size_t r = w.first; r < w.last; r++) {
        const float *from = w.w + r * w.stride;
        for (size_t i = 0; i < w.k; i++) row[i] = w.factors ? from[i] * w.factors[i] : from[i];
        float widest = widest_scale(row, count, rule);
        w.scales[r] = 0;
        memset(best, 0, count);
        if (!(widest < INFINITY)) {
            // The outputs will be no numbers either.
            w.scales[r] = NAN;
        } else if (widest >= 0x1p-120f) { // below, a scale has no inverse, and the weights are as good as zeros
            double least = INFINITY;
            for (size_t c = 0; c < sizeof candidates / sizeof *candidates; c++) {
                float scale = widest * candidates[c];
                double error = quantize_row(row, count, rule, 1 / scale, trial) * (double)scale * (double)scale;
                if (error >= least) break;
                least = error;
                w.scales[r] = scale;
                memcpy(best, trial, count);
            }
        }
        memcpy(w.q + r * w.k, best, w.k);
    }
    free(trial);
    free(row);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void quantize_avx2(weights w) { quantize(w); }
#endif

void mien_int8_quantize_weights(const float *w, size_t w_stride, size_t first, size_t last, size_t k,
                                const float *factors, int8_t *q, float *scales) {
    weights all = {w, factors, w_stride, first, last, k, q, scales};
#if defined(__x86_64__)
    if (mien_isa() >= MIEN_ISA_AVX2) {
        quantize_avx2(all);
        return;
    }
#endif
    quantize(all);
}

bool mien_int8_pack_weights(const int8_t *q, size_t first, size_t last, size_t k, int8_t *packed,
                            int32_t *sums) {
    size_t count = ceiling(k, MIEN_INT8_STEP) * MIEN_INT8_STEP;
    mien_int8_rule rule = mien_int8_rule_for(k);
    for (size_t column = first; column < last; column += MIEN_PANEL) {
        size_t columns = smaller(MIEN_PANEL, last - column);
        int8_t *panel = packed + column * count;
        memset(panel, 0, MIEN_PANEL * count);
        for (size_t c = 0; c < columns; c++) {
            const int8_t *row = q + (column + c) * k;
            int32_t sum = 0;
            for (size_t i = 0; i < k; i += MIEN_INT8_STEP) {
                int8_t step[MIEN_INT8_STEP] = {0};
                memcpy(step, row + i, smaller(MIEN_INT8_STEP, k - i));
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
                for (size_t quad = 0; quad < MIEN_INT8_STEP; quad += 4) {
                    memcpy(panel + (i + quad) * MIEN_PANEL + 4 * c, step + quad, 4);
                }
            }
            sums[column + c] = sum;
        }
    }
    return true;
}
