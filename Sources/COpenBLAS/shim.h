// OpenBLAS through its CBLAS interface. Debian keeps the headers in an architecture directory that
// pkg-config names; nothing here needs a wrapper.
#ifndef MIEN_COPENBLAS_SHIM_H
#define MIEN_COPENBLAS_SHIM_H

#include <cblas.h>

#endif
