// Tiles of 4 x 16 in plain C, correct anywhere.
#include <string.h>

#include "../micro_kernel.h"

static void run(const mien_tile *t) {
    size_t rows = t->factors.rows;
    int32_t *sums = t->out;
    if (!t->in) memset(sums, 0, rows * MIEN_PANEL * sizeof *sums);
    for (size_t r = 0; r < rows; r++, sums += MIEN_PANEL) {
        const uint8_t *a = (const uint8_t *)t->factors.a + r * MIEN_S8_DEPTH;
        const int8_t *b = t->factors.b;
        for (size_t k = 0; k < t->factors.depth; k += 4, b += 4 * MIEN_PANEL) {
            for (size_t c = 0; c < MIEN_PANEL; c++) {
                for (size_t i = 0; i < 4; i++) sums[c] += (int32_t)a[k + i] * b[4 * c + i];
            }
        }
    }
}

const mien_micro_kernel mien_s8_gemm_baseline = {.rows = 4, .panels = 1, .run = {run}};
