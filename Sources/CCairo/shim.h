// cairo: drawing into pixels, SVG and PDF, with fonts found by fontconfig. pkg-config names the directory of the
// headers; nothing here needs a wrapper.
#ifndef MIEN_CCAIRO_SHIM_H
#define MIEN_CCAIRO_SHIM_H

#include <cairo.h>
#include <cairo-pdf.h>
#include <cairo-svg.h>

#endif
