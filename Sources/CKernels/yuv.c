#include "yuv.h"

#include "dispatch.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Interpolated chroma is in sixteenths: quarters of the two rows times quarters of the two columns.
enum { SIXTEENTHS = 16, SHIFT = 13 + 4, HALF = 1 << (SHIFT - 1), SLACK = 32 };

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

static size_t row_length(int width) { return ((size_t)width + SLACK) / 32 * 32 + SLACK; }

size_t mien_yuv_scratch(int width) { return row_length(width) * (2 + 2 + 2 + 3); }

// The rows of scratch: chroma before and after the columns are interpolated, and the three channels.
typedef struct rows {
    int16_t *sums, *u, *v;
    uint8_t *red, *green, *blue;
} rows;

// The bodies of the loops over a row; compiled for each instruction set, whose vectors the compiler finds.
__attribute__((always_inline)) static inline void
chroma_row(const uint8_t *restrict near_row, const uint8_t *restrict far_row, int count, bool is_left,
           int16_t *restrict sums, int16_t *restrict out) {
    // One sum more on each side: the edges, repeated.
    for (int i = 0; i < count; i++) { sums[i + 1] = (int16_t)(3 * near_row[i] + far_row[i] - 4 * 128); }
    sums[0] = sums[1];
    sums[count + 1] = sums[count];
    if (is_left) {
        for (int i = 0; i < count; i++) {
            out[2 * i] = (int16_t)(4 * sums[i + 1]);
            out[2 * i + 1] = (int16_t)(2 * (sums[i + 1] + sums[i + 2]));
        }
    } else {
        for (int i = 0; i < count; i++) {
            out[2 * i] = (int16_t)(sums[i] + 3 * sums[i + 1]);
            out[2 * i + 1] = (int16_t)(3 * sums[i + 1] + sums[i + 2]);
        }
    }
}

__attribute__((always_inline)) static inline uint8_t to_byte(int32_t sum) {
    int32_t value = sum >> SHIFT;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

__attribute__((always_inline)) static inline void
colour_row(const uint8_t *restrict y, const int16_t *restrict u, const int16_t *restrict v, int width,
           mien_yuv_matrix m, uint8_t *restrict red, uint8_t *restrict green, uint8_t *restrict blue) {
    for (int x = 0; x < width; x++) {
        int16_t level = (int16_t)(SIXTEENTHS * (y[x] - m.black));
        int32_t luma = level * m.luma + HALF;
        red[x] = to_byte(luma + v[x] * m.v_red);
        green[x] = to_byte(luma + v[x] * m.v_green + u[x] * m.u_green);
        blue[x] = to_byte(luma + u[x] * m.u_blue);
    }
}

__attribute__((always_inline)) static inline void
interleave(const rows *r, int first, int width, uint8_t *out) {
    for (int x = first; x < width; x++) {
        out[3 * x] = r->red[x];
        out[3 * x + 1] = r->green[x];
        out[3 * x + 2] = r->blue[x];
    }
}

#define CONVERT                                                                                        \
    int chroma_width = p->width / 2;                                                                   \
    chroma_row(u, far_u, chroma_width, p->is_left, r->sums, r->u);                                     \
    chroma_row(v, far_v, chroma_width, p->is_left, r->sums, r->v);                                     \
    colour_row(y, r->u, r->v, p->width, m, r->red, r->green, r->blue);

static void row_baseline(
    const mien_yuv_picture *p, mien_yuv_matrix m, const uint8_t *y, const uint8_t *u, const uint8_t *far_u,
    const uint8_t *v, const uint8_t *far_v, const rows *r, uint8_t *out) {
    CONVERT
    interleave(r, 0, p->width, out);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void row_avx2(
    const mien_yuv_picture *p, mien_yuv_matrix m, const uint8_t *y, const uint8_t *u, const uint8_t *far_u,
    const uint8_t *v, const uint8_t *far_v, const rows *r, uint8_t *out) {
    CONVERT
    // Sixteen pixels are three vectors; each takes its bytes from all channels. -1 gives zero.
    const __m128i of_red[3] = {
        _mm_setr_epi8(0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1, -1, 5),
        _mm_setr_epi8(-1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1, 10, -1),
        _mm_setr_epi8(-1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15, -1, -1)};
    const __m128i of_green[3] = {
        _mm_setr_epi8(-1, 0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1, -1),
        _mm_setr_epi8(5, -1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1, 10),
        _mm_setr_epi8(-1, -1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15, -1)};
    const __m128i of_blue[3] = {
        _mm_setr_epi8(-1, -1, 0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1),
        _mm_setr_epi8(-1, 5, -1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1),
        _mm_setr_epi8(10, -1, -1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15)};
    int x = 0;
    for (; x + 16 <= p->width; x += 16) {
        __m128i red = _mm_loadu_si128((const __m128i *)(r->red + x));
        __m128i green = _mm_loadu_si128((const __m128i *)(r->green + x));
        __m128i blue = _mm_loadu_si128((const __m128i *)(r->blue + x));
        for (int i = 0; i < 3; i++) {
            __m128i both = _mm_or_si128(_mm_shuffle_epi8(red, of_red[i]), _mm_shuffle_epi8(green, of_green[i]));
            both = _mm_or_si128(both, _mm_shuffle_epi8(blue, of_blue[i]));
            _mm_storeu_si128((__m128i *)(out + 3 * x + 16 * i), both);
        }
    }
    interleave(r, x, p->width, out);
}
#endif

void mien_yuv_to_rgb(
    const mien_yuv_picture *p, mien_yuv_matrix matrix, uint8_t *out, size_t row, void *scratch) {
    size_t length = row_length(p->width);
    int16_t *wide = scratch;
    uint8_t *narrow = (uint8_t *)(wide + 3 * length);
    rows r = {wide, wide + length, wide + 2 * length, narrow, narrow + length, narrow + 2 * length};
    int last = p->halves_rows ? p->height / 2 - 1 : p->height - 1;
    for (int y = 0; y < p->height; y++, out += row) {
        int near_row = p->halves_rows ? y / 2 : y;
        int far_row = p->halves_rows ? near_row + (y % 2 ? 1 : -1) : y;
        far_row = far_row < 0 ? 0 : far_row > last ? last : far_row;
        const uint8_t *luma = p->y + y * p->y_row;
        const uint8_t *u = p->u + near_row * p->u_row, *far_u = p->u + far_row * p->u_row;
        const uint8_t *v = p->v + near_row * p->v_row, *far_v = p->v + far_row * p->v_row;
#if defined(__x86_64__)
        if (mien_isa() >= MIEN_ISA_AVX2) {
            row_avx2(p, matrix, luma, u, far_u, v, far_v, &r, out);
            continue;
        }
#endif
        row_baseline(p, matrix, luma, u, far_u, v, far_v, &r, out);
    }
}
