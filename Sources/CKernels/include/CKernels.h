#ifndef MIEN_CKERNELS_H
#define MIEN_CKERNELS_H
#endif
