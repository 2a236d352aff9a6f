// What the 256-bit kernels have in common: tiles of up to 5 x 16, with ten sums, four vectors of W, two of A.
// Deliberately without an include guard.
#include <immintrin.h>
#include <string.h>

#define TILE_VECTOR __m256i
#define TILE_FLOATS __m256
#define TILE_COLUMNS 8
#define TILE_ROWS 5
#define TILE_PANELS 1
#define TILE_ZERO _mm256_setzero_si256()
#define TILE_LOAD(pointer) _mm256_loadu_si256((const __m256i_u *)(pointer))
#define TILE_STORE(pointer, value) _mm256_storeu_si256((__m256i_u *)(pointer), value)
#define TILE_BROADCAST _mm256_set1_epi32
#define TILE_SUBTRACT _mm256_sub_epi32
#define TILE_MULTIPLY _mm256_mullo_epi32
#define TILE_CONVERT _mm256_cvtepi32_ps
#define TILE_BROADCAST_FLOAT _mm256_set1_ps
#define TILE_LOAD_FLOATS _mm256_loadu_ps
#define TILE_STORE_FLOATS _mm256_storeu_ps
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
