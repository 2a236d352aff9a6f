// The kernels of training.
#include "train.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

typedef struct shape {
    size_t m, n, k;
    bool is_transposed;
    const float *a, *b;
} shape;

static void multiply(const void *context, mien_isa isa, void *out) {
    const mien_train_kernels *kernels = mien_train_kernels_for(isa);
    const shape *s = context;
    kernels->product(s->m, s->n, s->k, s->a, s->is_transposed ? 1 : s->k, s->is_transposed ? s->m : 1, s->b,
                     s->n, out, s->n + 3);
}

// Everything else in a row, each part's results feeding the next, as in a step of training.
static void step(const void *context, mien_isa isa, void *out) {
    const mien_train_kernels *kernels = mien_train_kernels_for(isa);
    const size_t *size = context;
    size_t rows = size[0], columns = size[1], count = rows * columns;
    float *place = out;
#define TAKE(name, length) \
    float *name = place;   \
    place += (length)
    TAKE(mask, count);
    TAKE(z, count);
    TAKE(values, count);
    TAKE(d, count);
    TAKE(w, count);
    TAKE(uphill, 2 * count);
    TAKE(moments, 2 * count);
    TAKE(statistics, 5 * columns);
    TAKE(sums, 4);
    kernels->random_words(1, 2, 64, count, (uint32_t *)uphill);
    kernels->dropout_mask(1, 2, 64, count, 0.3, mask);
    float *noises[] = {noise(count, 1), noise(count, 2), noise(count, 3), noise(2 * columns, 4),
                       noise(2 * count, 5)};
    memcpy(z, noises[0], count * sizeof(float));
    memcpy(d, noises[1], count * sizeof(float));
    memcpy(w, noises[2], count * sizeof(float));
    for (size_t i = 0; i < 2 * count; i++) moments[i] = noises[4][i] * noises[4][i];
    const float *gamma = noises[3], *beta = gamma + columns;
    kernels->norm_relu_forward(rows, columns, columns, z, gamma, beta, mask, 1e-5f, statistics,
                               statistics + columns, statistics + 2 * columns, values);
    kernels->norm_relu_backward(rows, columns, columns, values, z, gamma, statistics + 2 * columns, 1 / 0.7f,
                                d, statistics + 3 * columns, statistics + 4 * columns);
    kernels->ascend(w, d, count, 0.3f, 1, uphill + count);
    kernels->ascend(w, d, count, 0.3f, 0, noises[4]);
    memcpy(uphill, noises[4], count * sizeof(float));
    mien_adamw adamw = {0.999f, 0.1f, 0.999f, 0.001f, 0.01f, 0.3f, 1e-8f};
    kernels->adamw_step(&adamw, count, d, w, moments, moments + count);
    double both[] = {kernels->sum_of_squares(d, count), kernels->sum_of_weighted_squares(d, w, count)};
    memcpy(sums, both, sizeof both);
    for (size_t i = 0; i < sizeof noises / sizeof *noises; i++) free(noises[i]);
}

static void draw(const void *context, mien_isa isa, void *out) {
    const mien_train_kernels *kernels = mien_train_kernels_for(isa);
    kernels->random_words(5, 6, 128, *(const size_t *)context, out);
}

void check_train(void) {
    char name[60];
    static const size_t shapes[][3] = {{1, 1, 1},   {7, 13, 5},   {8, 48, 30}, {9, 49, 16},
                                       {12, 33, 7}, {13, 97, 40}, {3, 16, 64}, {25, 20, 9}};
    for (size_t i = 0; i < 2 * sizeof shapes / sizeof *shapes; i++) {
        const size_t *s = shapes[i / 2];
        float *a = noise(s[0] * s[2], 1), *b = noise(s[1] * s[2], 2);
        shape product = {s[0], s[1], s[2], i % 2 == 1, a, b};
        snprintf(name, sizeof name, "product of %zu x %zu x %zu", s[0], s[1], s[2]);
        compare(multiply, &product, s[0] * (s[1] + 3) * sizeof(float), 2e-4, name);
        free(a), free(b);
    }
    static const size_t sizes[][2] = {{1, 1}, {2, 7}, {9, 33}, {32, 100}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t rows = sizes[i][0], columns = sizes[i][1], floats = 9 * rows * columns + 5 * columns + 4;
        snprintf(name, sizeof name, "a step of %zu x %zu", rows, columns);
        compare(step, sizes[i], floats * sizeof(float), 0, name);
        size_t words = rows * columns;
        compare(draw, &words, words * sizeof(uint32_t), 0, "random words");
    }
}
