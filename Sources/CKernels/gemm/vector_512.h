// Registers of 512 bits of whole numbers, for the bodies of micro-kernels.
#define TILE_VECTOR __m512i
#define TILE_COLUMNS 16
#define TILE_ZERO _mm512_setzero_si512()
#define TILE_LOAD(pointer) _mm512_loadu_si512(pointer)
#define TILE_STORE(pointer, value) _mm512_storeu_si512(pointer, value)
#define TILE_BROADCAST _mm512_set1_epi32
