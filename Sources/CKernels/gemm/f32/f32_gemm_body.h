// The micro-kernels of single precision for one instruction set: TILE_VECTOR registers of TILE_LANES lanes,
// TILE_ROWS rows, TILE_PANELS panels, and TILE_FMA, or TILE_MULTIPLY_ROW for a whole row's. Deliberately
// without an include guard.

#pragma STDC FP_CONTRACT OFF

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
INLINE void KERNEL(accumulate)(TILE_VECTOR sum[TILE_ROWS][TILE_PANELS * VECTORS], const mien_factors *t,
                               size_t rows, size_t panels, bool is_scatter) {
    const float *b_later = t->b_later, *a = t->a, *a_next = t->a_next, *b = t->b, *b_next = t->b_next;
    size_t a_row = t->a_row, b_panel = t->b_panel, k = t->depth;
    size_t b_next_panel = is_scatter ? t->b_next_panel : b_panel;
    size_t next_pace = t->next_pace, later_pace = t->later_pace;
    for (; k >= MIEN_F32_STEP; k -= MIEN_F32_STEP, a += MIEN_F32_STEP, b += MIEN_F32_STEP * MIEN_PANEL) {
        for (size_t p = 0; p < panels; p++) __builtin_prefetch(b_next + p * b_next_panel, 0, 2);
        for (size_t r = 0; r < rows; r += 4) __builtin_prefetch(a_next + r * MIEN_F32_STEP);
        b_next += next_pace;
        if (is_scatter) {
            __builtin_prefetch(b_later, 0, 2);
            b_later += later_pace;
        }
        a_next += rows * MIEN_F32_STEP;
#pragma unroll
        for (size_t i = 0; i < MIEN_F32_STEP; i++) {
            KERNEL(step)(sum, a + i, a_row, b + i * MIEN_PANEL, b_panel, rows, panels);
        }
    }
    for (; k > 0; k--, a++, b += MIEN_PANEL) KERNEL(step)(sum, a, a_row, b, b_panel, rows, panels);
}

INLINE void KERNEL(tile)(const mien_tile *t, size_t rows, size_t panels) {
    TILE_VECTOR sum[TILE_ROWS][TILE_PANELS * VECTORS];
    const float *in = t->in;
    float *out = t->out;
#pragma unroll
    for (size_t r = 0; r < rows; r++) {
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) {
            sum[r][c] = TILE_LOAD(in + r * t->in_row + c / VECTORS * t->in_panel + c % VECTORS * TILE_LANES);
        }
    }
    KERNEL(accumulate)(sum, &t->factors, rows, panels, false);
#pragma unroll
    for (size_t r = 0; r < rows; r++) {
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) {
            TILE_STORE(out + r * t->out_row + c / VECTORS * t->out_panel + c % VECTORS * TILE_LANES,
                       sum[r][c]);
        }
    }
}

INLINE void KERNEL(scatter_rows)(const mien_scatter_tile *t, size_t rows, size_t panels) {
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

#define RUN(rows) KERNEL(tile)(t, rows, 1)
static void KERNEL(run)(const mien_tile *t){MIEN_SWITCH_ROWS(t -> factors.rows, RUN)}

#define SCATTER(rows) KERNEL(scatter_rows)(t, rows, 1)
static void KERNEL(scatter)(const mien_scatter_tile *t){MIEN_SWITCH_ROWS(t->factors.rows, SCATTER)}

#if TILE_PANELS == 2
#define RUN_TWO(rows) KERNEL(tile)(t, rows, 2)
static void KERNEL(run_two)(const mien_tile *t){MIEN_SWITCH_ROWS(t->factors.rows, RUN_TWO)}

#define SCATTER_TWO(rows) KERNEL(scatter_rows)(t, rows, 2)
static void KERNEL(scatter_two)(const mien_scatter_tile *t) {
    MIEN_SWITCH_ROWS(t->factors.rows, SCATTER_TWO)
}
#endif
