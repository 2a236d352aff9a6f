// The bodies of the sampling kernels; see convolution_body.h, which comes first.

typedef uint8_t u8x8 __attribute__((ext_vector_type(8)));

// The weights of one axis: output i is the sum of taps [from, to) of the input.
typedef struct NAME(axis) {
    const int32_t *from, *to;
    const float *weights; // [output][most]
    int most;
} NAME(axis);

static NAME(axis) NAME(make_axis)(double start, double step, int size, int outputs, float *scratch) {
    const int most = (int)step + 3;
    int32_t *from = (int32_t *)scratch, *to = from + outputs;
    float *weights = scratch + 2 * outputs;
    // A pixel counts with the part of it that the window covers. Where the map is finer than the picture
    // the window is one pixel wide around the sample's centre, which is bilinear interpolation.
    const double window = step > 1 ? step : 1;
    for (int i = 0; i < outputs; i++) {
        double low = start + (i + 0.5) * step - window / 2, high = low + window;
        double first = __builtin_floor(low), last = __builtin_ceil(high);
        int a = first < 0 ? 0 : first > size ? size : (int)first;
        int b = last < a ? a : last > size ? size : (int)last;
        b = b - a > most ? a + most : b;
        from[i] = a;
        to[i] = b;
        for (int j = a; j < b; j++) {
            double left = low > j ? low : j, right = high < j + 1 ? high : j + 1;
            weights[i * most + j - a] = right > left ? (float)((right - left) / window) : 0.0f;
        }
    }
    return (NAME(axis)){from, to, weights, most};
}

static size_t NAME(axis_floats)(double step, int outputs) {
    return (size_t)outputs * (size_t)((int)step + 5);
}

// column sums of `count` bytes over the rows of one output
INLINE void NAME(blend_rows)(
    const mien_picture *picture, int from, int to, const float *weights, int begin, int count,
    float *out) {
    int i = 0;
    for (; i + 32 <= count; i += 32) {
        v8 sum[4] = {0, 0, 0, 0};
        for (int y = from; y < to; y++) {
            const uint8_t *row = picture->pixels + y * picture->row + begin + i;
            v8 w = (v8)(weights[y - from]);
            UNROLL for (int j = 0; j < 4; j++) {
                u8x8 bytes;
                LOAD(bytes, row + 8 * j);
                sum[j] += __builtin_convertvector(bytes, v8) * w;
            }
        }
        UNROLL for (int j = 0; j < 4; j++) STORE(out + i + 8 * j, sum[j]);
    }
    for (; i < count; i++) {
        float sum = 0;
        for (int y = from; y < to; y++) {
            sum += (float)picture->pixels[y * picture->row + begin + i] * weights[y - from];
        }
        out[i] = sum;
    }
}

void NAME(sample)(
    const mien_picture *picture, mien_region region, const mien_map *out, float *scratch) {
    NAME(axis) columns = NAME(make_axis)(region.x, region.step, picture->width, out->width, scratch);
    scratch += NAME(axis_floats)(region.step, out->width);
    NAME(axis) rows = NAME(make_axis)(region.y, region.step, picture->height, out->height, scratch);
    scratch += NAME(axis_floats)(region.step, out->height);

    int begin = columns.from[0], end = columns.to[out->width - 1];
    for (int y = 0; y < out->height; y++) {
        float *to = out->data + y * out->row;
        if (rows.from[y] < rows.to[y] && begin < end) {
            NAME(blend_rows)(
                picture, rows.from[y], rows.to[y], rows.weights + y * rows.most, 3 * begin,
                3 * (end - begin), scratch);
        } else {
            memset(scratch, 0, (size_t)(3 * (end > begin ? end - begin : 0)) * sizeof(float));
        }
        for (int x = 0; x < out->width; x++) {
            // Three of the four lanes are a pixel; the scratch row has room for the last one's fourth.
            v4 sum = (v4)(0.0f);
            const float *weights = columns.weights + x * columns.most;
            const float *from = scratch + 3 * (columns.from[x] - begin);
            for (int j = 0; j < columns.to[x] - columns.from[x]; j++) {
                v4 value;
                LOAD(value, from + 3 * j);
                sum += value * weights[j];
            }
            sum = sum * (1 / 127.5f) - 1.0f;
            __builtin_memcpy(to + 3 * x, &sum, 3 * sizeof(float));
        }
    }
}

void NAME(turn)(
    const mien_map *in, double x, double y, double ux, double uy, const mien_map *out) {
    for (int j = 0; j < out->height; j++) {
        float *to = out->data + j * out->row;
        for (int i = 0; i < out->width; i++, to += 3) {
            double px = x + i * ux - j * uy - 0.5, py = y + i * uy + j * ux - 0.5;
            double left = __builtin_floor(px), top = __builtin_floor(py);
            float fx = (float)(px - left), fy = (float)(py - top);
            float sum[3] = {0, 0, 0};
            UNROLL for (int corner = 0; corner < 4; corner++) {
                double cx = left + corner % 2, cy = top + corner / 2;
                float w = (corner % 2 ? fx : 1 - fx) * (corner / 2 ? fy : 1 - fy);
                bool inside = cx >= 0 && cy >= 0 && cx < in->width && cy < in->height;
                const float *from = in->data + (inside ? (ptrdiff_t)cy * in->row + (ptrdiff_t)cx * 3 : 0);
                UNROLL for (int c = 0; c < 3; c++) sum[c] += w * (inside ? from[c] : -1.0f);
            }
            __builtin_memcpy(to, sum, sizeof(sum));
        }
    }
}
