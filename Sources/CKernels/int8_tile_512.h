// What the 512-bit kernels have in common: tiles of up to 10 x 32. Deliberately without an include guard.
#include <immintrin.h>
#include <string.h>

#define TILE_VECTOR __m512i
#define TILE_COLUMNS 16
#define TILE_ROWS 10
#define TILE_PANELS 2
#define TILE_ZERO _mm512_setzero_si512()
#define TILE_LOAD(pointer) _mm512_loadu_si512(pointer)
#define TILE_STORE(pointer, value) _mm512_storeu_si512(pointer, value)
#define TILE_BROADCAST _mm512_set1_epi32
#include "int8_tile_body.h"

#define CASES(panels)                                                                                        \
    switch (t->rows) {                                                                                       \
    case 1: KERNEL(tile)(t, 1, panels); break;                                                               \
    case 2: KERNEL(tile)(t, 2, panels); break;                                                               \
    case 3: KERNEL(tile)(t, 3, panels); break;                                                               \
    case 4: KERNEL(tile)(t, 4, panels); break;                                                               \
    case 5: KERNEL(tile)(t, 5, panels); break;                                                               \
    case 6: KERNEL(tile)(t, 6, panels); break;                                                               \
    case 7: KERNEL(tile)(t, 7, panels); break;                                                               \
    case 8: KERNEL(tile)(t, 8, panels); break;                                                               \
    case 9: KERNEL(tile)(t, 9, panels); break;                                                               \
    default: KERNEL(tile)(t, 10, panels); break;                                                             \
    }

static void one(const mien_int8_tile *t) { CASES(1) }

static void two(const mien_int8_tile *t) { CASES(2) }
