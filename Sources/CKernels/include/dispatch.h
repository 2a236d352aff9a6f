// Which instruction set the kernels use.
//
// Every kernel family has a baseline body in plain C, correct anywhere, and bodies compiled for one
// instruction set with __attribute__((target(...))). Each family picks by mien_isa(), at run time.
#ifndef MIEN_DISPATCH_H
#define MIEN_DISPATCH_H

typedef enum mien_isa_level {
    MIEN_ISA_BASELINE = 0, // plain C
    MIEN_ISA_AVX2 = 1,     // AVX2 and FMA
    MIEN_ISA_AVX512 = 2,   // AVX-512 F, BW, DQ, VL
} mien_isa_level;

// The best level of this processor, or the limit set below if that is lower.
mien_isa_level mien_isa(void);

// Keeps mien_isa() at or below `limit`: for tests that compare the bodies, and for bisecting.
void mien_isa_limit(mien_isa_level limit);

#endif
