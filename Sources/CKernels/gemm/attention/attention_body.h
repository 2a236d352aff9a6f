// Softmax and what surrounds it in attention, for bodies of for_each_isa.h.
#include "../../simd/vector_body.h"

#include "../../math/exp_body.h"

#include "../../rows/softmax_body.h"

#include "row_sums_body.h"

static const mien_attention_kernels KERNEL(attention) = {
    .softmax_weights = KERNEL(softmax_weights),
    .scale = KERNEL(scale),
    .dots = KERNEL(dots),
    .weighted_sum = KERNEL(weighted_sum),
};
