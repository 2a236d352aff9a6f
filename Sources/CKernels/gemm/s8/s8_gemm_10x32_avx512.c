// Four products to a 16-bit sum, as AVX2's for groups of four, on 512 bits: of a group of eight that is a
// part.
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "../../simd/vector.h"
#include "../micro_kernel.h"
#include "../vector_512.h"

#include "../../simd/begin_avx512.h"

#define TILE_ROWS 10
#define TILE_PANELS 2
#define TILE_DOT(sum, a0, b0, a1, b1)                                                                        \
    _mm512_add_epi32(                                                                                        \
        sum, _mm512_madd_epi16(_mm512_add_epi16(_mm512_maddubs_epi16(a0, b0), _mm512_maddubs_epi16(a1, b1)), \
                               _mm512_set1_epi16(1)))
#include "s8_gemm_body.h"

const mien_micro_kernel mien_s8_gemm_10x32_avx512 = {
    .rows = TILE_ROWS, .panels = TILE_PANELS, .run = {KERNEL(run), KERNEL(run_two)}};

#include "../../simd/end.h"

#endif
