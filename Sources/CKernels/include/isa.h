// Which instruction set the kernels use.
//
// Every family has kernels in plain C, correct anywhere, and others compiled for one instruction set. A
// family's table has them in order; whoever computes asks for an instruction set, and gets the best that the
// processor has up to that one.
#ifndef MIEN_ISA_H
#define MIEN_ISA_H

// Each has all that is in those before it, but for AVX-512, which has no AVX-VNNI.
typedef enum mien_isa {
    MIEN_ISA_BASELINE = 0,    // plain C
    MIEN_ISA_AVX2 = 1,        // AVX2 and FMA
    MIEN_ISA_AVX_VNNI = 2,    // and AVX-VNNI
    MIEN_ISA_AVX512 = 3,      // AVX-512 F, BW, DQ and VL
    MIEN_ISA_AVX512_VNNI = 4, // and AVX-512 VNNI
} mien_isa;

#define MIEN_ISA_COUNT 5

// The best instruction set of this processor, `limit` at most.
mien_isa mien_isa_best(mien_isa limit);

// What the process uses where nobody says otherwise: the best there is, or the last limit set. The limit is
// for a program to set before it computes, to see what a lesser processor would do.
mien_isa mien_isa_default(void);
void mien_isa_set_default(mien_isa limit);

#endif
