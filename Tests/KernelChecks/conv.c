// The detector's convolutions, and the sampling of its inputs.
#include "conv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

typedef struct shape {
    mien_gather gather;
    int kernel, stride, width, height, inputs, outputs;
    mien_skip skip;
    int skip_channels;
    bool relu, prelu;
} shape;

static const shape shapes[] = {
    {MIEN_GATHER_PATCH, 3, 2, 8, 6, 3, 8, MIEN_SKIP_NONE, 8, true},
    {MIEN_GATHER_PATCH, 5, 2, 7, 9, 3, 16, MIEN_SKIP_NONE, 8, true},
    {MIEN_GATHER_PATCH, 5, 1, 7, 7, 3, 24, MIEN_SKIP_NONE, 8, true},
    {MIEN_GATHER_DEPTHWISE, 3, 1, 9, 5, 24, 40, MIEN_SKIP_NONE, 8, true},
    {MIEN_GATHER_DEPTHWISE, 3, 2, 6, 4, 16, 8, MIEN_SKIP_NONE, 8, true},
    {MIEN_GATHER_DEPTHWISE, 3, 2, 5, 7, 8, 16, MIEN_SKIP_NONE, 8, true},
    {MIEN_GATHER_DEPTHWISE, 3, 1, 25, 13, 32, 48, MIEN_SKIP_NONE, 8, true},
    {MIEN_GATHER_PIXEL, 1, 1, 13, 5, 384, 96, MIEN_SKIP_NONE, 8, true},
    {MIEN_GATHER_DEPTHWISE, 3, 1, 6, 6, 24, 24, MIEN_SKIP_SAME, 24, true},
    {MIEN_GATHER_PIXEL, 1, 1, 6, 6, 8, 32, MIEN_SKIP_SAME, 24, true},
    {MIEN_GATHER_DEPTHWISE, 3, 1, 6, 6, 8, 48, MIEN_SKIP_POOLED, 40, false},
    {MIEN_GATHER_PATCH, 3, 2, 8, 8, 3, 16, MIEN_SKIP_NONE, 8, false, true},
    {MIEN_GATHER_PATCH, 2, 2, 8, 8, 16, 16, MIEN_SKIP_NONE, 8, false, true},
    {MIEN_GATHER_PATCH, 2, 2, 4, 4, 128, 64, MIEN_SKIP_NONE, 8, false, true},
    {MIEN_GATHER_PIXEL, 1, 1, 9, 7, 16, 8, MIEN_SKIP_NONE, 8, false, true},
    {MIEN_GATHER_DEPTHWISE, 3, 1, 6, 6, 8, 16, MIEN_SKIP_SAME, 16, false, true},
    {MIEN_GATHER_DEPTHWISE, 3, 1, 6, 6, 16, 32, MIEN_SKIP_POOLED, 16, false, true},
};

enum { BORDER = 2 };

static size_t map_floats(int width, int height, int channels) {
    return (size_t)(width + 2 * BORDER) * (size_t)(height + 2 * BORDER) * (size_t)channels + 64;
}

// A map in `memory`, ringed by zeros.
static mien_map make_map(float *memory, int width, int height, int channels) {
    ptrdiff_t row = (ptrdiff_t)(width + 2 * BORDER) * channels;
    memset(memory, 0, map_floats(width, height, channels) * sizeof(float));
    return (mien_map){memory + BORDER * (row + channels), height, width, channels, row};
}

static mien_map noise_map(int width, int height, int channels, uint64_t seed) {
    float *values = noise((size_t)width * (size_t)height * (size_t)channels, seed), *from = values;
    mien_map map = make_map(aligned(map_floats(width, height, channels) * sizeof(float)), width, height,
                            channels);
    for (int y = 0; y < height; y++, from += width * channels) {
        memcpy(map.data + y * map.row, from, (size_t)(width * channels) * sizeof(float));
    }
    free(values);
    return map;
}

static void free_map(mien_map map) { free(map.data - BORDER * (map.row + map.channels)); }

typedef struct layer_run {
    mien_layer layer;
    mien_map in, skip;
    int width, height;
} layer_run;

static void run_layer(const void *context, mien_isa isa, void *out) {
    const layer_run *r = context;
    mien_map map = make_map(out, r->width, r->height, r->layer.outputs);
    // In two parts, as two threads would.
    int middle = r->width * r->height / 3;
    mien_conv_kernels_for(isa)->run_layer(&r->layer, &r->in, &r->skip, &map, 0, middle);
    mien_conv_kernels_for(isa)->run_layer(&r->layer, &r->in, &r->skip, &map, middle, r->width * r->height);
}

static void check_layer(shape s) {
    bool is_patch = s.gather == MIEN_GATHER_PATCH;
    int inputs = is_patch ? s.kernel * s.kernel * s.inputs : s.inputs,
        scale = s.skip == MIEN_SKIP_POOLED ? 2 : 1;
    int width = (s.width + s.stride - 1) / s.stride, height = (s.height + s.stride - 1) / s.stride;
    int padding = (width - 1) * s.stride + s.kernel - s.width;
    size_t count = (size_t)(s.outputs * inputs);
    float *weights = noise(count, 1), *packed = aligned(count * sizeof(float));
    float *bias = noise((size_t)s.outputs, 2), *depthwise = noise((size_t)(10 * s.inputs), 3);
    float *slope = noise((size_t)s.outputs, 6);
    mien_layer_pack(weights, inputs, s.outputs, packed);
    layer_run run = {
        .layer = {s.gather, s.skip, s.relu, s.kernel, s.stride, padding > 0 ? padding / 2 : 0, inputs,
                  s.outputs, depthwise, packed, bias, s.prelu ? slope : NULL},
        .in = noise_map(s.width, s.height, s.inputs, 4),
        .skip = noise_map(width * scale, height * scale, s.skip_channels, 5),
        .width = width,
        .height = height,
    };
    char name[100];
    snprintf(name, sizeof name, "gather %d, %d x %d / %d, %d x %d x %d to %d, skip %d", (int)s.gather,
             s.kernel, s.kernel, s.stride, s.width, s.height, s.inputs, s.outputs, (int)s.skip);
    compare(run_layer, &run, map_floats(width, height, s.outputs) * sizeof(float), 3e-4, name);
    free_map(run.in), free_map(run.skip);
    free(weights), free(packed), free(bias), free(depthwise), free(slope);
}

static void upsample(const void *context, mien_isa isa, void *out) {
    const mien_map *low = context;
    mien_map map = make_map(out, 2 * low->width, 2 * low->height, low->channels);
    mien_conv_kernels_for(isa)->upsample_add(low, &map, 0, map.height);
}

typedef struct sampling {
    mien_picture picture;
    mien_region region;
} sampling;

enum { SIDE = 16 };

static void sample(const void *context, mien_isa isa, void *out) {
    const sampling *s = context;
    mien_map map = make_map(out, SIDE, SIDE, 3);
    float *scratch = aligned(mien_sample_scratch(&s->picture, s->region.step, SIDE, SIDE) * sizeof(float));
    mien_conv_kernels_for(isa)->sample(&s->picture, s->region, &map, scratch);
    free(scratch);
}

static void turn(const void *context, mien_isa isa, void *out) {
    const mien_map *in = context;
    mien_map map = make_map(out, SIDE, SIDE, 3);
    mien_conv_kernels_for(isa)->turn(in, -3, 5, 0.9, 0.4, &map);
}

void check_layers(void) {
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) check_layer(shapes[i]);
    mien_map low = noise_map(5, 4, 24, 6);
    compare(upsample, &low, map_floats(10, 8, 24) * sizeof(float), 1e-6, "upsampling");
    free_map(low);
}

void check_sampling(void) {
    uint8_t *pixels = noise_bytes(3 * 60 * 40, 7);
    static const mien_region regions[] = {{3, 2, 0.7}, {-20, -10, 5}, {10.3, 7.1, 1}, {200, 5, 2}};
    for (size_t i = 0; i < sizeof regions / sizeof *regions; i++) {
        sampling s = {{pixels, 60, 40, 3 * 60}, regions[i]};
        char name[40];
        snprintf(name, sizeof name, "step %g", regions[i].step);
        compare(sample, &s, map_floats(SIDE, SIDE, 3) * sizeof(float), 1e-5, name);
    }
    free(pixels);
    mien_map in = noise_map(20, 14, 3, 8);
    compare(turn, &in, map_floats(SIDE, SIDE, 3) * sizeof(float), 1e-5, "turned");
    free_map(in);
}
