// Tiles in plain C, correct anywhere.
#include "int16_tile.h"

static void one(const mien_int16_tile *t) {
    for (size_t r = 0; r < t->rows; r++) {
        const int16_t *a = t->a + r * t->a_row, *b = t->b;
        int32_t sums[MIEN_PANEL] = {0};
        for (size_t pair = 0; pair < t->pairs; pair++, a += 2, b += 2 * MIEN_PANEL) {
            for (size_t c = 0; c < MIEN_PANEL; c++) sums[c] += a[0] * b[2 * c] + a[1] * b[2 * c + 1];
        }
        for (size_t c = 0; c < MIEN_PANEL; c++) {
            t->out[r * t->out_row + c] = (float)sums[c] * t->row_scales[r] * t->column_scales[c];
        }
    }
}

const mien_int16_tile_kernel mien_int16_tile_baseline = {.panels = 1, .one = one};
