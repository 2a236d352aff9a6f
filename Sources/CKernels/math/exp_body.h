// exp and the activations made with it, in vectors. After vector_body.h, for bodies of for_each_isa.h.

// exp(x) = exp(r) 2^n, with n in the low bits of `whole`. For |x| < 2^22 / 1.4427; NaN gives NaN.
INLINE vf KERNEL(exp_reduced)(vf x, vu *whole) {
    // x = n ln 2 + r with |r| <= ln(2) / 2. Adding 1.5 * 2^23 rounds to a whole number in the low bits, and
    // the high part of ln 2 has so few bits that its product with n is exact.
    vf shifted = FUSED(x, 1.44269504f, 0x1.8p23f);
    memcpy(whole, &shifted, sizeof shifted);
    vf n = shifted - 0x1.8p23f;
    vf r = FUSED(n, 2.12194440e-4f, FUSED(n, -0.693359375f, x));
    // exp(r) = 1 + r + r^2 p(r); a minimax fit with relative error 3.1e-9. Its terms are added by pairs,
    // since it is the length of the chain that takes the time.
    vf square = r * r;
    vf high = FUSED(0x1.6db4e6p-10f, square, FUSED(0x1.123be0p-7f, r, 0x1.55545ep-5f));
    vf low = FUSED(0x1.55548ep-3f, r, 0.5f);
    return FUSED(square, FUSED(high, square, low), r + 1.0f);
}

INLINE vf KERNEL(power_of_two)(vu n) {
    vu bits = (n << 23) + (127u << 23);
    vf power;
    memcpy(&power, &bits, sizeof bits);
    return power;
}

// The comparisons with limits are such that NaN passes them.
#define LEAST_EXPONENT -87.3365447f // exp of this is just above the smallest normal number
#define LOWEST_EXPONENT -88.0f      // and of this, 2^n is zero

INLINE vf KERNEL(exp)(vf x) {
    vf y = x > 89.0f ? 89.0f : x;
    y = y < LOWEST_EXPONENT ? LOWEST_EXPONENT : y;
    vu n;
    vf e = KERNEL(exp_reduced)(y, &n);
    // 2^n in two factors: 2^128 is not a number. The sum keeps n's sign out of the shift.
    vu half = ((n + 512u) & 1023u) >> 1;
    half -= 256u;
    e = (e * KERNEL(power_of_two)(half)) * KERNEL(power_of_two)(n - half);
    return x < LEAST_EXPONENT ? 0.0f : e;
}

// The same for x <= 0, with results that may be subnormal.
INLINE vf KERNEL(exp_negative)(vf x) {
    vu n;
    vf e = KERNEL(exp_reduced)(x < LOWEST_EXPONENT ? LOWEST_EXPONENT : x, &n);
    return e * KERNEL(power_of_two)(n);
}

INLINE vf KERNEL(sigmoid)(vf x) { return 1.0f / (1.0f + KERNEL(exp)(-x)); }

INLINE vf KERNEL(quick_gelu)(vf x) {
    // x / (1 + exp(-1.702 x)), from the power that cannot overflow.
    vf e = KERNEL(exp_negative)(-1.702f * (x < 0.0f ? -x : x));
    return (x < 0.0f ? x * e : x) / (1.0f + e);
}

INLINE vf KERNEL(gelu)(vf x) {
    // x Phi(x), from the upper tail Q(u) = exp(-u^2 / 2) R(u), u = |x|, so that both signs are accurate.
    // R is erfcx(u / sqrt(2)) / 2: a polynomial in 1 / (1 + 0.35 u), a minimax fit over 0...16 with
    // relative error 3.3e-8.
    vf u = x < 0.0f ? -x : x;
    vf s = 1.0f / (1.0f + 0.35f * u);
    vf square = s * s;
    vf p = FUSED(-0.02916490561683281f, square, FUSED(0.1440656731653697f, s, -0.2559121601413231f));
    p = FUSED(p, square, FUSED(0.15940496577947413f, s, -0.023272354961766856f));
    p = FUSED(p, square, FUSED(0.1055785115546191f, s, 0.11981452997602489f));
    p = FUSED(p, square, FUSED(0.13986447403144955f, s, 0.13962125020522842f));
    vf tail = KERNEL(exp_negative)(-0.5f * (u * u)) * (p * s);
    return x * (x > 0.0f ? 1.0f - tail : tail);
}

INLINE vf KERNEL(relu)(vf x) { return x < 0.0f ? 0.0f : x; }

INLINE vf KERNEL(activate)(vf x, mien_activation activation) {
    switch (activation) {
    case MIEN_ACTIVATION_NONE: return x;
    case MIEN_ACTIVATION_RELU: return KERNEL(relu)(x);
    case MIEN_ACTIVATION_QUICK_GELU: return KERNEL(quick_gelu)(x);
    case MIEN_ACTIVATION_GELU: return KERNEL(gelu)(x);
    case MIEN_ACTIVATION_SIGMOID: return KERNEL(sigmoid)(x);
    case MIEN_ACTIVATION_EXP: return KERNEL(exp)(x);
    }
    return x;
}
