// Openings of a camera, and who owns it.
#include "fake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { MAX_HANDLES = 64 };
static struct handle handles[MAX_HANDLES];

struct handle *device_handle(int fd) {
    for (int k = 0; fd >= 0 && k < MAX_HANDLES; k++)
        if (handles[k].is_used && handles[k].fd == fd) return &handles[k];
    return NULL;
}

int device_open(struct camera *camera, int flags) {
    int failure = fault_now(camera, FAULT_DENIED) ? EACCES : fault_now(camera, FAULT_BUSY_OPEN) ? EBUSY : 0;
    struct handle *handle = handles;
    while (handle < handles + MAX_HANDLES && handle->is_used) handle++;
    if (!failure && handle == handles + MAX_HANDLES) failure = EMFILE;
    int fd = failure ? -1 : timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | (flags & O_CLOEXEC ? TFD_CLOEXEC : 0));
    if (fd < 0) {
        errno = failure ? failure : errno;
        return -1;
    }
    *handle = (struct handle){
        .is_used = true, .fd = fd, .memory_fd = -1, .lock_fd = -1, .camera = camera, .opened_at = monotonic_now(),
        .is_nonblocking = flags & O_NONBLOCK, .mode = camera->modes, .rate = camera->rates[0],
    };
    return fd;
}

// The lock is a file, so that openings of other processes count too; the kernel lets go of it when they end.
bool device_acquire(struct handle *handle) {
    if (handle->owns) return true;
    char path[4096];
    snprintf(path, sizeof path, "%s/lock%d", fake_folder(), handle->camera->number);
    handle->lock_fd = REAL(open64)(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (flock(handle->lock_fd, LOCK_EX | LOCK_NB) == 0) return handle->owns = true;
    REAL(close)(handle->lock_fd);
    handle->lock_fd = -1;
    return false;
}

void device_release(struct handle *handle) {
    if (handle->lock_fd >= 0) REAL(close)(handle->lock_fd);
    handle->lock_fd = -1;
    handle->owns = false;
}

void device_close(struct handle *handle) {
    buffers_request(handle, 0);
    device_release(handle);
    handle->is_used = false;
}

int device_ioctl(int fd, uint32_t request, void *argument) {
    pthread_mutex_lock(&fake_lock);
    struct handle *handle = device_handle(fd);
    int failure = ENODEV;
    if (!handle->is_dead && fault_unplugged_since(handle->camera, handle->opened_at)) {
        handle->is_dead = true;
        handle->is_streaming = false;
        // What a driver does for those that wait: the descriptor is ready, and the next call says why.
        struct itimerspec soon = {.it_value = {.tv_nsec = 1}};
        timerfd_settime(handle->fd, 0, &soon, NULL);
    }
    if (!handle->is_dead) {
        failure = formats_ioctl(handle, request, argument);
        if (failure < 0) failure = buffers_ioctl(handle, request, argument);
        if (failure < 0) failure = ENOTTY;
    }
    pthread_mutex_unlock(&fake_lock);
    if (failure == 0) return 0;
    errno = failure;
    return -1;
}
