#include "../include/train.h"

#include "../simd/table.h"
#include "product.h"

#define MIEN_AT_MOST_256_BITS
#define MIEN_BODY "../train/train_body.h"
#include "../simd/for_each_isa.h"

const mien_train_kernels *mien_train_kernels_for(mien_isa isa) {
    static const mien_train_kernels *const table[MIEN_ISA_COUNT] = {MIEN_ENTRIES(train)};
    return table[mien_isa_best(isa)];
}

void mien_transpose(size_t rows, size_t columns, const float *in, size_t in_stride, float *out,
                    size_t out_stride) {
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
