// VPDPBUSD on 256 bits, AVX-VNNI's encoding, for processors without it: the compiled kernel runs as it is,
// the instruction traps, and the handler does to the saved registers what the manual says.
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#include "avx_vnni.h"

volatile unsigned long emulated_dots;

// The parts of a signal's saved state after the 512 bytes of FXSAVE.
enum { FEATURES = 512, UPPER_HALVES = 576, MAGIC = 464 };

static const int registers[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

// The address a memory operand stands for; `code` is at ModRM and goes past the operand.
static const unsigned char *address(const unsigned char **code, unsigned x, unsigned b,
                                    const greg_t *values) {
    unsigned modrm = *(*code)++, mod = modrm >> 6, rm = modrm & 7;
    int64_t sum = 0;
    bool has_base = true;
    if (rm == 4) {
        unsigned sib = *(*code)++, index = ((sib >> 3) & 7) | x;
        if (index != 4) sum += values[registers[index]] * (1 << (sib >> 6));
        rm = sib & 7;
        has_base = mod != 0 || rm != 5;
    } else if (mod == 0 && rm == 5) {
        int32_t distance;
        memcpy(&distance, *code, 4);
        *code += 4;
        return *code + distance;
    }
    if (has_base) sum += values[registers[rm | b]];
    if (mod == 1) {
        sum += (int8_t)*(*code)++;
    } else if (mod == 2 || !has_base) {
        int32_t distance;
        memcpy(&distance, *code, 4);
        *code += 4;
        sum += distance;
    }
    return (const unsigned char *)sum;
}

static void trap(int signal_number, siginfo_t *info, void *context) {
    (void)info;
    greg_t *values = ((ucontext_t *)context)->uc_mcontext.gregs;
    unsigned char *state = (unsigned char *)((ucontext_t *)context)->uc_mcontext.fpregs;
    const unsigned char *code = (const unsigned char *)values[REG_RIP];
    uint32_t magic;
    memcpy(&magic, state + MAGIC, 4);
    // C4, RXB inverted and the map 0F38, W = 0, the second operand inverted, 256 bits, 66; opcode 50.
    if (magic != 0x46505853 || code[0] != 0xc4 || (code[1] & 0x1f) != 2 || (code[2] & 0x87) != 5 ||
        code[3] != 0x50) {
        signal(signal_number, SIG_DFL); // and back to the instruction
        return;
    }
    unsigned r = code[1] & 0x80 ? 0 : 8, x = code[1] & 0x40 ? 0 : 8, b = code[1] & 0x20 ? 0 : 8;
    unsigned second = (~code[2] >> 3) & 15, target = ((code[4] >> 3) & 7) | r;
    const unsigned char *memory = NULL;
    unsigned third = (code[4] & 7) | b;
    if (code[4] >> 6 == 3) {
        code += 5;
    } else {
        code += 4;
        memory = address(&code, x, b, values);
    }
    unsigned char *halves[] = {state + 160, state + UPPER_HALVES};
    for (size_t half = 0; half < 2; half++) {
        int32_t sums[4];
        uint8_t left[16];
        int8_t right[16];
        memcpy(sums, halves[half] + 16 * target, 16);
        memcpy(left, halves[half] + 16 * second, 16);
        memcpy(right, memory ? memory + 16 * half : halves[half] + 16 * third, 16);
        for (size_t i = 0; i < 16; i++) sums[i / 4] += left[i] * right[i];
        memcpy(halves[half] + 16 * target, sums, 16);
    }
    // Both halves are in use now, if they were not.
    state[FEATURES] |= 6;
    values[REG_RIP] = (greg_t)code;
    emulated_dots++;
}

void emulate_avx_vnni(void) {
    struct sigaction action = {.sa_sigaction = trap, .sa_flags = SA_SIGINFO};
    sigaction(SIGILL, &action, NULL);
}
