// Attention for one query per image, without keys and values (attention.h): a head's weights are multiplied
// with one row for each image instead of with all its tokens.
#include "attention.h"

// Rows of the scratch are whole panels: q W_k, and then the sum of p_t x_t, for each image and head.
static size_t padded_width(const mien_query_attention *t) {
    return ceiling(t->width, MIEN_PANEL) * MIEN_PANEL;
}

static size_t scores_count(const mien_query_attention *t) {
    return ceiling(t->tokens, MIEN_PANEL) * MIEN_PANEL;
}

size_t mien_query_attention_bias_count(size_t head_width) {
    return ceiling(head_width, MIEN_PANEL) * MIEN_PANEL;
}

size_t mien_query_attention_scratch_count(const mien_query_attention *t, size_t workers) {
    return t->images * t->heads * padded_width(t) + workers * scores_count(t);
}

static float *mixed_row(const mien_query_attention *t, size_t image, size_t head) {
    return t->scratch + (image * t->heads + head) * padded_width(t);
}

// q W_k of one head, for all images.
static void turn_queries(void *context, size_t head, size_t slot) {
    (void)slot;
    const mien_query_attention *t = context;
    const mien_micro_kernel *kernel = mien_f32_micro_kernel_for(t->isa);
    const float *keys = t->keys + head * mien_f32_packed_count(t->width, t->head_width);
    static const float zeros[MIEN_PANEL] = {0};
    for (size_t image = 0; image < t->images; image += kernel->rows) {
        const float *queries = t->queries + image * t->queries_stride + head * t->head_width;
        size_t rows = smaller(kernel->rows, t->images - image);
        mien_tile product = {
            .factors = mien_factors_of(rows, t->head_width, queries, t->queries_stride, keys),
            .in = zeros,
            .out = mixed_row(t, image, head),
            .out_row = t->heads * padded_width(t),
            .out_panel = MIEN_PANEL,
        };
        mien_run_f32_tile(kernel, product, ceiling(t->width, MIEN_PANEL));
    }
}

// The sum of p_t x_t for one image and head, in the place of q W_k.
static void mix_tokens(void *context, size_t index, size_t slot) {
    const mien_query_attention *t = context;
    const mien_attention_kernels *kernels = mien_attention_kernels_for(t->isa);
    size_t image = index / t->heads;
    const float *x = t->x + image * t->tokens * t->x_stride;
    float *row = mixed_row(t, image, index % t->heads);
    float *scores = mixed_row(t, t->images, 0) + slot * scores_count(t);
    kernels->dots(x, t->x_stride, t->tokens, row, t->width, scores);
    mien_scores row_scores = {.scores = scores, .rows = 1, .width = t->tokens, .block = scores_count(t)};
    float factor;
    kernels->softmax_weights(&row_scores, t->scale, &factor);
    kernels->weighted_sum(x, t->x_stride, t->tokens, scores, factor, t->width, row);
}

// Of that, the values of one head, for all images.
static void make_values(void *context, size_t head, size_t slot) {
    (void)slot;
    const mien_query_attention *t = context;
    const mien_micro_kernel *kernel = mien_f32_micro_kernel_for(t->isa);
    size_t sums_row = mien_query_attention_bias_count(t->head_width);
    const float *values = t->values + head * mien_f32_packed_count(t->head_width, t->width);
    float sums[MIEN_TALLEST * MIEN_WIDEST_HEAD];
    for (size_t image = 0; image < t->images; image += kernel->rows) {
        const float *mixed = mixed_row(t, image, head);
        size_t rows = smaller(kernel->rows, t->images - image);
        mien_tile product = {
            .factors = mien_factors_of(rows, t->width, mixed, t->heads * padded_width(t), values),
            .in = t->value_bias + head * sums_row,
            .in_panel = MIEN_PANEL,
            .out = sums,
            .out_row = sums_row,
            .out_panel = MIEN_PANEL,
        };
        mien_run_f32_tile(kernel, product, sums_row / MIEN_PANEL);
        for (size_t r = 0; r < rows; r++) {
            memcpy(t->out + (image + r) * t->out_stride + head * t->head_width, sums + r * sums_row,
                   t->head_width * sizeof(float));
        }
    }
}

void mien_query_attention_run(const mien_query_attention *attention, size_t workers) {
    void *context = (void *)attention;
    mien_parallel_for(workers, attention->heads, turn_queries, context);
    mien_parallel_for(workers, attention->images * attention->heads, mix_tokens, context);
    mien_parallel_for(workers, attention->heads, make_values, context);
}
