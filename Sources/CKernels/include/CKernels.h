// The C kernels, one header per family. A kernel is shapes, then maths, then one loop.
// Sources/CKernels/README.md says how they are laid out and named.
#ifndef MIEN_CKERNELS_H
#define MIEN_CKERNELS_H

#include "attention.h"
#include "conv.h"
#include "gemm.h"
#include "gemm_s8.h"
#include "grid.h"
#include "isa.h"
#include "memory.h"
#include "patches.h"
#include "picture.h"
#include "resample.h"
#include "rows.h"
#include "train.h"
#include "warp.h"
#include "workers.h"
#include "yuv.h"

#endif
