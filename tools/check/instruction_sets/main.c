// Checks every instruction set of the processor it runs on: a process like any other, or the only one of an
// emulated machine (see check).
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "KernelChecks.h"
#include "avx_vnni.h"

// The check script compiles the library's own mien_isa_best under this name.
mien_isa mien_isa_best_of_processor(mien_isa limit);

static bool emulates_avx_vnni;

mien_isa mien_isa_best(mien_isa limit) {
    if (limit == MIEN_ISA_AVX_VNNI && emulates_avx_vnni) return limit;
    return mien_isa_best_of_processor(limit);
}

// Prints the processor's name and those of its flags that matter, as the kernel sees them.
static void print_processor(void) {
    FILE *file = fopen("/proc/cpuinfo", "r");
    static char line[8192];
    bool has_name = false;
    while (file && fgets(line, sizeof line, file)) {
        if (!has_name && strncmp(line, "model name", 10) == 0) {
            has_name = true;
            fputs(line, stdout);
        }
        if (strncmp(line, "flags", 5) != 0) continue;
        printf("flags\t\t:");
        for (char *flag = strtok(strchr(line, ':') + 1, " \n"); flag; flag = strtok(NULL, " \n")) {
            if (strstr(flag, "avx") || strstr(flag, "xsave") || strcmp(flag, "fma") == 0) printf(" %s", flag);
        }
        printf("\n");
        break;
    }
    if (file) fclose(file);
}

static size_t check_set(mien_isa isa, const char *name) {
    static mien_check_result result;
    size_t failures = 0;
    for (size_t check = 0; check < mien_check_count(); check++) {
        if (!mien_check_has(check, isa)) continue;
        mien_check_run(check, isa, &result);
        printf("%s %s, %s: %zu comparisons, %zu failures\n%s", result.failures ? "FAIL" : "PASS", name,
               mien_check_name(check), result.comparisons, result.failures, result.report);
        fflush(stdout);
        failures += result.failures;
    }
    return failures;
}

int main(int count, char **arguments) {
    bool is_only_process = getpid() == 1;
    if (is_only_process) mount("proc", "/proc", "proc", 0, NULL);
    static const char *const names[MIEN_ISA_COUNT] = {"baseline", "AVX2", "AVX-VNNI", "AVX-512",
                                                      "AVX-512 VNNI"};
    print_processor();
    if (count > 1 && strcmp(arguments[1], "--emulate-avx-vnni") == 0) {
        mien_isa best = mien_isa_best(MIEN_ISA_AVX_VNNI);
        emulates_avx_vnni = best == MIEN_ISA_AVX2;
        if (emulates_avx_vnni) emulate_avx_vnni();
    }
    size_t failures = 0;
    for (int isa = MIEN_ISA_AVX2; isa < MIEN_ISA_COUNT; isa++)
        failures += check_set((mien_isa)isa, names[isa]);
    if (emulates_avx_vnni) printf("emulated: %lu instructions of AVX-VNNI\n", emulated_dots);
    if (emulates_avx_vnni && emulated_dots == 0) failures++;
    printf("end: %zu failures\n", failures);
    fflush(stdout);
    // The first process must not end; who started the machine stops it.
    while (is_only_process) pause();
    return failures > 0;
}
