// Compares the kernels' instruction sets on the processor it runs on: a process like any other, or the only one
// of an emulated machine (see check).
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "compare.h"

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

int main(int count, char **arguments) {
    bool is_only_process = getpid() == 1;
    if (is_only_process) mount("proc", "/proc", "proc", 0, NULL);
    bool emulates_vnni = count > 1 && strcmp(arguments[1], "--emulate-avx-vnni") == 0;

    static const char *levels[] = {"baseline", "AVX2", "AVX-512"};
    static const char *kernels[] = {"baseline", "AVX2", "AVX-VNNI", "AVX-512", "AVX-512 VNNI"};
    print_processor();
    best_level = mien_isa();
    printf("chosen: %s; for 8-bit products: %s\n", levels[best_level], kernels[mien_int8_best()]);
    fflush(stdout);
    emulates_vnni = emulates_vnni && best_level >= MIEN_ISA_AVX2 && !__builtin_cpu_supports("avxvnni");
    if (emulates_vnni) emulate_avx_vnni();

    check_elementwise();
    check_products();
    check_int8(emulates_vnni);
    check_convolutions();
    check_pictures();
    check_training();
    printf("end: %zu failures\n", failures());
    fflush(stdout);
    // The first process must not end; who started the machine stops it.
    while (is_only_process) pause();
    return failures() > 0;
}
