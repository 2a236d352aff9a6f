// Products with weights of 8 bits, and their quantising: every instruction set gives the baseline's bits.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "gemm.h"
#include "gemm_s8.h"

typedef struct product {
    size_t m, n, k, workers;
    const float *a, *factors, *scales, *bias, *residual;
    const int8_t *packed;
    const int32_t *sums;
    mien_activation activation;
} product;

static void multiply(const void *context, mien_isa isa, void *out) {
    const product *p = context;
    mien_gemm gemm = {
        .isa = isa,
        .type = MIEN_GEMM_S8,
        .a = p->a,
        .a_stride = p->k,
        .a_factors = p->factors,
        .weights = p->packed,
        .scales = p->scales,
        .sums = p->sums,
        .bias = p->bias,
        .residual = p->residual,
        .residual_stride = p->n,
        .c = out,
        .c_stride = p->n + 3,
        .m = p->m,
        .n = p->n,
        .k = p->k,
        .activation = p->activation,
    };
    mien_gemm_plan(&gemm, p->workers);
    gemm.scratch = aligned(gemm.scratch_bytes);
    mien_gemm_run(&gemm);
    free(gemm.scratch);
}

static void check_product(product p, const int8_t *weights, const char *what) {
    int8_t *packed = aligned(mien_s8_packed_count(p.n, p.k));
    int32_t *sums = aligned(p.n * sizeof(int32_t));
    expect(mien_s8_pack_weights(weights, 0, p.n, p.k, packed, sums), "%s obeys the group rule", what);
    p.packed = packed, p.sums = sums;
    char name[100];
    snprintf(name, sizeof name, "%s, %zu x %zu x %zu", what, p.m, p.n, p.k);
    // With exp there is FMA, which the baseline has not.
    double tolerance = p.activation <= MIEN_ACTIVATION_RELU ? 0 : 1e-6;
    compare(multiply, &p, p.m * (p.n + 3) * sizeof(float), tolerance, name);
    free(packed), free(sums);
}

// Ordinary numbers, quantised by the library.
static void check_shape(product p) {
    float *a = noise(p.m * p.k, p.m + p.k), *w = noise(p.n * p.k, p.n + p.k), *scales = aligned(p.n * 4);
    float *bias = noise(p.n, 5), *residual = noise(p.m * p.n, 6), *factors = noise(p.k, 7);
    int8_t *q = aligned(p.n * p.k);
    mien_s8_quantize_weights(MIEN_ISA_BASELINE, w, p.k, 0, p.n, p.k, NULL, q, scales);
    p.a = a, p.scales = scales;
    if (p.m % 2) p.bias = bias;
    if (p.m % 3) p.residual = residual;
    if (p.m % 5 == 0) p.factors = factors;
    check_product(p, q, "random numbers");
    free(a), free(w), free(scales), free(bias), free(residual), free(factors), free(q);
}

// Weights at the bound of the group rule, on either side of zero, against inputs that become the least and
// the largest: the largest sums in 16 bits.
static void check_extremes(size_t k) {
    // The places of a group: eight, or the first and the last four for groups of four.
    static const int8_t eights[][8] = {
        {127, 127, 4, 0, 0, 0, 0, 0},
        {4, 127, 0, 0, 127, 0, 0, 0},
        {0, 0, 0, 0, 0, 127, 4, 127},
        {33, 33, 32, 32, 32, 32, 32, 32},
        {0, 64, 64, 0, 64, 64, 0, 2},
        {127, 4, 0, 0, 0, 0, 0, 127},
        {-127, -127, -4, 0, 0, 0, 0, 0},
        {0, 0, 0, 0, -4, 0, -127, -127},
        {-32, -32, -32, -32, -32, -32, -33, -33},
        {-64, 0, -64, 0, -64, 0, -64, -2},
        {127, -127, 127, -127, 4, -4, 0, 0},
        {-127, 127, -127, 127, -4, 4, 0, 0},
        {64, -64, 64, -64, 64, -64, 64, -64},
        {0, 127, 4, -127, 0, 127, -4, -127},
        {-4, -127, 127, 4, -127, 0, 127, 0},
        {-127, 0, 0, 127, 0, 0, 0, 0},
    };
    static const int8_t fours[][8] = {
        {127, 1, 0, 0, 1, 127, 0, 0},         {0, 0, 127, 1, 64, 64, 0, 0},
        {0, 64, 64, 0, 127, 1, 0, 0},         {32, 32, 32, 32, 32, 32, 32, 32},
        {-127, -1, 0, 0, 0, 0, -1, -127},     {0, 0, -1, -127, -64, 0, -64, 0},
        {-64, 0, -64, 0, 127, 1, 0, 0},       {-32, -32, -32, -32, 32, 32, 32, 32},
        {127, 1, -127, -1, -127, 127, -1, 1}, {-127, 127, -1, 1, 64, -64, 64, -64},
        {64, -64, 64, -64, 0, 127, 1, -127},  {0, 127, 1, -127, -1, -127, 127, 1},
        {-1, -127, 127, 1, 127, 1, 0, 0},     {-127, 0, 0, 127, -127, 0, 0, 127},
        {1, 127, 0, 0, 0, 0, -1, -127},       {64, 64, -64, -64, 127, 1, -127, -1},
    };
    enum { ROWS = 11, COLUMNS = 3 * MIEN_PANEL };
    // Of the first half of a step, and of the second.
    static const unsigned char places[2][8] = {{0, 1, 4, 5, 8, 9, 12, 13}, {2, 3, 6, 7, 10, 11, 14, 15}};
    const int8_t (*steps)[8] = mien_s8_rule_for(k).group == 8 ? eights : fours;
    int8_t *q = aligned(COLUMNS * k);
    memset(q, 0, COLUMNS * k);
    for (size_t column = 0; column < COLUMNS; column++) {
        for (size_t i = 0; i < k; i++) {
            for (size_t group = 0; group < 2; group++) {
                for (size_t j = 0; j < 8; j++) {
                    // In the last third, another pattern in every step and group.
                    size_t pattern = column < 32 ? column % 16 : (column + i / 16 * 5 + group * 3) % 16;
                    if (i % 16 == places[group][j]) q[column * k + i] = steps[pattern][j];
                }
            }
        }
    }
    float *a = aligned(ROWS * k * sizeof(float)), scales[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++) scales[i] = 0.01f * (float)(i + 1);
    for (size_t row = 0; row < ROWS; row++) {
        for (size_t i = 0; i < k; i++) {
            float value = 1;                                        // all the largest
            if (row == 1) value = -1;                               // all 0, the zero point the largest
            if (row == 2) value = i % 8 == 0 || i % 8 == 5 ? 1 : 0; // one of each two
            if (row == 3) value = i % 2 ? 1 : -1;
            if (row == 4) value = 0;
            if (row == 5) value = i == k - 1 ? NAN : 1;
            if (row == 6) value = i == 0 ? INFINITY : -1;
            if (row == 7) value = 1e-42f;
            if (row == 8) value = i % 3 ? 3e38f : -1e38f;
            if (row == 9) value = (float)(i % 256);
            if (row == 10) value = -(float)(i % 256) - 0.5f;
            a[row * k + i] = value;
        }
    }
    product p = {.m = ROWS, .n = COLUMNS, .k = k, .workers = 1, .a = a, .scales = scales};
    check_product(p, q, "extremes");
    free(a), free(q);
}

void check_s8_products(void) {
    static const size_t columns[] = {5, 16, 24, 32, 40, 48, 72},
                        depths[] = {1, 7, 16, 30, 64, 100, 203, 520, 600};
    for (size_t m = 1; m <= 25; m++) {
        for (size_t n = 0; n < sizeof columns / sizeof *columns; n++) {
            size_t k = depths[(m + n) % (sizeof depths / sizeof *depths)];
            check_shape((product){.m = m, .n = columns[n], .k = k, .workers = 1});
        }
        // Two blocks of depth, and an odd step at the end of the second.
        check_shape((product){.m = m, .n = m % 2 ? 16 : 36, .k = m % 3 ? 1030 : 2048, .workers = 1});
    }
    check_shape((product){.m = 13, .n = 21, .k = 30, .workers = 1, .activation = MIEN_ACTIVATION_GELU});
    // More than a block of rows and a chunk of panels; then shared out.
    check_shape((product){.m = 151, .n = 280, .k = 24, .workers = 1});
    check_shape((product){.m = 40, .n = 100, .k = 200, .workers = 3});
    static const size_t deep[] = {8, 13, 16, 240, 256, 1024, 1029, 4096};
    for (size_t i = 0; i < sizeof deep / sizeof *deep; i++) check_extremes(deep[i]);
}

typedef struct matrix {
    const float *w;
    size_t k;
} matrix;

static void quantize(const void *context, mien_isa isa, void *out) {
    const matrix *m = context;
    mien_s8_quantize_weights(isa, m->w, m->k, 0, 40, m->k, NULL, (int8_t *)((float *)out + 40), out);
}

void check_s8_weights(void) {
    static const size_t inputs[] = {101, 601};
    for (size_t i = 0; i < 2; i++) {
        size_t k = inputs[i];
        float *w = noise(40 * k, 8);
        compare(quantize, &(matrix){w, k}, 40 * (sizeof(float) + k), 0, i ? "40 x 601" : "40 x 101");
        free(w);
    }
}
