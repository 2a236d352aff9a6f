// The mean colours of the cells of a grid laid over a part of a picture.
#ifndef MIEN_GRID_H
#define MIEN_GRID_H

#include <stddef.h>
#include <stdint.h>

#include "picture.h"

enum { MIEN_GRID_MOST = 256 }; // the most samples along a side

typedef struct mien_grid {
    float x, y, width, height; // of the part, in picture pixels; finite, and it may lie outside
    int columns, rows;
    int samples; // pixels read along each side of a cell
} mien_grid;

// colors is (rows, columns, 3): red, green, blue, 0...255; NaN for a cell whose centre is outside.
void mien_grid_means(const mien_picture *_Nonnull picture, const mien_grid *_Nonnull grid,
                     float *_Nonnull colors);

#endif
