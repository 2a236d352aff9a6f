// What follows, up to end.h, is for AVX-512, in registers of 256 bits with MIEN_AT_MOST_256_BITS.
#define KERNEL(name) name##_avx512
#if defined(MIEN_AT_MOST_256_BITS)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,prefer-256-bit"))), \
                             apply_to = function)
#else
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), \
                             apply_to = function)
#endif
