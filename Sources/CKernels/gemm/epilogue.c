#include "epilogue.h"

#include "../simd/table.h"

#define MIEN_BODY "../gemm/epilogue_body.h"
#include "../simd/for_each_isa.h"

const mien_epilogue_kernels *mien_epilogue_kernels_for(mien_isa isa) {
    static const mien_epilogue_kernels *const table[MIEN_ISA_COUNT] = {MIEN_ENTRIES(epilogue)};
    return table[mien_isa_best(isa)];
}
