// Half-precision numbers to single precision, by bits: the compiler vectorises the loops for each target.
#include "dispatch.h"
#include "elementwise.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

INLINE uint16_t load_u16(const void *in, size_t i) {
    uint16_t bits;
    memcpy(&bits, (const char *)in + 2 * i, 2);
    return bits;
}

INLINE float float_from_bits(uint32_t bits) {
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

INLINE uint32_t bits_of_float(float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    return bits;
}

INLINE void from_f16(const void *in, size_t count, float *out) {
    for (size_t i = 0; i < count; i++) {
        uint32_t half = load_u16(in, i);
        uint32_t sign = (half & 0x8000u) << 16;
        uint32_t magnitude = half & 0x7fffu;
        // Exponent bias 15 to 127; infinity and NaN go on to the largest exponent.
        uint32_t normal = (magnitude << 13) + (magnitude >= 0x7c00u ? 224u << 23 : 112u << 23);
        // A subnormal is a whole number of 2^-24: put it under the leading bit of 2^-14 and subtract that.
        uint32_t subnormal = bits_of_float(float_from_bits((magnitude << 13) + (113u << 23)) - 0x1p-14f);
        out[i] = float_from_bits(sign | (magnitude < 0x0400u ? subnormal : normal));
    }
}

INLINE void from_bf16(const void *in, size_t count, float *out) {
    for (size_t i = 0; i < count; i++) {
        out[i] = float_from_bits((uint32_t)load_u16(in, i) << 16);
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void from_f16_avx2(const void *in, size_t count, float *out) {
    from_f16(in, count, out);
}

__attribute__((target("avx2"))) static void from_bf16_avx2(const void *in, size_t count, float *out) {
    from_bf16(in, count, out);
}
#endif

void mien_float_from_f16(const void *in, size_t count, float *out) {
#if defined(__x86_64__)
    if (mien_isa() >= MIEN_ISA_AVX2) {
        from_f16_avx2(in, count, out);
        return;
    }
#endif
    from_f16(in, count, out);
}

void mien_float_from_bf16(const void *in, size_t count, float *out) {
#if defined(__x86_64__)
    if (mien_isa() >= MIEN_ISA_AVX2) {
        from_bf16_avx2(in, count, out);
        return;
    }
#endif
    from_bf16(in, count, out);
}
