// Packs weights in single precision.
#include <string.h>

#include "../../simd/vector.h"
#include "../partition.h"

size_t mien_f32_packed_count(size_t n, size_t k) { return ceiling(n, MIEN_PANEL) * MIEN_PANEL * k; }

// Four rows of W, four elements of each, to four rows of a panel.
static inline void transpose(const float *w, size_t w_stride, float *panel) {
    v4 a = *(const v4_any *)w, b = *(const v4_any *)(w + w_stride);
    v4 c = *(const v4_any *)(w + 2 * w_stride), d = *(const v4_any *)(w + 3 * w_stride);
    v4 ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    v4 ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7),
       cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    *(v4_any *)panel = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
    *(v4_any *)(panel + MIEN_PANEL) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
    *(v4_any *)(panel + 2 * MIEN_PANEL) = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
    *(v4_any *)(panel + 3 * MIEN_PANEL) = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

#define PACKED_DEPTH 256

void mien_f32_pack_weights(const float *w, size_t w_stride, size_t first, size_t last, size_t k,
                           float *packed) {
    for (size_t column = first; column < last; column += MIEN_PANEL) {
        size_t columns = smaller(MIEN_PANEL, last - column);
        float *panel = packed + column * k;
        // By blocks of k, so that the reads of 16 rows and the writes stay in the first-level cache.
        for (size_t start = 0; start < k; start += PACKED_DEPTH) {
            size_t end = smaller(k, start + PACKED_DEPTH), i = start;
            for (; columns == MIEN_PANEL && i + 4 <= end; i += 4) {
                for (size_t c = 0; c < MIEN_PANEL; c += 4) {
                    transpose(w + (column + c) * w_stride + i, w_stride, panel + i * MIEN_PANEL + c);
                }
            }
            for (; i < end; i++) {
                for (size_t c = 0; c < columns; c++)
                    panel[i * MIEN_PANEL + c] = w[(column + c) * w_stride + i];
                for (size_t c = columns; c < MIEN_PANEL; c++) panel[i * MIEN_PANEL + c] = 0;
            }
        }
    }
}

void mien_f32_pack_transposed(const float *w, size_t w_stride, size_t n, size_t k, float *packed) {
    for (size_t column = 0; column < n; column += MIEN_PANEL) {
        size_t columns = smaller(MIEN_PANEL, n - column);
        for (size_t i = 0; i < k; i++, packed += MIEN_PANEL) {
            if (columns == MIEN_PANEL) {
                memcpy(packed, w + i * w_stride + column, MIEN_PANEL * sizeof(float));
            } else {
                memcpy(packed, w + i * w_stride + column, columns * sizeof(float));
                memset(packed + columns, 0, (MIEN_PANEL - columns) * sizeof(float));
            }
        }
    }
}
