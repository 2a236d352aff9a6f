// What Strassen's seven products multiply (strassen.c), made from the quarters of A or of W. A part of
// epilogue_body.h.

INLINE void KERNEL(strassen_sums)(const float *const quarters[4], size_t count, float *out, size_t stride,
                                  bool is_rows) {
    for (size_t i = 0; i < count; i += LANES) {
        vf first = KERNEL(load_some)(quarters[0] + i, count - i, 0.0f);
        vf second = KERNEL(load_some)(quarters[1] + i, count - i, 0.0f);
        vf third = KERNEL(load_some)(quarters[2] + i, count - i, 0.0f);
        vf fourth = KERNEL(load_some)(quarters[3] + i, count - i, 0.0f);
        float *at = out + i;
        KERNEL(store)(at, first + fourth);
        if (is_rows) {
            KERNEL(store)(at + stride, third + fourth);
            KERNEL(store)(at + 2 * stride, first);
            KERNEL(store)(at + 3 * stride, fourth);
            KERNEL(store)(at + 4 * stride, first + second);
            KERNEL(store)(at + 5 * stride, third - first);
            KERNEL(store)(at + 6 * stride, second - fourth);
        } else {
            KERNEL(store)(at + stride, second - fourth);
            KERNEL(store)(at + 2 * stride, third - first);
            KERNEL(store)(at + 3 * stride, first + second);
            KERNEL(store)(at + 4 * stride, third + fourth);
        }
    }
}

// The left factors, all seven: `count` elements of each (filled up with zeros to a multiple of 16), `stride`
// apart.
static void KERNEL(strassen_rows)(const float *const quarters[4], size_t count, float *out, size_t stride) {
    KERNEL(strassen_sums)(quarters, count, out, stride, true);
}

// The right factors that are no quarters: those of M1, M3, M4, M6 and M7.
static void KERNEL(strassen_columns)(const float *const quarters[4], size_t count, float *out,
                                     size_t stride) {
    KERNEL(strassen_sums)(quarters, count, out, stride, false);
}
