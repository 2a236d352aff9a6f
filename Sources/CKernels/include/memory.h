// What the C library keeps of memory that is free.
#ifndef MIEN_MEMORY_H
#define MIEN_MEMORY_H

// Gives free memory back to the system, where the C library can.
void mien_release_free_memory(void);

#endif
