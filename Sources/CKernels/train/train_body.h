// The kernels of train.h. The square root is the builtin because sqrtf may set errno, which no vector can.
#pragma STDC FP_CONTRACT OFF

static void KERNEL(random_words)(uint64_t seed, uint64_t stream, size_t first, size_t count,
                                 uint32_t *restrict words) {
    for (size_t done = 0; done < count; done += 64) {
        uint64_t block = (first + done) / 64 * 16;
        uint32_t a[16], b[16], c[16], d[16];
        for (int l = 0; l < 16; l++) {
            a[l] = (uint32_t)(block + (uint64_t)l);
            b[l] = (uint32_t)((block + (uint64_t)l) >> 32);
            c[l] = (uint32_t)stream;
            d[l] = (uint32_t)(stream >> 32);
        }
        uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
        for (int round = 0; round < 10; round++) {
            for (int l = 0; l < 16; l++) {
                uint64_t x = (uint64_t)a[l] * 0xD2511F53u;
                uint64_t y = (uint64_t)c[l] * 0xCD9E8D57u;
                a[l] = (uint32_t)(y >> 32) ^ b[l] ^ k0;
                b[l] = (uint32_t)y;
                c[l] = (uint32_t)(x >> 32) ^ d[l] ^ k1;
                d[l] = (uint32_t)x;
            }
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        uint32_t dealt[64];
        for (int l = 0; l < 16; l++) {
            dealt[l] = a[l];
            dealt[16 + l] = b[l];
            dealt[32 + l] = c[l];
            dealt[48 + l] = d[l];
        }
        size_t rest = count - done < 64 ? count - done : 64;
        memcpy(words + done, dealt, rest * sizeof *words);
    }
}

static void KERNEL(dropout_mask)(uint64_t seed, uint64_t stream, size_t first, size_t count, double p,
                                 float *restrict mask) {
    uint32_t threshold = (uint32_t)(p * 4294967296.0);
    float scale = (float)(1.0 / (1.0 - p));
    for (size_t done = 0; done < count; done += 64) {
        uint32_t words[64];
        size_t rest = count - done < 64 ? count - done : 64;
        KERNEL(random_words)(seed, stream, first + done, 64, words);
        for (size_t i = 0; i < rest; i++) mask[done + i] = words[i] < threshold ? 0.0f : scale;
    }
}

static void KERNEL(norm_relu_forward)(size_t rows, size_t columns, size_t stride, float *restrict z,
                                      const float *restrict gamma, const float *restrict beta,
                                      const float *restrict mask, float epsilon, float *restrict mean,
                                      float *restrict variance, float *restrict inverse,
                                      float *restrict out) {
    float per_row = 1.0f / (float)rows;
    for (size_t c = 0; c < columns; c++) mean[c] = variance[c] = 0;
    for (size_t r = 0; r < rows; r++) {
        const float *x = z + r * stride;
        for (size_t c = 0; c < columns; c++) mean[c] += x[c];
    }
    for (size_t c = 0; c < columns; c++) mean[c] *= per_row;
    for (size_t r = 0; r < rows; r++) {
        float *x = z + r * stride;
        for (size_t c = 0; c < columns; c++) {
            float centred = x[c] - mean[c];
            x[c] = centred;
            variance[c] += centred * centred;
        }
    }
    for (size_t c = 0; c < columns; c++) {
        variance[c] *= per_row;
        inverse[c] = 1.0f / __builtin_elementwise_sqrt(variance[c] + epsilon);
    }
    for (size_t r = 0; r < rows; r++) {
        float *x = z + r * stride;
        float *y = out + r * stride;
        for (size_t c = 0; c < columns; c++) {
            x[c] *= inverse[c];
            float value = x[c] * gamma[c] + beta[c];
            // A NaN stays a NaN, so that the loss shows it.
            y[c] = value < 0.0f ? 0.0f : value;
        }
        if (!mask) continue;
        const float *keep = mask + r * stride;
        for (size_t c = 0; c < columns; c++) y[c] *= keep[c];
    }
}

static void KERNEL(norm_relu_backward)(size_t rows, size_t columns, size_t stride, const float *restrict out,
                                       const float *restrict normalized, const float *restrict gamma,
                                       const float *restrict inverse, float scale, float *restrict d,
                                       float *restrict d_gamma, float *restrict d_beta) {
    for (size_t c = 0; c < columns; c++) d_gamma[c] = d_beta[c] = 0;
    for (size_t r = 0; r < rows; r++) {
        const float *y = out + r * stride;
        const float *x = normalized + r * stride;
        float *g = d + r * stride;
        for (size_t c = 0; c < columns; c++) {
            float passed = y[c] > 0.0f ? g[c] * scale : 0.0f;
            g[c] = passed;
            d_beta[c] += passed;
            d_gamma[c] += passed * x[c];
        }
    }
    float per_row = 1.0f / (float)rows;
    for (size_t r = 0; r < rows; r++) {
        const float *x = normalized + r * stride;
        float *g = d + r * stride;
        for (size_t c = 0; c < columns; c++) {
            float centred = g[c] - d_beta[c] * per_row - x[c] * (d_gamma[c] * per_row);
            g[c] = centred * (gamma[c] * inverse[c]);
        }
    }
}

static double KERNEL(sum_of_squares)(const float *restrict x, size_t count) {
    double lanes[16] = {0};
    size_t whole = count / 16 * 16;
    for (size_t i = 0; i < whole; i += 16) {
        for (int l = 0; l < 16; l++) lanes[l] += (double)x[i + (size_t)l] * (double)x[i + (size_t)l];
    }
    for (size_t i = whole; i < count; i++) lanes[i - whole] += (double)x[i] * (double)x[i];
    double sum = 0;
    for (int l = 0; l < 16; l++) sum += lanes[l];
    return sum;
}

static double KERNEL(sum_of_weighted_squares)(const float *restrict x, const float *restrict w,
                                              size_t count) {
    double lanes[16] = {0};
    size_t whole = count / 16 * 16;
    for (size_t i = 0; i < whole; i += 16) {
        for (int l = 0; l < 16; l++) {
            double value = (double)x[i + (size_t)l] * (double)w[i + (size_t)l];
            lanes[l] += value * value;
        }
    }
    for (size_t i = whole; i < count; i++) {
        double value = (double)x[i] * (double)w[i];
        lanes[i - whole] += value * value;
    }
    double sum = 0;
    for (int l = 0; l < 16; l++) sum += lanes[l];
    return sum;
}

static void KERNEL(ascend)(const float *restrict w, const float *restrict g, size_t count, float scale,
                           int adaptive, float *restrict out) {
    if (adaptive) {
        for (size_t i = 0; i < count; i++) out[i] = w[i] + scale * (w[i] * w[i] * g[i]);
    } else {
        for (size_t i = 0; i < count; i++) out[i] = w[i] + scale * g[i];
    }
}

static void KERNEL(adamw_step)(const mien_adamw *step, size_t count, const float *restrict g,
                               float *restrict w, float *restrict m, float *restrict v) {
    const mien_adamw s = *step;
    for (size_t i = 0; i < count; i++) {
        float moment = m[i] + s.one_beta1 * (g[i] - m[i]);
        float square = s.beta2 * v[i] + s.one_beta2 * (g[i] * g[i]);
        m[i] = moment;
        v[i] = square;
        w[i] = w[i] * s.keep - s.step * (moment / (__builtin_elementwise_sqrt(square) / s.root + s.epsilon));
    }
}

static const mien_train_kernels KERNEL(train) = {
    .random_words = KERNEL(random_words),
    .product = KERNEL(mien_train_product),
    .dropout_mask = KERNEL(dropout_mask),
    .norm_relu_forward = KERNEL(norm_relu_forward),
    .norm_relu_backward = KERNEL(norm_relu_backward),
    .sum_of_squares = KERNEL(sum_of_squares),
    .sum_of_weighted_squares = KERNEL(sum_of_weighted_squares),
    .ascend = KERNEL(ascend),
    .adamw_step = KERNEL(adamw_step),
};
