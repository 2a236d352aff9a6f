// Tiles in plain C, correct anywhere.
#include <string.h>

#include "int8_tile.h"

static void one(const mien_int8_tile *t) {
    if (t->is_first) memset(t->sums, 0, t->rows * MIEN_PANEL * sizeof *t->sums);
    for (size_t r = 0; r < t->rows; r++) {
        int32_t *sums = t->sums + r * MIEN_PANEL;
        const uint8_t *a = t->a + r * MIEN_INT8_DEPTH;
        const int8_t *b = t->b;
        for (size_t k = 0; k < t->depth; k += 4, b += 4 * MIEN_PANEL) {
            for (size_t c = 0; c < MIEN_PANEL; c++) {
                for (size_t i = 0; i < 4; i++) sums[c] += (int32_t)a[k + i] * b[4 * c + i];
            }
        }
    }
}

const mien_int8_tile_kernel mien_int8_tile_baseline = {.rows = 4, .panels = 1, .one = one};
