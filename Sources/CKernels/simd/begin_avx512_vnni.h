// What follows, up to end.h, is for AVX-512 with VNNI.
#define KERNEL(name) name##_avx512_vnni
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), \
                             apply_to = function)
