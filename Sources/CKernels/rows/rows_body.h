// The kernels of rows.h.
#include "../simd/vector_body.h"

#include "../math/exp_body.h"

#include "softmax_body.h"

#include "half_body.h"

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

INLINE void KERNEL(layer_norm_row)(const float *in, size_t width, const float *weight, const float *bias,
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

static void KERNEL(layer_norm)(const float *in, size_t in_stride, size_t rows, size_t width,
                               const float *weight, const float *bias, float epsilon, float *out,
                               size_t out_stride) {
    for (size_t row = 0; row < rows; row++) {
        KERNEL(layer_norm_row)(in + row * in_stride, width, weight, bias, epsilon, out + row * out_stride);
    }
}

static void KERNEL(softmax)(float *values, size_t stride, size_t rows, size_t width, float scale) {
    for (size_t row = 0; row < rows; row++, values += stride) {
        mien_scores scores = {.scores = values, .rows = 1, .width = width, .block = (width + 15) / 16 * 16};
        float factor;
        KERNEL(softmax_weights)(&scores, scale, &factor);
        KERNEL(scale)(values, width, factor, values);
    }
}

static void KERNEL(normalise_pixels)(const uint8_t *pixels, size_t count, const float *mean,
                                     const float *scale, float *out) {
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

static const mien_rows_kernels KERNEL(rows) = {
    .apply = KERNEL(apply),
    .add = KERNEL(add),
    .layer_norm = KERNEL(layer_norm),
    .softmax = KERNEL(softmax),
    .normalise_pixels = KERNEL(normalise_pixels),
    .float_from_f16 = KERNEL(float_from_f16),
    .float_from_bf16 = KERNEL(float_from_bf16),
};
