// Four products to a 32-bit sum in one instruction, on 512 bits.
#include "int8_tile.h"

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), \
                             apply_to = function)

#define KERNEL(name) name##_avx512_vnni
#define TILE_DOT(sum, a0, b0, a1, b1) _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(sum, a0, b0), a1, b1)
#include "int8_tile_512.h"

const mien_int8_tile_kernel mien_int8_tile_avx512_vnni = {.rows = 10, .panels = 2, .one = one, .two = two};

#pragma clang attribute pop

#endif
