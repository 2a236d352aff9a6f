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
#define TILE_LOAD _mm512_loadu_ps
#define TILE_STORE _mm512_storeu_ps
#define TILE_BROADCAST(pointer) _mm512_set1_ps(*(pointer))
#define TILE_FMA _mm512_fmadd_ps
#include "gemm_tile_body.h"

#define CASES(panels)                                                                                        \
    switch (t->rows) {                                                                                       \
    case 1: tile_avx512(t, 1, panels); break;                                                                \
    case 2: tile_avx512(t, 2, panels); break;                                                                \
    case 3: tile_avx512(t, 3, panels); break;                                                                \
    case 4: tile_avx512(t, 4, panels); break;                                                                \
    case 5: tile_avx512(t, 5, panels); break;                                                                \
    case 6: tile_avx512(t, 6, panels); break;                                                                \
    case 7: tile_avx512(t, 7, panels); break;                                                                \
    case 8: tile_avx512(t, 8, panels); break;                                                                \
    case 9: tile_avx512(t, 9, panels); break;                                                                \
    case 10: tile_avx512(t, 10, panels); break;                                                              \
    case 11: tile_avx512(t, 11, panels); break;                                                              \
    default: tile_avx512(t, 12, panels); break;                                                              \
    }

static void one(const mien_tile *t) { CASES(1) }

static void two(const mien_tile *t) { CASES(2) }

const mien_tile_kernel mien_tile_avx512 = {.rows = 12, .panels = 2, .one = one, .two = two};

#pragma clang attribute pop

#endif
