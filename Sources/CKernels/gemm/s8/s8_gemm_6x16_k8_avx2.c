// Eight products to a 16-bit sum, two by vpmaddubsw and the others by vpaddw, before vpmaddwd widens them:
// five multiplications for sixteen inputs, where widening each pair would take eight. The group rule of
// gemm_s8.h keeps it exact.
//
// The 16-bit sums of a step fill the registers, so the whole sums wait in memory: one load and one store for
// each eight products.
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "../../simd/vector.h"
#include "../micro_kernel.h"
#include "../vector_256.h"

#include "../../simd/begin_avx2.h"

#define TILE_ROWS 6
#define VECTORS (MIEN_PANEL / TILE_COLUMNS)
#define QUADS (MIEN_S8_STEP / 4)
#define CACHE_LINE 64

// In assembly, and volatile, because the order is what makes the twelve sums, two vectors of W and two of A
// fit into sixteen registers: a compiler that moves the loads up spills them, and loses a tenth of the speed.
#define BEGIN(quad, w, sum)                                            \
    __asm__ volatile("vpbroadcastd %[a], %[right]\n\t"                 \
                     "vpmaddubsw %[w0], %[right], %[left]\n\t"         \
                     "vpmaddubsw %[w1], %[right], %[right]"            \
                     : [left] "=&x"((sum)[0]), [right] "=&x"((sum)[1]) \
                     : [a] "m"(*(quad)), [w0] "x"((w)[0]), [w1] "x"((w)[1]))

#define CONTINUE(quad, w, sum)                                                                         \
    do {                                                                                               \
        __m256i left_, right_;                                                                         \
        __asm__ volatile(                                                                              \
            "vpbroadcastd %[a], %[right]\n\t"                                                          \
            "vpmaddubsw %[w0], %[right], %[left]\n\t"                                                  \
            "vpmaddubsw %[w1], %[right], %[right]\n\t"                                                 \
            "vpaddw %[left], %[sum0], %[sum0]\n\t"                                                     \
            "vpaddw %[right], %[sum1], %[sum1]"                                                        \
            : [sum0] "+x"((sum)[0]), [sum1] "+x"((sum)[1]), [left] "=&x"(left_), [right] "=&x"(right_) \
            : [a] "m"(*(quad)), [w0] "x"((w)[0]), [w1] "x"((w)[1]));                                   \
    } while (0)

typedef const uint8_t quad_bytes[4];

// `rows` is a constant wherever this is inlined, so the sums of a step live in registers.
INLINE void tile(const mien_tile *t, size_t rows) {
    int32_t *sums = t->out;
    if (!t->in) memset(sums, 0, rows * MIEN_PANEL * sizeof *sums);
    const uint8_t *a = t->factors.a;
    const int8_t *b = t->factors.b, *b_next = t->factors.b_next;
    size_t next_pace = t->factors.next_pace;
    for (size_t k = 0; k < t->factors.depth; k += MIEN_S8_STEP) {
        __builtin_prefetch(b_next, 0, 2);
        __builtin_prefetch(b_next + CACHE_LINE, 0, 2);
        b_next += next_pace;
        __m256i sum[TILE_ROWS][VECTORS];
#pragma unroll
        for (size_t q = 0; q < QUADS; q++, a += 4, b += 4 * MIEN_PANEL) {
            __m256i w[VECTORS] = {TILE_LOAD(b), TILE_LOAD(b + 4 * TILE_COLUMNS)};
#pragma unroll
            for (size_t r = 0; r < rows; r++) {
                quad_bytes *quad = (quad_bytes *)(a + r * MIEN_S8_DEPTH);
                if (q == 0) {
                    BEGIN(quad, w, sum[r]);
                } else {
                    CONTINUE(quad, w, sum[r]);
                }
            }
        }
        __m256i ones = _mm256_set1_epi16(1);
#pragma unroll
        for (size_t r = 0; r < rows; r++) {
#pragma unroll
            for (size_t c = 0; c < VECTORS; c++) sum[r][c] = _mm256_madd_epi16(sum[r][c], ones);
        }
#pragma unroll
        for (size_t r = 0; r < rows; r++) {
#pragma unroll
            for (size_t c = 0; c < VECTORS; c++) {
                int32_t *whole = sums + r * MIEN_PANEL + c * TILE_COLUMNS;
                TILE_STORE(whole, _mm256_add_epi32(TILE_LOAD(whole), sum[r][c]));
            }
        }
    }
}

#define RUN(rows) tile(t, rows)
static void run(const mien_tile *t) { MIEN_SWITCH_ROWS(t->factors.rows, RUN) }

const mien_micro_kernel mien_s8_gemm_6x16_k8_avx2 = {.rows = TILE_ROWS, .panels = 1, .run = {run}};

#include "../../simd/end.h"

#endif
