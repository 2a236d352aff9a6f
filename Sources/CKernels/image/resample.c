#include "../include/resample.h"

#include <math.h>
#include <string.h>

#include "../simd/table.h"

enum {
    // 32 bits less 8 for the pixel and 2 for the sign and for the overshoot of negative lobes.
    FRACTION_BITS = 22,
    HALF = 1 << (FRACTION_BITS - 1),
};

static double triangle(double x) {
    x = fabs(x);
    return x < 1 ? 1 - x : 0;
}

// Keys' cubic convolution with a = -0.5, in PIL's order of operations.
static double cubic(double x) {
    const double a = -0.5;
    x = fabs(x);
    if (x < 1) {
        return ((a + 2) * x - (a + 3)) * x * x + 1;
    }
    if (x < 2) {
        return (((x - 5) * x + 8) * x - 4) * a;
    }
    return 0;
}

static double support_of(mien_resample_filter filter, double scale) {
    return (filter == MIEN_RESAMPLE_BICUBIC ? 2.0 : 1.0) * (scale < 1 ? 1 : scale);
}

size_t mien_resample_taps(mien_resample_filter filter, size_t from, size_t to) {
    return (size_t)ceil(support_of(filter, (double)from / (double)to)) * 2 + 1;
}

void mien_resample_weights(mien_resample_filter filter, size_t from, size_t to, size_t start, size_t count,
                           mien_resample_window *windows, int32_t *weights) {
    // The weights must be PIL's to the last bit, and PIL's build does not fuse products into sums.
#pragma STDC FP_CONTRACT OFF
    double (*kernel)(double) = filter == MIEN_RESAMPLE_BICUBIC ? cubic : triangle;
    double scale = (double)from / (double)to;
    double support = support_of(filter, scale);
    double per_pixel = 1.0 / (scale < 1 ? 1 : scale);
    size_t taps = mien_resample_taps(filter, from, to);
    for (size_t index = 0; index < count; index++) {
        double center = ((double)(start + index) + 0.5) * scale;
        double low = center - support + 0.5, high = center + support + 0.5;
        int64_t first = low < 0 ? 0 : (int64_t)low;
        int64_t end = high > (double)from ? (int64_t)from : (int64_t)high;
        double sum = 0;
        for (int64_t x = first; x < end; x++) {
            sum += kernel(((double)x - center + 0.5) * per_pixel);
        }
        int32_t *row = weights + index * taps;
        memset(row, 0, taps * sizeof *row);
        for (int64_t x = first; x < end; x++) {
            double weight = kernel(((double)x - center + 0.5) * per_pixel);
            if (sum != 0) {
                weight /= sum;
            }
            row[x - first] = (int32_t)(weight * (1 << FRACTION_BITS) + (weight < 0 ? -0.5 : 0.5));
        }
        windows[index] = (mien_resample_window){(int32_t)first, (int32_t)(end - first)};
    }
}

typedef uint8_t bytes8 __attribute__((vector_size(8)));
typedef int32_t ints8 __attribute__((vector_size(32)));

#define MIEN_AT_MOST_AVX2
#define MIEN_BODY "../image/resample_body.h"
#include "../simd/for_each_isa.h"

const mien_resample_kernels *mien_resample_kernels_for(mien_isa isa) {
    static const mien_resample_kernels *const table[MIEN_ISA_COUNT] = {MIEN_ENTRIES_AVX2(resample)};
    return table[mien_isa_best(isa)];
}
