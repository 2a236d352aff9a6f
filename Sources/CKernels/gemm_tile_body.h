// The tile kernels of one instruction set: TILE_VECTOR registers of TILE_LANES lanes, TILE_ROWS rows, and
// TILE_FMA. Deliberately without an include guard.

#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))
#define VECTORS (MIEN_PANEL / TILE_LANES)

// `rows` and `panels` are constants wherever this is inlined, so the accumulators live in registers.
INLINE void KERNEL(tile)(const mien_tile *t, size_t rows, size_t panels) {
    const float *a = t->a, *b = t->b;
    size_t b_panel = t->b_panel;
    TILE_VECTOR sum[TILE_ROWS][TILE_PANELS * VECTORS];
#pragma unroll
    for (size_t r = 0; r < rows; r++) {
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) {
            sum[r][c] = TILE_LOAD(t->in + r * t->in_row + c / VECTORS * t->in_panel +
                                  c % VECTORS * TILE_LANES);
        }
    }
#pragma unroll 4
    for (size_t k = t->depth; k > 0; k--) {
        TILE_VECTOR column[TILE_PANELS * VECTORS];
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) {
            column[c] = TILE_LOAD(b + c / VECTORS * b_panel + c % VECTORS * TILE_LANES);
        }
#pragma unroll
        for (size_t r = 0; r < rows; r++) {
            TILE_VECTOR value = TILE_BROADCAST(a + r * MIEN_DEPTH);
#pragma unroll
            for (size_t c = 0; c < panels * VECTORS; c++) {
                sum[r][c] = TILE_FMA(value, column[c], sum[r][c]);
            }
        }
        a++;
        b += MIEN_PANEL;
    }
#pragma unroll
    for (size_t r = 0; r < rows; r++) {
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) {
            TILE_STORE(t->out + r * t->out_row + c / VECTORS * t->out_panel + c % VECTORS * TILE_LANES,
                       sum[r][c]);
        }
    }
}
