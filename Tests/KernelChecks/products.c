// Products in single precision, and attention.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attention.h"
#include "check.h"
#include "gemm.h"

typedef struct product {
    size_t m, n, k, workers, image_rows;
    mien_activation activation;
    bool has_bias, has_residual;
    const float *a, *weights, *bias, *residual;
} product;

// The output's rows are 3 elements further apart than they are long.
static size_t out_stride(const product *p) { return p->n + 3; }

static void multiply(const void *context, mien_isa isa, void *out) {
    const product *p = context;
    float *packed = aligned(mien_f32_packed_count(p->n, p->k) * sizeof(float));
    mien_f32_pack_weights(p->weights, p->k, 0, p->n, p->k, packed);
    mien_gemm gemm = {
        .isa = isa,
        .type = MIEN_GEMM_F32,
        .a = p->a,
        .a_stride = p->k,
        .weights = packed,
        .bias = p->has_bias ? p->bias : NULL,
        .residual = p->has_residual ? p->residual : NULL,
        .residual_stride = p->n,
        .c = out,
        .c_stride = out_stride(p),
        .m = p->m,
        .n = p->n,
        .k = p->k,
        .activation = p->activation,
        .image_rows = p->image_rows,
    };
    mien_gemm_plan(&gemm, p->workers);
    gemm.scratch = aligned(gemm.scratch_bytes);
    mien_gemm_run(&gemm);
    free(gemm.scratch);
    free(packed);
}

static void check_product(product p) {
    float *a = noise(p.m * p.k, p.m + p.k), *weights = noise(p.n * p.k, p.n * 1009 + p.k);
    float *bias = noise(p.n, 3), *residual = noise(p.m * p.n, 4);
    p.a = a, p.weights = weights, p.bias = bias, p.residual = residual;
    char name[100];
    snprintf(name, sizeof name, "%zu x %zu x %zu, activation %d, %zu workers", p.m, p.n, p.k,
             (int)p.activation, p.workers);
    compare(multiply, &p, p.m * out_stride(&p) * sizeof(float), 4e-7 * (double)p.k + 4e-6, name);
    free(a), free(weights), free(bias), free(residual);
}

static void attend(const void *context, mien_isa isa, void *out) {
    mien_attention attention = *(const mien_attention *)context;
    attention.isa = isa;
    attention.out = out;
    attention.scratch = aligned(mien_attention_scratch_count(attention.tokens, attention.head_width) *
                                sizeof(float));
    mien_attention_run(&attention, 1);
    free(attention.scratch);
}

static void check_shape(size_t tokens, size_t head_width) {
    size_t heads = 2, width = heads * head_width, rows = 2 * tokens;
    float *qkv = noise(rows * 3 * width, tokens * 1009 + head_width);
    mien_attention attention = {
        .qkv = qkv,
        .qkv_stride = 3 * width,
        .out_stride = width + 3,
        .images = 2,
        .tokens = tokens,
        .heads = heads,
        .head_width = head_width,
        .scale = 0.25f,
    };
    char name[60];
    snprintf(name, sizeof name, "%zu tokens, heads of %zu", tokens, head_width);
    compare(attend, &attention, rows * (width + 3) * sizeof(float), 2e-5, name);
    free(qkv);
}

static void attend_queries(const void *context, mien_isa isa, void *out) {
    mien_query_attention attention = *(const mien_query_attention *)context;
    attention.isa = isa;
    attention.out = out;
    attention.scratch = aligned(mien_query_attention_scratch_count(&attention, 1) * sizeof(float));
    mien_query_attention_run(&attention, 1);
    free(attention.scratch);
}

// Packed weights of any numbers will do.
static void check_query_attention(size_t tokens, size_t width, size_t head_width) {
    size_t images = 15, heads = 2, queries_width = heads * head_width;
    float *x = noise(images * tokens * width, tokens * 1009 + head_width);
    float *queries = noise(images * queries_width, 5);
    float *keys = noise(heads * mien_f32_packed_count(width, head_width), 6);
    float *values = noise(heads * mien_f32_packed_count(head_width, width), 7);
    float *bias = noise(heads * mien_query_attention_bias_count(head_width), 8);
    mien_query_attention attention = {
        .x = x,
        .x_stride = width,
        .queries = queries,
        .queries_stride = queries_width,
        .keys = keys,
        .values = values,
        .value_bias = bias,
        .out_stride = queries_width + 3,
        .images = images,
        .tokens = tokens,
        .width = width,
        .heads = heads,
        .head_width = head_width,
        .scale = 0.02f,
    };
    char name[80];
    snprintf(name, sizeof name, "a query over %zu rows of %zu, heads of %zu", tokens, width, head_width);
    compare(attend_queries, &attention, images * (queries_width + 3) * sizeof(float), 1e-4, name);
    free(x), free(queries), free(keys), free(values), free(bias);
}

void check_f32_products(void) {
    static const size_t columns[] = {5, 16, 17, 32, 33, 48, 50}, depths[] = {1, 3, 7, 64, 256, 257};
    for (size_t m = 1; m <= 29; m++) {
        for (size_t n = 0; n < sizeof columns / sizeof *columns; n++) {
            size_t k = depths[(m + n) % (sizeof depths / sizeof *depths)];
            check_product((product){.m = m, .n = columns[n], .k = k, .workers = 1, .has_bias = true});
        }
    }
    for (int activation = MIEN_ACTIVATION_NONE; activation <= MIEN_ACTIVATION_SIGMOID; activation++) {
        check_product((product){
            .m = 13,
            .n = 21,
            .k = 10,
            .workers = 1,
            .activation = (mien_activation)activation,
            .has_bias = activation % 2 == 0,
            .has_residual = activation != MIEN_ACTIVATION_RELU,
        });
    }
    // More than a block of rows, a chunk of panels and a block of depth; then shared out.
    check_product((product){.m = 151, .n = 280, .k = 780, .workers = 1, .has_residual = true});
    check_product(
        (product){.m = 40, .n = 100, .k = 300, .workers = 3, .has_bias = true, .has_residual = true});
    // Pairs of rows of two images, and an odd number of pairs of panels.
    check_product((product){.m = 194,
                            .n = 544,
                            .k = 514,
                            .workers = 1,
                            .image_rows = 97,
                            .has_bias = true,
                            .has_residual = true});
}

void check_attention(void) {
    static const size_t shapes[][2] = {{1, 8},    {5, 8},    {37, 24}, {50, 64},
                                       {145, 16}, {257, 40}, {785, 8}, {9, 256}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) check_shape(shapes[i][0], shapes[i][1]);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        check_query_attention(shapes[i][0], 7 + 45 * i, shapes[i][1]);
    }
}
