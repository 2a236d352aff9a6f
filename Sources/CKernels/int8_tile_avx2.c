// Eight products to a 16-bit sum, two by vpmaddubsw and the others by vpaddw, before vpmaddwd widens them: five
// multiplications for sixteen inputs, where widening each pair would take eight. The group rule of int8.h keeps
// it exact.
//
// The 16-bit sums of a step fill the registers, so the whole sums wait in memory: one load and one store for
// each eight products.
#include "int8_tile.h"

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

#define KERNEL(name) name##_avx2
#include "int8_tile_256.h"

#define INLINE static inline __attribute__((always_inline))
#define ROWS 6
#define VECTORS (MIEN_PANEL / TILE_COLUMNS)
#define QUADS (MIEN_INT8_STEP / 4)
#define CACHE_LINE 64

// In assembly, and volatile, because the order is what makes the twelve sums, two vectors of W and two of A fit
// into sixteen registers: a compiler that moves the loads up spills them, and loses a tenth of the speed.
#define BEGIN(quad, w, sum)                                                                                  \
    __asm__ volatile("vpbroadcastd %[a], %[right]\n\t"                                                       \
                     "vpmaddubsw %[w0], %[right], %[left]\n\t"                                               \
                     "vpmaddubsw %[w1], %[right], %[right]"                                                  \
                     : [left] "=&x"((sum)[0]), [right] "=&x"((sum)[1])                                       \
                     : [a] "m"(*(quad)), [w0] "x"((w)[0]), [w1] "x"((w)[1]))

#define CONTINUE(quad, w, sum)                                                                               \
    do {                                                                                                     \
        __m256i left_, right_;                                                                               \
        __asm__ volatile("vpbroadcastd %[a], %[right]\n\t"                                                   \
                         "vpmaddubsw %[w0], %[right], %[left]\n\t"                                           \
                         "vpmaddubsw %[w1], %[right], %[right]\n\t"                                          \
                         "vpaddw %[left], %[sum0], %[sum0]\n\t"                                              \
                         "vpaddw %[right], %[sum1], %[sum1]"                                                 \
                         : [sum0] "+x"((sum)[0]), [sum1] "+x"((sum)[1]), [left] "=&x"(left_),                \
                           [right] "=&x"(right_)                                                             \
                         : [a] "m"(*(quad)), [w0] "x"((w)[0]), [w1] "x"((w)[1]));                            \
    } while (0)

typedef const uint8_t quad_bytes[4];

// `rows` is a constant wherever this is inlined, so the sums of a step live in registers.
INLINE void tile(const mien_int8_tile *t, size_t rows) {
    int32_t *sums = t->sums;
    if (t->is_first) memset(sums, 0, rows * MIEN_PANEL * sizeof *sums);
    const uint8_t *a = t->a;
    const int8_t *b = t->b, *b_next = t->b_next;
    size_t next_pace = t->next_pace;
    for (size_t k = 0; k < t->depth; k += MIEN_INT8_STEP) {
        __builtin_prefetch(b_next, 0, 2);
        __builtin_prefetch(b_next + CACHE_LINE, 0, 2);
        b_next += next_pace;
        __m256i sum[ROWS][VECTORS];
#pragma unroll
        for (size_t q = 0; q < QUADS; q++, a += 4, b += 4 * MIEN_PANEL) {
            __m256i w[VECTORS] = {TILE_LOAD(b), TILE_LOAD(b + 4 * TILE_COLUMNS)};
#pragma unroll
            for (size_t r = 0; r < rows; r++) {
                quad_bytes *quad = (quad_bytes *)(a + r * MIEN_INT8_DEPTH);
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

static void one(const mien_int8_tile *t) {
    switch (t->rows) {
    case 1: tile(t, 1); break;
    case 2: tile(t, 2); break;
    case 3: tile(t, 3); break;
    case 4: tile(t, 4); break;
    case 5: tile(t, 5); break;
    default: tile(t, 6); break;
    }
}

const mien_int8_tile_kernel mien_int8_tile_avx2 = {.rows = ROWS, .panels = 1, .one = one};

#pragma clang attribute pop

#endif
