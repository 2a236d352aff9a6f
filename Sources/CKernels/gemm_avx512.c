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

#define CASES(call)                                                                                          \
    switch (t->factors.rows) {                                                                               \
    case 1: call(1); break;                                                                                  \
    case 2: call(2); break;                                                                                  \
    case 3: call(3); break;                                                                                  \
    case 4: call(4); break;                                                                                  \
    case 5: call(5); break;                                                                                  \
    case 6: call(6); break;                                                                                  \
    case 7: call(7); break;                                                                                  \
    case 8: call(8); break;                                                                                  \
    case 9: call(9); break;                                                                                  \
    case 10: call(10); break;                                                                                \
    case 11: call(11); break;                                                                                \
    default: call(12); break;                                                                                \
    }

#define ONE(rows) tile_avx512(t, rows, 1)
static void one(const mien_tile *t) { CASES(ONE) }

#define TWO(rows) tile_avx512(t, rows, 2)
static void two(const mien_tile *t) { CASES(TWO) }

#define SPREAD(rows) spread_avx512(t, rows)
static void spread(const mien_spread_tile *t) { CASES(SPREAD) }

const mien_tile_kernel mien_tile_avx512 = {.rows = 12, .panels = 2, .one = one, .two = two, .spread = spread};

#pragma clang attribute pop

#endif
