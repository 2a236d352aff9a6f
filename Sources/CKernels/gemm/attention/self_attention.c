// Attention, one head at a time: the keys and values become packed weights of the micro-kernels, and a tile
// of queries keeps its whole score rows in the nearest cache between the two products.
#include "attention.h"

size_t mien_attention_scratch_count(size_t tokens, size_t head_width) {
    size_t most = mien_block_depth(tokens, MIEN_F32_DEPTH);
    return mien_f32_packed_count(tokens, head_width) + mien_f32_packed_count(head_width, tokens) +
           MIEN_TALLEST * ceiling(tokens, most) * most +
           MIEN_TALLEST * ceiling(head_width, MIEN_PANEL) * MIEN_PANEL;
}

// One head of one image, and the scratch of the thread that has it.
typedef struct {
    const mien_micro_kernel *kernel;
    const mien_attention_kernels *kernels;
    const float *queries;
    size_t tokens, depth, stride;
    size_t block; // tokens of one block of scores
    float *keys, *values, *scores, *sums;
} head;

static const float zeros[MIEN_PANEL];

// Products of `rows` queries with all keys. Scores lie like a packed tile of A, [blocks of
// tokens][rows][tokens of a block], since that is what they are for the second product.
static void score(const head *h, const float *queries, size_t rows) {
    for (size_t start = 0; start < h->tokens; start += h->block) {
        mien_tile product = {
            .factors = mien_factors_of(rows, h->depth, queries, h->stride, h->keys + start * h->depth),
            .in = zeros,
            .out = h->scores + start * rows,
            .out_row = h->block,
            .out_panel = MIEN_PANEL,
        };
        mien_run_f32_tile(h->kernel, product, ceiling(smaller(h->block, h->tokens - start), MIEN_PANEL));
    }
}

// Turns scores into weights, which sum to the inverse of `factors`.
static void weigh(const head *h, size_t rows, float scale, float *factors) {
    // The last panel's columns past the tokens take no weight, and whole vectors remain.
    size_t last = (h->tokens - 1) / MIEN_PANEL * MIEN_PANEL; // where the last panel begins
    float *last_scores = h->scores + last / h->block * rows * h->block + last % h->block;
    for (size_t r = 0; r < rows; r++) {
        for (size_t i = h->tokens - last; i < MIEN_PANEL; i++) last_scores[r * h->block + i] = -INFINITY;
    }
    mien_scores scores = {
        .scores = h->scores,
        .rows = rows,
        .row = h->block,
        .width = last + MIEN_PANEL,
        .block = h->block,
        .next = rows * h->block,
    };
    h->kernels->softmax_weights(&scores, scale, factors);
}

// Sums of the values by their weights.
static void gather(const head *h, size_t rows) {
    size_t panels = ceiling(h->depth, MIEN_PANEL);
    for (size_t start = 0; start < h->tokens; start += h->block) {
        size_t count = smaller(h->block, h->tokens - start);
        mien_tile product = {
            .factors = mien_factors_of(rows, count, h->scores + start * rows, h->block,
                                       h->values + start * MIEN_PANEL),
            .in = start ? h->sums : zeros,
            .in_row = start ? panels * MIEN_PANEL : 0,
            .in_panel = start ? MIEN_PANEL : 0,
            .out = h->sums,
            .out_row = panels * MIEN_PANEL,
            .out_panel = MIEN_PANEL,
        };
        product.factors.b_panel = h->tokens * MIEN_PANEL;
        mien_run_f32_tile(h->kernel, product, panels);
    }
}

static void attend(void *context, size_t index, size_t slot) {
    const mien_attention *t = context;
    size_t tokens = t->tokens, depth = t->head_width, width = t->heads * depth;
    size_t first = index / t->heads * tokens, column = index % t->heads * depth;
    head h = {
        .kernel = mien_f32_micro_kernel_for(t->isa),
        .kernels = mien_attention_kernels_for(t->isa),
        .queries = t->qkv + first * t->qkv_stride + column,
        .tokens = tokens,
        .depth = depth,
        .stride = t->qkv_stride,
        .block = mien_block_depth(tokens, MIEN_F32_DEPTH),
        .keys = t->scratch + slot * mien_attention_scratch_count(tokens, depth),
    };
    h.values = h.keys + mien_f32_packed_count(tokens, depth);
    h.scores = h.values + mien_f32_packed_count(depth, tokens);
    h.sums = h.scores + MIEN_TALLEST * ceiling(tokens, h.block) * h.block;
    mien_f32_pack_weights(h.queries + width, h.stride, 0, tokens, depth, h.keys);
    mien_f32_pack_transposed(h.queries + 2 * width, h.stride, depth, tokens, h.values);

    float *out = t->out + first * t->out_stride + column;
    size_t tiles = ceiling(tokens, h.kernel->rows), row = 0;
    for (size_t tile = 0; tile < tiles; tile++) {
        size_t rows = tokens / tiles + (tile < tokens % tiles);
        float factors[MIEN_TALLEST];
        score(&h, h.queries + row * h.stride, rows);
        weigh(&h, rows, t->scale, factors);
        gather(&h, rows);
        for (size_t r = 0; r < rows; r++, row++) {
            h.kernels->scale(h.sums + r * ceiling(depth, MIEN_PANEL) * MIEN_PANEL, depth, factors[r],
                             out + row * t->out_stride);
        }
    }
}

void mien_attention_run(const mien_attention *attention, size_t workers) {
    mien_parallel_for(workers, attention->images * attention->heads, attend, (void *)attention);
}
