// Compiles MIEN_BODY, a path from here, for plain C, AVX2 and AVX-512. In it, KERNEL(name) is the name for
// the instruction set at hand, MIEN_HAS_FMA says whether a product and a sum can be rounded once, and
// MIEN_LANES is how many floats the widest register takes. Vectors are the compiler's own, so that the text
// is the same for all.
//
// With MIEN_AT_MOST_AVX2 there is no AVX-512; with MIEN_AT_MOST_256_BITS it has registers of 256 bits, which
// do as well where memory is what takes the time. Deliberately without an include guard.
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "vector.h"

#define KERNEL(name) name##_baseline
#define MIEN_LANES 4
#if defined(__aarch64__)
#define MIEN_HAS_FMA 1
#else
#define MIEN_HAS_FMA 0
#endif
#include MIEN_BODY
#undef KERNEL
#undef MIEN_LANES
#undef MIEN_HAS_FMA

#if defined(__x86_64__)
#define MIEN_HAS_FMA 1

#include "begin_avx2.h"
#define MIEN_LANES 8
#include MIEN_BODY
#undef MIEN_LANES
#include "end.h"

#if !defined(MIEN_AT_MOST_AVX2)
#include "begin_avx512.h"
#define MIEN_LANES 16
#include MIEN_BODY
#undef MIEN_LANES
#include "end.h"
#endif

#undef MIEN_HAS_FMA
#endif
