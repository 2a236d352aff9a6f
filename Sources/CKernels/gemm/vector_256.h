// Registers of 256 bits of whole numbers, for the bodies of micro-kernels.
#define TILE_VECTOR __m256i
#define TILE_COLUMNS 8
#define TILE_ZERO _mm256_setzero_si256()
#define TILE_LOAD(pointer) _mm256_loadu_si256((const __m256i_u *)(pointer))
#define TILE_STORE(pointer, value) _mm256_storeu_si256((__m256i_u *)(pointer), value)
#define TILE_BROADCAST _mm256_set1_epi32
