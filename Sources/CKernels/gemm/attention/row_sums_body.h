// What reads a matrix once, row by row or strip by strip, for one vector. A part of attention_body.h.

#define ROWS 4

// out[r] = row r times `vector`, for `count` rows, a constant wherever this is inlined.
INLINE void KERNEL(dots_of)(const float *rows, size_t stride, size_t count, const float *vector, size_t width,
                            float *out) {
    vf sum[ROWS];
    for (size_t r = 0; r < count; r++) sum[r] = 0.0f;
    for (size_t i = 0; i < width; i += LANES) {
        vf factor = KERNEL(load_some)(vector + i, width - i, 0.0f);
        for (size_t r = 0; r < count; r++) {
            sum[r] = FUSED(KERNEL(load_some)(rows + r * stride + i, width - i, 0.0f), factor, sum[r]);
        }
    }
    for (size_t r = 0; r < count; r++) out[r] = KERNEL(sum)(sum[r]);
}

// Some rows at a time, so that their sums do not wait for each other.
static void KERNEL(dots)(const float *rows, size_t stride, size_t count, const float *vector, size_t width,
                         float *out) {
    size_t row = 0;
    for (; row + ROWS <= count; row += ROWS) {
        KERNEL(dots_of)(rows + row * stride, stride, ROWS, vector, width, out + row);
    }
    for (; row < count; row++) KERNEL(dots_of)(rows + row * stride, stride, 1, vector, width, out + row);
}

#undef ROWS

#define VECTORS 4

// out = factor times the sum of weights[r] times row r, of a strip of `vectors` vectors (a constant), or of
// fewer than 16 columns.
INLINE void KERNEL(weighted_strip)(const float *rows, size_t stride, size_t count, const float *weights,
                                   float factor, size_t columns, size_t vectors, float *out) {
    vf sum[VECTORS];
    for (size_t v = 0; v < vectors; v++) sum[v] = 0.0f;
    for (size_t r = 0; r < count; r++) {
        for (size_t v = 0; v < vectors; v++) {
            vf value = KERNEL(load_some)(rows + r * stride + v * LANES, columns - v * LANES, 0.0f);
            sum[v] = FUSED(value, weights[r], sum[v]);
        }
    }
    for (size_t v = 0; v < vectors; v++) {
        KERNEL(store_some)(out + v * LANES, sum[v] * factor, columns - v * LANES);
    }
}

static void KERNEL(weighted_sum)(const float *rows, size_t stride, size_t count, const float *weights,
                                 float factor, size_t width, float *out) {
    size_t i = 0;
    for (; i + VECTORS * LANES <= width; i += VECTORS * LANES) {
        KERNEL(weighted_strip)(rows + i, stride, count, weights, factor, VECTORS * LANES, VECTORS, out + i);
    }
    for (; i < width; i += LANES) {
        KERNEL(weighted_strip)(rows + i, stride, count, weights, factor, width - i, 1, out + i);
    }
}

#undef VECTORS
