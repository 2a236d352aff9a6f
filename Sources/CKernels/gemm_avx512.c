// Tiles of 12 x 32 for AVX-512: 24 accumulators in 32 registers, each broadcast used twice.
#include "gemm_tile.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), \
                             apply_to = function)

#define KERNEL(name) name##_avx512
#define TILE_VECTOR __m512
#define TILE_LANES 16
#define TILE_ROWS 12
#define TILE_PANELS 2
#define TILE_ZERO _mm512_setzero_ps()
#define TILE_LOAD _mm512_loadu_ps
#define TILE_STORE _mm512_storeu_ps
#define TILE_BROADCAST(pointer) _mm512_set1_ps(*(pointer))
#define TILE_FMA _mm512_fmadd_ps
#include "gemm_tile_body.h"

const mien_tile_kernel mien_tile_avx512 = {
    .rows = TILE_ROWS, .panels = 2, .one = one_avx512, .two = two_avx512, .spread = spread_avx512};

#pragma clang attribute pop

#endif
