// Attention, one head at a time: the keys and values become packed weights of the micro-kernels, and a tile
// of queries keeps its whole score rows in the nearest cache between the two products.
#include "attention.h"

size_t mien_attention_scratch_count(size_t tokens, size_t head_width) {
    size_t most = mien_block_depth(tokens, MIEN_F32_DEPTH);
    return mien_f32_packed_count(tokens, head_width) + mien_f32_packed_count(head_width, tokens) +
           MIEN_TALLEST * ceiling(tokens, most) * most +
           MIEN_TALLEST * ceiling(head_width, MIEN_PANEL) * MIEN_PANEL;
}

static void attend(void *context, size_t index, size_t slot) {
    const mien_attention *t = context;
    const mien_micro_kernel *kernel = mien_f32_micro_kernel_for(t->isa);
    const mien_attention_kernels *kernels = mien_attention_kernels_for(t->isa);
    size_t tokens = t->tokens, depth = t->head_width, stride = t->qkv_stride;
    size_t first = index / t->heads * tokens, head = index % t->heads, width = t->heads * depth;
    const float *q = t->qkv + first * stride + head * depth, *k = q + width, *v = k + width;
    float *out = t->out + first * t->out_stride + head * depth;

    size_t most = mien_block_depth(tokens, MIEN_F32_DEPTH);
    float *keys = t->scratch + slot * mien_attention_scratch_count(tokens, depth);
    float *values = keys + mien_f32_packed_count(tokens, depth);
    float *scores = values + mien_f32_packed_count(depth, tokens);
    float *sums = scores + MIEN_TALLEST * ceiling(tokens, most) * most;

    mien_f32_pack_weights(k, stride, 0, tokens, depth, keys);
    size_t value_panels = ceiling(depth, MIEN_PANEL);
    mien_f32_pack_transposed(v, stride, depth, tokens, values);

    size_t last = (tokens - 1) / MIEN_PANEL * MIEN_PANEL; // where the last panel begins
    static const float zeros[MIEN_PANEL] = {0};
    size_t tiles = ceiling(tokens, kernel->rows), row = 0;
    for (size_t tile = 0; tile < tiles; tile++) {
        size_t rows = tokens / tiles + (tile < tokens % tiles);
        const float *queries = q + row * stride;
        // Scores lie like a packed tile of A, [blocks of tokens][rows][tokens of a block], since that is what
        // they are for the second product.
        for (size_t start = 0; start < tokens; start += most) {
            mien_tile product = {
                .factors = mien_factors_of(rows, depth, queries, stride, keys + start * depth),
                .in = zeros,
                .out = scores + start * rows,
                .out_row = most,
                .out_panel = MIEN_PANEL,
            };
            mien_run_f32_tile(kernel, product, ceiling(smaller(most, tokens - start), MIEN_PANEL));
        }
        // The last panel's columns past the tokens take no weight, and whole vectors remain.
        float *last_scores = scores + last / most * rows * most + last % most;
        for (size_t r = 0; r < rows; r++) {
            for (size_t i = tokens - last; i < MIEN_PANEL; i++) last_scores[r * most + i] = -INFINITY;
        }
        mien_scores row_scores = {
            .scores = scores,
            .rows = rows,
            .row = most,
            .width = last + MIEN_PANEL,
            .block = most,
            .next = rows * most,
        };
        float factors[MIEN_TALLEST];
        kernels->softmax_weights(&row_scores, t->scale, factors);
        for (size_t start = 0; start < tokens; start += most) {
            size_t count = smaller(most, tokens - start);
            mien_tile product = {
                .factors = mien_factors_of(rows, count, scores + start * rows, most,
                                           values + start * MIEN_PANEL),
                .in = start ? sums : zeros,
                .in_row = start ? value_panels * MIEN_PANEL : 0,
                .in_panel = start ? MIEN_PANEL : 0,
                .out = sums,
                .out_row = value_panels * MIEN_PANEL,
                .out_panel = MIEN_PANEL,
            };
            product.factors.b_panel = tokens * MIEN_PANEL;
            mien_run_f32_tile(kernel, product, value_panels);
        }
        for (size_t r = 0; r < rows; r++, row++) {
            kernels->scale(sums + r * value_panels * MIEN_PANEL, depth, factors[r],
                           out + row * t->out_stride);
        }
    }
}

void mien_attention_run(const mien_attention *attention, size_t workers) {
    mien_parallel_for(workers, attention->images * attention->heads, attend, (void *)attention);
}
