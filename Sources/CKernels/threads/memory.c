#include "../include/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

void *mien_zeros(size_t bytes) {
    // Where the memory begins is noted before the first aligned place that leaves room for it.
    size_t more = sizeof(void *) + MIEN_ALIGNMENT - 1;
    if (bytes > SIZE_MAX - more) return NULL;
    char *begin = calloc(bytes + more, 1);
    if (!begin) return NULL;
    char *zeros = begin + more;
    zeros -= (uintptr_t)zeros % MIEN_ALIGNMENT;
    memcpy(zeros - sizeof begin, &begin, sizeof begin);
    return zeros;
}

void mien_zeros_free(void *zeros) {
    void *begin;
    memcpy(&begin, (char *)zeros - sizeof begin, sizeof begin);
    free(begin);
}

void mien_release_free_memory(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}
