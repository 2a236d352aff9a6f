// Half-precision numbers to single precision, by bits. A part of rows_body.h.

INLINE uint16_t KERNEL(load_u16)(const void *in, size_t i) {
    uint16_t bits;
    memcpy(&bits, (const char *)in + 2 * i, 2);
    return bits;
}

INLINE float KERNEL(float_from_bits)(uint32_t bits) {
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

INLINE uint32_t KERNEL(bits_of_float)(float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    return bits;
}

static void KERNEL(float_from_f16)(const void *in, size_t count, float *out) {
    for (size_t i = 0; i < count; i++) {
        uint32_t half = KERNEL(load_u16)(in, i);
        uint32_t sign = (half & 0x8000u) << 16;
        uint32_t magnitude = half & 0x7fffu;
        // Exponent bias 15 to 127; infinity and NaN go on to the largest exponent.
        uint32_t normal = (magnitude << 13) + (magnitude >= 0x7c00u ? 224u << 23 : 112u << 23);
        // A subnormal is a whole number of 2^-24: put it under the leading bit of 2^-14 and subtract that.
        uint32_t subnormal = KERNEL(bits_of_float)(KERNEL(float_from_bits)((magnitude << 13) + (113u << 23)) -
                                                   0x1p-14f);
        out[i] = KERNEL(float_from_bits)(sign | (magnitude < 0x0400u ? subnormal : normal));
    }
}

static void KERNEL(float_from_bf16)(const void *in, size_t count, float *out) {
    for (size_t i = 0; i < count; i++) {
        out[i] = KERNEL(float_from_bits)((uint32_t)KERNEL(load_u16)(in, i) << 16);
    }
}
