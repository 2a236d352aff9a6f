// Loads, stores and reductions of vectors. A row's last, shorter vector is padded in registers: there is no
// scalar tail with other arithmetic. For bodies of for_each_isa.h.
#pragma STDC FP_CONTRACT OFF

// a b + c, rounded once where the instruction set can.
#undef FUSED
#if MIEN_HAS_FMA
#define FUSED(a, b, c) __builtin_elementwise_fma((vf)(a), (vf)(b), (vf)(c))
#else
#define FUSED(a, b, c) ((a) * (b) + (c))
#endif

INLINE vf KERNEL(load)(const float *in) { return *(const vf_any *)in; }

INLINE void KERNEL(store)(float *out, vf value) { *(vf_any *)out = value; }

INLINE vf KERNEL(load_some)(const float *in, size_t count, float padding) {
    if (count >= LANES) return KERNEL(load)(in);
    vf value = padding;
    memcpy(&value, in, count * sizeof(float));
    return value;
}

INLINE void KERNEL(store_some)(float *out, vf value, size_t count) {
    if (count >= LANES) {
        KERNEL(store)(out, value);
    } else {
        memcpy(out, &value, count * sizeof(float));
    }
}

INLINE float KERNEL(sum)(vf v) {
    v8 a = v.lo + v.hi;
    v4 b = a.lo + a.hi;
    return (b[0] + b[2]) + (b[1] + b[3]);
}

INLINE float KERNEL(max)(vf v) {
    v8 a = v.lo > v.hi ? v.lo : v.hi;
    v4 b = a.lo > a.hi ? a.lo : a.hi;
    float even = b[0] > b[2] ? b[0] : b[2], odd = b[1] > b[3] ? b[1] : b[3];
    return even > odd ? even : odd;
}
