// The 256-bit kernels whose sums live in registers: tiles of up to TILE_ROWS x 16; of 5 with ten sums, four vectors of W,
// two of A. Deliberately without an include guard.
#include "int8_tile_256.h"
#ifndef TILE_ROWS
#define TILE_ROWS 5
#endif
#define TILE_PANELS 1
#include "int8_tile_body.h"

static void one(const mien_int8_tile *t) {
    switch (t->rows) {
    case 1: KERNEL(tile)(t, 1, 1); break;
    case 2: KERNEL(tile)(t, 2, 1); break;
    case 3: KERNEL(tile)(t, 3, 1); break;
    case 4: KERNEL(tile)(t, 4, 1); break;
#if TILE_ROWS > 5
    case 5: KERNEL(tile)(t, 5, 1); break;
#endif
    default: KERNEL(tile)(t, TILE_ROWS, 1); break;
    }
}
