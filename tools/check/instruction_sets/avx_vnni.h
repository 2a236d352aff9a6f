// AVX-VNNI for processors without it.
#ifndef AVX_VNNI_H
#define AVX_VNNI_H

// From here on this process carries out the 256-bit VPDPBUSD itself wherever the processor refuses it;
// `emulated_dots` counts how often.
void emulate_avx_vnni(void);
extern volatile unsigned long emulated_dots;

#endif
