// Attention, one head at a time: the keys and values become packed weights of the tile kernels, and a tile
// of queries keeps its whole score rows in the nearest cache between the two products.
#include "elementwise_table.h"
#include "gemm_cut.h"
#include "gemm_tile.h"

size_t mien_attention_scratch_count(size_t tokens, size_t head_width) {
    size_t most = mien_block_depth(tokens, MIEN_DEPTH);
    return mien_gemm_packed_weights_count(tokens, head_width) +
           mien_gemm_packed_weights_count(head_width, tokens) + MIEN_TALLEST * ceiling(tokens, most) * most +
           MIEN_TALLEST * ceiling(head_width, MIEN_PANEL) * MIEN_PANEL;
}

static void attend(void *context, size_t piece, size_t slot) {
    const mien_attention *t = context;
    mien_isa_level level = mien_isa();
    const mien_tile_kernel *kernel = mien_tile_for(level);
    const mien_elementwise *elementwise = mien_elementwise_for(level);
    size_t tokens = t->tokens, depth = t->head_width, stride = t->qkv_stride;
    size_t first = piece / t->heads * tokens, head = piece % t->heads, width = t->heads * depth;
    const float *q = t->qkv + first * stride + head * depth, *k = q + width, *v = k + width;
    float *out = t->out + first * t->out_stride + head * depth;

    size_t most = mien_block_depth(tokens, MIEN_DEPTH);
    float *keys = t->scratch + slot * mien_attention_scratch_count(tokens, depth);
    float *values = keys + mien_gemm_packed_weights_count(tokens, depth);
    float *scores = values + mien_gemm_packed_weights_count(depth, tokens);
    float *sums = scores + MIEN_TALLEST * ceiling(tokens, most) * most;

    mien_gemm_pack_weights(k, stride, 0, tokens, depth, keys);
    size_t value_panels = ceiling(depth, MIEN_PANEL);
    mien_gemm_pack_transposed(v, stride, depth, tokens, values);

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
                .factors = {
                    .rows = rows, .depth = depth, .a = queries, .a_next = queries, .a_row = stride,
                    .b = keys + start * depth, .b_next = keys, .b_panel = depth * MIEN_PANEL,
                },
                .in = zeros, .in_row = 0, .in_panel = 0,
                .out = scores + start * rows, .out_row = most, .out_panel = MIEN_PANEL,
            };
            mien_run_tile(kernel, product, ceiling(smaller(most, tokens - start), MIEN_PANEL));
        }
        // The last panel's columns past the tokens take no weight, and whole vectors remain.
        float *last_scores = scores + last / most * rows * most + last % most;
        for (size_t r = 0; r < rows; r++) {
            for (size_t i = tokens - last; i < MIEN_PANEL; i++) last_scores[r * most + i] = -INFINITY;
        }
        mien_scores row_scores = {
            .scores = scores, .rows = rows, .row = most, .width = last + MIEN_PANEL, .block = most, .next = rows * most,
        };
        float factors[MIEN_TALLEST];
        elementwise->softmax_weights(&row_scores, t->scale, factors);
        for (size_t start = 0; start < tokens; start += most) {
            mien_tile product = {
                .factors = {
                    .rows = rows, .depth = smaller(most, tokens - start),
                    .a = scores + start * rows, .a_next = scores + start * rows, .a_row = most,
                    .b = values + start * MIEN_PANEL, .b_next = values, .b_panel = tokens * MIEN_PANEL,
                },
                .in = start ? sums : zeros, .in_row = start ? value_panels * MIEN_PANEL : 0,
                .in_panel = start ? MIEN_PANEL : 0,
                .out = sums, .out_row = value_panels * MIEN_PANEL, .out_panel = MIEN_PANEL,
            };
            mien_run_tile(kernel, product, value_panels);
        }
        for (size_t r = 0; r < rows; r++, row++) {
            elementwise->scale(sums + r * value_panels * MIEN_PANEL, depth, factors[r],
                               out + row * t->out_stride);
        }
    }
}

void mien_attention_run(const mien_attention *attention, size_t workers) {
    mien_run_pieces(workers, attention->images * attention->heads, attend, (void *)attention);
}
