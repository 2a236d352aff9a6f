// The tile kernels of one instruction set: TILE_VECTOR registers of TILE_LANES lanes, TILE_ROWS rows, and
// TILE_FMA. Deliberately without an include guard.

#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))
#define VECTORS (MIEN_PANEL / TILE_LANES)

// `rows` and `panels` are constants wherever these are inlined, so the accumulators live in registers.
INLINE void KERNEL(step)(TILE_VECTOR sum[TILE_ROWS][TILE_PANELS * VECTORS], const float *a, const float *b,
                         size_t b_panel, size_t rows, size_t panels) {
    TILE_VECTOR column[TILE_PANELS * VECTORS];
#pragma unroll
    for (size_t c = 0; c < panels * VECTORS; c++) {
        column[c] = TILE_LOAD(b + c / VECTORS * b_panel + c % VECTORS * TILE_LANES);
    }
#pragma unroll
    for (size_t r = 0; r < rows; r++) {
        TILE_VECTOR value = TILE_BROADCAST(a + r * MIEN_DEPTH);
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) sum[r][c] = TILE_FMA(value, column[c], sum[r][c]);
    }
}

INLINE void KERNEL(tile)(const mien_tile *t, size_t rows, size_t panels) {
    const float *a = t->a, *a_next = t->a_next, *b = t->b, *b_next = t->b_next;
    size_t b_panel = t->b_panel, k = t->depth;
    TILE_VECTOR sum[TILE_ROWS][TILE_PANELS * VECTORS];
#pragma unroll
    for (size_t r = 0; r < rows; r++) {
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) {
            sum[r][c] = TILE_LOAD(t->in + r * t->in_row + c / VECTORS * t->in_panel +
                                  c % VECTORS * TILE_LANES);
        }
    }
    for (; k >= MIEN_STEPS; k -= MIEN_STEPS, a += MIEN_STEPS, b += MIEN_STEPS * MIEN_PANEL) {
        for (size_t p = 0; p < panels; p++) __builtin_prefetch(b_next + p * b_panel, 0, 2);
        for (size_t r = 0; r < rows; r += 4) __builtin_prefetch(a_next + r * MIEN_STEPS);
        b_next += MIEN_PANEL;
        a_next += rows * MIEN_STEPS;
#pragma unroll
        for (size_t i = 0; i < MIEN_STEPS; i++) {
            KERNEL(step)(sum, a + i, b + i * MIEN_PANEL, b_panel, rows, panels);
        }
    }
    for (; k > 0; k--, a++, b += MIEN_PANEL) KERNEL(step)(sum, a, b, b_panel, rows, panels);
#pragma unroll
    for (size_t r = 0; r < rows; r++) {
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) {
            TILE_STORE(t->out + r * t->out_row + c / VECTORS * t->out_panel + c % VECTORS * TILE_LANES,
                       sum[r][c]);
        }
    }
}
