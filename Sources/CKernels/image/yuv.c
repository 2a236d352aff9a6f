#include "../include/yuv.h"

#include "../simd/table.h"

// Interpolated chroma is in sixteenths: quarters of the two rows times quarters of the two columns.
enum { SIXTEENTHS = 16, SHIFT = 13 + 4, HALF = 1 << (SHIFT - 1), SLACK = 32 };

// The rows of scratch: chroma before and after the columns are interpolated, and the three channels.
typedef struct yuv_rows {
    int16_t *sums, *u, *v;
    uint8_t *red, *green, *blue;
} yuv_rows;

static size_t yuv_row_length(int width) { return ((size_t)width + SLACK) / 32 * 32 + SLACK; }

#define MIEN_AT_MOST_AVX2
#define MIEN_BODY "../image/yuv_body.h"
#include "../simd/for_each_isa.h"

const mien_yuv_kernels *mien_yuv_kernels_for(mien_isa isa) {
    static const mien_yuv_kernels *const table[MIEN_ISA_COUNT] = {MIEN_ENTRIES_AVX2(yuv)};
    return table[mien_isa_best(isa)];
}

static int16_t to_int16(int64_t value) {
    int64_t rounded = (value + (1 << 15)) >> 16;
    return (int16_t)(rounded < -0x7fff ? -0x8000 : rounded > 0x7fff ? 0x7fff : rounded);
}

mien_yuv_matrix mien_yuv_matrix_of(const int *coefficients, bool is_full_range) {
    // The divisions are swscale's, and so is their rounding.
    int64_t luma = 1 << 16, scaled[4];
    if (!is_full_range) luma = luma * 255 / 219;
    for (int i = 0; i < 4; i++) {
        scaled[i] = i < 2 ? coefficients[i] : -(int64_t)coefficients[i];
        if (is_full_range) scaled[i] = scaled[i] * 224 / 255;
    }
    return (mien_yuv_matrix){
        .black = is_full_range ? 0 : 16,
        .luma = to_int16(luma << 13),
        .v_red = to_int16(scaled[0] * (1 << 13)),
        .u_blue = to_int16(scaled[1] * (1 << 13)),
        .u_green = to_int16(scaled[2] * (1 << 13)),
        .v_green = to_int16(scaled[3] * (1 << 13)),
    };
}

size_t mien_yuv_scratch(int width) { return yuv_row_length(width) * (2 + 2 + 2 + 3); }
