// Rows of scores that become softmax weights.
#ifndef MIEN_SCORES_H
#define MIEN_SCORES_H

#include <stddef.h>

// Rows of scores, `row` apart. A row is `width` numbers in blocks of `block` (a multiple of 16), `next`
// apart, each full but the last.
typedef struct mien_scores {
    float *scores;
    size_t rows, row;
    size_t width, block, next;
} mien_scores;

#endif
