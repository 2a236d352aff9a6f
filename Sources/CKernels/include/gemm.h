#ifndef MIEN_GEMM_H
#define MIEN_GEMM_H

#endif
