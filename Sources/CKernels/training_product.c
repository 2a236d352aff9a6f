#include "training.h"

#include "dispatch.h"

#define TARGET
#define NAME(name) name##_baseline
#define LANES 4
#define TILE_ROWS 4
#define TILE_VECTORS 2
#include "training_product_body.h"
#undef TARGET
#undef NAME
#undef LANES
#undef TILE_ROWS
#undef TILE_VECTORS

#if defined(__x86_64__)

#define TARGET __attribute__((target("avx2,fma")))
#define NAME(name) name##_avx2
#define LANES 8
#define TILE_ROWS 4
#define TILE_VECTORS 3
#include "training_product_body.h"
#undef TARGET
#undef NAME
#undef LANES
#undef TILE_ROWS
#undef TILE_VECTORS

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define NAME(name) name##_avx512
#define LANES 16
#define TILE_ROWS 8
#define TILE_VECTORS 3
#include "training_product_body.h"

#endif

void mien_product(
    size_t m, size_t n, size_t k, const float *a, size_t a_row, size_t a_column, const float *b,
    size_t b_stride, float *c, size_t c_stride) {
    switch (mien_isa()) {
#if defined(__x86_64__)
    case MIEN_ISA_AVX512:
        product_avx512(m, n, k, a, a_row, a_column, b, b_stride, c, c_stride);
        return;
    case MIEN_ISA_AVX2:
        product_avx2(m, n, k, a, a_row, a_column, b, b_stride, c, c_stride);
        return;
#endif
    default: product_baseline(m, n, k, a, a_row, a_column, b, b_stride, c, c_stride);
    }
}

void mien_transpose(
    size_t rows, size_t columns, const float *in, size_t in_stride, float *out, size_t out_stride) {
    // Blocks of a cache line by a cache line.
    for (size_t i0 = 0; i0 < rows; i0 += 16) {
        size_t i1 = i0 + 16 < rows ? i0 + 16 : rows;
        for (size_t j0 = 0; j0 < columns; j0 += 16) {
            size_t j1 = j0 + 16 < columns ? j0 + 16 : columns;
            for (size_t j = j0; j < j1; j++) {
                for (size_t i = i0; i < i1; i++) out[j * out_stride + i] = in[i * in_stride + j];
            }
        }
    }
}
