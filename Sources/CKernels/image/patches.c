#include "../include/patches.h"

#include <string.h>

void mien_patches(const uint8_t *pixels, size_t side, size_t patch, const float *table, float *out) {
    const float *red = table, *green = table + 256, *blue = table + 512;
    size_t grid = side / patch;
    memset(out, 0, 3 * patch * patch * sizeof *out);
    out += 3 * patch * patch;
    for (size_t row = 0; row < grid; row++) {
        for (size_t column = 0; column < grid; column++) {
            for (size_t y = 0; y < patch; y++) {
                const uint8_t *in = pixels + 3 * ((row * patch + y) * side + column * patch);
                for (size_t x = 0; x < patch; x++, in += 3, out += 3) {
                    out[0] = red[in[0]];
                    out[1] = green[in[1]];
                    out[2] = blue[in[2]];
                }
            }
        }
    }
}
