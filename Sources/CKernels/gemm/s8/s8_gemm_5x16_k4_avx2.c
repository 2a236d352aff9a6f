// Four products to a 16-bit sum, two by vpmaddubsw and the other two by vpaddw, before vpmaddwd widens them.
// The group rule of gemm_s8.h keeps it exact.
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "../../simd/vector.h"
#include "../micro_kernel.h"
#include "../vector_256.h"

#include "../../simd/begin_avx2.h"

#define TILE_ROWS 5
#define TILE_PANELS 1
#define TILE_DOT(sum, a0, b0, a1, b1)                                                                        \
    _mm256_add_epi32(                                                                                        \
        sum, _mm256_madd_epi16(_mm256_add_epi16(_mm256_maddubs_epi16(a0, b0), _mm256_maddubs_epi16(a1, b1)), \
                               _mm256_set1_epi16(1)))
#include "s8_gemm_body.h"

const mien_micro_kernel mien_s8_gemm_5x16_k4_avx2 = {
    .rows = TILE_ROWS, .panels = TILE_PANELS, .run = {KERNEL(run)}};

#include "../../simd/end.h"

#endif
