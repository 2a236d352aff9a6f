// The functions of the C library that the double answers in its place. What is not a camera's goes on to the library.
#include "fake.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

void *real_symbol(const char *name) { return dlsym(RTLD_NEXT, name); }

double monotonic_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool is_ours(const char *path) { return node_is_ours(path) && fake_is_on(); }

static int fake_open(const char *path, int flags) {
    pthread_mutex_lock(&fake_lock);
    struct camera *camera = node_camera(path);
    int fd = camera ? device_open(camera, flags) : -1;
    if (!camera) errno = ENOENT;
    pthread_mutex_unlock(&fake_lock);
    return fd;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | __O_TMPFILE)) { \
        va_list list; \
        va_start(list, flags); \
        mode = va_arg(list, mode_t); \
        va_end(list); \
    }

EXPORT int open(const char *path, int flags, ...) {
    MODE(flags)
    return is_ours(path) ? fake_open(path, flags) : REAL(open)(path, flags, mode);
}
EXPORT int open64(const char *path, int flags, ...) {
    MODE(flags)
    return is_ours(path) ? fake_open(path, flags) : REAL(open64)(path, flags, mode);
}
EXPORT int openat(int directory, const char *path, int flags, ...) {
    MODE(flags)
    return is_ours(path) ? fake_open(path, flags) : REAL(openat)(directory, path, flags, mode);
}
EXPORT int openat64(int directory, const char *path, int flags, ...) {
    MODE(flags)
    return is_ours(path) ? fake_open(path, flags) : REAL(openat64)(directory, path, flags, mode);
}
// What _FORTIFY_SOURCE makes of open.
EXPORT int __open_2(const char *path, int flags) { return open(path, flags); }
EXPORT int __open64_2(const char *path, int flags) { return open64(path, flags); }

EXPORT int close(int fd) {
    if (fake_is_on()) {
        pthread_mutex_lock(&fake_lock);
        struct handle *handle = device_handle(fd);
        if (handle) device_close(handle);
        pthread_mutex_unlock(&fake_lock);
    }
    return REAL(close)(fd);
}

// The descriptor is the camera's opening, or not: asked under the lock, answered without it.
static bool is_camera(int fd) {
    if (!fake_is_on()) return false;
    pthread_mutex_lock(&fake_lock);
    bool is_ours = device_handle(fd) != NULL;
    pthread_mutex_unlock(&fake_lock);
    return is_ours;
}

EXPORT int ioctl(int fd, unsigned long request, ...) {
    va_list list;
    va_start(list, request);
    void *argument = va_arg(list, void *);
    va_end(list);
    return is_camera(fd) ? device_ioctl(fd, (uint32_t)request, argument) : REAL(ioctl)(fd, request, argument);
}

EXPORT ssize_t read(int fd, void *buffer, size_t size) {
    if (!is_camera(fd)) return REAL(read)(fd, buffer, size);
    errno = EINVAL;
    return -1;
}

static void *fake_mmap(void *at, size_t length, int protection, int flags, int fd, off64_t offset) {
    pthread_mutex_lock(&fake_lock);
    struct handle *handle = device_handle(fd);
    int memory = handle && !handle->is_dead ? handle->memory_fd : -1;
    pthread_mutex_unlock(&fake_lock);
    errno = EINVAL;
    return memory < 0 ? MAP_FAILED : REAL(mmap64)(at, length, protection, flags, memory, offset);
}
EXPORT void *mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
    // The library may map before it can look symbols up; those mappings have no descriptor.
    if (fd >= 0 && is_camera(fd)) return fake_mmap(at, length, protection, flags, fd, offset);
    return REAL(mmap)(at, length, protection, flags, fd, offset);
}
EXPORT void *mmap64(void *at, size_t length, int protection, int flags, int fd, off64_t offset) {
    if (fd >= 0 && is_camera(fd)) return fake_mmap(at, length, protection, flags, fd, offset);
    return REAL(mmap64)(at, length, protection, flags, fd, offset);
}

// What the file system knows. st_size and the rest are 0, as for any device.
static int fake_stat(const char *path, struct stat *status, bool follows) {
    pthread_mutex_lock(&fake_lock);
    struct camera *camera = node_camera(path);
    bool is_link = !follows && camera && node_link(path), is_folder = !camera && fake_camera_count && node_directory(path);
    memset(status, 0, sizeof *status);
    status->st_nlink = 1;
    status->st_mode = is_folder ? S_IFDIR | 0755 : is_link ? S_IFLNK | 0777 : S_IFCHR | 0660;
    status->st_gid = 44;  // Debian's "video"
    if (camera) status->st_rdev = makedev(81, node_number(camera));
    pthread_mutex_unlock(&fake_lock);
    if (camera || is_folder) return 0;
    errno = ENOENT;
    return -1;
}
EXPORT int stat(const char *path, struct stat *status) {
    return is_ours(path) ? fake_stat(path, status, true) : REAL(stat)(path, status);
}
EXPORT int lstat(const char *path, struct stat *status) {
    return is_ours(path) ? fake_stat(path, status, false) : REAL(lstat)(path, status);
}
EXPORT int fstatat(int directory, const char *path, struct stat *status, int flags) {
    if (is_ours(path)) return fake_stat(path, status, !(flags & AT_SYMLINK_NOFOLLOW));
    return REAL(fstatat)(directory, path, status, flags);
}
EXPORT int fstat(int fd, struct stat *status) {
    if (!is_camera(fd)) return REAL(fstat)(fd, status);
    memset(status, 0, sizeof *status);
    status->st_mode = S_IFCHR | 0660;
    pthread_mutex_lock(&fake_lock);
    struct handle *handle = device_handle(fd);
    if (handle) status->st_rdev = makedev(81, node_number(handle->camera));
    pthread_mutex_unlock(&fake_lock);
    return 0;
}
EXPORT int statx(int directory, const char *path, int flags, unsigned mask, struct statx *status) {
    if (!is_ours(path)) return REAL(statx)(directory, path, flags, mask, status);
    struct stat simple;
    if (fake_stat(path, &simple, !(flags & AT_SYMLINK_NOFOLLOW))) return -1;
    *status = (struct statx){
        .stx_mask = STATX_BASIC_STATS, .stx_nlink = 1, .stx_mode = (uint16_t)simple.st_mode, .stx_gid = simple.st_gid,
        .stx_rdev_major = major(simple.st_rdev), .stx_rdev_minor = minor(simple.st_rdev),
    };
    return 0;
}
// On 64-bit machines both names have the same structure.
EXPORT int stat64(const char *path, struct stat64 *status) { return stat(path, (struct stat *)status); }
EXPORT int lstat64(const char *path, struct stat64 *status) { return lstat(path, (struct stat *)status); }
EXPORT int fstat64(int fd, struct stat64 *status) { return fstat(fd, (struct stat *)status); }
EXPORT int fstatat64(int directory, const char *path, struct stat64 *status, int flags) {
    return fstatat(directory, path, (struct stat *)status, flags);
}

static int fake_access(const char *path) {
    pthread_mutex_lock(&fake_lock);
    struct camera *camera = node_camera(path);
    bool is_folder = !camera && fake_camera_count && node_directory(path);
    int failure = camera ? (fault_now(camera, FAULT_DENIED) ? EACCES : 0) : is_folder ? 0 : ENOENT;
    pthread_mutex_unlock(&fake_lock);
    if (failure) errno = failure;
    return failure ? -1 : 0;
}
EXPORT int access(const char *path, int mode) {
    return is_ours(path) ? fake_access(path) : REAL(access)(path, mode);
}
EXPORT int faccessat(int directory, const char *path, int mode, int flags) {
    return is_ours(path) ? fake_access(path) : REAL(faccessat)(directory, path, mode, flags);
}

EXPORT ssize_t readlink(const char *path, char *buffer, size_t size) {
    if (!is_ours(path)) return REAL(readlink)(path, buffer, size);
    pthread_mutex_lock(&fake_lock);
    const char *target = node_link(path);
    pthread_mutex_unlock(&fake_lock);
    if (!target) {
        errno = EINVAL;
        return -1;
    }
    size_t length = strlen(target) < size ? strlen(target) : size;
    memcpy(buffer, target, length);
    return (ssize_t)length;
}

// The one file below /sys that v4l2-ctl reads to learn what kind of device a node is.
EXPORT FILE *fopen(const char *path, const char *mode) {
    int number, length = 0;
    if (sscanf(path, "/sys/dev/char/81:%d/uevent%n", &number, &length) != 1 || path[length] || !fake_is_on())
        return REAL(fopen)(path, mode);
    int fd = memfd_create("fake-camera", MFD_CLOEXEC);
    dprintf(fd, "MAJOR=81\nMINOR=%d\nDEVNAME=video%d\n", number, number);
    lseek(fd, 0, SEEK_SET);
    return fdopen(fd, "r");
}
EXPORT FILE *fopen64(const char *path, const char *mode) { return fopen(path, mode); }
