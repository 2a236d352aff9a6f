// The matrix product of train.h, for tiles of TILE_ROWS rows and TILE_VECTORS vectors, which is what fits
// into the registers.
#undef TILE_ROWS
#undef TILE_VECTORS
#if MIEN_LANES == 4
#define TILE_ROWS 4
#define TILE_VECTORS 2
#elif MIEN_LANES == 8
#define TILE_ROWS 4
#define TILE_VECTORS 3
#else
#define TILE_ROWS 8
#define TILE_VECTORS 3
#endif

typedef float KERNEL(vector) __attribute__((vector_size(4 * MIEN_LANES), aligned(4)));

// `rows` x `vectors` vectors of C, constants after inlining.
INLINE void KERNEL(tile)(const int rows, const int vectors, size_t k, const float *a, size_t a_row,
                         size_t a_column, const float *b, size_t b_stride, float *c, size_t c_stride) {
#pragma STDC FP_CONTRACT ON
    KERNEL(vector) sums[TILE_ROWS][TILE_VECTORS];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) sums[i][j] = (KERNEL(vector)){0};
    }
    for (size_t l = 0; l < k; l++) {
        KERNEL(vector) right[TILE_VECTORS];
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) {
            right[j] = *(const KERNEL(vector) *)(b + l * b_stride + (size_t)j * MIEN_LANES);
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
            *(KERNEL(vector) *)(c + (size_t)i * c_stride + (size_t)j * MIEN_LANES) = sums[i][j];
        }
    }
}

// One row, fewer columns than a vector.
static void KERNEL(corner)(size_t n, size_t k, const float *a, size_t a_column, const float *b,
                           size_t b_stride, float *c) {
#pragma STDC FP_CONTRACT ON
    for (size_t j = 0; j < n; j++) {
        float sum = 0;
        for (size_t l = 0; l < k; l++) sum = a[l * a_column] * b[l * b_stride + j] + sum;
        c[j] = sum;
    }
}

// All rows of `vectors` vectors.
INLINE void KERNEL(strip)(const int vectors, size_t m, size_t k, const float *a, size_t a_row,
                          size_t a_column, const float *b, size_t b_stride, float *c, size_t c_stride) {
    size_t i = 0;
    for (; i + TILE_ROWS <= m; i += TILE_ROWS) {
        KERNEL(tile)(TILE_ROWS, vectors, k, a + i * a_row, a_row, a_column, b, b_stride, c + i * c_stride,
                     c_stride);
    }
    for (; i + 4 <= m; i += 4) {
        KERNEL(tile)(4, vectors, k, a + i * a_row, a_row, a_column, b, b_stride, c + i * c_stride, c_stride);
    }
    for (; i < m; i++) {
        KERNEL(tile)(1, vectors, k, a + i * a_row, a_row, a_column, b, b_stride, c + i * c_stride, c_stride);
    }
}

void KERNEL(mien_train_product)(size_t m, size_t n, size_t k, const float *a, size_t a_row, size_t a_column,
                                const float *b, size_t b_stride, float *c, size_t c_stride) {
    size_t j = 0;
    for (; j + TILE_VECTORS * MIEN_LANES <= n; j += TILE_VECTORS * MIEN_LANES) {
        KERNEL(strip)(TILE_VECTORS, m, k, a, a_row, a_column, b + j, b_stride, c + j, c_stride);
    }
    for (; j + 2 * MIEN_LANES <= n; j += 2 * MIEN_LANES) {
        KERNEL(strip)(2, m, k, a, a_row, a_column, b + j, b_stride, c + j, c_stride);
    }
    for (; j + MIEN_LANES <= n; j += MIEN_LANES) {
        KERNEL(strip)(1, m, k, a, a_row, a_column, b + j, b_stride, c + j, c_stride);
    }
    if (j == n) return;
    for (size_t i = 0; i < m; i++) {
        KERNEL(corner)(n - j, k, a + i * a_row, a_column, b + j, b_stride, c + i * c_stride + j);
    }
}
