// The filter of a tile. Both texts take the same integer steps: columns first, the sum of 14-bit weights
// rounded to 7 bits below the pixel's unit; then along the row, rounded to the pixel. A part of warp_body.h.
#if MIEN_LANES == 4

static void KERNEL(filter_tile)(const warp_tile *tile, uint8_t *out, size_t stride) {
    int taps = tile->taps, before = taps / 2 - 1;
    for (int v = 0; v < tile->rows; v++) {
        for (int u = 0; u < tile->columns; u++) {
            int64_t x = tile->x + u * tile->ux - v * tile->uy + HALF_PHASE;
            int64_t y = tile->y + u * tile->uy + v * tile->ux + HALF_PHASE;
            const int16_t *wx = tile->weights[(x >> 14) & 63] + 3 - before;
            const int16_t *wy = tile->weights[(y >> 14) & 63] + 3 - before;
            const uint8_t *corner = tile->piece + ((y >> 20) - before) * PIECE_STRIDE +
                                    3 * ((x >> 20) - before);
            for (int channel = 0; channel < 3; channel++) {
                int32_t sum = 0;
                for (int i = 0; i < taps; i++) {
                    int32_t column = 1 << (COLUMN_SHIFT - 1);
                    for (int j = 0; j < taps; j++) {
                        column += wy[j] * corner[j * PIECE_STRIDE + 3 * i + channel];
                    }
                    sum += wx[i] * (column >> COLUMN_SHIFT);
                }
                out[3 * u + channel] = to_byte(sum);
            }
        }
        out += stride;
    }
}

#else

// The columns' sums of eight (or four) taps of three interleaved channels, times the taps' weights.
INLINE void multiply(const __m256i *columns, int vectors, __m256i weights, int32_t *products) {
    const __m256i taps[3] = {
        _mm256_setr_epi32(0, 0, 0, 1, 1, 1, 2, 2),
        _mm256_setr_epi32(2, 3, 3, 3, 4, 4, 4, 5),
        _mm256_setr_epi32(5, 5, 6, 6, 6, 7, 7, 7),
    };
    for (int k = 0; k < vectors; k++) {
        __m256i column = _mm256_srai_epi32(
            _mm256_add_epi32(columns[k], _mm256_set1_epi32(1 << (COLUMN_SHIFT - 1))), COLUMN_SHIFT);
        __m256i product = _mm256_mullo_epi32(column, _mm256_permutevar8x32_epi32(weights, taps[k]));
        _mm256_store_si256((__m256i *)(products + 8 * k), product);
    }
}

// Adds a pixel's products up, tap by tap: three channels and a lane that does not count.
INLINE void add_taps(const int32_t *products, int taps, uint8_t *out) {
    __m128i sum = _mm_set1_epi32(1 << (ROW_SHIFT - 1));
    for (int tap = 0; tap < taps; tap++) {
        sum = _mm_add_epi32(sum, _mm_loadu_si128((const __m128i *)(products + 3 * tap)));
    }
    sum = _mm_srai_epi32(sum, ROW_SHIFT);
    int32_t bytes = _mm_cvtsi128_si32(_mm_packus_epi16(_mm_packs_epi32(sum, sum), sum));
    memcpy(out, &bytes, 3);
}

// A row's weight and the next one's, side by side in every lane.
INLINE __m256i pair_of(const int16_t *weights) {
    int32_t both;
    memcpy(&both, weights, 4);
    return _mm256_set1_epi32(both);
}

// Adds sixteen bytes of a row and of the next one, interleaved, widened and multiplied by the pair of
// weights.
INLINE void add_rows(const uint8_t *upper, __m256i pair, __m256i *sums) {
    const uint8_t *lower = upper + PIECE_STRIDE;
    __m128i a = _mm_loadu_si128((const __m128i *)upper), b = _mm_loadu_si128((const __m128i *)lower);
    __m256i low = _mm256_cvtepu8_epi16(_mm_unpacklo_epi8(a, b));
    __m256i high = _mm256_cvtepu8_epi16(_mm_unpackhi_epi8(a, b));
    sums[0] = _mm256_add_epi32(sums[0], _mm256_madd_epi16(low, pair));
    sums[1] = _mm256_add_epi32(sums[1], _mm256_madd_epi16(high, pair));
}

// Two rows at a time.
INLINE void filter(const uint8_t *corner, int taps, const int16_t *wx, const int16_t *wy, int32_t *products) {
    __m256i columns[3] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
    for (int j = 0; j < taps; j += 2) {
        __m256i pair = pair_of(wy + j);
        const uint8_t *upper = corner + j * PIECE_STRIDE;
        add_rows(upper, pair, columns);
        if (taps == 8) {
            const uint8_t *lower = upper + PIECE_STRIDE;
            __m128i c = _mm_loadl_epi64((const __m128i *)(upper + 16));
            __m128i d = _mm_loadl_epi64((const __m128i *)(lower + 16));
            __m256i rest = _mm256_cvtepu8_epi16(_mm_unpacklo_epi8(c, d));
            columns[2] = _mm256_add_epi32(columns[2], _mm256_madd_epi16(rest, pair));
        }
    }
    __m128i weights = taps == 8 ? _mm_loadu_si128((const __m128i *)wx) : _mm_loadl_epi64((const __m128i *)wx);
    multiply(columns, taps == 8 ? 3 : 2, _mm256_cvtepi16_epi32(weights), products);
}

// A row's products first, and then its sums: they read across what was stored, which must have arrived by
// then.
INLINE void filter_rows(const warp_tile *tile, int taps, uint8_t *out, size_t stride) {
    // A pixel's last sum reads a lane more.
    _Alignas(32) int32_t products[TILE][32];
    for (int v = 0; v < tile->rows; v++, out += stride) {
        for (int u = 0; u < tile->columns; u++) {
            int64_t x = tile->x + u * tile->ux - v * tile->uy + HALF_PHASE;
            int64_t y = tile->y + u * tile->uy + v * tile->ux + HALF_PHASE;
            int before = taps / 2 - 1;
            const int16_t *wx = tile->weights[(x >> 14) & 63] + 3 - before;
            const int16_t *wy = tile->weights[(y >> 14) & 63] + 3 - before;
            const uint8_t *corner = tile->piece + ((y >> 20) - before) * PIECE_STRIDE +
                                    3 * ((x >> 20) - before);
            filter(corner, taps, wx, wy, products[u]);
        }
        for (int u = 0; u < tile->columns; u++) add_taps(products[u], taps, out + 3 * u);
    }
}

// The sums of `count` columns from `corner` on, some more at the end.
INLINE void sum_columns(const uint8_t *corner, int taps, const int16_t *wy, int count, int32_t *columns) {
    for (int i = 0; i < count; i += 16) {
        __m256i sums[2] = {_mm256_set1_epi32(1 << (COLUMN_SHIFT - 1)),
                           _mm256_set1_epi32(1 << (COLUMN_SHIFT - 1))};
        for (int j = 0; j < taps; j += 2) {
            add_rows(corner + j * PIECE_STRIDE + i, pair_of(wy + j), sums);
        }
        _mm256_store_si256((__m256i *)(columns + i), _mm256_srai_epi32(sums[0], COLUMN_SHIFT));
        _mm256_store_si256((__m256i *)(columns + i + 8), _mm256_srai_epi32(sums[1], COLUMN_SHIFT));
    }
}

// Three channels and a lane that does not count, of `taps` columns times their weights, each of which is
// there four times.
INLINE int32_t weigh_columns(const int32_t *columns, int taps, const int32_t *weights) {
    __m256i sums = _mm256_setzero_si256();
    for (int tap = 0; tap < taps; tap += 2) {
        __m128i one = _mm_loadu_si128((const __m128i *)(columns + 3 * tap));
        __m128i next = _mm_loadu_si128((const __m128i *)(columns + 3 * tap + 3));
        __m256i factors = _mm256_load_si256((const __m256i *)(weights + 4 * tap));
        sums = _mm256_add_epi32(
            sums, _mm256_mullo_epi32(_mm256_inserti128_si256(_mm256_castsi128_si256(one), next, 1), factors));
    }
    __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    sum = _mm_srai_epi32(_mm_add_epi32(sum, _mm_set1_epi32(1 << (ROW_SHIFT - 1))), ROW_SHIFT);
    return _mm_cvtsi128_si32(_mm_packus_epi16(_mm_packs_epi32(sum, sum), sum));
}

// Of an upright tile, a row's pixels share the sums of their columns, and a column's pixels the weights along
// the row.
INLINE void filter_upright(const warp_tile *tile, int taps, uint8_t *out, size_t stride) {
    _Alignas(32) int32_t columns[3 * PIECE + 16], weights[TILE][8 * 4];
    int places[TILE], before = taps / 2 - 1;
    int64_t first = ((tile->x + HALF_PHASE) >> 20) - before;
    for (int u = 0; u < tile->columns; u++) {
        int64_t x = tile->x + u * tile->ux + HALF_PHASE;
        const int16_t *wx = tile->weights[(x >> 14) & 63] + 3 - before;
        for (int i = 0; i < 4 * taps; i++) weights[u][i] = wx[i / 4];
        places[u] = 3 * (int)((x >> 20) - before - first);
    }
    int count = places[tile->columns - 1] + 3 * taps;
    for (int v = 0; v < tile->rows; v++, out += stride) {
        int64_t y = tile->y + v * tile->ux + HALF_PHASE;
        const int16_t *wy = tile->weights[(y >> 14) & 63] + 3 - before;
        sum_columns(tile->piece + ((y >> 20) - before) * PIECE_STRIDE + 3 * first, taps, wy, count, columns);
        for (int u = 0; u < tile->columns; u++) {
            int32_t bytes = weigh_columns(columns + places[u], taps, weights[u]);
            memcpy(out + 3 * u, &bytes, 3);
        }
    }
}

static void KERNEL(filter_tile)(const warp_tile *tile, uint8_t *out, size_t stride) {
    bool is_upright = tile->uy == 0 && tile->ux > 0;
    if (tile->taps == 8) {
        is_upright ? filter_upright(tile, 8, out, stride) : filter_rows(tile, 8, out, stride);
    } else {
        is_upright ? filter_upright(tile, 4, out, stride) : filter_rows(tile, 4, out, stride);
    }
}

#endif
