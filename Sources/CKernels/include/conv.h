// The convolutions of small networks for faces, and the sampling of their inputs.
//
// A map is height x width pixels of `channels` floats (HWC), ringed by a border of zeros that kernels read
// and never write: the border is the SAME padding, so no kernel has edge cases. Channel counts of every map
// but a network's input are multiples of 8; surplus channels are zero.
//
// All kernels compute output pixels [first, last) in row-major order, each from its own inputs and in a
// fixed order of operations: results do not depend on how the range is cut up between threads.
#ifndef MIEN_CONV_H
#define MIEN_CONV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "isa.h"
#include "picture.h"

typedef struct mien_map {
    float *_Nonnull data; // the pixel in the upper left, inside the border
    int height, width, channels;
    ptrdiff_t row; // floats from one row to the next
} mien_map;

// What comes before the matrix product of a layer.
typedef enum mien_gather {
    MIEN_GATHER_PIXEL,     // nothing: a 1 x 1 convolution
    MIEN_GATHER_DEPTHWISE, // a 3 x 3 depthwise convolution, stride 1 or 2
    MIEN_GATHER_PATCH, // the kernel x kernel x channels neighbourhood: a full convolution, 3 x 3 or 5 x 5 of
                       // 3 channels, or 2 x 2 of others
} mien_gather;

// What is added to the product before the activation.
typedef enum mien_skip {
    MIEN_SKIP_NONE,
    MIEN_SKIP_SAME,   // the map `skip` at the same place; channels it lacks count as zero
    MIEN_SKIP_POOLED, // the maximum of the map `skip` over 2 x 2 pixels, likewise
} mien_skip;

// One layer: out = activation(weights . gather(in) + bias + skip). The activation is nothing, a ReLU, or a
// PReLU: max(x, 0) + slope * min(x, 0).
typedef struct mien_layer {
    mien_gather gather;
    mien_skip skip;
    bool relu;
    int kernel, stride;
    int pad;     // SAME padding before the first row and column; the border must hold what comes after
    int inputs;  // K: in->channels, or kernel * kernel * in->channels for a patch; at most 512
    int outputs; // N, a multiple of 8
    const float *_Nullable depthwise; // [9][K] weights, then [K] biases
    const float *_Nonnull weights;    // packed by mien_layer_pack
    const float *_Nonnull bias;       // [N]
    const float *_Nullable slope;     // [N], of a PReLU
} mien_layer;

// Packs weights[n][k] (n < outputs, k < inputs) into panels [K][16], the last one [K][8] where N is an odd
// multiple of 8. `packed` takes inputs * outputs floats.
void mien_layer_pack(const float *_Nonnull weights, int inputs, int outputs, float *_Nonnull packed);

// The upright region of a picture that a map shows: map pixel i covers [x + i * step, x + (i + 1) * step).
typedef struct mien_region {
    double x, y; // of the upper left corner, in picture pixels; may lie outside
    double step; // picture pixels per map pixel
} mien_region;

// The floats of scratch that `sample` needs.
size_t mien_sample_scratch(const mien_picture *_Nonnull picture, double step, int width, int height);

typedef struct mien_conv_kernels {
    // out has ceil(in / stride) pixels each way. `skip` may be the same map as `out`, and with MIEN_SKIP_NONE
    // is not read; `in` must be another.
    void (*_Nonnull run_layer)(const mien_layer *_Nonnull layer, const mien_map *_Nonnull in,
                               const mien_map *_Nonnull skip, const mien_map *_Nonnull out, int first,
                               int last);

    // out[y][x][c] += low enlarged twice, bilinearly, half-pixel centres, edges repeated; rows [first, last).
    void (*_Nonnull upsample_add)(const mien_map *_Nonnull low, const mien_map *_Nonnull out, int first,
                                  int last);

    // Fills a 3-channel map with the region, as value / 127.5 - 1: the mean over the covered area where the
    // map is coarser than the picture, bilinear where it is finer. Outside the picture is black.
    void (*_Nonnull sample)(const mien_picture *_Nonnull picture, mien_region region,
                            const mien_map *_Nonnull out, float *_Nonnull scratch);

    // Fills a 3-channel map from another, bilinearly: the centre of out pixel (i, j) lies in `in` at
    // (x + i * ux - j * uy, y + i * uy + j * ux). Outside is black (-1).
    void (*_Nonnull turn)(const mien_map *_Nonnull in, double x, double y, double ux, double uy,
                          const mien_map *_Nonnull out);
} mien_conv_kernels;

const mien_conv_kernels *_Nonnull mien_conv_kernels_for(mien_isa isa);

#endif
