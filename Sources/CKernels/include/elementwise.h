// Kernels that go over their elements once, or once per row.
//
// Each has one body, compiled for each instruction set. It works on 16 lanes everywhere and contracts no
// product and sum into one rounding, so all instruction sets give the same bits.
#ifndef MIEN_ELEMENTWISE_H
#define MIEN_ELEMENTWISE_H

#include <stddef.h>
#include <stdint.h>

// out[i] = the value of the little-endian IEEE half-precision number i at `in`, which need not be aligned.
// Exact; NaNs keep their payload.
void mien_float_from_f16(const void *in, size_t count, float *out);

// The same for bfloat16.
void mien_float_from_bf16(const void *in, size_t count, float *out);

#endif
