// Four products to a 32-bit sum in one instruction, on 256 bits.
#include "int8_tile.h"

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("avx2,avxvnni"))), apply_to = function)

#define KERNEL(name) name##_avx_vnni
#define TILE_DOT(sum, a0, b0, a1, b1) \
    _mm256_dpbusd_avx_epi32(_mm256_dpbusd_avx_epi32(sum, a0, b0), a1, b1)
#include "int8_tile_256_registers.h"

const mien_int8_tile_kernel mien_int8_tile_avx_vnni = {.rows = TILE_ROWS, .panels = 1, .one = one};

#pragma clang attribute pop

#endif
