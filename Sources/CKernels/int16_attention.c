// Attention with its two products in 16 bits, one head at a time, as in gemm_attention.c.
//
// A query, a key, a column of the values and the softmax weights of a query each become whole numbers with a scale. They
// are so large that no sum of `count` products leaves 32 bits, where it is exact: count * largest^2 < 2^31.
#include "elementwise_table.h"
#include "gemm_cut.h"
#include "int16_tile.h"

static float limit_for(size_t count) { return fminf(32767.0f, floorf(sqrtf(0x1.fffp30f / (float)count))); }

static size_t whole(size_t count) { return ceiling(count, MIEN_PANEL) * MIEN_PANEL; }

// A worker's scratch, in elements of single precision; two numbers of 16 bits are one.
typedef struct layout {
    size_t keys, values;         // packed
    size_t key_scales;           // and two more like this for the columns of the values
    size_t value_scales;
    size_t rows;                 // of all keys, then of a tile's queries
    size_t weights, scores, sums; // a tile's
} layout;

static layout layout_for(size_t tokens, size_t head_width) {
    return (layout){
        .keys = whole(tokens) * head_width / 2,
        .values = whole(head_width) * ceiling(tokens, 2),
        .key_scales = whole(tokens),
        .value_scales = whole(head_width),
        .rows = whole((tokens < MIEN_INT16_ROWS ? MIEN_INT16_ROWS : tokens) * head_width / 2),
        .weights = MIEN_INT16_ROWS * whole(tokens) / 2,
        .scores = MIEN_INT16_ROWS * whole(tokens),
        .sums = MIEN_INT16_ROWS * whole(head_width),
    };
}

size_t mien_int16_attention_scratch_count(size_t tokens, size_t head_width) {
    layout l = layout_for(tokens, head_width);
    return l.keys + l.values + l.key_scales + 2 * l.value_scales + l.rows + l.weights + l.scores + l.sums;
}

// How many rows ahead the rows of a head are fetched: they are thousands of bytes apart, which no processor guesses.
#define AHEAD 8

static inline void fetch_row(const float *row, size_t count) {
    for (size_t i = 0; i < count; i += MIEN_PANEL) __builtin_prefetch(row + i);
}

static void attend(void *context, size_t piece, size_t slot) {
    const mien_attention *t = context;
    mien_isa_level level = mien_isa();
    const mien_int16_tile_kernel *kernel = mien_int16_tile_for(level);
    const mien_elementwise *elementwise = mien_elementwise_for(level);
    size_t tokens = t->tokens, depth = t->head_width, stride = t->qkv_stride;
    size_t first = piece / t->heads * tokens, head = piece % t->heads, width = t->heads * depth;
    const float *q = t->qkv + first * stride + head * depth, *k = q + width, *v = k + width;
    float *out = t->out + first * t->out_stride + head * depth;

    layout l = layout_for(tokens, depth);
    float *keys = t->scratch + slot * mien_int16_attention_scratch_count(tokens, depth);
    float *values = keys + l.keys, *key_scales = values + l.values, *value_scales = key_scales + l.key_scales;
    float *value_factors = value_scales + l.value_scales, *rows = value_factors + l.value_scales;
    float *weights = rows + l.rows, *scores = weights + l.weights, *sums = scores + l.scores;

    float product_limit = limit_for(depth), weight_limit = limit_for(tokens);
    for (size_t token = 0; token < tokens; token++) {
        fetch_row(k + (token + AHEAD < tokens ? token + AHEAD : token) * stride, depth);
        fetch_row(v + token * stride, depth);
        key_scales[token] = elementwise->row_int16(k + token * stride, depth, product_limit,
                                                   (int16_t *)rows + token * depth);
    }
    size_t padded = whole(tokens), pairs = ceiling(tokens, 2);
    for (size_t token = tokens; token < padded; token++) key_scales[token] = 0;
    // A pair is moved like one number.
    mien_gemm_pack_weights(rows, depth / 2, 0, tokens, depth / 2, keys);
    elementwise->column_scales(v, stride, tokens, depth, weight_limit, value_factors, value_scales);
    for (size_t pair = 0; pair < pairs; pair++) {
        const float *value = v + 2 * pair * stride;
        elementwise->pair_int16(value, 2 * pair + 1 < tokens ? value + stride : NULL, depth, value_factors,
                                (int16_t *)values + pair * 2 * MIEN_PANEL, pairs * 2 * MIEN_PANEL);
    }

    // Whole panels go where they belong at once.
    bool is_whole = depth % MIEN_PANEL == 0;
    size_t tiles = ceiling(tokens, MIEN_INT16_ROWS), row = 0;
    for (size_t tile = 0; tile < tiles; tile++) {
        size_t count = tokens / tiles + (tile < tokens % tiles);
        float scales[MIEN_INT16_ROWS];
        for (size_t r = 0; r < count; r++) {
            if (row + r + MIEN_INT16_ROWS < tokens) fetch_row(q + (row + r + MIEN_INT16_ROWS) * stride, depth);
            float scale = elementwise->row_int16(q + (row + r) * stride, depth, product_limit,
                                                 (int16_t *)rows + r * depth);
            scales[r] = scale * (t->scale * 1.44269504f); // scores to base 2
        }
        mien_int16_tile product = {
            .rows = count, .pairs = depth / 2,
            .a = (const int16_t *)rows, .a_row = depth, .b = (const int16_t *)keys, .b_panel = depth * MIEN_PANEL,
            .row_scales = scales, .column_scales = key_scales,
            .out = scores, .out_row = padded, .out_panel = MIEN_PANEL,
        };
        mien_run_int16_tile(kernel, product, padded / MIEN_PANEL);
        // The last panel's columns past the tokens take no weight, and whole vectors remain.
        for (size_t r = 0; r < count; r++) {
            for (size_t i = tokens; i < padded; i++) scores[r * padded + i] = -INFINITY;
        }
        mien_scores row_scores = {.scores = scores, .rows = count, .row = padded, .width = padded, .block = padded};
        elementwise->softmax_int16(&row_scores, weight_limit, (int16_t *)weights, scales);
        product = (mien_int16_tile){
            .rows = count, .pairs = pairs, .a = (const int16_t *)weights, .a_row = padded,
            .b = (const int16_t *)values, .b_panel = pairs * 2 * MIEN_PANEL,
            .row_scales = scales, .column_scales = value_scales,
            .out = is_whole ? out : sums, .out_row = is_whole ? t->out_stride : whole(depth),
            .out_panel = MIEN_PANEL,
        };
        mien_run_int16_tile(kernel, product, whole(depth) / MIEN_PANEL);
        for (size_t r = 0; r < count && !is_whole; r++) {
            memcpy(out + r * t->out_stride, sums + r * whole(depth), depth * sizeof(float));
        }
        row += count, out += count * t->out_stride;
    }
}

void mien_int16_attention_run(const mien_attention *attention, size_t workers) {
    mien_run_pieces(workers, attention->images * attention->heads, attend, (void *)attention);
}
