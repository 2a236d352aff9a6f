// What the comparisons of the kernels' instruction sets share.
#ifndef COMPARE_H
#define COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dispatch.h"
#include "int8.h"

// The best level of this processor.
extern mien_isa_level best_level;

// `count` numbers of about unit variance, the same for the same seed; to be freed. Bytes likewise.
float *noise(size_t count, uint64_t seed);
uint8_t *noise_bytes(size_t count, uint64_t seed);

// Memory aligned to 64 bytes, filled with 0x4d: what a kernel must not touch still shows.
void *aligned(size_t bytes);

// Opens a family of comparisons; what it says of itself is printed with the outcome.
void family(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Closes it: a line PASS or FAIL.
void close_family(void);

// One comparison within it; where it fails, it prints what differs.
void same_bits(const void *found, const void *expected, size_t bytes, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void near(const float *found, const float *expected, size_t count, double tolerance, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

// What must hold for a comparison to mean something; counts only where it does not.
void expect(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));

// How many comparisons failed in all.
size_t failures(void);

// Runs `body` at every level up to the best, with an output of `bytes` each, aligned and filled as above; it
// must write the whole result there. AVX-512's bits must be AVX2's, and the baseline's too, or within
// `tolerance` of them as floats where that is not 0, of numbers above one relatively.
typedef void body(const void *context, void *out);
void compare_levels(body *run, const void *context, size_t bytes, double tolerance, const char *name);

void check_products(void);
void check_int8(bool emulates_vnni);
void check_elementwise(void);
void check_convolutions(void);
void check_pictures(void);
void check_training(void);

// From here on this process carries out the 256-bit VPDPBUSD itself wherever the processor refuses it;
// `emulated_dots` counts how often.
void emulate_avx_vnni(void);
extern volatile unsigned long emulated_dots;

#endif
