// The elementwise kernels, compiled for AVX2.
#include "elementwise_table.h"

#if defined(__x86_64__)

// Vectors are passed between inlined functions only, so how a call would pass them does not matter.
#pragma clang diagnostic ignored "-Wpsabi"
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define KERNEL(name) mien_##name##_avx2
#include "elementwise_body.h"

#pragma clang attribute pop

#endif
