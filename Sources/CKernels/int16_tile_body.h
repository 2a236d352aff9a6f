// The tile kernels of one instruction set for 16-bit numbers: TILE_VECTOR registers of TILE_COLUMNS pairs, up to TILE_ROWS
// rows, and TILE_ADD_PAIR(sums, columns, pair, count), which adds a pair of A times `count` vectors of B. Deliberately
// without an include guard.

#define INLINE static inline __attribute__((always_inline))
#define VECTORS (MIEN_PANEL / TILE_COLUMNS)

typedef const int16_t int16_pair[2];

// `rows` and `panels` are constants wherever this is inlined, so the sums live in registers.
INLINE void KERNEL(tile)(const mien_int16_tile *t, size_t rows, size_t panels) {
    TILE_VECTOR sum[TILE_ROWS][TILE_PANELS * VECTORS];
#pragma unroll
    for (size_t r = 0; r < rows; r++) {
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) sum[r][c] = TILE_ZERO;
    }
    const int16_t *a = t->a, *b = t->b;
#pragma clang loop unroll_count(4)
    for (size_t pair = 0; pair < t->pairs; pair++, a += 2, b += 2 * MIEN_PANEL) {
        TILE_VECTOR column[TILE_PANELS * VECTORS];
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) {
            column[c] = TILE_LOAD(b + c / VECTORS * t->b_panel + c % VECTORS * 2 * TILE_COLUMNS);
        }
#pragma unroll
        for (size_t r = 0; r < rows; r++) {
            TILE_ADD_PAIR(sum[r], column, (int16_pair *)(a + r * t->a_row), panels * VECTORS);
        }
    }
#pragma unroll
    for (size_t r = 0; r < rows; r++) {
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) {
            TILE_STORE_SCALED(t->out + r * t->out_row + c / VECTORS * t->out_panel + c % VECTORS * TILE_COLUMNS,
                              sum[r][c], t->row_scales[r], t->column_scales + c * TILE_COLUMNS);
        }
    }
}

// `t` with the number of its rows, at most six, as a constant.
#define TILE_SWITCH(panels)                                                                                  \
    switch (t->rows) {                                                                                       \
    case 1: KERNEL(tile)(t, 1, panels); break;                                                               \
    case 2: KERNEL(tile)(t, 2, panels); break;                                                               \
    case 3: KERNEL(tile)(t, 3, panels); break;                                                               \
    case 4: KERNEL(tile)(t, 4, panels); break;                                                               \
    case 5: KERNEL(tile)(t, 5, panels); break;                                                               \
    default: KERNEL(tile)(t, MIEN_INT16_ROWS, panels); break;                                                \
    }
