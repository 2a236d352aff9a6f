// Tiles of 6 x 16 on 256 bits: vpmaddwd multiplies sixteen numbers and adds pairs, where an FMA multiplies eight.
#include "int16_tile.h"

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

#define KERNEL(name) name##_avx2
#include "int8_tile_256.h"

#define TILE_ROWS MIEN_INT16_ROWS
#define TILE_PANELS 1
#define TILE_STORE_SCALED(pointer, value, row_scale, column_scales)                                          \
    _mm256_storeu_ps(pointer, _mm256_mul_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(value), _mm256_set1_ps(row_scale)), \
                                            _mm256_loadu_ps(column_scales)))

// Twelve sums, two vectors of B and two of products fill the registers, if nothing else is loaded ahead: hence in
// assembly.
#define TILE_ADD_PAIR(sum, column, pair, count)                                                              \
    do {                                                                                                     \
        __m256i left_, right_;                                                                               \
        __asm__("vpbroadcastd %[a], %[right]\n\t"                                                            \
                "vpmaddwd %[first], %[right], %[left]\n\t"                                                   \
                "vpmaddwd %[second], %[right], %[right]\n\t"                                                 \
                "vpaddd %[left], %[sum0], %[sum0]\n\t"                                                       \
                "vpaddd %[right], %[sum1], %[sum1]"                                                          \
                : [sum0] "+x"((sum)[0]), [sum1] "+x"((sum)[1]), [left] "=&x"(left_), [right] "=&x"(right_)   \
                : [a] "m"(*(pair)), [first] "x"((column)[0]), [second] "x"((column)[1]));                    \
    } while (0)

#include "int16_tile_body.h"

static void one(const mien_int16_tile *t) { TILE_SWITCH(1) }

const mien_int16_tile_kernel mien_int16_tile_avx2 = {.panels = 1, .one = one};

#pragma clang attribute pop

#endif
