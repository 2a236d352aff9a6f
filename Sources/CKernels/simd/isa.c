#include "../include/isa.h"

#include <stdatomic.h>

// A bit for each instruction set that the processor has. The baseline's says that the others have been looked
// for.
static unsigned supported(void) {
    unsigned sets = 1u << MIEN_ISA_BASELINE;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        sets |= 1u << MIEN_ISA_AVX2;
        if (__builtin_cpu_supports("avxvnni")) sets |= 1u << MIEN_ISA_AVX_VNNI;
    }
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        sets |= 1u << MIEN_ISA_AVX512;
        if (__builtin_cpu_supports("avx512vnni")) sets |= 1u << MIEN_ISA_AVX512_VNNI;
    }
#endif
    return sets;
}

mien_isa mien_isa_best(mien_isa limit) {
    // Two threads may both look; they find the same.
    static _Atomic unsigned found;
    unsigned sets = atomic_load_explicit(&found, memory_order_relaxed);
    if (sets == 0) {
        sets = supported();
        atomic_store_explicit(&found, sets, memory_order_relaxed);
    }
    unsigned isa = limit;
    while (!(sets >> isa & 1)) isa--;
    return (mien_isa)isa;
}

static _Atomic unsigned default_limit = MIEN_ISA_AVX512_VNNI;

mien_isa mien_isa_default(void) {
    return mien_isa_best((mien_isa)atomic_load_explicit(&default_limit, memory_order_relaxed));
}

void mien_isa_set_default(mien_isa limit) {
    atomic_store_explicit(&default_limit, limit, memory_order_relaxed);
}
