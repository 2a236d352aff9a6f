// Chooses the elementwise kernels for this processor.
#include "elementwise_table.h"

static const mien_elementwise *kernels(void) { return mien_elementwise_for(mien_isa()); }

void mien_apply(mien_activation activation, const float *in, size_t count, float *out) {
    kernels()->apply(activation, in, count, out);
}

void mien_add(const float *a, const float *b, size_t count, float *out) { kernels()->add(a, b, count, out); }

void mien_layer_norm(const float *in, size_t in_stride, size_t rows, size_t width, const float *weight,
                     const float *bias, float epsilon, float *out, size_t out_stride) {
    for (size_t row = 0; row < rows; row++) {
        kernels()->layer_norm(in + row * in_stride, width, weight, bias, epsilon, out + row * out_stride);
    }
}

void mien_softmax(float *values, size_t stride, size_t rows, size_t width, float scale) {
    const mien_elementwise *k = kernels();
    for (size_t row = 0; row < rows; row++, values += stride) {
        mien_scores scores = {.scores = values, .rows = 1, .width = width, .block = (width + 15) / 16 * 16};
        float factor;
        k->softmax_weights(&scores, scale, &factor);
        k->scale(values, width, factor, values);
    }
}

void mien_normalise_pixels(const uint8_t *pixels, size_t count, const float mean[3], const float scale[3],
                           float *out) {
    kernels()->normalise(pixels, count, mean, scale, out);
}
