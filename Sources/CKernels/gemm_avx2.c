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
#define TILE_ZERO _mm256_setzero_ps()
#define TILE_LOAD _mm256_loadu_ps
#define TILE_STORE _mm256_storeu_ps
#define TILE_BROADCAST _mm256_broadcast_ss
#define TILE_FMA _mm256_fmadd_ps
#define TILE_MULTIPLY_ROW multiply_row

// sum += a column. Written down, since the compiler may load another broadcast ahead, for which there is no register
// left: a sum then goes to memory and back in every step, and a fifth of the speed is lost.
static inline __attribute__((always_inline)) void multiply_row(__m256 sum[2], const __m256 column[2],
                                                               const float *a, size_t count) {
    (void)count; // two vectors, of one panel
    __m256 value;
    __asm__("vbroadcastss %[a], %[value]\n\t"
            "vfmadd231ps %[first], %[value], %[first_sum]\n\t"
            "vfmadd231ps %[second], %[value], %[second_sum]"
            : [value] "=&x"(value), [first_sum] "+x"(sum[0]), [second_sum] "+x"(sum[1])
            : [a] "m"(*a), [first] "x"(column[0]), [second] "x"(column[1]));
}

#include "gemm_tile_body.h"

const mien_tile_kernel mien_tile_avx2 = {.rows = TILE_ROWS, .panels = 1, .one = one_avx2, .spread = spread_avx2};

#pragma clang attribute pop

#endif
