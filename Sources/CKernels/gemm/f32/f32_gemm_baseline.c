// Tiles in plain C. Where every processor of the architecture has FMA and 32 vector registers (arm64), the
// bits are those of the other kernels; on x86-64 without FMA each product is rounded by itself.
#include "../../simd/vector.h"
#include "../micro_kernel.h"

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
#include "f32_gemm_body.h"

const mien_micro_kernel mien_f32_gemm_baseline = {
    .rows = TILE_ROWS, .panels = 1, .run = {run_baseline}, .scatter = {scatter_baseline}};
