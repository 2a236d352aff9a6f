// The C kernels, one header per family. A kernel is shapes, then maths, then one loop.
#ifndef MIEN_CKERNELS_H
#define MIEN_CKERNELS_H

#include "convolution.h"
#include "dispatch.h"
#include "elementwise.h"
#include "gemm.h"
#include "grid.h"
#include "int8.h"
#include "memory.h"
#include "patches.h"
#include "resample.h"
#include "training.h"
#include "warp.h"
#include "workers.h"
#include "yuv.h"

#endif
