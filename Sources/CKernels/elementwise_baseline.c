// The elementwise kernels, compiled in plain C.
#include "elementwise_table.h"

// Vectors are passed between inlined functions only, so how a call would pass them does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

#define KERNEL(name) mien_##name##_baseline
#if !defined(__aarch64__)
#define FUSED(a, b, c) ((a) * (b) + (c))
#endif
#include "elementwise_body.h"
