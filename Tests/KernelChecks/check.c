// Compares, counts and reports.
#include "check.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "KernelChecks.h"

static const struct {
    const char *name;
    void (*run)(void);
    bool has_vnni;
} checks[] = {
    {"rows", check_rows, false},
    {"products in single precision", check_f32_products, false},
    {"attention", check_attention, false},
    {"products with weights of 8 bits", check_s8_products, true},
    {"quantising of weights", check_s8_weights, false},
    {"layers of convolutions", check_layers, false},
    {"sampling of the detector's inputs", check_sampling, false},
    {"warp, colours and resizing", check_images, false},
    {"training", check_train, false},
};

// The check that the calling thread runs.
static _Thread_local mien_isa checked;
static _Thread_local mien_check_result *result;

size_t mien_check_count(void) { return sizeof checks / sizeof *checks; }

const char *mien_check_name(size_t check) { return checks[check].name; }

bool mien_check_has(size_t check, mien_isa isa) {
    bool is_vnni = isa == MIEN_ISA_AVX_VNNI || isa == MIEN_ISA_AVX512_VNNI;
    return isa != MIEN_ISA_BASELINE && mien_isa_best(isa) == isa && (!is_vnni || checks[check].has_vnni);
}

void mien_check_run(size_t check, mien_isa isa, mien_check_result *into) {
    checked = isa;
    result = into;
    memset(into, 0, sizeof *into);
    checks[check].run();
    // Nothing compared is no success.
    if (into->comparisons == 0) expect(false, "comparisons");
}

static uint64_t next(uint64_t *state) {
    // SplitMix64.
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

void *aligned(size_t bytes) {
    size_t whole = (bytes + 63) / 64 * 64 + 64;
    void *memory = aligned_alloc(64, whole);
    if (!memory) abort();
    return memset(memory, 0x4d, whole);
}

float *noise(size_t count, uint64_t seed) {
    float *values = aligned(count * sizeof(float));
    for (size_t i = 0; i < count; i++) values[i] = (float)(next(&seed) >> 40) * 0x1p-24f * 3.46f - 1.73f;
    return values;
}

uint8_t *noise_bytes(size_t count, uint64_t seed) {
    uint8_t *values = aligned(count);
    for (size_t i = 0; i < count; i++) values[i] = (uint8_t)(next(&seed) >> 40);
    return values;
}

static void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void fail(const char *format, ...) {
    result->failures++;
    size_t used = strlen(result->report), left = sizeof result->report - used;
    va_list arguments;
    va_start(arguments, format);
    // A line that does not fit is left out.
    if (vsnprintf(result->report + used, left, format, arguments) >= (int)left) result->report[used] = 0;
    va_end(arguments);
}

void expect(bool holds, const char *format, ...) {
    if (holds) return;
    char what[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    fail("%s: does not hold\n", what);
}

static void same_bits(const void *found, const void *expected, size_t bytes, const char *name,
                      const char *against) {
    result->comparisons++;
    const unsigned char *f = found, *e = expected;
    size_t differing = 0, first = 0;
    for (size_t i = bytes; i-- > 0;) {
        if (f[i] != e[i]) differing++, first = i;
    }
    if (differing)
        fail("%s, against %s: %zu of %zu bytes differ, byte %zu first\n", name, against, differing, bytes,
             first);
}

static void near(const float *found, const float *expected, size_t count, double tolerance,
                 const char *name) {
    result->comparisons++;
    double worst = 0;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (memcmp(found + i, expected + i, sizeof *found) == 0) continue;
        double error = fabs((double)found[i] - (double)expected[i]) / fmax(1, fabs((double)expected[i]));
        if (!(error <= worst)) worst = error, at = i;
        if (worst != worst) break;
    }
    if (worst <= tolerance) return;
    fail("%s: number %zu is %.9g, the baseline's %.9g\n", name, at, (double)found[at], (double)expected[at]);
}

void compare(check_body *run, const void *context, size_t bytes, double tolerance, const char *name) {
    void *found = aligned(bytes), *expected = aligned(bytes);
    run(context, checked, found);
    run(context, MIEN_ISA_BASELINE, expected);
    if (tolerance == 0) {
        same_bits(found, expected, bytes, name, "the baseline");
    } else {
        near(found, expected, bytes / sizeof(float), tolerance, name);
    }
    if (checked > MIEN_ISA_AVX2) {
        void *narrower = aligned(bytes);
        run(context, MIEN_ISA_AVX2, narrower);
        same_bits(found, narrower, bytes, name, "AVX2");
        free(narrower);
    }
    free(found), free(expected);
}
