// Memory from the C library, and back to it.
#ifndef MIEN_MEMORY_H
#define MIEN_MEMORY_H

#include <stddef.h>

// A cache line, and the widest vector register.
#define MIEN_ALIGNMENT 64

// `bytes` zeros, aligned to MIEN_ALIGNMENT; NULL if there is no memory. What comes fresh from the system is
// zeros already and is not written here: a large buffer costs nothing before it is used, and then whoever
// uses it.
void *_Nullable mien_zeros(size_t bytes);

// Frees what mien_zeros gave.
void mien_zeros_free(void *_Nonnull zeros);

// Gives free memory back to the system, where the C library can.
void mien_release_free_memory(void);

#endif
