#include "product.h"

#define MIEN_BODY "../train/product_body.h"
#include "../simd/for_each_isa.h"
