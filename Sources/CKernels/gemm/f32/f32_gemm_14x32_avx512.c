// Tiles of 14 x 32 for AVX-512: 28 accumulators, two vectors of W and one broadcast, used twice, of 32
// registers.
#if defined(__x86_64__)
#include <immintrin.h>

#include "../../simd/vector.h"
#include "../micro_kernel.h"
#include "f32_gemm_fma_x2.h"

#include "../../simd/begin_avx512.h"

#define TILE_VECTOR __m512
#define TILE_LANES 16
#define TILE_ROWS 14
#define TILE_PANELS 2
#define TILE_ZERO _mm512_setzero_ps()
#define TILE_LOAD _mm512_loadu_ps
#define TILE_STORE _mm512_storeu_ps
#define TILE_BROADCAST(pointer) _mm512_set1_ps(*(pointer))
#define TILE_FMA _mm512_fmadd_ps
#define TILE_MULTIPLY_ROW multiply_row

// A panel is a vector. One alone needs no broadcast of its own.
INLINE void multiply_row(__m512 *sum, const __m512 *column, const float *a, size_t count) {
    if (count == 2) {
        TILE_MULTIPLY_TWO(sum, column, a);
    } else {
        __asm__("vfmadd231ps %[a]%{1to16%}, %[column], %[sum]"
                : [sum] "+v"(*sum)
                : [a] "m"(*a), [column] "v"(*column));
    }
}

#include "f32_gemm_body.h"

const mien_micro_kernel mien_f32_gemm_14x32_avx512 = {
    .rows = TILE_ROWS,
    .panels = 2,
    .run = {run_avx512, run_two_avx512},
    .scatter = {scatter_avx512, scatter_two_avx512},
};

#include "../../simd/end.h"

#endif
