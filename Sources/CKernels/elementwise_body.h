// The bodies of the elementwise kernels. Compiled once per instruction set, with KERNEL(name) giving each
// its own names, and FUSED(a, b, c), a b + c, where the instruction set cannot round that once; deliberately without
// an include guard.
//
// A vector has 16 lanes whatever the registers are, so that sums over a row take the same tree everywhere.
// A row's last, shorter vector is padded in registers: there is no scalar tail with other arithmetic.
#pragma STDC FP_CONTRACT OFF

typedef float vf __attribute__((ext_vector_type(16)));
typedef uint32_t vu __attribute__((ext_vector_type(16)));
typedef int32_t vi __attribute__((ext_vector_type(16)));
typedef float v8 __attribute__((ext_vector_type(8)));
typedef float v4 __attribute__((ext_vector_type(4)));
typedef float vf_any __attribute__((ext_vector_type(16), aligned(4)));
typedef uint8_t vb __attribute__((ext_vector_type(16)));
typedef uint8_t vb_any __attribute__((ext_vector_type(16), aligned(1)));

#define LANES 16
#define INLINE static inline __attribute__((always_inline))
#ifndef FUSED
#define FUSED(a, b, c) __builtin_elementwise_fma((vf)(a), (vf)(b), (vf)(c))
#endif

INLINE vf KERNEL(load)(const float *in) { return *(const vf_any *)in; }

INLINE void KERNEL(store)(float *out, vf value) { *(vf_any *)out = value; }

INLINE vf KERNEL(load_some)(const float *in, size_t count, float padding) {
    if (count >= LANES) return KERNEL(load)(in);
    vf value = padding;
    memcpy(&value, in, count * sizeof(float));
    return value;
}

INLINE void KERNEL(store_some)(float *out, vf value, size_t count) {
    if (count >= LANES) {
        KERNEL(store)(out, value);
    } else {
        memcpy(out, &value, count * sizeof(float));
    }
}

INLINE float KERNEL(sum)(vf v) {
    v8 a = v.lo + v.hi;
    v4 b = a.lo + a.hi;
    return (b[0] + b[2]) + (b[1] + b[3]);
}

INLINE float KERNEL(max)(vf v) {
    v8 a = v.lo > v.hi ? v.lo : v.hi;
    v4 b = a.lo > a.hi ? a.lo : a.hi;
    float even = b[0] > b[2] ? b[0] : b[2], odd = b[1] > b[3] ? b[1] : b[3];
    return even > odd ? even : odd;
}

// exp(x) = exp(r) 2^n, with n in the low bits of `whole`. For |x| < 2^22 / 1.4427; NaN gives NaN.
INLINE vf KERNEL(exp_reduced)(vf x, vu *whole) {
    // x = n ln 2 + r with |r| <= ln(2) / 2. Adding 1.5 * 2^23 rounds to a whole number in the low bits, and
    // the high part of ln 2 has so few bits that its product with n is exact.
    vf shifted = FUSED(x, 1.44269504f, 0x1.8p23f);
    memcpy(whole, &shifted, sizeof shifted);
    vf n = shifted - 0x1.8p23f;
    vf r = FUSED(n, 2.12194440e-4f, FUSED(n, -0.693359375f, x));
    // exp(r) = 1 + r + r^2 p(r); a minimax fit with relative error 3.1e-9. Its terms are added by pairs, since
    // it is the length of the chain that takes the time.
    vf square = r * r;
    vf high = FUSED(0x1.6db4e6p-10f, square, FUSED(0x1.123be0p-7f, r, 0x1.55545ep-5f));
    vf low = FUSED(0x1.55548ep-3f, r, 0.5f);
    return FUSED(square, FUSED(high, square, low), r + 1.0f);
}

INLINE vf KERNEL(power_of_two)(vu n) {
    vu bits = (n << 23) + (127u << 23);
    vf power;
    memcpy(&power, &bits, sizeof bits);
    return power;
}

// The comparisons with limits are such that NaN passes them.
#define LEAST_EXPONENT -87.3365447f // exp of this is just above the smallest normal number
#define LOWEST_EXPONENT -88.0f      // and of this, 2^n is zero

INLINE vf KERNEL(exp)(vf x) {
    vf y = x > 89.0f ? 89.0f : x;
    y = y < LOWEST_EXPONENT ? LOWEST_EXPONENT : y;
    vu n;
    vf e = KERNEL(exp_reduced)(y, &n);
    // 2^n in two factors: 2^128 is not a number. The sum keeps n's sign out of the shift.
    vu half = ((n + 512u) & 1023u) >> 1;
    half -= 256u;
    e = (e * KERNEL(power_of_two)(half)) * KERNEL(power_of_two)(n - half);
    return x < LEAST_EXPONENT ? 0.0f : e;
}

// The same for x <= 0, with results that may be subnormal.
INLINE vf KERNEL(exp_negative)(vf x) {
    vu n;
    vf e = KERNEL(exp_reduced)(x < LOWEST_EXPONENT ? LOWEST_EXPONENT : x, &n);
    return e * KERNEL(power_of_two)(n);
}

INLINE vf KERNEL(sigmoid)(vf x) { return 1.0f / (1.0f + KERNEL(exp)(-x)); }

INLINE vf KERNEL(quick_gelu)(vf x) {
    // x / (1 + exp(-1.702 x)), from the power that cannot overflow.
    vf e = KERNEL(exp_negative)(-1.702f * (x < 0.0f ? -x : x));
    return (x < 0.0f ? x * e : x) / (1.0f + e);
}

INLINE vf KERNEL(gelu)(vf x) {
    // x Phi(x), from the upper tail Q(u) = exp(-u^2 / 2) R(u), u = |x|, so that both signs are accurate.
    // R is erfcx(u / sqrt(2)) / 2: a polynomial in 1 / (1 + 0.35 u), a minimax fit over 0...16 with
    // relative error 3.3e-8.
    vf u = x < 0.0f ? -x : x;
    vf s = 1.0f / (1.0f + 0.35f * u);
    vf square = s * s;
    vf p = FUSED(-0.02916490561683281f, square, FUSED(0.1440656731653697f, s, -0.2559121601413231f));
    p = FUSED(p, square, FUSED(0.15940496577947413f, s, -0.023272354961766856f));
    p = FUSED(p, square, FUSED(0.1055785115546191f, s, 0.11981452997602489f));
    p = FUSED(p, square, FUSED(0.13986447403144955f, s, 0.13962125020522842f));
    vf tail = KERNEL(exp_negative)(-0.5f * (u * u)) * (p * s);
    return x * (x > 0.0f ? 1.0f - tail : tail);
}

INLINE vf KERNEL(relu)(vf x) { return x < 0.0f ? 0.0f : x; }

INLINE vf KERNEL(activate)(vf x, mien_activation activation) {
    switch (activation) {
    case MIEN_ACTIVATION_NONE: return x;
    case MIEN_ACTIVATION_RELU: return KERNEL(relu)(x);
    case MIEN_ACTIVATION_QUICK_GELU: return KERNEL(quick_gelu)(x);
    case MIEN_ACTIVATION_GELU: return KERNEL(gelu)(x);
    case MIEN_ACTIVATION_SIGMOID: return KERNEL(sigmoid)(x);
    case MIEN_ACTIVATION_EXP: return KERNEL(exp)(x);
    }
    return x;
}

static void KERNEL(apply)(mien_activation activation, const float *in, size_t count, float *out) {
    for (size_t i = 0; i < count; i += LANES) {
        vf value = KERNEL(load_some)(in + i, count - i, 0.0f);
        KERNEL(store_some)(out + i, KERNEL(activate)(value, activation), count - i);
    }
}

static void KERNEL(add)(const float *a, const float *b, size_t count, float *out) {
    for (size_t i = 0; i < count; i += LANES) {
        vf value = KERNEL(load_some)(a + i, count - i, 0.0f) + KERNEL(load_some)(b + i, count - i, 0.0f);
        KERNEL(store_some)(out + i, value, count - i);
    }
}

static void KERNEL(layer_norm)(const float *in, size_t width, const float *weight, const float *bias,
                               float epsilon, float *out) {
    vf sum = 0.0f;
    for (size_t i = 0; i < width; i += LANES) sum += KERNEL(load_some)(in + i, width - i, 0.0f);
    float mean = KERNEL(sum)(sum) / (float)width;
    sum = 0.0f;
    for (size_t i = 0; i < width; i += LANES) {
        vf centred = KERNEL(load_some)(in + i, width - i, mean) - mean;
        sum += centred * centred;
    }
    float scale = 1.0f / sqrtf(KERNEL(sum)(sum) / (float)width + epsilon);
    for (size_t i = 0; i < width; i += LANES) {
        vf value = (KERNEL(load_some)(in + i, width - i, mean) - mean) * scale;
        value = value * KERNEL(load_some)(weight + i, width - i, 0.0f);
        value = value + KERNEL(load_some)(bias + i, width - i, 0.0f);
        KERNEL(store_some)(out + i, value, width - i);
    }
}

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

// Leaves exp(scale (x - max)) of each row, and its 1 / sum in `factors`. A row has to wait for its maximum: with those
// of all rows found first, and `factors` to keep them in, none waits for another's.
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

static void KERNEL(normalise)(const uint8_t *pixels, size_t count, const float *mean, const float *scale,
                              float *out) {
    // 16 pixels are three vectors in which the channels alternate, each vector starting with another.
    float means[3 * LANES], scales[3 * LANES];
    for (size_t i = 0; i < 3 * LANES; i++) {
        means[i] = mean[i % 3];
        scales[i] = scale[i % 3];
    }
    size_t whole = 3 * count / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        size_t phase = i % (3 * LANES);
        vf value = __builtin_convertvector(*(const vb_any *)(pixels + i), vf);
        KERNEL(store)(out + i, (value - KERNEL(load)(means + phase)) * KERNEL(load)(scales + phase));
    }
    for (size_t i = whole; i < 3 * count; i++) {
        out[i] = ((float)pixels[i] - mean[i % 3]) * scale[i % 3];
    }
}

// The number that a product's sums of a row and of a panel's columns stand for.
INLINE vf KERNEL(product)(const mien_sums *s, size_t column, size_t row, bool is_int8) {
    size_t at = column / LANES * s->panel + row * LANES;
    if (!is_int8) return KERNEL(load)((const float *)s->sums + at);
    vi whole, column_sums;
    memcpy(&whole, (const int32_t *)s->sums + at, sizeof whole);
    memcpy(&column_sums, s->column_sums + column, sizeof column_sums);
    whole -= s->row_zeros[row] * column_sums;
    vf scale = s->row_scales[row] * KERNEL(load)(s->scales + column);
    return __builtin_convertvector(whole, vf) * scale + KERNEL(load)(s->bias + column);
}

// The end of a panel. `is_int8` and `activation` are constants wherever this is inlined, and so is the number of
// columns of all panels but the last.
INLINE void KERNEL(finish_columns)(const mien_sums *s, const mien_finish *f, size_t column, size_t count,
                                   bool is_int8, mien_activation activation) {
    for (size_t row = 0; row < s->rows; row++) {
        vf value = KERNEL(activate)(KERNEL(product)(s, column, row, is_int8), activation);
        if (f->residual) {
            value += KERNEL(load_some)(f->residual + row * f->residual_stride + column, count, 0.0f);
        }
        KERNEL(store_some)(f->out + row * f->out_stride + column, value, count);
    }
}

INLINE void KERNEL(finish_all)(const mien_sums *s, const mien_finish *f, bool is_int8, mien_activation activation) {
    size_t column = 0;
    for (; column + LANES <= s->columns; column += LANES) {
        KERNEL(finish_columns)(s, f, column, LANES, is_int8, activation);
    }
    if (column < s->columns) KERNEL(finish_columns)(s, f, column, s->columns - column, is_int8, activation);
}

#define FINISH(activation) \
    case activation: KERNEL(finish_all)(s, f, is_int8, activation); break;

INLINE void KERNEL(finish_either)(const mien_sums *s, const mien_finish *f, bool is_int8) {
    switch (f->activation) {
        FINISH(MIEN_ACTIVATION_NONE)
        FINISH(MIEN_ACTIVATION_RELU)
        FINISH(MIEN_ACTIVATION_QUICK_GELU)
        FINISH(MIEN_ACTIVATION_GELU)
        FINISH(MIEN_ACTIVATION_SIGMOID)
        FINISH(MIEN_ACTIVATION_EXP)
    }
}

// The copies are in registers: what a kernel stores might otherwise change what the pointers point to.
static void KERNEL(finish)(const mien_sums *sums, const mien_finish *finish) {
    mien_sums s = *sums;
    mien_finish f = *finish;
    KERNEL(finish_either)(&s, &f, false);
}

static void KERNEL(finish_int8)(const mien_sums *sums, const mien_finish *finish) {
    mien_sums s = *sums;
    mien_finish f = *finish;
    KERNEL(finish_either)(&s, &f, true);
}

// A row times its factors to whole steps from 0 to `most`, in ~ scale (out - zero), rounded to the nearest; filled
// up with zeros to a multiple of 16, in blocks of `block` (a multiple of 16), `stride` apart. A row with a number that
// is not finite gets a scale that is none, so that what is made of it is not a number either.
static void KERNEL(quantize)(const float *in, size_t count, const float *factors, float most, uint8_t *out,
                             size_t block, size_t stride, float *scale, int32_t *zero) {
    vf high = 0.0f, low = 0.0f, finite = 0.0f;
    for (size_t i = 0; i < count; i += LANES) {
        vf value = KERNEL(load_some)(in + i, count - i, 0.0f);
        if (factors) value *= KERNEL(load_some)(factors + i, count - i, 0.0f);
        high = value > high ? value : high;
        low = value < low ? value : low;
        finite += value - value;
    }
    float above = KERNEL(max)(high), range = above + KERNEL(max)(-low);
    bool is_finite = KERNEL(sum)(finite) == 0.0f && range < INFINITY;
    float inverse = is_finite && range > 0.0f ? most / range : 0.0f;
    // A range below the smallest normal numbers has no inverse: nothing is lost with it.
    if (!(inverse < INFINITY)) inverse = 0.0f;
    float shift = KERNEL(max)(-low) * inverse + 0x1.8p23f - 0x1.8p23f;
    *scale = is_finite ? range / most : NAN;
    *zero = is_finite ? (int32_t)shift : 0;
    size_t filled = (count + LANES - 1) / LANES * LANES;
    for (size_t start = 0; start < filled; start += block, out += stride) {
        size_t length = filled - start < block ? filled - start : block;
        for (size_t i = 0; i < length; i += LANES) {
            size_t left = count - start - i;
            vf value = KERNEL(load_some)(in + start + i, left, 0.0f);
            if (factors) value *= KERNEL(load_some)(factors + start + i, left, 0.0f);
            value = value * inverse + shift;
            value = value > 0.0f ? value : 0.0f;
            value = value < most ? value : most;
            value += 0x1.8p23f;
            vu bits;
            memcpy(&bits, &value, sizeof bits);
            vb bytes = __builtin_convertvector(bits, vb);
            memcpy(out + i, &bytes, LANES);
        }
    }
}

#include "elementwise_int16_body.h"
#include "elementwise_rows_body.h"
#include "elementwise_strassen_body.h"

const mien_elementwise KERNEL(elementwise) = {
    .apply = KERNEL(apply),
    .add = KERNEL(add),
    .strassen_rows = KERNEL(strassen_rows),
    .strassen_columns = KERNEL(strassen_columns),
    .layer_norm = KERNEL(layer_norm),
    .softmax_weights = KERNEL(softmax_weights),
    .scale = KERNEL(scale),
    .dots = KERNEL(dots),
    .weighted_sum = KERNEL(weighted_sum),
    .normalise = KERNEL(normalise),
    .finish = KERNEL(finish),
    .finish_int8 = KERNEL(finish_int8),
    .quantize = KERNEL(quantize),
    .row_int16 = KERNEL(row_int16),
    .column_scales = KERNEL(column_scales),
    .pair_int16 = KERNEL(pair_int16),
    .softmax_int16 = KERNEL(softmax_int16),
};
