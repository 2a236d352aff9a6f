// Tiles of 4 x 16 in plain C, correct anywhere: numbers of 16 bits, neighbours of which are multiplied and
// added to 32, as every processor with vectors can.
#include <string.h>

#include "../../simd/vector.h"
#include "../micro_kernel.h"

#define TILE_ROWS 4
#define QUADS (MIEN_PANEL / 4) // of a panel's columns, in one vector

typedef int8_t b16 __attribute__((ext_vector_type(16)));
typedef int16_t s16 __attribute__((ext_vector_type(16)));
typedef int32_t i4 __attribute__((ext_vector_type(4)));
typedef int32_t i8 __attribute__((ext_vector_type(8)));

#define WIDE(v) __builtin_convertvector(v, i8)

// `rows` is a constant wherever this is inlined.
INLINE void tile(const mien_tile *t, size_t rows) {
    const uint8_t *a = t->factors.a;
    const int8_t *b = t->factors.b;
    i4 sum[TILE_ROWS][QUADS] = {0};
    if (t->in) memcpy(sum, t->in, rows * sizeof *sum);
    for (size_t k = 0; k < t->factors.depth; k += 4, b += 4 * MIEN_PANEL) {
        for (size_t r = 0; r < rows; r++) {
            i4 inputs;
            memcpy(&inputs, a + r * MIEN_S8_DEPTH + k, sizeof inputs[0]);
            inputs = inputs.xxxx;
            vb bytes;
            memcpy(&bytes, &inputs, sizeof bytes);
            s16 left = __builtin_convertvector(bytes, s16);
            for (size_t q = 0; q < QUADS; q++) {
                b16 weights;
                memcpy(&weights, b + q * sizeof weights, sizeof weights);
                s16 right = __builtin_convertvector(weights, s16);
                i8 pairs = WIDE(left.even) * WIDE(right.even) + WIDE(left.odd) * WIDE(right.odd);
                sum[r][q] += pairs.even + pairs.odd;
            }
        }
    }
    memcpy(t->out, sum, rows * sizeof *sum);
}

#define RUN(rows) tile(t, rows)
static void run(const mien_tile *t) { MIEN_SWITCH_ROWS(t->factors.rows, RUN) }

const mien_micro_kernel mien_s8_gemm_baseline = {.rows = TILE_ROWS, .panels = 1, .run = {run}};
