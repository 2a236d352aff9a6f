// Softmax of rows in two steps: powers, and what to multiply them with. After exp_body.h, for bodies of
// for_each_isa.h.

INLINE float KERNEL(highest)(const mien_scores *s, const float *row) {
    vf high = -INFINITY;
    for (size_t start = 0; start < s->width; start += s->block, row += s->next) {
        size_t length = s->width - start < s->block ? s->width - start : s->block;
        for (size_t i = 0; i < length; i += LANES) {
            vf value = KERNEL(load_some)(row + i, length - i, -INFINITY);
            high = value > high ? value : high;
        }
    }
    return KERNEL(max)(high);
}

// Leaves exp(scale (x - max)) and returns 1 / sum.
INLINE float KERNEL(softmax_row)(const mien_scores *s, float *row, float max, float scale) {
    vf sum = 0.0f;
    for (size_t start = 0; start < s->width; start += s->block, row += s->next) {
        size_t length = s->width - start < s->block ? s->width - start : s->block;
        for (size_t i = 0; i < length; i += LANES) {
            vf value = KERNEL(load_some)(row + i, length - i, -INFINITY);
            value = KERNEL(exp_negative)((value - max) * scale);
            sum += value;
            KERNEL(store_some)(row + i, value, length - i);
        }
    }
    return 1.0f / KERNEL(sum)(sum);
}

// Leaves exp(scale (x - max)) of each row, and its 1 / sum in `factors`. A row has to wait for its maximum:
// with those of all rows found first, and `factors` to keep them in, none waits for another's.
static void KERNEL(softmax_weights)(const mien_scores *scores, float scale, float *factors) {
    const mien_scores s = *scores;
    for (size_t r = 0; r < s.rows; r++) factors[r] = KERNEL(highest)(&s, s.scores + r * s.row);
    for (size_t r = 0; r < s.rows; r++) {
        factors[r] = KERNEL(softmax_row)(&s, s.scores + r * s.row, factors[r], scale);
    }
}

static void KERNEL(scale)(const float *in, size_t count, float factor, float *out) {
    for (size_t i = 0; i < count; i += LANES) {
        KERNEL(store_some)(out + i, KERNEL(load_some)(in + i, count - i, 0.0f) * factor, count - i);
    }
}
