// Chooses the kernels for products with 8-bit weights.
#include <stdatomic.h>

#include "int8_tile.h"

static atomic_bool vnni_allowed = true;

void mien_int8_allow_vnni(bool allowed) {
    atomic_store_explicit(&vnni_allowed, allowed, memory_order_relaxed);
}

mien_int8_kernel mien_int8_best(void) {
#if defined(__x86_64__)
    bool vnni = atomic_load_explicit(&vnni_allowed, memory_order_relaxed);
    switch (mien_isa()) {
    case MIEN_ISA_AVX512:
        return vnni && __builtin_cpu_supports("avx512vnni") ? MIEN_INT8_AVX512_VNNI : MIEN_INT8_AVX512;
    case MIEN_ISA_AVX2: return vnni && __builtin_cpu_supports("avxvnni") ? MIEN_INT8_AVX_VNNI : MIEN_INT8_AVX2;
    case MIEN_ISA_BASELINE: break;
    }
#endif
    return MIEN_INT8_BASELINE;
}

const mien_int8_tile_kernel *mien_int8_tile_for(mien_int8_kernel kernel, size_t k) {
    switch (kernel) {
#if defined(__x86_64__)
    case MIEN_INT8_AVX2:
        return mien_int8_rule_for(k).group == 4 ? &mien_int8_tile_avx2_fours : &mien_int8_tile_avx2;
    case MIEN_INT8_AVX_VNNI: return &mien_int8_tile_avx_vnni;
    case MIEN_INT8_AVX512: return &mien_int8_tile_avx512;
    case MIEN_INT8_AVX512_VNNI: return &mien_int8_tile_avx512_vnni;
#endif
    default: (void)k; return &mien_int8_tile_baseline;
    }
}
