// Tiles of 6 x 16 for AVX2: 12 accumulators, two vectors of W and one broadcast fill the 16 registers, and
// 12 independent sums hide the latency of FMA.
#include "gemm_tile.h"
#include "gemm_tile_two.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define KERNEL(name) name##_avx2
#define TILE_VECTOR __m256
#define TILE_LANES 8
#define TILE_ROWS 6
#define TILE_PANELS 1
#define TILE_ZERO _mm256_setzero_ps()
#define TILE_LOAD _mm256_loadu_ps
#define TILE_STORE _mm256_storeu_ps
#define TILE_BROADCAST _mm256_broadcast_ss
#define TILE_FMA _mm256_fmadd_ps
// A panel is two vectors.
#define TILE_MULTIPLY_ROW(sum, column, a, count) TILE_MULTIPLY_TWO(sum, column, a)
#include "gemm_tile_body.h"

const mien_tile_kernel mien_tile_avx2 = {.rows = TILE_ROWS, .panels = 1, .one = one_avx2, .spread = spread_avx2};

#pragma clang attribute pop

#endif
