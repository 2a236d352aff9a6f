#include "../include/conv.h"

#include <string.h>

#include "../simd/table.h"
#include "../simd/vector.h"

#define UNROLL _Pragma("clang loop unroll(full)")
#define UNROLL_SOME(count) _Pragma(STRING(clang loop unroll_count(count)))
#define STRING(text) #text
#define LOAD(v, from) __builtin_memcpy(&(v), (from), sizeof(v))
#define STORE(to, v) __builtin_memcpy((to), &(v), sizeof(v))
#define MAX(a, b) __builtin_elementwise_max((a), (b))
#define MIN(a, b) __builtin_elementwise_min((a), (b))

enum {
    STRIP_FLOATS = 6144, // the gathered inputs of a strip of pixels should stay in the first-level cache
    STRIP_MOST = 48,     // and so should the rows of a depthwise convolution under it
    STRIP_LEAST = 24,    // both multiples of every TILE
    DEPTHWISE_MOST = 16, // pixels of a depthwise convolution with stride 2 at a time
    INPUTS_MOST = 512,
    STRIP_ROOM = STRIP_LEAST * INPUTS_MOST,
};

// A strip: consecutive output pixels, which may run over the end of a row.
typedef struct strip {
    float gathered[STRIP_ROOM] __attribute__((aligned(64))); // [pixel][K]
    float pooled[STRIP_ROOM] __attribute__((aligned(64)));   // [pixel][skip channels]
    float *out[STRIP_MOST];
    const float *skip[STRIP_MOST];
} strip;

typedef uint8_t u8x8 __attribute__((ext_vector_type(8)));

// The weights of one axis: output i is the sum of inputs [from, to), of at most `taps`; the weights after
// those are 0.
typedef struct axis {
    const int32_t *from, *to;
    const float *weights; // [output][most]
    int most, taps;
} axis;

// No output covers more inputs.
INLINE int most_taps(double step) { return (int)step + 3; }

static size_t axis_floats(double step, int outputs) {
    return (size_t)outputs * (size_t)(2 + most_taps(step));
}

#define MIEN_BODY "../conv/conv_body.h"
#include "../simd/for_each_isa.h"

const mien_conv_kernels *mien_conv_kernels_for(mien_isa isa) {
    static const mien_conv_kernels *const table[MIEN_ISA_COUNT] = {MIEN_ENTRIES(conv)};
    return table[mien_isa_best(isa)];
}

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

size_t mien_sample_scratch(const mien_picture *picture, double step, int width, int height) {
    return axis_floats(step, width) + axis_floats(step, height) +
           3 * (size_t)(picture->width + most_taps(step)) + 1;
}
