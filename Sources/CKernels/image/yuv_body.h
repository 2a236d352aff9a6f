// The conversion of yuv.h, for bodies of for_each_isa.h.

// The loops over a row: the compiler finds the vectors.
INLINE void KERNEL(chroma_row)(const uint8_t *restrict near_row, const uint8_t *restrict far_row, int count,
                               bool is_left, int16_t *restrict sums, int16_t *restrict out) {
    // One sum more on each side: the edges, repeated.
    for (int i = 0; i < count; i++) {
        sums[i + 1] = (int16_t)(3 * near_row[i] + far_row[i] - 4 * 128);
    }
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

INLINE uint8_t KERNEL(to_byte)(int32_t sum) {
    int32_t value = sum >> SHIFT;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

INLINE void KERNEL(colour_row)(const uint8_t *restrict y, const int16_t *restrict u,
                               const int16_t *restrict v, int width, mien_yuv_matrix m, uint8_t *restrict red,
                               uint8_t *restrict green, uint8_t *restrict blue) {
    for (int x = 0; x < width; x++) {
        int16_t level = (int16_t)(SIXTEENTHS * (y[x] - m.black));
        int32_t luma = level * m.luma + HALF;
        red[x] = KERNEL(to_byte)(luma + v[x] * m.v_red);
        green[x] = KERNEL(to_byte)(luma + v[x] * m.v_green + u[x] * m.u_green);
        blue[x] = KERNEL(to_byte)(luma + u[x] * m.u_blue);
    }
}

INLINE void KERNEL(interleave)(const yuv_rows *r, int width, uint8_t *out) {
    int x = 0;
#if MIEN_LANES == 8
    // Sixteen pixels are three vectors; each takes its bytes from all channels. -1 gives zero.
    const __m128i of_red[3] = {_mm_setr_epi8(0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1, -1, 5),
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
    for (; x + 16 <= width; x += 16) {
        __m128i red = _mm_loadu_si128((const __m128i *)(r->red + x));
        __m128i green = _mm_loadu_si128((const __m128i *)(r->green + x));
        __m128i blue = _mm_loadu_si128((const __m128i *)(r->blue + x));
        for (int i = 0; i < 3; i++) {
            __m128i both = _mm_or_si128(_mm_shuffle_epi8(red, of_red[i]),
                                        _mm_shuffle_epi8(green, of_green[i]));
            both = _mm_or_si128(both, _mm_shuffle_epi8(blue, of_blue[i]));
            _mm_storeu_si128((__m128i *)(out + 3 * x + 16 * i), both);
        }
    }
#endif
    for (; x < width; x++) {
        out[3 * x] = r->red[x];
        out[3 * x + 1] = r->green[x];
        out[3 * x + 2] = r->blue[x];
    }
}

static void KERNEL(to_rgb)(const mien_yuv_picture *picture, mien_yuv_matrix matrix, uint8_t *out, size_t row,
                           void *scratch) {
    size_t length = yuv_row_length(picture->width);
    int16_t *wide = scratch;
    uint8_t *narrow = (uint8_t *)(wide + 3 * length);
    yuv_rows r = {wide, wide + length, wide + 2 * length, narrow, narrow + length, narrow + 2 * length};
    int last = picture->halves_rows ? picture->height / 2 - 1 : picture->height - 1;
    for (int y = 0; y < picture->height; y++, out += row) {
        int near_row = picture->halves_rows ? y / 2 : y;
        int far_row = picture->halves_rows ? near_row + (y % 2 ? 1 : -1) : y;
        far_row = far_row < 0 ? 0 : far_row > last ? last : far_row;
        const uint8_t *luma = picture->y + y * picture->y_row;
        const uint8_t *u = picture->u + near_row * picture->u_row,
                      *far_u = picture->u + far_row * picture->u_row;
        const uint8_t *v = picture->v + near_row * picture->v_row,
                      *far_v = picture->v + far_row * picture->v_row;
        KERNEL(chroma_row)(u, far_u, picture->width / 2, picture->is_left, r.sums, r.u);
        KERNEL(chroma_row)(v, far_v, picture->width / 2, picture->is_left, r.sums, r.v);
        KERNEL(colour_row)(luma, r.u, r.v, picture->width, matrix, r.red, r.green, r.blue);
        KERNEL(interleave)(&r, picture->width, out);
    }
}

static const mien_yuv_kernels KERNEL(yuv) = {.to_rgb = KERNEL(to_rgb)};
