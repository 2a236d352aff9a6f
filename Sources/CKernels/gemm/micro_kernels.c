// Chooses the micro-kernels: their names say the type, the operation, the tile (rows x columns; kN where N
// products are added before sums are widened) and the instruction set.
#include "../include/gemm_s8.h"
#include "../simd/table.h"
#include "micro_kernel.h"

const mien_micro_kernel *mien_f32_micro_kernel_for(mien_isa isa) {
    static const mien_micro_kernel *const table[MIEN_ISA_COUNT] = {
        [MIEN_ISA_BASELINE] = &mien_f32_gemm_baseline,
#if defined(__x86_64__)
        [MIEN_ISA_AVX2] = &mien_f32_gemm_6x16_avx2,      [MIEN_ISA_AVX_VNNI] = &mien_f32_gemm_6x16_avx2,
        [MIEN_ISA_AVX512] = &mien_f32_gemm_14x32_avx512, [MIEN_ISA_AVX512_VNNI] = &mien_f32_gemm_14x32_avx512,
#endif
    };
    return table[mien_isa_best(isa)];
}

const mien_micro_kernel *mien_s8_micro_kernel_for(mien_isa isa, size_t k) {
    static const mien_micro_kernel *const table[MIEN_ISA_COUNT][2] = {
        [MIEN_ISA_BASELINE] = {&mien_s8_gemm_baseline, &mien_s8_gemm_baseline},
#if defined(__x86_64__)
        [MIEN_ISA_AVX2] = {&mien_s8_gemm_5x16_k4_avx2, &mien_s8_gemm_6x16_k8_avx2},
        [MIEN_ISA_AVX_VNNI] = {&mien_s8_gemm_6x16_avx_vnni, &mien_s8_gemm_6x16_avx_vnni},
        [MIEN_ISA_AVX512] = {&mien_s8_gemm_10x32_avx512, &mien_s8_gemm_10x32_avx512},
        [MIEN_ISA_AVX512_VNNI] = {&mien_s8_gemm_10x32_avx512_vnni, &mien_s8_gemm_10x32_avx512_vnni},
#endif
    };
    return table[mien_isa_best(isa)][mien_s8_rule_for(k).group == 8];
}
