#include "dispatch.h"

#include <stdatomic.h>

static _Atomic int isa_limit = MIEN_ISA_AVX512;

static mien_isa_level detect(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        return MIEN_ISA_AVX512;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return MIEN_ISA_AVX2;
    }
#endif
    return MIEN_ISA_BASELINE;
}

mien_isa_level mien_isa(void) {
    // Two threads may both detect; they find the same.
    static _Atomic int detected = -1;
    int level = atomic_load_explicit(&detected, memory_order_relaxed);
    if (level < 0) {
        level = detect();
        atomic_store_explicit(&detected, level, memory_order_relaxed);
    }
    int limit = atomic_load_explicit(&isa_limit, memory_order_relaxed);
    return (mien_isa_level)(level < limit ? level : limit);
}

void mien_isa_limit(mien_isa_level limit) {
    atomic_store_explicit(&isa_limit, (int)limit, memory_order_relaxed);
}
