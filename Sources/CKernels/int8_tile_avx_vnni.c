// Four products to a 32-bit sum in one instruction, on 256 bits.
#include "int8_tile.h"

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("avx2,avxvnni"))), apply_to = function)

#define KERNEL(name) name##_avx_vnni
#define TILE_DOT(sum, a0, b0, a1, b1) \
    _mm256_dpbusd_avx_epi32(_mm256_dpbusd_avx_epi32(sum, a0, b0), a1, b1)
#include "int8_tile_256.h"
// Ten sums, four vectors of W, two of A.
#define TILE_ROWS 5
#define TILE_PANELS 1
#include "int8_tile_body.h"

static void one(const mien_int8_tile *t) {
    switch (t->rows) {
    case 1: KERNEL(tile)(t, 1, 1); break;
    case 2: KERNEL(tile)(t, 2, 1); break;
    case 3: KERNEL(tile)(t, 3, 1); break;
    case 4: KERNEL(tile)(t, 4, 1); break;
    default: KERNEL(tile)(t, 5, 1); break;
    }
}

const mien_int8_tile_kernel mien_int8_tile_avx_vnni = {.rows = TILE_ROWS, .panels = 1, .one = one};

#pragma clang attribute pop

#endif
