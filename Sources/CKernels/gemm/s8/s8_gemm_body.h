// The micro-kernels of 8 bits whose sums live in registers, for tiles of up to TILE_ROWS rows and TILE_PANELS
// panels. A vector covers TILE_COLUMNS of a panel's 16 columns, four inputs each. TILE_DOT adds eight inputs'
// products to a sum; or TILE_DOT_ROW four inputs' to all sums of a row, which needs fewer registers.
// Deliberately without an include guard.

#define VECTORS (MIEN_PANEL / TILE_COLUMNS)
#define QUAD_BYTES (4 * MIEN_PANEL)

// Adds the products of eight inputs. `rows` and `panels` are constants wherever this is inlined, so the sums
// live in registers.
INLINE void KERNEL(step)(TILE_VECTOR sum[TILE_ROWS][TILE_PANELS * VECTORS], const uint8_t *a, const int8_t *b,
                         size_t b_panel, size_t rows, size_t panels) {
#ifdef TILE_DOT_ROW
#pragma unroll
    for (size_t quad = 0; quad < 2; quad++) {
        TILE_VECTOR column[TILE_PANELS * VECTORS];
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) {
            column[c] = TILE_LOAD(b + c / VECTORS * b_panel + c % VECTORS * TILE_COLUMNS * 4 +
                                  quad * QUAD_BYTES);
        }
#pragma unroll
        for (size_t r = 0; r < rows; r++) TILE_DOT_ROW(sum[r], column, a + r * MIEN_S8_DEPTH + 4 * quad);
    }
#else
    TILE_VECTOR even[TILE_PANELS * VECTORS], odd[TILE_PANELS * VECTORS];
#pragma unroll
    for (size_t c = 0; c < panels * VECTORS; c++) {
        const int8_t *from = b + c / VECTORS * b_panel + c % VECTORS * TILE_COLUMNS * 4;
        even[c] = TILE_LOAD(from);
        odd[c] = TILE_LOAD(from + QUAD_BYTES);
    }
#pragma unroll
    for (size_t r = 0; r < rows; r++) {
        int32_t quads[2];
        memcpy(quads, a + r * MIEN_S8_DEPTH, sizeof quads);
        TILE_VECTOR first = TILE_BROADCAST(quads[0]), second = TILE_BROADCAST(quads[1]);
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) {
            sum[r][c] = TILE_DOT(sum[r][c], first, even[c], second, odd[c]);
        }
    }
#endif
}

INLINE void KERNEL(tile)(const mien_tile *t, size_t rows, size_t panels) {
    TILE_VECTOR sum[TILE_ROWS][TILE_PANELS * VECTORS];
    const int32_t *in = t->in;
    int32_t *out = t->out;
#pragma unroll
    for (size_t r = 0; r < rows; r++) {
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) {
            size_t at = c / VECTORS * t->out_panel + r * MIEN_PANEL + c % VECTORS * TILE_COLUMNS;
            sum[r][c] = in ? TILE_LOAD(in + at) : TILE_ZERO;
        }
    }
    const uint8_t *a = t->factors.a;
    const int8_t *b = t->factors.b, *b_next = t->factors.b_next;
    size_t b_panel = t->factors.b_panel, next_pace = t->factors.next_pace / 2;
    for (size_t k = 0; k < t->factors.depth; k += 8, b += 2 * QUAD_BYTES, b_next += next_pace) {
#pragma unroll
        for (size_t p = 0; p < panels; p++) __builtin_prefetch(b_next + p * b_panel, 0, 2);
        KERNEL(step)(sum, a + k, b, b_panel, rows, panels);
    }
#pragma unroll
    for (size_t r = 0; r < rows; r++) {
#pragma unroll
        for (size_t c = 0; c < panels * VECTORS; c++) {
            TILE_STORE(out + c / VECTORS * t->out_panel + r * MIEN_PANEL + c % VECTORS * TILE_COLUMNS,
                       sum[r][c]);
        }
    }
}

#define RUN(rows) KERNEL(tile)(t, rows, 1)
static void KERNEL(run)(const mien_tile *t){MIEN_SWITCH_ROWS(t -> factors.rows, RUN)}

#if TILE_PANELS == 2
#define RUN_TWO(rows) KERNEL(tile)(t, rows, 2)
static void KERNEL(run_two)(const mien_tile *t) {
    MIEN_SWITCH_ROWS(t->factors.rows, RUN_TWO)
}
#endif
