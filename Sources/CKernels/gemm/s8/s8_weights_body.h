// Quantises weights, for bodies of for_each_isa.h.
#pragma STDC FP_CONTRACT OFF

// Quantises a row, padded to whole vectors, with the given scale; returns the squared error in units of it.
INLINE double KERNEL(quantize_row)(const float *row, size_t count, mien_s8_rule rule, float inverse,
                                   int8_t *q) {
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
        *(bytes *)(q + k) = __builtin_convertvector(__builtin_convertvector(rounded, vi), bytes);
    }
    double sum = 0;
    for (size_t i = 0; i < LANES; i++) sum += error[i];
    return sum;
}

// The scale at which neither a weight nor the sum of a group is cut off.
INLINE float KERNEL(widest_scale)(const float *row, size_t count, mien_s8_rule rule) {
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

static void KERNEL(quantize)(weights w) {
    // A little of what sticks out may be cut off where that makes everything else finer.
    static const float candidates[] = {1.0f, 0.92f, 0.84f, 0.76f, 0.68f};
    size_t count = ceiling(w.k, LANES) * LANES;
    mien_s8_rule rule = mien_s8_rule_for(w.k);
    float *row = calloc(count, sizeof(float));
    int8_t *trial = malloc(2 * count), *best = trial ? trial + count : NULL;
    if (!row || !trial) abort();
    for (size_t r = w.first; r < w.last; r++) {
        const float *from = w.w + r * w.stride;
        for (size_t i = 0; i < w.k; i++) row[i] = w.factors ? from[i] * w.factors[i] : from[i];
        float widest = KERNEL(widest_scale)(row, count, rule);
        w.scales[r] = 0;
        memset(best, 0, count);
        if (!(widest < INFINITY)) {
            // The outputs will be no numbers either.
            w.scales[r] = NAN;
        } else if (widest >=
                   0x1p-120f) { // below, a scale has no inverse, and the weights are as good as zeros
            double least = INFINITY;
            for (size_t c = 0; c < sizeof candidates / sizeof *candidates; c++) {
                float scale = widest * candidates[c];
                double error = KERNEL(quantize_row)(row, count, rule, 1 / scale, trial) * (double)scale *
                               (double)scale;
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
