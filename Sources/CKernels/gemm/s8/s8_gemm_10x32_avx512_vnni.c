// Four products to a 32-bit sum in one instruction, on 512 bits.
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "../../simd/vector.h"
#include "../micro_kernel.h"
#include "../vector_512.h"

#include "../../simd/begin_avx512_vnni.h"

#define TILE_ROWS 10
#define TILE_PANELS 2
#define TILE_DOT(sum, a0, b0, a1, b1) _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(sum, a0, b0), a1, b1)
#include "s8_gemm_body.h"

const mien_micro_kernel mien_s8_gemm_10x32_avx512_vnni = {
    .rows = TILE_ROWS, .panels = TILE_PANELS, .run = {KERNEL(run), KERNEL(run_two)}};

#include "../../simd/end.h"

#endif
