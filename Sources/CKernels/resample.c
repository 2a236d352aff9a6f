#include "resample.h"

#include "dispatch.h"

#include <math.h>
#include <string.h>

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

typedef uint8_t bytes4 __attribute__((vector_size(4)));
typedef int32_t ints4 __attribute__((vector_size(16)));
typedef uint8_t bytes8 __attribute__((vector_size(8)));
typedef int32_t ints8 __attribute__((vector_size(32)));

static inline __attribute__((always_inline)) uint8_t rounded(int32_t sum) {
    int32_t value = sum >> FRACTION_BITS;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

// Two rows side by side, each as red, green, blue and one byte that belongs to the next pixel.
static inline __attribute__((always_inline)) void
rows_body(const uint8_t *in, size_t in_stride, size_t rows, const mien_resample_window *windows,
          const int32_t *weights, size_t taps, size_t count, uint8_t *out, size_t out_stride) {
    for (size_t y = 0; y < rows; y += 2) {
        size_t below = y + 1 < rows ? 1 : 0;
        const uint8_t *upper = in + y * in_stride;
        const uint8_t *lower = upper + below * in_stride;
        uint8_t *to = out + y * out_stride;
        for (size_t x = 0; x < count; x++) {
            const int32_t *weight = weights + x * taps;
            size_t offset = 3 * (size_t)windows[x].first;
            ints8 sum = (ints8){} + HALF;
            for (int32_t tap = 0; tap < windows[x].count; tap++, offset += 3) {
                bytes8 pixels;
                memcpy(&pixels, upper + offset, 4);
                memcpy((uint8_t *)&pixels + 4, lower + offset, 4);
                sum += __builtin_convertvector(pixels, ints8) * weight[tap];
            }
            for (size_t channel = 0; channel < 3; channel++) {
                to[3 * x + channel] = rounded(sum[channel]);
                to[below * out_stride + 3 * x + channel] = rounded(sum[4 + channel]);
            }
        }
    }
}

static inline __attribute__((always_inline)) void
columns_body(const uint8_t *in, size_t in_stride, size_t bytes, const mien_resample_window *windows,
             const int32_t *weights, size_t taps, size_t count, uint8_t *out, size_t out_stride) {
    enum { LANES = 64 };
    for (size_t y = 0; y < count; y++) {
        const int32_t *weight = weights + y * taps;
        const uint8_t *from = in + (size_t)windows[y].first * in_stride;
        uint8_t *to = out + y * out_stride;
        size_t x = 0;
        for (; x + LANES <= bytes; x += LANES) {
            int32_t sums[LANES];
            for (size_t lane = 0; lane < LANES; lane++) {
                sums[lane] = HALF;
            }
            for (int32_t tap = 0; tap < windows[y].count; tap++) {
                const uint8_t *row = from + (size_t)tap * in_stride + x;
                for (size_t lane = 0; lane < LANES; lane++) {
                    sums[lane] += row[lane] * weight[tap];
                }
            }
            for (size_t lane = 0; lane < LANES; lane++) {
                to[x + lane] = rounded(sums[lane]);
            }
        }
        for (; x < bytes; x++) {
            int32_t sum = HALF;
            for (int32_t tap = 0; tap < windows[y].count; tap++) {
                sum += from[(size_t)tap * in_stride + x] * weight[tap];
            }
            to[x] = rounded(sum);
        }
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void
rows_avx2(const uint8_t *in, size_t in_stride, size_t rows, const mien_resample_window *windows,
          const int32_t *weights, size_t taps, size_t count, uint8_t *out, size_t out_stride) {
    rows_body(in, in_stride, rows, windows, weights, taps, count, out, out_stride);
}

__attribute__((target("avx2"))) static void
columns_avx2(const uint8_t *in, size_t in_stride, size_t bytes, const mien_resample_window *windows,
             const int32_t *weights, size_t taps, size_t count, uint8_t *out, size_t out_stride) {
    columns_body(in, in_stride, bytes, windows, weights, taps, count, out, out_stride);
}
#endif

void mien_resample_rows(const uint8_t *in, size_t in_stride, size_t rows,
                        const mien_resample_window *windows, const int32_t *weights, size_t taps,
                        size_t count, uint8_t *out, size_t out_stride) {
#if defined(__x86_64__)
    if (mien_isa() >= MIEN_ISA_AVX2) {
        rows_avx2(in, in_stride, rows, windows, weights, taps, count, out, out_stride);
        return;
    }
#endif
    rows_body(in, in_stride, rows, windows, weights, taps, count, out, out_stride);
}

void mien_resample_columns(const uint8_t *in, size_t in_stride, size_t bytes,
                           const mien_resample_window *windows, const int32_t *weights, size_t taps,
                           size_t count, uint8_t *out, size_t out_stride) {
#if defined(__x86_64__)
    if (mien_isa() >= MIEN_ISA_AVX2) {
        columns_avx2(in, in_stride, bytes, windows, weights, taps, count, out, out_stride);
        return;
    }
#endif
    columns_body(in, in_stride, bytes, windows, weights, taps, count, out, out_stride);
}
