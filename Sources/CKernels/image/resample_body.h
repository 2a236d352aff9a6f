// The two passes of resample.h, for bodies of for_each_isa.h.

INLINE uint8_t KERNEL(rounded)(int32_t sum) {
    int32_t value = sum >> FRACTION_BITS;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

// Two rows side by side, each as red, green, blue and one byte that belongs to the next pixel.
static void KERNEL(rows)(const uint8_t *in, size_t in_stride, size_t rows,
                         const mien_resample_window *windows, const int32_t *weights, size_t taps,
                         size_t count, uint8_t *out, size_t out_stride) {
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
                to[3 * x + channel] = KERNEL(rounded)(sum[channel]);
                to[below * out_stride + 3 * x + channel] = KERNEL(rounded)(sum[4 + channel]);
            }
        }
    }
}

static void KERNEL(columns)(const uint8_t *in, size_t in_stride, size_t bytes,
                            const mien_resample_window *windows, const int32_t *weights, size_t taps,
                            size_t count, uint8_t *out, size_t out_stride) {
    enum { BYTES = 64 };
    for (size_t y = 0; y < count; y++) {
        const int32_t *weight = weights + y * taps;
        const uint8_t *from = in + (size_t)windows[y].first * in_stride;
        uint8_t *to = out + y * out_stride;
        size_t x = 0;
        for (; x + BYTES <= bytes; x += BYTES) {
            int32_t sums[BYTES];
            for (size_t lane = 0; lane < BYTES; lane++) {
                sums[lane] = HALF;
            }
            for (int32_t tap = 0; tap < windows[y].count; tap++) {
                const uint8_t *row = from + (size_t)tap * in_stride + x;
                for (size_t lane = 0; lane < BYTES; lane++) {
                    sums[lane] += row[lane] * weight[tap];
                }
            }
            for (size_t lane = 0; lane < BYTES; lane++) {
                to[x + lane] = KERNEL(rounded)(sums[lane]);
            }
        }
        for (; x < bytes; x++) {
            int32_t sum = HALF;
            for (int32_t tap = 0; tap < windows[y].count; tap++) {
                sum += from[(size_t)tap * in_stride + x] * weight[tap];
            }
            to[x] = KERNEL(rounded)(sum);
        }
    }
}

static const mien_resample_kernels KERNEL(resample) = {.rows = KERNEL(rows), .columns = KERNEL(columns)};
