// What kernels take for a picture.
#ifndef MIEN_PICTURE_H
#define MIEN_PICTURE_H

#include <stddef.h>
#include <stdint.h>

// An 8-bit RGB picture.
typedef struct mien_picture {
    const uint8_t *_Nonnull pixels;
    int width, height;
    ptrdiff_t row; // bytes from one row to the next
} mien_picture;

#endif
