// The 256-bit kernels whose sums live in registers: tiles of up to 5 x 16, with ten sums, four vectors of W, two
// of A. Deliberately without an include guard.
#include "int8_tile_256.h"
#define TILE_ROWS 5
#define TILE_PANELS 1
#include "int8_tile_body.h"

static void one(const mien_int8_tile *t) {
    switch (t->rows) {
    case 1: KERNEL(tile)(t, 1, 1); break;
    case 2: KERNEL(tile)(t, 2, 1); break;
    case 3: KERNEL(tile)(t, 3, 1); break;
    case 4: KERNEL(tile)(t, 4, 1); break;
    default: KERNEL(tile)(t, 5, 1); break;
    }
}
