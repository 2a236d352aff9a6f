// What the checks share.
#ifndef MIEN_CHECK_H
#define MIEN_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "isa.h"

// `count` numbers of about unit variance, the same for the same seed; to be freed. Bytes likewise.
float *noise(size_t count, uint64_t seed);
uint8_t *noise_bytes(size_t count, uint64_t seed);

// Memory aligned to 64 bytes, filled with 0x4d: what a kernel must not touch still shows.
void *aligned(size_t bytes);

// Runs `body` with the baseline and with the instruction set that is being checked, with an output of `bytes`
// each, aligned and filled as above; it must write the whole result there. The bits must be the baseline's,
// or within `tolerance` of them as floats where that is not 0, of numbers above one relatively. Sets beyond
// AVX2 must have its bits.
typedef void check_body(const void *context, mien_isa isa, void *out);
void compare(check_body *run, const void *context, size_t bytes, double tolerance, const char *name);

// What must hold for a comparison to mean something; counts only where it does not.
void expect(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));

void check_rows(void);
void check_f32_products(void);
void check_attention(void);
void check_s8_products(void);
void check_s8_weights(void);
void check_layers(void);
void check_sampling(void);
void check_images(void);
void check_train(void);

#endif
