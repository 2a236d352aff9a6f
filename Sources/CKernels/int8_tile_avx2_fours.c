// Four products to a 16-bit sum, two by vpmaddubsw and the other two by vpaddw, before vpmaddwd widens them. The
// group rule of int8.h keeps it exact.
#include "int8_tile.h"

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

#define KERNEL(name) name##_avx2_fours
#define TILE_DOT(sum, a0, b0, a1, b1)                                                                        \
    _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_add_epi16(_mm256_maddubs_epi16(a0, b0),                   \
                                                             _mm256_maddubs_epi16(a1, b1)),                  \
                                            _mm256_set1_epi16(1)))
#include "int8_tile_256_registers.h"

const mien_int8_tile_kernel mien_int8_tile_avx2_fours = {.rows = TILE_ROWS, .panels = 1, .one = one};

#pragma clang attribute pop

#endif
