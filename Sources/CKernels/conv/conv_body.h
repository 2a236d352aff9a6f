// The layers of conv.h. For bodies of for_each_isa.h.

// The vectors of the widest registers, and the pixels of the product's register tile, whose sums they hold.
#undef WIDE
#undef vw
#undef TILE
#if MIEN_LANES == 16
#define WIDE 16
#define vw vf
#define TILE 12
#else
#define WIDE 8
#define vw v8
#define TILE 6
#endif

// `count` output pixels of one row, `lanes` channels of each:
// out[i][c] = bias[c] + sum over the 3 x 3 neighbourhood of in * weights.
#undef DEPTHWISE
#define DEPTHWISE(name, vec)                                                                        \
    INLINE void KERNEL(name)(const float *in, ptrdiff_t row, ptrdiff_t pixel, const float *weights, \
                             ptrdiff_t channels, int stride, int count, float *out) {               \
        vec w[9], bias;                                                                             \
        UNROLL for (int tap = 0; tap < 9; tap++)                                                    \
            LOAD(w[tap], weights + tap * channels);                                                 \
        LOAD(bias, weights + 9 * channels);                                                         \
        int i = 0;                                                                                  \
        for (; i + 4 <= count; i += 4) {                                                            \
            vec sum[4] = {bias, bias, bias, bias};                                                  \
            UNROLL for (int ky = 0; ky < 3; ky++) {                                                 \
                const float *from = in + ky * row + i * stride * pixel;                             \
                UNROLL for (int x = 0; x < 3 * stride + 3; x++) {                                   \
                    vec value;                                                                      \
                    LOAD(value, from + x * pixel);                                                  \
                    UNROLL for (int j = 0; j < 4; j++) {                                            \
                        int kx = x - j * stride;                                                    \
                        if (kx >= 0 && kx < 3) sum[j] += value * w[3 * ky + kx];                    \
                    }                                                                               \
                }                                                                                   \
            }                                                                                       \
            UNROLL for (int j = 0; j < 4; j++)                                                      \
                STORE(out + (i + j) * channels, sum[j]);                                            \
        }                                                                                           \
        for (; i < count; i++) {                                                                    \
            vec sum = bias;                                                                         \
            UNROLL for (int tap = 0; tap < 9; tap++) {                                              \
                vec value;                                                                          \
                LOAD(value, in + tap / 3 * row + (i * stride + tap % 3) * pixel);                   \
                sum += value * w[tap];                                                              \
            }                                                                                       \
            STORE(out + i * channels, sum);                                                         \
        }                                                                                           \
    }

DEPTHWISE(depthwise_wide, vw)
#if WIDE != 8
DEPTHWISE(depthwise_8, v8)
#endif

// `count` output pixels of one row, all their channels.
INLINE void KERNEL(depthwise_pixels)(const mien_layer *layer, const float *from, ptrdiff_t row, int stride,
                                     int count, float *out) {
    int channels = layer->inputs, c = 0;
    for (; c + WIDE <= channels; c += WIDE) {
        KERNEL(depthwise_wide)(from + c, row, channels, layer->depthwise + c, channels, stride, count,
                               out + c);
    }
#if WIDE != 8
    for (; c < channels; c += 8) {
        KERNEL(depthwise_8)(from + c, row, channels, layer->depthwise + c, channels, stride, count, out + c);
    }
#endif
}

INLINE void KERNEL(depthwise_row)(const mien_layer *layer, const mien_map *in, int y, int x, int count,
                                  int stride, float *out) {
    const ptrdiff_t channels = layer->inputs;
    const float *from = in->data + (y * stride - layer->pad) * in->row + (x * stride - layer->pad) * channels;
    // At stride 2, what a strip reads is more than the first-level cache holds until the next channels want
    // it.
    const int most = stride == 1 ? count : DEPTHWISE_MOST;
    for (int i = 0; i < count; i += most) {
        int some = count - i < most ? count - i : most;
        KERNEL(depthwise_pixels)(layer, from + i * stride * channels, in->row, stride, some,
                                 out + i * channels);
    }
}

INLINE void KERNEL(patch_row)(const mien_layer *layer, const mien_map *in, int y, int x, int count,
                              int kernel, int channels, float *out) {
    int span = kernel * channels;
    for (int i = 0; i < count; i++) {
        const float *from = in->data + (y * layer->stride - layer->pad) * in->row +
                            (ptrdiff_t)((x + i) * layer->stride - layer->pad) * channels;
        UNROLL for (int ky = 0; ky < kernel; ky++, from += in->row, out += span) {
            __builtin_memcpy(out, from, (size_t)span * sizeof(float));
        }
    }
}

INLINE void KERNEL(gather_row)(const mien_layer *layer, const mien_map *in, int y, int x, int count,
                               float *out) {
    if (layer->gather == MIEN_GATHER_PIXEL) {
        memcpy(out, in->data + y * in->row + (ptrdiff_t)x * in->channels,
               (size_t)count * (size_t)in->channels * sizeof(float));
    } else if (layer->gather == MIEN_GATHER_PATCH) {
        if (in->channels != 3) {
            KERNEL(patch_row)(layer, in, y, x, count, 2, in->channels, out);
        } else if (layer->kernel == 3) {
            KERNEL(patch_row)(layer, in, y, x, count, 3, 3, out);
        } else {
            KERNEL(patch_row)(layer, in, y, x, count, 5, 3, out);
        }
    } else if (layer->stride == 1) {
        KERNEL(depthwise_row)(layer, in, y, x, count, 1, out);
    } else {
        KERNEL(depthwise_row)(layer, in, y, x, count, 2, out);
    }
}

INLINE void KERNEL(pool_row)(const mien_map *in, int y, int x, int count, float *out) {
    const float *from = in->data + 2 * y * in->row + (ptrdiff_t)2 * x * in->channels;
    for (int i = 0; i < count; i++, from += 2 * in->channels) {
        for (int c = 0; c < in->channels; c += 8, out += 8) {
            v8 a, b, d, e;
            LOAD(a, from + c);
            LOAD(b, from + c + in->channels);
            LOAD(d, from + c + in->row);
            LOAD(e, from + c + in->row + in->channels);
            a = MAX(MAX(a, b), MAX(d, e));
            STORE(out, a);
        }
    }
}

// The register tile: `tile` pixels x `vectors` vectors of outputs from n on, K ascending, `steps` at a time.
// An instruction can add a pixel's distance to an address once and twice: with an address for three pixels
// each, of which the compiler must not make one, none is left to compute.
#undef PRODUCT
#define PRODUCT(name, vec, lanes, vectors, tile, steps)                                            \
    INLINE void KERNEL(name)(const mien_layer *layer, const strip *s, const float *weights, int n, \
                             int pixel, int valid, int skip_channels) {                            \
        const ptrdiff_t inputs = layer->inputs;                                                    \
        const float *thirds[tile / 3];                                                             \
        UNROLL for (int i = 0; i < tile / 3; i++) {                                                \
            thirds[i] = s->gathered + (pixel + 3 * i) * inputs;                                    \
            __asm__("" : "+r"(thirds[i]));                                                         \
        }                                                                                          \
        vec sum[tile][vectors];                                                                    \
        UNROLL for (int v = 0; v < vectors; v++) {                                                 \
            vec bias;                                                                              \
            LOAD(bias, layer->bias + n + v * lanes);                                               \
            UNROLL for (int i = 0; i < tile; i++)                                                  \
                sum[i][v] = bias;                                                                  \
        }                                                                                          \
        UNROLL_SOME(steps) for (ptrdiff_t k = 0; k < inputs; k++) {                                \
            vec w[vectors];                                                                        \
            UNROLL for (int v = 0; v < vectors; v++)                                               \
                LOAD(w[v], weights + (k * vectors + v) * lanes);                                   \
            UNROLL for (int i = 0; i < tile; i++) {                                                \
                vec value = (vec)(thirds[i / 3][i % 3 * inputs + k]);                              \
                UNROLL for (int v = 0; v < vectors; v++)                                           \
                    sum[i][v] += value * w[v];                                                     \
            }                                                                                      \
        }                                                                                          \
        UNROLL for (int i = 0; i < tile; i++) {                                                    \
            if (i < valid) UNROLL                                                                  \
                for (int v = 0; v < vectors; v++) {                                                \
                    union {                                                                        \
                        vec all;                                                                   \
                        v8 eighths[lanes / 8];                                                     \
                    } sums = {sum[i][v]};                                                          \
                    UNROLL for (int e = 0; e < lanes / 8; e++) {                                   \
                        int at = n + v * lanes + e * 8;                                            \
                        v8 value = sums.eighths[e];                                                \
                        if (at < skip_channels) {                                                  \
                            v8 skip;                                                               \
                            LOAD(skip, s->skip[pixel + i] + at);                                   \
                            value += skip;                                                         \
                        }                                                                          \
                        if (layer->relu) value = MAX(value, (v8)(0.0f));                           \
                        if (layer->slope) {                                                        \
                            v8 slope;                                                              \
                            LOAD(slope, layer->slope + at);                                        \
                            value = MAX(value, (v8)(0.0f)) + slope * MIN(value, (v8)(0.0f));       \
                        }                                                                          \
                        STORE(s->out[pixel + i] + at, value);                                      \
                    }                                                                              \
                }                                                                                  \
        }                                                                                          \
    }

// Twelve sums hide the latency of the multiplier.
PRODUCT(product_16, vw, WIDE, (16 / WIDE), TILE, 4)
PRODUCT(product_8, v8, 8, 1, 12, 1)

static void KERNEL(run_layer)(const mien_layer *layer, const mien_map *in, const mien_map *skip,
                              const mien_map *out, int first, int last) {
    strip s;
    const int inputs = layer->inputs, outputs = layer->outputs;
    const int skip_channels = layer->skip == MIEN_SKIP_NONE ? 0 : skip->channels;
    int width = STRIP_FLOATS / (inputs > skip_channels ? inputs : skip_channels);
    width = width > STRIP_MOST ? STRIP_MOST : width < STRIP_LEAST ? STRIP_LEAST : width / 24 * 24;

    for (int start = first; start < last; start += width) {
        const int count = last - start < width ? last - start : width;
        for (int i = 0; i < count;) {
            int y = (start + i) / out->width, x = (start + i) % out->width;
            int run = out->width - x < count - i ? out->width - x : count - i;
            KERNEL(gather_row)(layer, in, y, x, run, s.gathered + (ptrdiff_t)i * inputs);
            if (layer->skip == MIEN_SKIP_POOLED) {
                KERNEL(pool_row)(skip, y, x, run, s.pooled + (ptrdiff_t)i * skip_channels);
            }
            for (int j = 0; j < run; j++, i++) {
                s.out[i] = out->data + y * out->row + (ptrdiff_t)(x + j) * out->channels;
                s.skip[i] = layer->skip == MIEN_SKIP_POOLED
                                ? s.pooled + (ptrdiff_t)i * skip_channels
                                : skip->data + y * skip->row + (ptrdiff_t)(x + j) * skip->channels;
            }
        }
        // The last tile may be partly empty; what it computes there must be harmless.
        int full = (count + 11) / 12 * 12;
        memset(s.gathered + (ptrdiff_t)count * inputs, 0,
               (size_t)(full - count) * (size_t)inputs * sizeof(float));

        const float *weights = layer->weights;
        int n = 0;
        for (; n + 16 <= outputs; n += 16, weights += 16 * inputs) {
            for (int pixel = 0; pixel < count; pixel += TILE) {
                KERNEL(product_16)(layer, &s, weights, n, pixel, count - pixel, skip_channels);
            }
        }
        if (n < outputs) {
            for (int pixel = 0; pixel < count; pixel += 12) {
                KERNEL(product_8)(layer, &s, weights, n, pixel, count - pixel, skip_channels);
            }
        }
    }
}

static void KERNEL(upsample_add)(const mien_map *low, const mien_map *out, int first, int last) {
    const int channels = out->channels;
    for (int y = first; y < last; y++) {
        // The nearer row of `low` weighs 3/4, the farther 1/4; beyond the edge they are the same row.
        int near_y = y / 2, far_y = near_y + (y % 2 ? 1 : -1);
        far_y = far_y < 0 ? 0 : far_y >= low->height ? low->height - 1 : far_y;
        const float *near_row = low->data + near_y * low->row, *far_row = low->data + far_y * low->row;
        float *to = out->data + y * out->row;
        for (int x = 0; x < out->width; x++) {
            int near_x = x / 2, far_x = near_x + (x % 2 ? 1 : -1);
            far_x = far_x < 0 ? 0 : far_x >= low->width ? low->width - 1 : far_x;
            ptrdiff_t near_at = (ptrdiff_t)near_x * channels, far_at = (ptrdiff_t)far_x * channels;
            for (int c = 0; c < channels; c += 8, to += 8) {
                v8 nn, nf, fn, ff, value;
                LOAD(nn, near_row + near_at + c);
                LOAD(nf, near_row + far_at + c);
                LOAD(fn, far_row + near_at + c);
                LOAD(ff, far_row + far_at + c);
                LOAD(value, to);
                value += 0.75f * (0.75f * nn + 0.25f * nf) + 0.25f * (0.75f * fn + 0.25f * ff);
                STORE(to, value);
            }
        }
    }
}

#include "sample_body.h"
