// The matrix product of training.h, for vectors of LANES floats and tiles of TILE_ROWS rows and TILE_VECTORS
// vectors, which is what fits into the registers.

typedef float NAME(vector) __attribute__((vector_size(4 * LANES), aligned(4)));

// `rows` x `vectors` vectors of C, constants after inlining.
static inline __attribute__((always_inline)) TARGET void NAME(tile)(
    const int rows, const int vectors, size_t k, const float *a, size_t a_row, size_t a_column,
    const float *b, size_t b_stride, float *c, size_t c_stride) {
#pragma STDC FP_CONTRACT ON
    NAME(vector) sums[TILE_ROWS][TILE_VECTORS];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) sums[i][j] = (NAME(vector)){0};
    }
    for (size_t l = 0; l < k; l++) {
        NAME(vector) right[TILE_VECTORS];
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) {
            right[j] = *(const NAME(vector) *)(b + l * b_stride + (size_t)j * LANES);
        }
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) {
            float left = a[(size_t)i * a_row + l * a_column];
#pragma clang loop unroll(full)
            for (int j = 0; j < vectors; j++) sums[i][j] = left * right[j] + sums[i][j];
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) {
            *(NAME(vector) *)(c + (size_t)i * c_stride + (size_t)j * LANES) = sums[i][j];
        }
    }
}

// One row, fewer columns than a vector.
static TARGET void NAME(corner)(
    size_t n, size_t k, const float *a, size_t a_column, const float *b, size_t b_stride, float *c) {
#pragma STDC FP_CONTRACT ON
    for (size_t j = 0; j < n; j++) {
        float sum = 0;
        for (size_t l = 0; l < k; l++) sum = a[l * a_column] * b[l * b_stride + j] + sum;
        c[j] = sum;
    }
}

// All rows of `vectors` vectors.
static inline __attribute__((always_inline)) TARGET void NAME(strip)(
    const int vectors, size_t m, size_t k, const float *a, size_t a_row, size_t a_column, const float *b,
    size_t b_stride, float *c, size_t c_stride) {
    size_t i = 0;
    for (; i + TILE_ROWS <= m; i += TILE_ROWS) {
        NAME(tile)(
            TILE_ROWS, vectors, k, a + i * a_row, a_row, a_column, b, b_stride, c + i * c_stride, c_stride);
    }
    for (; i + 4 <= m; i += 4) {
        NAME(tile)(4, vectors, k, a + i * a_row, a_row, a_column, b, b_stride, c + i * c_stride, c_stride);
    }
    for (; i < m; i++) {
        NAME(tile)(1, vectors, k, a + i * a_row, a_row, a_column, b, b_stride, c + i * c_stride, c_stride);
    }
}

static TARGET void NAME(product)(
    size_t m, size_t n, size_t k, const float *a, size_t a_row, size_t a_column, const float *b,
    size_t b_stride, float *c, size_t c_stride) {
    size_t j = 0;
    for (; j + TILE_VECTORS * LANES <= n; j += TILE_VECTORS * LANES) {
        NAME(strip)(TILE_VECTORS, m, k, a, a_row, a_column, b + j, b_stride, c + j, c_stride);
    }
    for (; j + 2 * LANES <= n; j += 2 * LANES) {
        NAME(strip)(2, m, k, a, a_row, a_column, b + j, b_stride, c + j, c_stride);
    }
    for (; j + LANES <= n; j += LANES) {
        NAME(strip)(1, m, k, a, a_row, a_column, b + j, b_stride, c + j, c_stride);
    }
    if (j == n) return;
    for (size_t i = 0; i < m; i++) {
        NAME(corner)(n - j, k, a + i * a_row, a_column, b + j, b_stride, c + i * c_stride + j);
    }
}
