// From pixels to the rows of the patch embedding's matrix product.
#ifndef MIEN_PATCHES_H
#define MIEN_PATCHES_H

#include <stddef.h>
#include <stdint.h>

// pixels is (side, side, 3), table is (3, 256): the normalised value of each 8-bit value, by channel. With
// g = side / patch, out is (1 + g g, 3 patch patch): a row of zeros, where the class token will stand, then
// the patches, left to right and top to bottom, each as (y, x, channel). Pixels beyond g patch are unused.
void mien_patches(const uint8_t *pixels, size_t side, size_t patch, const float *table, float *out);

#endif
