#include "../include/rows.h"

#include "../simd/table.h"
#include "scores.h"

#define MIEN_BODY "../rows/rows_body.h"
#include "../simd/for_each_isa.h"

const mien_rows_kernels *mien_rows_kernels_for(mien_isa isa) {
    static const mien_rows_kernels *const table[MIEN_ISA_COUNT] = {MIEN_ENTRIES(rows)};
    return table[mien_isa_best(isa)];
}
