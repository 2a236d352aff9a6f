// The elementwise kernels, compiled for AVX-512.
#include "elementwise_table.h"

#if defined(__x86_64__)

// Vectors are passed between inlined functions only, so how a call would pass them does not matter.
#pragma clang diagnostic ignored "-Wpsabi"
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)

#define KERNEL(name) mien_##name##_avx512
#include "elementwise_body.h"

#pragma clang attribute pop

#endif
