// What follows, up to end.h, is for AVX2, FMA and AVX-VNNI.
#define KERNEL(name) name##_avx_vnni
#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)
