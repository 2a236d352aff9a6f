// Compares, counts and reports.
#include "compare.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 5 // failures printed of a family

mien_isa_level best_level;

static char name[200];
static size_t made, failed, failed_in_all;

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
    if (!memory) {
        puts("FAIL: out of memory");
        exit(2);
    }
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

void family(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    made = failed = 0;
}

void close_family(void) {
    if (made == 0) {
        // Nothing compared is no success.
        failed++;
        failed_in_all++;
    }
    if (failed) {
        printf("FAIL %s: %zu of %zu comparisons\n", name, failed, made);
    } else {
        printf("PASS %s: %zu comparisons\n", name, made);
    }
    fflush(stdout);
}

size_t failures(void) { return failed_in_all; }

static void fail(const char *what, const char *format, va_list arguments) {
    failed_in_all++;
    if (failed++ >= SHOWN) return;
    printf("  %s, ", name);
    vprintf(format, arguments);
    printf(": %s\n", what);
}

void expect(bool holds, const char *format, ...) {
    if (holds) return;
    made++;
    va_list arguments;
    va_start(arguments, format);
    fail("does not hold", format, arguments);
    va_end(arguments);
}

void same_bits(const void *found, const void *expected, size_t bytes, const char *format, ...) {
    made++;
    const unsigned char *f = found, *e = expected;
    size_t differing = 0, first = 0;
    for (size_t i = bytes; i-- > 0;) {
        if (f[i] != e[i]) differing++, first = i;
    }
    if (!differing) return;
    char what[100];
    snprintf(what, sizeof what, "%zu of %zu bytes differ, byte %zu first", differing, bytes, first);
    va_list arguments;
    va_start(arguments, format);
    fail(what, format, arguments);
    va_end(arguments);
}

void near(const float *found, const float *expected, size_t count, double tolerance, const char *format, ...) {
    made++;
    double worst = 0;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (memcmp(found + i, expected + i, sizeof *found) == 0) continue;
        double error = fabs((double)found[i] - (double)expected[i]) / fmax(1, fabs((double)expected[i]));
        if (!(error <= worst)) worst = error, at = i;
        if (worst != worst) break;
    }
    if (worst <= tolerance) return;
    char what[100];
    snprintf(what, sizeof what, "number %zu is %.9g instead of %.9g", at, (double)found[at], (double)expected[at]);
    va_list arguments;
    va_start(arguments, format);
    fail(what, format, arguments);
    va_end(arguments);
}

void compare_levels(body *run, const void *context, size_t bytes, double tolerance, const char *what) {
    static const char *names[] = {"baseline", "AVX2", "AVX-512"};
    void *outs[3] = {0};
    for (int level = 0; level <= (int)best_level; level++) {
        outs[level] = aligned(bytes);
        mien_isa_limit((mien_isa_level)level);
        run(context, outs[level]);
        mien_isa_limit(MIEN_ISA_AVX512);
    }
    for (int level = 1; level <= (int)best_level; level++) {
        if (tolerance == 0) {
            same_bits(outs[level], outs[0], bytes, "%s, %s against the baseline", what, names[level]);
        } else {
            near(outs[level], outs[0], bytes / sizeof(float), tolerance, "%s, %s against the baseline", what,
                 names[level]);
        }
    }
    if (best_level == MIEN_ISA_AVX512) {
        same_bits(outs[2], outs[1], bytes, "%s, AVX-512 against AVX2", what);
    }
    for (int level = 0; level <= (int)best_level; level++) free(outs[level]);
}
