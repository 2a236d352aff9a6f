// Counts the allocations of all threads of a process: preload it, ask mien_allocation_count(). What FFmpeg's
// libraries ask for themselves, for every packet and frame, is counted apart.
#define _GNU_SOURCE
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static atomic_long allocations, of_ffmpeg;

long mien_allocation_count(void) { return atomic_load(&allocations); }
long mien_ffmpeg_allocation_count(void) { return atomic_load(&of_ffmpeg); }

static struct {
    uintptr_t begin, end;
} code[64];
static size_t code_count;

static int note(struct dl_phdr_info *object, size_t size, void *unused) {
    (void)size, (void)unused;
    if (!strstr(object->dlpi_name, "/libav") && !strstr(object->dlpi_name, "/libsw")) return 0;
    // libswscale and libswresample, but not libswiftCore.
    if (strstr(object->dlpi_name, "/libswift")) return 0;
    for (int i = 0; i < object->dlpi_phnum && code_count < sizeof code / sizeof *code; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X)) continue;
        code[code_count].begin = object->dlpi_addr + segment->p_vaddr;
        code[code_count++].end = object->dlpi_addr + segment->p_vaddr + segment->p_memsz;
    }
    return 0;
}

__attribute__((constructor)) static void find_ffmpeg(void) { dl_iterate_phdr(note, NULL); }

static void count(const void *caller) {
    atomic_fetch_add(&allocations, 1);
    for (size_t i = 0; i < code_count; i++) {
        if ((uintptr_t)caller - code[i].begin < code[i].end - code[i].begin) {
            atomic_fetch_add(&of_ffmpeg, 1);
            return;
        }
    }
}

void *malloc(size_t size) {
    count(__builtin_return_address(0));
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count(__builtin_return_address(0));
    return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
    count(__builtin_return_address(0));
    return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size) {
    count(__builtin_return_address(0));
    *out = __libc_memalign(alignment, size);
    return *out ? 0 : 12; // ENOMEM
}
