// Numbers in 16 bits, and softmax to them. A part of elementwise_body.h.

typedef int16_t vs __attribute__((ext_vector_type(16)));

// limit / most. Where there is no such number, nothing is lost with numbers that small.
INLINE vf KERNEL(factor_to)(float limit, vf most) {
    vf factor = limit / most;
    return factor < INFINITY ? factor : 0.0f;
}

INLINE vf KERNEL(magnitude)(vf x) { return x < 0.0f ? -x : x; }

// The nearest whole number, in the low 16 bits, which it must fit in.
INLINE vu KERNEL(rounded)(vf x) {
    vf shifted = x + 0x1.8p23f;
    vu bits;
    memcpy(&bits, &shifted, sizeof bits);
    return bits;
}

INLINE void KERNEL(store_int16)(int16_t *out, vu bits, size_t count) {
    vs value = __builtin_convertvector(bits, vs);
    if (count >= LANES) {
        memcpy(out, &value, sizeof value);
    } else {
        memcpy(out, &value, count * sizeof *out);
    }
}

// A row as whole numbers of at most `limit`. Returns what one of them stands for; NaN if a number is not finite.
static float KERNEL(row_int16)(const float *in, size_t count, float limit, int16_t *out) {
    vf high = 0.0f, finite = 0.0f;
    for (size_t i = 0; i < count; i += LANES) {
        vf value = KERNEL(load_some)(in + i, count - i, 0.0f);
        finite += value - value;
        value = KERNEL(magnitude)(value);
        high = value > high ? value : high;
    }
    float most = KERNEL(max)(high);
    vf factor = KERNEL(factor_to)(limit, most);
    for (size_t i = 0; i < count; i += LANES) {
        vf value = KERNEL(load_some)(in + i, count - i, 0.0f);
        KERNEL(store_int16)(out + i, KERNEL(rounded)(value * factor), count - i);
    }
    return most / limit + KERNEL(sum)(finite);
}

// What the columns of `count` rows are multiplied with to become whole numbers of at most `limit`, and what one of those
// stands for; NaN if a number is not finite. Whole vectors of both.
static void KERNEL(column_scales)(const float *rows, size_t stride, size_t count, size_t width, float limit,
                                  float *factors, float *scales) {
    for (size_t i = 0; i < width; i += LANES) {
        vf high = 0.0f, finite = 0.0f;
        for (size_t row = 0; row < count; row++) {
            vf value = KERNEL(load_some)(rows + row * stride + i, width - i, 0.0f);
            finite += value - value;
            value = KERNEL(magnitude)(value);
            high = value > high ? value : high;
        }
        KERNEL(store)(factors + i, KERNEL(factor_to)(limit, high));
        KERNEL(store)(scales + i, high / limit + finite);
    }
}

// out[2 i], out[2 i + 1] = first[i] and second[i] times factors[i], rounded. `second` may be NULL for zeros. Whole
// vectors of pairs, `stride` apart.
static void KERNEL(pair_int16)(const float *first, const float *second, size_t count, const float *factors,
                               int16_t *out, size_t stride) {
    for (size_t i = 0; i < count; i += LANES, out += stride) {
        vf factor = KERNEL(load)(factors + i);
        vu both = KERNEL(rounded)(KERNEL(load_some)(first + i, count - i, 0.0f) * factor) & 0xffffu;
        if (second) both |= KERNEL(rounded)(KERNEL(load_some)(second + i, count - i, 0.0f) * factor) << 16;
        memcpy(out, &both, sizeof both);
    }
}

// 2^x for x <= 0, with a relative error of 3e-6: a minimax fit, and the exponent. Below 2^-64 it is that.
INLINE vf KERNEL(coarse_power)(vf x) {
    x = x < -64.0f ? -64.0f : x;
    vf shifted = x + 0x1.8p23f;
    vf r = x - (shifted - 0x1.8p23f), square = r * r;
    vf high = FUSED(0x1.3997d6p-7f, r, 0x1.ca1440p-5f), low = FUSED(0x1.62e0dcp-1f, r, 0x1.ffffe8p-1f);
    vf power = FUSED(square, FUSED(high, r, 0x1.ec06dap-3f), low);
    vu bits, exponent;
    memcpy(&bits, &power, sizeof bits);
    memcpy(&exponent, &shifted, sizeof exponent);
    bits += exponent << 23;
    memcpy(&power, &bits, sizeof power);
    return power;
}

// out[i] = limit times 2^(x - max), rounded, one row after the other, and 1 / sum in `factors`, for rows of whole vectors
// in one block each. As in softmax_weights, all maxima come first.
static void KERNEL(softmax_int16)(const mien_scores *scores, float limit, int16_t *out, float *factors) {
    const mien_scores s = *scores;
    for (size_t r = 0; r < s.rows; r++) factors[r] = KERNEL(highest)(&s, s.scores + r * s.row);
    for (size_t r = 0; r < s.rows; r++, out += s.width) {
        const float *row = s.scores + r * s.row;
        float max = factors[r];
        vf sum = 0.0f;
        for (size_t i = 0; i < s.width; i += LANES) {
            vf shifted = KERNEL(coarse_power)(KERNEL(load)(row + i) - max) * limit + 0x1.8p23f;
            sum += shifted - 0x1.8p23f;
            vu bits;
            memcpy(&bits, &shifted, sizeof bits);
            KERNEL(store_int16)(out + i, bits, LANES);
        }
        factors[r] = 1.0f / KERNEL(sum)(sum);
    }
}
