// Four products to a 32-bit sum in one instruction, on 256 bits: tiles of up to 6 x 16, with twelve sums, two
// vectors of W, one of A. Two such instructions can begin in each cycle and take five, which ten sums, each
// needed twice within ten cycles, would not hide.
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "../../simd/vector.h"
#include "../micro_kernel.h"
#include "../vector_256.h"

#include "../../simd/begin_avx_vnni.h"

#define TILE_ROWS 6
#define TILE_PANELS 1
// Written down, since the compiler would load broadcasts ahead, for which there are no registers left.
#define TILE_DOT_ROW(sum, column, a)                                                                        \
    do {                                                                                                    \
        __m256i value_;                                                                                     \
        __asm__(                                                                                            \
            "vpbroadcastd %[quad], %[value]\n\t"                                                            \
            "%{vex%} vpdpbusd %[first], %[value], %[first_sum]\n\t"                                         \
            "%{vex%} vpdpbusd %[second], %[value], %[second_sum]"                                           \
            : [value] "=&x"(value_), [first_sum] "+x"((sum)[0]), [second_sum] "+x"((sum)[1])                \
            : [quad] "m"(*(const uint8_t (*)[4])(a)), [first] "x"((column)[0]), [second] "x"((column)[1])); \
    } while (0)
#include "s8_gemm_body.h"

const mien_micro_kernel mien_s8_gemm_6x16_avx_vnni = {
    .rows = TILE_ROWS, .panels = TILE_PANELS, .run = {KERNEL(run)}};

#include "../../simd/end.h"

#endif
