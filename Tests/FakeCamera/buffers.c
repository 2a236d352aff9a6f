// Buffers and the frames that go into them. No thread fills them: every call first catches up with the clock, in the
// order things would have happened, so that a frame that came while no buffer was queued is lost, as it would be.
#include "fake.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static double due(const struct handle *handle, uint64_t frame) {
    return handle->stream_start + (double)(frame + 1) / handle->rate;
}

void buffers_arm(struct handle *handle) {
    struct itimerspec timer = {0};
    if (handle->is_streaming) {
        double when = handle->done_length ? monotonic_now() : due(handle, handle->next_frame);
        double period = 1 / handle->rate;
        timer.it_value.tv_sec = (time_t)when;
        timer.it_value.tv_nsec = (long)((when - floor(when)) * 1e9);
        timer.it_interval.tv_sec = (time_t)period;
        timer.it_interval.tv_nsec = (long)((period - floor(period)) * 1e9);
    }
    timerfd_settime(handle->fd, TFD_TIMER_ABSTIME, &timer, NULL);
}

// Noise over the middle of a picture, the same every time.
static void spoil(uint8_t *data, size_t length) {
    uint32_t state = 12345;
    for (size_t k = length / 3; k < length * 2 / 3; k++) data[k] = (uint8_t)((state = state * 1664525 + 1013904223) >> 24);
}

static void fill(struct handle *handle, unsigned index, uint64_t frame) {
    struct camera *camera = handle->camera;
    struct buffer *buffer = &handle->buffers[index];
    const struct mode *mode = handle->mode;
    // At a lower rate the clip plays no slower.
    double step = camera->rates[0] / handle->rate;
    size_t picture = (size_t)((double)camera->frames_before + (double)frame * step + 0.5) % mode->count;
    size_t length = mode->starts[picture + 1] - mode->starts[picture];
    uint8_t *memory = handle->memory + index * handle->buffer_size;
    if (length > handle->buffer_size) length = handle->buffer_size;
    memcpy(memory, mode->data + mode->starts[picture], length);
    if (fault_now(camera, FAULT_CORRUPT)) spoil(memory, length);
    struct fault *cut = fault_now(camera, FAULT_SHORT);
    if (cut) length = length * (size_t)(cut->value[0] ? cut->value[0] : 50) / 100;
    struct fault *jump = fault_now(camera, FAULT_CLOCK);
    buffer->timestamp = due(handle, frame) + (jump ? jump->value[0] : 0);
    buffer->sequence = (uint32_t)frame;
    buffer->bytesused = (uint32_t)length;
    buffer->flags = fault_now(camera, FAULT_ERROR) ? V4L2_BUF_FLAG_ERROR : 0;
    buffer->state = DONE;
    handle->done[handle->done_length++] = index;
}

// Does what has happened by now.
static void catch_up(struct handle *handle) {
    double now = monotonic_now();
    while (handle->is_streaming && due(handle, handle->next_frame) <= now) {
        if (fault_now(handle->camera, FAULT_STALL)) {
            // Time goes by without frames: the stream begins again where it stopped.
            handle->stream_start = now - (double)handle->next_frame / handle->rate;
            break;
        }
        if (handle->queue_length) {
            unsigned index = handle->queue[0];
            memmove(handle->queue, handle->queue + 1, --handle->queue_length * sizeof handle->queue[0]);
            fill(handle, index, handle->next_frame);
        }
        handle->next_frame++;
        handle->camera->frames_shown++;
    }
    buffers_arm(handle);
}

static int stop(struct handle *handle) {
    handle->is_streaming = false;
    handle->queue_length = handle->done_length = 0;
    for (unsigned k = 0; k < handle->buffer_count; k++) handle->buffers[k].state = IDLE;
    buffers_arm(handle);
    return 0;
}

// Frees the buffers there are, and makes `count` new ones.
int buffers_request(struct handle *handle, uint32_t count) {
    stop(handle);
    // What the program has mapped stays until it lets go of it.
    if (handle->memory) munmap(handle->memory, handle->buffer_count * handle->buffer_size);
    if (handle->memory_fd >= 0) REAL(close)(handle->memory_fd);
    handle->memory = NULL;
    handle->memory_fd = -1;
    handle->buffer_count = 0;
    if (count == 0) return 0;
    size_t page = 4096, size = (size_t)handle->mode->width * handle->mode->height * 2;
    handle->buffer_size = (size + page - 1) / page * page;
    handle->memory_fd = memfd_create("fake-camera", MFD_CLOEXEC);
    if (handle->memory_fd < 0 || ftruncate(handle->memory_fd, (off_t)(count * handle->buffer_size))) return ENOMEM;
    handle->memory = REAL(mmap64)(NULL, count * handle->buffer_size, PROT_READ | PROT_WRITE, MAP_SHARED, handle->memory_fd, 0);
    if (handle->memory == MAP_FAILED) {
        handle->memory = NULL;
        return ENOMEM;
    }
    handle->buffer_count = count;
    return 0;
}

static void describe(const struct handle *handle, unsigned index, struct v4l2_buffer *answer) {
    const struct buffer *buffer = &handle->buffers[index];
    *answer = (struct v4l2_buffer){
        .index = index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP, .field = V4L2_FIELD_NONE,
        .length = handle->mode->width * handle->mode->height * 2, .m.offset = (uint32_t)(index * handle->buffer_size),
        .flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | V4L2_BUF_FLAG_TSTAMP_SRC_SOE
            | (buffer->state == QUEUED ? V4L2_BUF_FLAG_QUEUED : 0),
    };
    if (buffer->sequence == 0 && buffer->bytesused == 0) return;
    answer->bytesused = buffer->bytesused;
    answer->sequence = buffer->sequence;
    answer->flags |= buffer->flags;
    answer->timestamp.tv_sec = (time_t)buffer->timestamp;
    answer->timestamp.tv_usec = (suseconds_t)((buffer->timestamp - floor(buffer->timestamp)) * 1e6);
}

static int dequeue(struct handle *handle, struct v4l2_buffer *answer) {
    if (answer->type != V4L2_BUF_TYPE_VIDEO_CAPTURE || answer->memory != V4L2_MEMORY_MMAP) return EINVAL;
    while (true) {
        if (!handle->is_streaming) return EINVAL;
        catch_up(handle);
        if (fault_now(handle->camera, FAULT_EIO)) return EIO;
        if (handle->done_length) break;
        if (handle->is_nonblocking) return EAGAIN;
        double wait = due(handle, handle->next_frame) - monotonic_now();
        // In short pieces, because faults may come meanwhile.
        struct timespec pause = {.tv_nsec = (long)(fmin(fmax(wait, 0.0001), 0.01) * 1e9)};
        int fd = handle->fd;
        pthread_mutex_unlock(&fake_lock);
        nanosleep(&pause, NULL);
        pthread_mutex_lock(&fake_lock);
        if (device_handle(fd) != handle) return EBADF;
        if (fault_unplugged_since(handle->camera, handle->opened_at)) return ENODEV;
    }
    unsigned index = handle->done[0];
    memmove(handle->done, handle->done + 1, --handle->done_length * sizeof handle->done[0]);
    handle->buffers[index].state = IDLE;
    describe(handle, index, answer);
    buffers_arm(handle);
    return 0;
}

static int enqueue(struct handle *handle, struct v4l2_buffer *buffer) {
    catch_up(handle);
    if (buffer->type != V4L2_BUF_TYPE_VIDEO_CAPTURE || buffer->memory != V4L2_MEMORY_MMAP) return EINVAL;
    if (buffer->index >= handle->buffer_count || handle->buffers[buffer->index].state != IDLE) return EINVAL;
    handle->buffers[buffer->index].state = QUEUED;
    handle->queue[handle->queue_length++] = buffer->index;
    describe(handle, buffer->index, buffer);
    return 0;
}

static int start(struct handle *handle) {
    if (handle->is_streaming) return 0;
    if (!handle->buffer_count) return EINVAL;
    if (fault_now(handle->camera, FAULT_BUSY_STREAM)) return EBUSY;
    handle->is_streaming = true;
    handle->stream_start = monotonic_now();
    handle->next_frame = 0;
    handle->camera->frames_before = handle->camera->frames_shown;
    buffers_arm(handle);
    return 0;
}

int buffers_ioctl(struct handle *handle, uint32_t request, void *argument) {
    if (handle->camera->is_metadata) return -1;
    struct v4l2_requestbuffers *wanted = argument;
    struct v4l2_buffer *buffer = argument;
    int *type = argument;
    switch (request) {
    case (uint32_t)VIDIOC_REQBUFS:
        if (wanted->type != V4L2_BUF_TYPE_VIDEO_CAPTURE || wanted->memory != V4L2_MEMORY_MMAP) return EINVAL;
        if (!device_acquire(handle) || handle->is_streaming) return EBUSY;
        if (wanted->count > MAX_BUFFERS) wanted->count = MAX_BUFFERS;
        wanted->capabilities = V4L2_BUF_CAP_SUPPORTS_MMAP;
        if (wanted->count == 0) device_release(handle);
        return buffers_request(handle, wanted->count);
    case (uint32_t)VIDIOC_QUERYBUF:
        if (buffer->type != V4L2_BUF_TYPE_VIDEO_CAPTURE || buffer->index >= handle->buffer_count) return EINVAL;
        describe(handle, buffer->index, buffer);
        return 0;
    case (uint32_t)VIDIOC_QBUF: return enqueue(handle, buffer);
    case (uint32_t)VIDIOC_DQBUF: return dequeue(handle, buffer);
    case (uint32_t)VIDIOC_STREAMON: return *type == V4L2_BUF_TYPE_VIDEO_CAPTURE ? start(handle) : EINVAL;
    case (uint32_t)VIDIOC_STREAMOFF: return *type == V4L2_BUF_TYPE_VIDEO_CAPTURE ? stop(handle) : EINVAL;
    default: return -1;
    }
}
