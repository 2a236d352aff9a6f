// The entries of a family's table: `name` with the ending of each instruction set, or the next lower one that
// is there.
//
//     static const mien_rows_kernels *const table[MIEN_ISA_COUNT] = {MIEN_ENTRIES(rows)};
//     return table[mien_isa_best(isa)];
#ifndef MIEN_TABLE_H
#define MIEN_TABLE_H

#include "../include/isa.h"

#if defined(__x86_64__)
#define MIEN_ENTRIES(name) &name##_baseline, &name##_avx2, &name##_avx2, &name##_avx512, &name##_avx512
#define MIEN_ENTRIES_AVX2(name) &name##_baseline, &name##_avx2, &name##_avx2, &name##_avx2, &name##_avx2
#else
#define MIEN_ENTRIES(name) &name##_baseline
#define MIEN_ENTRIES_AVX2(name) &name##_baseline
#endif

#endif
