// sum += a column, for two vectors of columns. Written down, since the compiler loads broadcasts ahead, for
// which there are no registers left: with AVX2 a sum then goes to memory and back in every step, with AVX-512
// half of the broadcasts of four steps do, and a fifth of the speed is lost, or a twentieth.
#ifndef MIEN_F32_GEMM_FMA_X2_H
#define MIEN_F32_GEMM_FMA_X2_H

// Of "v", the compiler takes what the instruction set has.
#define TILE_MULTIPLY_TWO(sum, column, a)                                                        \
    do {                                                                                         \
        TILE_VECTOR value_;                                                                      \
        __asm__("vbroadcastss %[number], %[value]\n\t"                                           \
                "vfmadd231ps %[first], %[value], %[first_sum]\n\t"                               \
                "vfmadd231ps %[second], %[value], %[second_sum]"                                 \
                : [value] "=&v"(value_), [first_sum] "+v"((sum)[0]), [second_sum] "+v"((sum)[1]) \
                : [number] "m"(*(a)), [first] "v"((column)[0]), [second] "v"((column)[1]));      \
    } while (0)

#endif
