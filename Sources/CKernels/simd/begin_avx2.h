// What follows, up to end.h, is for AVX2 and FMA. Deliberately without an include guard, as all of begin_*.h
// and end.h.
#define KERNEL(name) name##_avx2
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
