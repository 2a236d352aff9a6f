// The kernels that make bytes of bytes: all sums are integers, so all levels give the same.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "resample.h"
#include "warp.h"
#include "yuv.h"

enum { WIDTH = 70, HEIGHT = 50, SIDE = 37 };

typedef struct warping {
    const uint8_t *pixels;
    mien_warp_map map;
} warping;

static void warp(const void *context, mien_isa isa, void *out) {
    const warping *w = context;
    mien_warp_kernels_for(isa)->square(w->pixels, WIDTH, HEIGHT, 3 * WIDTH, &w->map, out, SIDE);
}

static void convert(const void *context, mien_isa isa, void *out) {
    const mien_yuv_picture *picture = context;
    static const int bt601[] = {104597, 132201, 25675, 53279};
    void *scratch = aligned(mien_yuv_scratch(picture->width));
    mien_yuv_kernels_for(isa)->to_rgb(picture, mien_yuv_matrix_of(bt601, !picture->is_left), out, 3 * WIDTH,
                                      scratch);
    free(scratch);
}

typedef struct resampling {
    const uint8_t *pixels;
    mien_resample_filter filter;
    size_t to;
} resampling;

static void resample(const void *context, mien_isa isa, void *out) {
    const resampling *r = context;
    size_t taps = mien_resample_taps(r->filter, WIDTH, r->to),
           lines = mien_resample_taps(r->filter, HEIGHT, r->to);
    size_t most = taps > lines ? taps : lines;
    mien_resample_window *windows = aligned(r->to * sizeof *windows);
    int32_t *weights = aligned(r->to * most * sizeof(int32_t));
    uint8_t *between = aligned(3 * r->to * HEIGHT);
    mien_resample_weights(r->filter, WIDTH, r->to, 0, r->to, windows, weights);
    mien_resample_kernels_for(isa)->rows(r->pixels, 3 * WIDTH, HEIGHT, windows, weights, taps, r->to, between,
                                         3 * r->to);
    mien_resample_weights(r->filter, HEIGHT, r->to, 0, r->to, windows, weights);
    mien_resample_kernels_for(isa)->columns(between, 3 * r->to, 3 * r->to, windows, weights, lines, r->to,
                                            out, 3 * r->to);
    free(windows), free(weights), free(between);
}

void check_images(void) {
    char name[60];
    uint8_t *pixels = noise_bytes(3 * WIDTH * HEIGHT, 1);
    static const double scales[] = {0.3, 1, 1.4, 2.7, 9};
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        warping w = {pixels, {5, -4, scales[i], cos((double)i), sin((double)i)}};
        snprintf(name, sizeof name, "warp at scale %g", scales[i]);
        compare(warp, &w, 3 * SIDE * SIDE + 8, 0, name);
    }
    for (int layout = 0; layout < 4; layout++) {
        mien_yuv_picture picture = {
            pixels,    pixels + 4000, pixels + 6000, WIDTH,           WIDTH / 2,
            WIDTH / 2, WIDTH,         HEIGHT,        layout % 2 == 0, layout / 2 == 0,
        };
        snprintf(name, sizeof name, "YUV layout %d", layout);
        compare(convert, &picture, 3 * WIDTH * HEIGHT + 8, 0, name);
    }
    for (int filter = MIEN_RESAMPLE_BILINEAR; filter <= MIEN_RESAMPLE_BICUBIC; filter++) {
        static const size_t sides[] = {16, 48, 100};
        for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
            resampling r = {pixels, (mien_resample_filter)filter, sides[i]};
            snprintf(name, sizeof name, "filter %d to %zu", filter, sides[i]);
            compare(resample, &r, 3 * sides[i] * sides[i] + 8, 0, name);
        }
    }
    free(pixels);
}
