// The ends of products, and quantised rows, for bodies of for_each_isa.h.
#include "../simd/vector_body.h"

#include "../math/exp_body.h"

#include "f32/strassen_body.h"

// The number that a product's sums of a row and of a panel's columns stand for.
INLINE vf KERNEL(product)(const mien_sums *s, size_t column, size_t row, bool is_s8) {
    size_t at = column / LANES * s->panel + row * LANES;
    if (!is_s8) return KERNEL(load)((const float *)s->sums + at);
    vi whole, column_sums;
    memcpy(&whole, (const int32_t *)s->sums + at, sizeof whole);
    memcpy(&column_sums, s->column_sums + column, sizeof column_sums);
    whole -= s->row_zeros[row] * column_sums;
    vf scale = s->row_scales[row] * KERNEL(load)(s->scales + column);
    return __builtin_convertvector(whole, vf) * scale + KERNEL(load)(s->bias + column);
}

// The end of a panel. `is_s8` and `activation` are constants wherever this is inlined, and so is the number
// of columns of all panels but the last.
INLINE void KERNEL(end_columns)(const mien_sums *s, const mien_epilogue *e, size_t column, size_t count,
                                bool is_s8, mien_activation activation) {
    for (size_t row = 0; row < s->rows; row++) {
        vf value = KERNEL(activate)(KERNEL(product)(s, column, row, is_s8), activation);
        if (e->residual) {
            value += KERNEL(load_some)(e->residual + row * e->residual_stride + column, count, 0.0f);
        }
        KERNEL(store_some)(e->out + row * e->out_stride + column, value, count);
    }
}

INLINE void KERNEL(end_all)(const mien_sums *s, const mien_epilogue *e, bool is_s8,
                            mien_activation activation) {
    size_t column = 0;
    for (; column + LANES <= s->columns; column += LANES) {
        KERNEL(end_columns)(s, e, column, LANES, is_s8, activation);
    }
    if (column < s->columns) KERNEL(end_columns)(s, e, column, s->columns - column, is_s8, activation);
}

#define END(activation) \
    case activation: KERNEL(end_all)(s, e, is_s8, activation); break;

INLINE void KERNEL(end_either)(const mien_sums *s, const mien_epilogue *e, bool is_s8) {
    switch (e->activation) {
        END(MIEN_ACTIVATION_NONE)
        END(MIEN_ACTIVATION_RELU)
        END(MIEN_ACTIVATION_QUICK_GELU)
        END(MIEN_ACTIVATION_GELU)
        END(MIEN_ACTIVATION_SIGMOID)
        END(MIEN_ACTIVATION_EXP)
    }
}

// The copies are in registers: what a kernel stores might otherwise change what the pointers point to.
static void KERNEL(end_f32)(const mien_sums *sums, const mien_epilogue *epilogue) {
    mien_sums s = *sums;
    mien_epilogue e = *epilogue;
    KERNEL(end_either)(&s, &e, false);
}

static void KERNEL(end_s8)(const mien_sums *sums, const mien_epilogue *epilogue) {
    mien_sums s = *sums;
    mien_epilogue e = *epilogue;
    KERNEL(end_either)(&s, &e, true);
}

// A row times its factors to whole steps from 0 to `most`, in ~ scale (out - zero), rounded to the nearest;
// filled up with zeros to a multiple of 16, in blocks of `block` (a multiple of 16), `stride` apart. A row
// with a number that is not finite gets a scale that is none, so that what is made of it is not a number
// either.
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

static const mien_epilogue_kernels KERNEL(epilogue) = {
    .f32 = KERNEL(end_f32),
    .s8 = KERNEL(end_s8),
    .quantize = KERNEL(quantize),
    .strassen_rows = KERNEL(strassen_rows),
    .strassen_columns = KERNEL(strassen_columns),
};
