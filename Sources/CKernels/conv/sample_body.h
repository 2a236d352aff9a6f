// The sampling of regions of pictures, see conv.h. After conv_body.h, for bodies of for_each_isa.h.

static axis KERNEL(make_axis)(double start, double step, int size, int outputs, float *scratch) {
    const int most = most_taps(step);
    int32_t *from = (int32_t *)scratch, *to = from + outputs;
    float *weights = scratch + 2 * outputs;
    // A pixel counts with the part of it that the window covers. Where the map is finer than the picture
    // the window is one pixel wide around the sample's centre, which is bilinear interpolation.
    const double window = step > 1 ? step : 1;
    int taps = 1;
    for (int i = 0; i < outputs; i++) {
        double low = start + (i + 0.5) * step - window / 2, high = low + window;
        double first = __builtin_floor(low), last = __builtin_ceil(high);
        int a = first < 0 ? 0 : first > size ? size : (int)first;
        int b = last < a ? a : last > size ? size : (int)last;
        b = b - a > most ? a + most : b;
        from[i] = a;
        to[i] = b;
        taps = b - a > taps ? b - a : taps;
        for (int j = a; j < b; j++) {
            double left = low > j ? low : j, right = high < j + 1 ? high : j + 1;
            weights[i * most + j - a] = right > left ? (float)((right - left) / window) : 0.0f;
        }
        memset(weights + i * most + b - a, 0, (size_t)(most - (b - a)) * sizeof(float));
    }
    return (axis){from, to, weights, most, taps};
}

// Column sums of some vectors of bytes, at most four and a constant wherever this is inlined.
INLINE void KERNEL(blend_vectors)(const uint8_t *pixels, ptrdiff_t row, int rows, const float *weights,
                                  int vectors, float *out) {
    v8 sum[4];
    UNROLL for (int j = 0; j < vectors; j++)
        sum[j] = 0;
    for (int y = 0; y < rows; y++, pixels += row) {
        v8 w = (v8)(weights[y]);
        UNROLL for (int j = 0; j < vectors; j++) {
            u8x8 bytes;
            LOAD(bytes, pixels + 8 * j);
            sum[j] += __builtin_convertvector(bytes, v8) * w;
        }
    }
    UNROLL for (int j = 0; j < vectors; j++)
        STORE(out + 8 * j, sum[j]);
}

// Column sums of `count` bytes over the rows of one output.
INLINE void KERNEL(blend_rows)(const mien_picture *picture, int from, int to, const float *weights, int begin,
                               int count, float *out) {
    const uint8_t *pixels = picture->pixels + from * picture->row + begin;
    int i = 0;
    for (; i + 32 <= count; i += 32) {
        KERNEL(blend_vectors)(pixels + i, picture->row, to - from, weights, 4, out + i);
    }
    for (; i + 8 <= count; i += 8) {
        KERNEL(blend_vectors)(pixels + i, picture->row, to - from, weights, 1, out + i);
    }
    for (; i < count; i++) {
        float sum = 0;
        for (int y = from; y < to; y++) {
            sum += (float)picture->pixels[y * picture->row + begin + i] * weights[y - from];
        }
        out[i] = sum;
    }
}

// A pixel of the map, and a fourth lane, from the column sums of its row: of `taps`, or of as many as it has
// if that is 0.
INLINE v4 KERNEL(blend_pixel)(const axis *columns, int x, int taps, const float *sums) {
    const float *weights = columns->weights + x * columns->most;
    const float *from = sums + 3 * (columns->from[x] - columns->from[0]);
    const int count = taps > 0 ? taps : columns->to[x] - columns->from[x];
    v4 sum = (v4)(0.0f);
    for (int j = 0; j < count; j++) {
        v4 value;
        LOAD(value, from + 3 * j);
        sum += value * weights[j];
    }
    return sum * (1 / 127.5f) - 1.0f;
}

// A row of the map. `taps` is a constant wherever this is inlined. Where it is not 0, a branch for the pixels
// with one less would cost more than a weight of 0.
INLINE void KERNEL(blend_columns)(const axis *columns, int width, int taps, const float *sums, float *to) {
    // The fourth lane goes where the next pixel comes; behind the last there is the border.
    for (int x = 0; x < width - 1; x++) {
        v4 pixel = KERNEL(blend_pixel)(columns, x, taps, sums);
        STORE(to + 3 * x, pixel);
    }
    v4 last = KERNEL(blend_pixel)(columns, width - 1, taps, sums);
    __builtin_memcpy(to + 3 * (width - 1), &last, 3 * sizeof(float));
}

static void KERNEL(sample)(const mien_picture *picture, mien_region region, const mien_map *out,
                           float *scratch) {
    axis columns = KERNEL(make_axis)(region.x, region.step, picture->width, out->width, scratch);
    scratch += axis_floats(region.step, out->width);
    axis rows = KERNEL(make_axis)(region.y, region.step, picture->height, out->height, scratch);
    scratch += axis_floats(region.step, out->height);

    const int begin = columns.from[0], end = columns.to[out->width - 1];
    const int count = end > begin ? 3 * (end - begin) : 0;
    // What the last taps of a row may read, though it weighs nothing.
    memset(scratch + count, 0, (size_t)(3 * columns.most + 1) * sizeof(float));
    for (int y = 0; y < out->height; y++) {
        float *to = out->data + y * out->row;
        if (rows.from[y] < rows.to[y]) {
            KERNEL(blend_rows)(picture, rows.from[y], rows.to[y], rows.weights + y * rows.most, 3 * begin,
                               count, scratch);
        } else {
            memset(scratch, 0, (size_t)count * sizeof(float));
        }
        switch (columns.taps) {
        case 1: KERNEL(blend_columns)(&columns, out->width, 1, scratch, to); break;
        case 2: KERNEL(blend_columns)(&columns, out->width, 2, scratch, to); break;
        case 3: KERNEL(blend_columns)(&columns, out->width, 3, scratch, to); break;
        case 4: KERNEL(blend_columns)(&columns, out->width, 4, scratch, to); break;
        default: KERNEL(blend_columns)(&columns, out->width, 0, scratch, to); break;
        }
    }
}

static void KERNEL(turn)(const mien_map *in, double x, double y, double ux, double uy, const mien_map *out) {
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
                UNROLL for (int c = 0; c < 3; c++)
                    sum[c] += w * (inside ? from[c] : -1.0f);
            }
            __builtin_memcpy(to, sum, sizeof(sum));
        }
    }
}

static const mien_conv_kernels KERNEL(conv) = {
    .run_layer = KERNEL(run_layer),
    .upsample_add = KERNEL(upsample_add),
    .sample = KERNEL(sample),
    .turn = KERNEL(turn),
};
