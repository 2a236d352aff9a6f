// Tiles of 6 x 16 for AVX2: 12 accumulators, two vectors of W and one broadcast fill the 16 registers, and
// 12 independent sums hide the latency of FMA.
#if defined(__x86_64__)
#include <immintrin.h>

#include "../../simd/vector.h"
#include "../micro_kernel.h"
#include "f32_gemm_fma_x2.h"

#include "../../simd/begin_avx2.h"

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
#include "f32_gemm_body.h"

const mien_micro_kernel mien_f32_gemm_6x16_avx2 = {
    .rows = TILE_ROWS, .panels = 1, .run = {run_avx2}, .scatter = {scatter_avx2}};

#include "../../simd/end.h"

#endif
