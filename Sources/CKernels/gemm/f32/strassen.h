// One level of Strassen's algorithm: seven products of quarters instead of eight.
#ifndef MIEN_STRASSEN_H
#define MIEN_STRASSEN_H

#include <stdbool.h>

#include "../../include/gemm.h"

// Whether a product is computed this way: that depends on the weight and on the rows of an image, never on
// the number of images, so that an image has the same bits in any batch.
bool mien_strassen_suits(const mien_gemm *gemm);

// The plan but for the whole scratch.
void mien_strassen_plan(mien_gemm *gemm, size_t workers);
void mien_strassen_run(const mien_gemm *gemm);

#endif
