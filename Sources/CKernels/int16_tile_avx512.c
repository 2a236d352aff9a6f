// Tiles of 6 x 32 on 512 bits.
#include "int16_tile.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), \
                             apply_to = function)

#define KERNEL(name) name##_avx512
#define TILE_VECTOR __m512i
#define TILE_COLUMNS 16
#define TILE_ROWS MIEN_INT16_ROWS
#define TILE_PANELS 2
#define TILE_ZERO _mm512_setzero_si512()
#define TILE_LOAD(pointer) _mm512_loadu_si512(pointer)
#define TILE_STORE_SCALED(pointer, value, row_scale, column_scales)                                          \
    _mm512_storeu_ps(pointer, _mm512_mul_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(value), _mm512_set1_ps(row_scale)), \
                                            _mm512_loadu_ps(column_scales)))
#define TILE_ADD_PAIR(sum, column, pair, count)                                                              \
    do {                                                                                                     \
        int32_t both_;                                                                                       \
        memcpy(&both_, *(pair), sizeof both_);                                                               \
        _Pragma("unroll") for (size_t c_ = 0; c_ < (count); c_++) {                                          \
            (sum)[c_] = _mm512_add_epi32((sum)[c_],                                                          \
                                         _mm512_madd_epi16(_mm512_set1_epi32(both_), (column)[c_]));         \
        }                                                                                                    \
    } while (0)
#include "int16_tile_body.h"

static void one(const mien_int16_tile *t) { TILE_SWITCH(1) }

static void two(const mien_int16_tile *t) { TILE_SWITCH(2) }

const mien_int16_tile_kernel mien_int16_tile_avx512 = {.panels = 2, .one = one, .two = two};

#pragma clang attribute pop

#endif
