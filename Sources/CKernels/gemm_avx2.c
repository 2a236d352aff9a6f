// Tiles of 6 x 16 for AVX2: 12 accumulators, two vectors of W and one broadcast fill the 16 registers, and
// 12 independent sums hide the latency of FMA.
#include "gemm_tile.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define KERNEL(name) name##_avx2
#define TILE_VECTOR __m256
#define TILE_LANES 8
#define TILE_ROWS 6
#define TILE_PANELS 1
#define TILE_LOAD _mm256_loadu_ps
#define TILE_STORE _mm256_storeu_ps
#define TILE_BROADCAST _mm256_broadcast_ss
#define TILE_FMA _mm256_fmadd_ps
#include "gemm_tile_body.h"

static void one(const mien_tile *t) {
    switch (t->rows) {
    case 1: tile_avx2(t, 1, 1); break;
    case 2: tile_avx2(t, 2, 1); break;
    case 3: tile_avx2(t, 3, 1); break;
    case 4: tile_avx2(t, 4, 1); break;
    case 5: tile_avx2(t, 5, 1); break;
    default: tile_avx2(t, 6, 1); break;
    }
}

const mien_tile_kernel mien_tile_avx2 = {.rows = 6, .panels = 1, .one = one};

#pragma clang attribute pop

#endif
