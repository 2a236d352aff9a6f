// Vectors of 16 lanes, whatever the registers are, so that sums over a row take the same tree everywhere.
#ifndef MIEN_VECTOR_H
#define MIEN_VECTOR_H

#include <stdint.h>

// Vectors are passed between inlined functions only, so how a call would pass them does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float v4 __attribute__((ext_vector_type(4)));
typedef float v8 __attribute__((ext_vector_type(8)));
typedef float vf __attribute__((ext_vector_type(16)));
typedef uint32_t vu __attribute__((ext_vector_type(16)));
typedef int32_t vi __attribute__((ext_vector_type(16)));
typedef uint8_t vb __attribute__((ext_vector_type(16)));
// The same in memory, wherever it begins.
typedef float v4_any __attribute__((ext_vector_type(4), aligned(4)));
typedef float vf_any __attribute__((ext_vector_type(16), aligned(4)));
typedef uint8_t vb_any __attribute__((ext_vector_type(16), aligned(1)));

#define LANES 16
#define INLINE static inline __attribute__((always_inline))

#endif
