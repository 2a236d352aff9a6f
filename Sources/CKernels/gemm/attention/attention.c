#include "attention.h"

#include "../../simd/table.h"

#define MIEN_BODY "../gemm/attention/attention_body.h"
#include "../../simd/for_each_isa.h"

const mien_attention_kernels *mien_attention_kernels_for(mien_isa isa) {
    static const mien_attention_kernels *const table[MIEN_ISA_COUNT] = {MIEN_ENTRIES(attention)};
    return table[mien_isa_best(isa)];
}
