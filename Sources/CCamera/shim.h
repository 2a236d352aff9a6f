// Linux's cameras (V4L2) for Swift. The requests of ioctl are macros that Swift's importer cannot see, and ioctl itself is
// variadic; each function below makes one request and returns 0 or an errno.
#ifndef MIEN_CCAMERA_SHIM_H
#define MIEN_CCAMERA_SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

static inline int mien_camera_request(int fd, unsigned long request, void *argument) {
    int status;
    do status = ioctl(fd, request, argument);
    while (status < 0 && errno == EINTR);
    return status < 0 ? errno : 0;
}

// A descriptor, or -errno. Never waits.
static inline int mien_camera_open(const char *path) {
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

// VIDIOC_QUERYCAP. What the node itself can do, rather than the whole device, where the driver tells them apart.
static inline int mien_camera_capabilities(int fd, char card[33], uint32_t *capabilities) {
    struct v4l2_capability answer;
    memset(&answer, 0, sizeof answer);
    int status = mien_camera_request(fd, VIDIOC_QUERYCAP, &answer);
    memcpy(card, answer.card, 32);
    card[32] = 0;
    *capabilities = answer.capabilities & V4L2_CAP_DEVICE_CAPS ? answer.device_caps : answer.capabilities;
    return status;
}

static inline int mien_camera_is_capture(uint32_t capabilities) {
    return capabilities & V4L2_CAP_VIDEO_CAPTURE && capabilities & V4L2_CAP_STREAMING;
}

// VIDIOC_ENUM_FMT: the index-th pixel format.
static inline int mien_camera_format(int fd, uint32_t index, uint32_t *fourcc, char description[32], int *is_compressed) {
    struct v4l2_fmtdesc answer;
    memset(&answer, 0, sizeof answer);
    answer.index = index;
    answer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    int status = mien_camera_request(fd, VIDIOC_ENUM_FMT, &answer);
    *fourcc = answer.pixelformat;
    memcpy(description, answer.description, 32);
    description[31] = 0;
    *is_compressed = (answer.flags & V4L2_FMT_FLAG_COMPRESSED) != 0;
    return status;
}

// VIDIOC_ENUM_FRAMESIZES: the index-th size, from the smallest to the largest; both are the same unless the camera takes
// every size between them.
static inline int mien_camera_size(int fd, uint32_t fourcc, uint32_t index, uint32_t smallest[2], uint32_t largest[2]) {
    struct v4l2_frmsizeenum answer;
    memset(&answer, 0, sizeof answer);
    answer.index = index;
    answer.pixel_format = fourcc;
    int status = mien_camera_request(fd, VIDIOC_ENUM_FRAMESIZES, &answer);
    if (answer.type == V4L2_FRMSIZE_TYPE_DISCRETE) {
        smallest[0] = largest[0] = answer.discrete.width;
        smallest[1] = largest[1] = answer.discrete.height;
    } else {
        smallest[0] = answer.stepwise.min_width, largest[0] = answer.stepwise.max_width;
        smallest[1] = answer.stepwise.min_height, largest[1] = answer.stepwise.max_height;
    }
    return status;
}

// VIDIOC_ENUM_FRAMEINTERVALS: the seconds between frames of the index-th rate; of a range, the shortest.
static inline int mien_camera_interval(
    int fd, uint32_t fourcc, uint32_t width, uint32_t height, uint32_t index, uint32_t *numerator, uint32_t *denominator) {
    struct v4l2_frmivalenum answer;
    memset(&answer, 0, sizeof answer);
    answer.index = index;
    answer.pixel_format = fourcc;
    answer.width = width;
    answer.height = height;
    int status = mien_camera_request(fd, VIDIOC_ENUM_FRAMEINTERVALS, &answer);
    int is_discrete = answer.type == V4L2_FRMIVAL_TYPE_DISCRETE;
    *numerator = is_discrete ? answer.discrete.numerator : answer.stepwise.min.numerator;
    *denominator = is_discrete ? answer.discrete.denominator : answer.stepwise.min.denominator;
    return status;
}

// VIDIOC_G_FMT: the size that is set now.
static inline int mien_camera_current(int fd, uint32_t size[2]) {
    struct v4l2_format answer;
    memset(&answer, 0, sizeof answer);
    answer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    int status = mien_camera_request(fd, VIDIOC_G_FMT, &answer);
    size[0] = answer.fmt.pix.width;
    size[1] = answer.fmt.pix.height;
    return status;
}

// Whether somebody else uses the camera: EBUSY if so. Asks for no buffers, which only the owner may do, and which leaves
// nothing behind; asking for some would own the camera for a moment, and be in the way of a program that starts.
static inline int mien_camera_probe(int fd) {
    struct v4l2_requestbuffers request;
    memset(&request, 0, sizeof request);
    request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    request.memory = V4L2_MEMORY_MMAP;
    return mien_camera_request(fd, VIDIOC_REQBUFS, &request);
}

#endif
