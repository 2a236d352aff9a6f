// Every kernel against its plain C. The tests run it on the processor they are on, tools/check/instruction_sets under
// an emulator.
#ifndef MIEN_KERNEL_CHECKS_H
#define MIEN_KERNEL_CHECKS_H

#include <stdbool.h>
#include <stddef.h>

#include "isa.h"

size_t mien_check_count(void);

const char *mien_check_name(size_t check);

// Whether there are kernels of this instruction set's own among those it checks, and the processor has it.
bool mien_check_has(size_t check, mien_isa isa);

typedef struct mien_check_result {
    size_t comparisons, failures;
    char report[2000]; // a line for each of the first failures
} mien_check_result;

// Compares the results of an instruction set with the baseline's, and with AVX2's where it has more.
void mien_check_run(size_t check, mien_isa isa, mien_check_result *result);

#endif
