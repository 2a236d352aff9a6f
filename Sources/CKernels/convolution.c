#include "dispatch.h"

#define NAME(x) mien_##x##_baseline
#define WIDE 8
#define TILE 6
#include "convolution_body.h"
#include "convolution_sample_body.h"

#if defined(__x86_64__)
#define DECLARE(isa)                                                                                   \
    void mien_layer_run_##isa(                                                                         \
        const mien_layer *, const mien_map *, const mien_map *, const mien_map *, int, int);           \
    void mien_upsample_add_##isa(const mien_map *, const mien_map *, int, int);                        \
    void mien_sample_##isa(const mien_picture *, mien_region, const mien_map *, float *);              \
    void mien_turn_##isa(const mien_map *, double, double, double, double, const mien_map *);
DECLARE(avx2)
DECLARE(avx512)

#define CHOOSE(call, ...)                                                                              \
    switch (mien_isa()) {                                                                              \
    case MIEN_ISA_AVX512: mien_##call##_avx512(__VA_ARGS__); break;                                    \
    case MIEN_ISA_AVX2: mien_##call##_avx2(__VA_ARGS__); break;                                        \
    default: mien_##call##_baseline(__VA_ARGS__); break;                                               \
    }
#else
#define CHOOSE(call, ...) mien_##call##_baseline(__VA_ARGS__);
#endif

void mien_layer_pack(const float *weights, int inputs, int outputs, float *packed) {
    for (int n = 0; n < outputs;) {
        int panel = n + 16 <= outputs ? 16 : 8;
        for (int k = 0; k < inputs; k++) {
            for (int j = 0; j < panel; j++) {
                *packed++ = weights[(ptrdiff_t)(n + j) * inputs + k];
            }
        }
        n += panel;
    }
}

void mien_layer_run(
    const mien_layer *layer, const mien_map *in, const mien_map *skip, const mien_map *out, int first,
    int last) {
    CHOOSE(layer_run, layer, in, skip, out, first, last)
}

void mien_upsample_add(const mien_map *low, const mien_map *out, int first, int last) {
    CHOOSE(upsample_add, low, out, first, last)
}

size_t mien_sample_scratch(const mien_picture *picture, double step, int width, int height) {
    return mien_axis_floats_baseline(step, width) + mien_axis_floats_baseline(step, height) +
           3 * (size_t)(picture->width + mien_most_taps_baseline(step)) + 1;
}

void mien_sample(
    const mien_picture *picture, mien_region region, const mien_map *out, float *scratch) {
    CHOOSE(sample, picture, region, out, scratch)
}

void mien_turn(
    const mien_map *in, double x, double y, double ux, double uy, const mien_map *out) {
    CHOOSE(turn, in, x, y, ux, uy, out)
}
