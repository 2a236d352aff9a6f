// Tiles in plain C, correct anywhere.
#include <string.h>

#include "int8_tile.h"

#pragma STDC FP_CONTRACT OFF

static void one(const mien_int8_tile *t) {
    for (size_t r = 0; r < t->rows; r++) {
        int32_t sums[MIEN_PANEL] = {0};
        char *place = (char *)t->sums + r * sizeof sums;
        if (!t->first) memcpy(sums, place, sizeof sums);
        const uint8_t *a = t->a + r * MIEN_INT8_DEPTH;
        const int8_t *b = t->b;
        for (size_t k = 0; k < t->depth; k += 4, b += 4 * MIEN_PANEL) {
            for (size_t c = 0; c < MIEN_PANEL; c++) {
                for (size_t i = 0; i < 4; i++) sums[c] += (int32_t)a[k + i] * b[4 * c + i];
            }
        }
        if (!t->last) {
            memcpy(place, sums, sizeof sums);
            continue;
        }
        float values[MIEN_PANEL];
        for (size_t c = 0; c < MIEN_PANEL; c++) {
            int32_t whole = sums[c] - t->row_zeros[r] * t->column_sums[c];
            float scale = t->row_scales[r] * t->scales[c];
            values[c] = (float)whole * scale + t->bias[c];
        }
        memcpy(place, values, sizeof values);
    }
}

const mien_int8_tile_kernel mien_int8_tile_baseline = {.rows = 4, .panels = 1, .one = one};
