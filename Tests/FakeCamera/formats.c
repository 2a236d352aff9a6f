// What the camera is and can do: capabilities, inputs, formats, sizes, rates.
#include "fake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int query_capabilities(struct handle *handle, struct v4l2_capability *answer) {
    memset(answer, 0, sizeof *answer);
    strcpy((char *)answer->driver, "uvcvideo");
    strcpy((char *)answer->card, handle->camera->card);
    // The nodes of one camera share its place on the bus.
    int place = handle->camera->number - (handle->camera->is_metadata ? 1 : 0);
    snprintf((char *)answer->bus_info, sizeof answer->bus_info, "usb-0000:00:14.0-%d", place + 1);
    answer->version = 6 << 16 | 1 << 8;
    uint32_t own = handle->camera->is_metadata ? V4L2_CAP_META_CAPTURE : V4L2_CAP_VIDEO_CAPTURE;
    answer->device_caps = own | V4L2_CAP_STREAMING | V4L2_CAP_EXT_PIX_FORMAT;
    // As the driver does it: here is what all nodes of the camera can do.
    answer->capabilities = answer->device_caps | V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_META_CAPTURE | V4L2_CAP_DEVICE_CAPS;
    return 0;
}

static int enumerate_formats(struct handle *handle, struct v4l2_fmtdesc *answer) {
    uint32_t seen[MAX_MODES], count = 0, index = answer->index;
    if (answer->type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return EINVAL;
    for (int k = 0; k < handle->camera->mode_count; k++) {
        uint32_t format = handle->camera->modes[k].pixelformat, known = 0;
        while (known < count && seen[known] != format) known++;
        if (known == count) seen[count++] = format;
    }
    if (index >= count) return EINVAL;
    *answer = (struct v4l2_fmtdesc){.index = index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .pixelformat = seen[index]};
    bool is_jpeg = seen[index] == V4L2_PIX_FMT_MJPEG;
    strcpy((char *)answer->description, is_jpeg ? "Motion-JPEG" : "YUYV 4:2:2");
    answer->flags = is_jpeg ? V4L2_FMT_FLAG_COMPRESSED : 0;
    return 0;
}

static int enumerate_sizes(struct handle *handle, struct v4l2_frmsizeenum *answer) {
    uint32_t index = answer->index, format = answer->pixel_format;
    for (int k = 0; k < handle->camera->mode_count; k++) {
        const struct mode *mode = &handle->camera->modes[k];
        if (mode->pixelformat != format || index-- > 0) continue;
        answer->type = V4L2_FRMSIZE_TYPE_DISCRETE;
        answer->discrete.width = mode->width;
        answer->discrete.height = mode->height;
        return 0;
    }
    return EINVAL;
}

static struct v4l2_fract interval(double rate) {
    return (struct v4l2_fract){1000, (uint32_t)(rate * 1000 + 0.5)};
}

static int enumerate_intervals(struct handle *handle, struct v4l2_frmivalenum *answer) {
    struct camera *camera = handle->camera;
    for (int k = 0; k < camera->mode_count; k++) {
        const struct mode *mode = &camera->modes[k];
        if (mode->pixelformat != answer->pixel_format || mode->width != answer->width || mode->height != answer->height)
            continue;
        if (answer->index >= (uint32_t)camera->rate_count) return EINVAL;
        answer->type = V4L2_FRMIVAL_TYPE_DISCRETE;
        answer->discrete = interval(camera->rates[answer->index]);
        return 0;
    }
    return EINVAL;
}

// The mode nearest to what is asked for, as drivers choose: the format if there is one, then the area.
static const struct mode *nearest(struct handle *handle, const struct v4l2_pix_format *wanted) {
    struct camera *camera = handle->camera;
    struct fault *forced = fault_now(camera, FAULT_SIZE);
    uint32_t width = forced ? (uint32_t)forced->value[0] : wanted->width;
    uint32_t height = forced ? (uint32_t)forced->value[1] : wanted->height;
    uint32_t format = camera->modes[0].pixelformat;
    for (int k = 0; k < camera->mode_count; k++)
        if (camera->modes[k].pixelformat == wanted->pixelformat) format = wanted->pixelformat;
    const struct mode *best = NULL;
    int64_t smallest = INT64_MAX;
    for (int k = 0; k < camera->mode_count; k++) {
        const struct mode *mode = &camera->modes[k];
        int64_t distance = llabs((int64_t)mode->width - width) + llabs((int64_t)mode->height - height);
        if (mode->pixelformat != format || distance >= smallest) continue;
        smallest = distance;
        best = mode;
    }
    return best;
}

static void describe(const struct mode *mode, struct v4l2_pix_format *answer) {
    bool is_jpeg = mode->pixelformat == V4L2_PIX_FMT_MJPEG;
    memset(answer, 0, sizeof *answer);
    answer->width = mode->width;
    answer->height = mode->height;
    answer->pixelformat = mode->pixelformat;
    answer->field = V4L2_FIELD_NONE;
    answer->bytesperline = is_jpeg ? 0 : mode->width * 2;
    answer->sizeimage = mode->width * mode->height * 2;
    answer->colorspace = V4L2_COLORSPACE_SRGB;
    answer->priv = V4L2_PIX_FMT_PRIV_MAGIC;
}

static int set_format(struct handle *handle, struct v4l2_format *format) {
    if (fault_now(handle->camera, FAULT_BUSY_FORMAT) || !device_acquire(handle)) return EBUSY;
    if (handle->buffer_count) return EBUSY;
    handle->mode = nearest(handle, &format->fmt.pix);
    describe(handle->mode, &format->fmt.pix);
    return 0;
}

static int rate_ioctl(struct handle *handle, bool sets, struct v4l2_streamparm *parameters) {
    if (parameters->type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return EINVAL;
    struct v4l2_captureparm *capture = &parameters->parm.capture;
    if (sets) {
        if (!device_acquire(handle) || handle->is_streaming) return EBUSY;
        double wanted = capture->timeperframe.numerator
            ? (double)capture->timeperframe.denominator / capture->timeperframe.numerator : handle->camera->rates[0];
        double best = handle->camera->rates[0];
        for (int k = 1; k < handle->camera->rate_count; k++) {
            double rate = handle->camera->rates[k];
            if ((rate > wanted ? rate - wanted : wanted - rate) < (best > wanted ? best - wanted : wanted - best))
                best = rate;
        }
        handle->rate = best;
    }
    memset(capture, 0, sizeof *capture);
    capture->capability = V4L2_CAP_TIMEPERFRAME;
    capture->timeperframe = interval(handle->rate);
    capture->readbuffers = 2;
    return 0;
}

int formats_ioctl(struct handle *handle, uint32_t request, void *argument) {
    if (request == (uint32_t)VIDIOC_QUERYCAP) return query_capabilities(handle, argument);
    if (handle->camera->is_metadata) return -1;
    struct v4l2_format *format = argument;
    struct v4l2_input *input = argument;
    switch (request) {
    case (uint32_t)VIDIOC_ENUMINPUT:
        if (input->index) return EINVAL;
        memset(input, 0, sizeof *input);
        strcpy((char *)input->name, "Camera 1");
        input->type = V4L2_INPUT_TYPE_CAMERA;
        return 0;
    case (uint32_t)VIDIOC_G_INPUT: *(int *)argument = 0; return 0;
    case (uint32_t)VIDIOC_S_INPUT: return *(int *)argument ? EINVAL : 0;
    case (uint32_t)VIDIOC_ENUM_FMT: return enumerate_formats(handle, argument);
    case (uint32_t)VIDIOC_ENUM_FRAMESIZES: return enumerate_sizes(handle, argument);
    case (uint32_t)VIDIOC_ENUM_FRAMEINTERVALS: return enumerate_intervals(handle, argument);
    case (uint32_t)VIDIOC_G_FMT:
        if (format->type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return EINVAL;
        describe(handle->mode, &format->fmt.pix);
        return 0;
    case (uint32_t)VIDIOC_TRY_FMT:
        if (format->type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return EINVAL;
        describe(nearest(handle, &format->fmt.pix), &format->fmt.pix);
        return 0;
    case (uint32_t)VIDIOC_S_FMT:
        return format->type == V4L2_BUF_TYPE_VIDEO_CAPTURE ? set_format(handle, format) : EINVAL;
    case (uint32_t)VIDIOC_G_PARM: return rate_ioctl(handle, false, argument);
    case (uint32_t)VIDIOC_S_PARM: return rate_ioctl(handle, true, argument);
    case (uint32_t)VIDIOC_QUERYCTRL:
    case (uint32_t)VIDIOC_G_CTRL:
    case (uint32_t)VIDIOC_S_CTRL: return EINVAL;
    default: return -1;
    }
}
