// Four products to a 16-bit sum, as AVX2's for groups of four, on 512 bits: of a group of eight that is a part.
#include "int8_tile.h"

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), \
                             apply_to = function)

#define KERNEL(name) name##_avx512
#define TILE_DOT(sum, a0, b0, a1, b1)                                                                        \
    _mm512_add_epi32(sum, _mm512_madd_epi16(_mm512_add_epi16(_mm512_maddubs_epi16(a0, b0),                   \
                                                             _mm512_maddubs_epi16(a1, b1)),                  \
                                            _mm512_set1_epi16(1)))
#include "int8_tile_512.h"

const mien_int8_tile_kernel mien_int8_tile_avx512 = {.rows = 10, .panels = 2, .one = one, .two = two};

#pragma clang attribute pop

#endif
