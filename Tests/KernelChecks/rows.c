// The kernels of rows.
#include "rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../Sources/CKernels/gemm/epilogue.h"
#include "check.h"

typedef struct activation {
    mien_activation kind;
    const float *values;
    size_t count;
} activation;

static void apply(const void *context, mien_isa isa, void *out) {
    const activation *a = context;
    mien_rows_kernels_for(isa)->apply(a->kind, a->values, a->count, out);
}

static void check_activations(void) {
    enum { COUNT = 3001 };
    float *values = noise(COUNT, 1);
    for (size_t i = 0; i < COUNT; i++) {
        if (i % 2) values[i] = ((float)i - COUNT / 2) * (100.0f / (COUNT / 2));
    }
    static const float special[] = {
        0,   -0.0f, 1e-45f, -1.17549435e-38f, 1e-30f,    -1e-10f, 100,   -100, -87.34f,
        -88, 88.8f, 89,     INFINITY,         -INFINITY, 3e38f,   -3e38f};
    memcpy(values, special, sizeof special);
    for (int kind = MIEN_ACTIVATION_NONE; kind <= MIEN_ACTIVATION_EXP; kind++) {
        static const size_t counts[] = {COUNT, 1, 7, 16, 31};
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            activation a = {(mien_activation)kind, values + (i ? 900 : 0), counts[i]};
            char name[60];
            snprintf(name, sizeof name, "activation %d of %zu", kind, counts[i]);
            // With exp there is FMA, which the baseline has not.
            double tolerance = kind <= MIEN_ACTIVATION_RELU ? 0 : 1e-6;
            compare(apply, &a, (counts[i] + 5) * sizeof(float), tolerance, name);
        }
    }
    free(values);
}

enum { ROWS = 3 };

typedef struct rows {
    size_t width;
    const float *values, *weight, *bias;
} rows;

static void normalise_rows(const void *context, mien_isa isa, void *out) {
    const rows *r = context;
    mien_rows_kernels_for(isa)->layer_norm(r->values, r->width, ROWS, r->width, r->weight, r->bias, 1e-5f,
                                           out, r->width + 3);
}

static void soften_rows(const void *context, mien_isa isa, void *out) {
    const rows *r = context;
    memcpy(out, r->values, ROWS * r->width * sizeof(float));
    mien_rows_kernels_for(isa)->softmax(out, r->width, ROWS, r->width, 9);
}

static void add_rows(const void *context, mien_isa isa, void *out) {
    const rows *r = context;
    mien_rows_kernels_for(isa)->add(r->values, r->weight, r->width, out);
}

typedef struct pixels {
    const uint8_t *values;
    size_t count;
} pixels;

static void normalise_pixels(const void *context, mien_isa isa, void *out) {
    const pixels *p = context;
    static const float mean[3] = {122.77f, 116.75f, 104.09f}, scale[3] = {0.0146f, 0.0150f, 0.0142f};
    mien_rows_kernels_for(isa)->normalise_pixels(p->values, p->count, mean, scale, out);
}

// The quantiser as the products call it: blocks of 32, 100 bytes apart; scale and zero point at the end.
static void quantize(const void *context, mien_isa isa, void *out) {
    const rows *r = context;
    uint8_t *end = (uint8_t *)out + 1000;
    mien_epilogue_kernels_for(isa)->quantize(r->values, r->width, r->weight, r->width % 2 ? 127 : 255, out,
                                             32, 100, (float *)end, (int32_t *)(end + 4));
}

static void convert_f16(const void *context, mien_isa isa, void *out) {
    mien_rows_kernels_for(isa)->float_from_f16(context, 1 << 16, out);
}

static void convert_bf16(const void *context, mien_isa isa, void *out) {
    mien_rows_kernels_for(isa)->float_from_bf16(context, 1 << 16, out);
}

void check_rows(void) {
    check_activations();
    static const size_t widths[] = {1, 5, 15, 16, 17, 31, 33, 96, 100, 257};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        size_t width = widths[i];
        float *values = noise(ROWS * width, width), *weight = noise(width, 2), *bias = noise(width, 3);
        uint8_t *bytes = noise_bytes(3 * width, width);
        rows r = {width, values, weight, bias};
        pixels p = {bytes, width};
        char name[60];
        snprintf(name, sizeof name, "width %zu", width);
        compare(normalise_rows, &r, ROWS * (width + 3) * sizeof(float), 0, name);
        compare(soften_rows, &r, ROWS * (width + 3) * sizeof(float), 2e-6, name);
        compare(add_rows, &r, (width + 3) * sizeof(float), 0, name);
        compare(normalise_pixels, &p, (3 * width + 3) * sizeof(float), 0, name);
        // With factors and without; then a row of positive numbers, and one that is not finite.
        compare(quantize, &r, 1008, 0, name);
        r.weight = NULL;
        compare(quantize, &r, 1008, 0, name);
        for (size_t j = 0; j < width; j++) values[j] = fabsf(values[j]);
        compare(quantize, &r, 1008, 0, name);
        values[width - 1] = INFINITY;
        compare(quantize, &r, 1008, 0, name);
        free(values), free(weight), free(bias), free(bytes);
    }
    uint16_t *halves = aligned((1 << 16) * sizeof(uint16_t));
    for (size_t i = 0; i < 1 << 16; i++) halves[i] = (uint16_t)i;
    compare(convert_f16, halves, (1 << 16) * sizeof(float), 0, "half precision");
    compare(convert_bf16, halves, (1 << 16) * sizeof(float), 0, "bfloat16");
    free(halves);
}
