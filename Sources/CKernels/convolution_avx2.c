#if defined(__x86_64__)

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define NAME(x) mien_##x##_avx2
#define WIDE 8
#define TILE 6
#include "convolution_body.h"
#include "convolution_sample_body.h"

#pragma clang attribute pop

#else
typedef int mien_convolution_avx2_unused;
#endif
