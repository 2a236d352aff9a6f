// Planar 8-bit YUV to interleaved RGB: to the byte what swscale makes of it with accurate rounding and full
// chroma interpolation, in a fraction of its time. (Where swscale's 32-bit sums overflow, at colours outside
// RGB, the clamped value instead.)
#ifndef MIEN_YUV_H
#define MIEN_YUV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "isa.h"

// A picture of even width whose chroma has half the columns, and all rows or, of an even number, half.
typedef struct mien_yuv_picture {
    const uint8_t *_Nonnull y, *_Nonnull u, *_Nonnull v;
    ptrdiff_t y_row, u_row, v_row; // bytes from one row to the next
    int width, height;
    bool halves_rows; // 4:2:0 rather than 4:2:2; chroma rows then lie between two of luma
    bool is_left;     // chroma columns lie on luma columns rather than between two of them
} mien_yuv_picture;

// rgb = (luma * (y - black) + [v_red v; v_green v + u_green u; u_blue u]) / 8192, u and v less 128.
typedef struct mien_yuv_matrix {
    int16_t black, luma, v_red, v_green, u_green, u_blue;
} mien_yuv_matrix;

// The matrix for swscale's table of four coefficients (red v, blue u, green u, green v; 16.16 fixed point).
mien_yuv_matrix mien_yuv_matrix_of(const int *_Nonnull coefficients, bool is_full_range);

// The bytes of scratch that `to_rgb` needs for a picture of this width.
size_t mien_yuv_scratch(int width);

typedef struct mien_yuv_kernels {
    // out is (height, width, 3), rows `row` bytes apart. Chroma is interpolated linearly both ways, edges
    // repeated, in integers without rounding; the result is rounded to nearest once and clamped. Every
    // instruction set gives the same bytes.
    void (*_Nonnull to_rgb)(const mien_yuv_picture *_Nonnull picture, mien_yuv_matrix matrix,
                            uint8_t *_Nonnull out, size_t row, void *_Nonnull scratch);
} mien_yuv_kernels;

const mien_yuv_kernels *_Nonnull mien_yuv_kernels_for(mien_isa isa);

#endif
