// Tiles in plain C. Where every processor of the architecture has FMA and 32 vector registers (arm64), the
// bits are those of the other kernels; on x86-64 without FMA each product is rounded by itself.
#include "gemm_tile.h"

#pragma clang diagnostic ignored "-Wpsabi"

typedef float v4 __attribute__((ext_vector_type(4)));
typedef float v4_any __attribute__((ext_vector_type(4), aligned(4)));

#define KERNEL(name) name##_baseline
#define TILE_VECTOR v4
#define TILE_LANES 4
#define TILE_PANELS 1
#define TILE_ZERO ((v4){0})
#define TILE_LOAD(pointer) (*(const v4_any *)(pointer))
#define TILE_STORE(pointer, value) (*(v4_any *)(pointer) = (value))
#define TILE_BROADCAST(pointer) ((v4)(*(pointer)))
#if defined(__aarch64__)
#define TILE_ROWS 6
#define TILE_FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define TILE_ROWS 2
#define TILE_FMA(a, b, c) ((a) * (b) + (c))
#endif
#include "gemm_tile_body.h"

const mien_tile_kernel mien_tile_baseline = {
    .rows = TILE_ROWS, .panels = 1, .one = one_baseline, .spread = spread_baseline};
