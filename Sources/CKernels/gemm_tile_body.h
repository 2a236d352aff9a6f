// The tile kernels of one instruction set: TILE_VECTOR registers of TILE_LANES lanes, TILE_ROWS rows, and
// TILE_FMA. Deliberately without an include guard.

#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))
#define VECTORS (MIEN_PANEL / TILE_LANES)

// `rows` and `panels` are constants wherever these are inlined, so the accumulators live in registers.
INLINE void KERNEL(step)(TILE_VECTOR sum[TILE_ROWS][TILE_PANELS * VECTORS], const float *a, size_t a_row,
                         const float *b, size_t b_panel, size_t rows, size_t panels) {
    TILE_VECTOR column[TILE_PANELS * VECTORS];
#pragma unroll
    for (size_t c = 0; c < panels * VECTORS; c++) {
        column[c] = TILE_LOAD(b + c / VECTORS * b_panel + c % VECTORS * TILE_LANES);
    }
#pragma unroll
    for (size_t r = 0; r < rows; r++) {
#ifdef TILE_MULTIPLY_ROW
        TILE_MULTIPLY_ROW(sum[r], column, a + r * a_row, panels * VECTORS);
#else
        TILE_VECTOR value = TILE_BROADCAST(a + r * a_row);
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) sum[r][c] = TILE_FMA(value, column[c], sum[r][c]);
#endif
    }
}

// Adds the products of `rows` rows of A with `panels` panels of B to the sums.
INLINE void KERNEL(accumulate)(TILE_VECTOR sum[TILE_ROWS][TILE_PANELS * VECTORS], const mien_tile_factors *t,
                               size_t rows, size_t panels, bool is_spread) {
    const float *b_later = t->b_later, *a = t->a, *a_next = t->a_next, *b = t->b, *b_next = t->b_next;
    size_t a_row = t->a_row, b_panel = t->b_panel, k = t->depth;
    size_t b_next_panel = is_spread ? t->b_next_panel : b_panel;
    size_t next_pace = t->next_pace, later_pace = t->later_pace;
    for (; k >= MIEN_STEPS; k -= MIEN_STEPS, a += MIEN_STEPS, b += MIEN_STEPS * MIEN_PANEL) {
        for (size_t p = 0; p < panels; p++) __builtin_prefetch(b_next + p * b_next_panel, 0, 2);
        for (size_t r = 0; r < rows; r += 4) __builtin_prefetch(a_next + r * MIEN_STEPS);
        b_next += next_pace;
        if (is_spread) {
            __builtin_prefetch(b_later, 0, 2);
            b_later += later_pace;
        }
        a_next += rows * MIEN_STEPS;
#pragma unroll
        for (size_t i = 0; i < MIEN_STEPS; i++) {
            KERNEL(step)(sum, a + i, a_row, b + i * MIEN_PANEL, b_panel, rows, panels);
        }
    }
    for (; k > 0; k--, a++, b += MIEN_PANEL) KERNEL(step)(sum, a, a_row, b, b_panel, rows, panels);
}

INLINE void KERNEL(tile)(const mien_tile *t, size_t rows, size_t panels) {
    TILE_VECTOR sum[TILE_ROWS][TILE_PANELS * VECTORS];
#pragma unroll
    for (size_t r = 0; r < rows; r++) {
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) {
            sum[r][c] = TILE_LOAD(t->in + r * t->in_row + c / VECTORS * t->in_panel +
                                  c % VECTORS * TILE_LANES);
        }
    }
    KERNEL(accumulate)(sum, &t->factors, rows, panels, false);
#pragma unroll
    for (size_t r = 0; r < rows; r++) {
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) {
            TILE_STORE(t->out + r * t->out_row + c / VECTORS * t->out_panel + c % VECTORS * TILE_LANES,
                       sum[r][c]);
        }
    }
}

INLINE void KERNEL(spread_rows)(const mien_spread_tile *t, size_t rows, size_t panels) {
    TILE_VECTOR sum[TILE_ROWS][TILE_PANELS * VECTORS];
#pragma unroll
    for (size_t r = 0; r < rows; r++) {
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) sum[r][c] = TILE_ZERO;
    }
    KERNEL(accumulate)(sum, &t->factors, rows, panels, true);
    for (size_t i = 0; i < t->targets; i++) {
        const mien_target *target = &t->target[i];
        TILE_VECTOR sign = TILE_BROADCAST(&target->sign);
#pragma unroll
        for (size_t r = 0; r < rows; r++) {
#pragma unroll
            for (size_t c = 0; c < panels * VECTORS; c++) {
                size_t panel = c / VECTORS, lane = c % VECTORS * TILE_LANES;
                const float *in = target->in + r * target->in_row + panel * target->in_panel + lane;
                float *out = target->out + r * MIEN_PANEL + panel * target->out_panel + lane;
                TILE_STORE(out, TILE_FMA(sum[r][c], sign, TILE_LOAD(in)));
            }
        }
    }
}

// `call` with the number of rows as a constant.
#define TILE_CASE(call, rows) case rows: call(rows); break;
#if TILE_ROWS == 2
#define TILE_CASES(call) TILE_CASE(call, 1)
#elif TILE_ROWS == 6
#define TILE_CASES(call)                                                                                     \
    TILE_CASE(call, 1) TILE_CASE(call, 2) TILE_CASE(call, 3) TILE_CASE(call, 4) TILE_CASE(call, 5)
#else
#define TILE_CASES(call)                                                                                     \
    TILE_CASE(call, 1) TILE_CASE(call, 2) TILE_CASE(call, 3) TILE_CASE(call, 4) TILE_CASE(call, 5)           \
    TILE_CASE(call, 6) TILE_CASE(call, 7) TILE_CASE(call, 8) TILE_CASE(call, 9) TILE_CASE(call, 10)          \
    TILE_CASE(call, 11) TILE_CASE(call, 12) TILE_CASE(call, 13)
#endif
#define TILE_SWITCH(call)                                                                                    \
    switch (t->factors.rows) {                                                                               \
        TILE_CASES(call)                                                                                     \
    default: call(TILE_ROWS); break;                                                                         \
    }

#define TILE_ONE(rows) KERNEL(tile)(t, rows, 1)
static void KERNEL(one)(const mien_tile *t) { TILE_SWITCH(TILE_ONE) }

#define TILE_SPREAD(rows) KERNEL(spread_rows)(t, rows, 1)
static void KERNEL(spread)(const mien_spread_tile *t) { TILE_SWITCH(TILE_SPREAD) }

#if TILE_PANELS == 2
#define TILE_TWO(rows) KERNEL(tile)(t, rows, 2)
static void KERNEL(two)(const mien_tile *t) { TILE_SWITCH(TILE_TWO) }

#define TILE_SPREAD_TWO(rows) KERNEL(spread_rows)(t, rows, 2)
static void KERNEL(spread_two)(const mien_spread_tile *t) { TILE_SWITCH(TILE_SPREAD_TWO) }
#endif
