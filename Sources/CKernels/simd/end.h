#pragma clang attribute pop
#undef KERNEL
