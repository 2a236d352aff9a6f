// A camera that is none: shared declarations. README.md says what it is, how it is used and how it is made.
#ifndef FAKE_CAMERA_H
#define FAKE_CAMERA_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <linux/videodev2.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

enum { MAX_CAMERAS = 8, MAX_MODES = 16, MAX_RATES = 8, MAX_BUFFERS = 32, MAX_FAULTS = 32 };

// One size in one pixel format, with the frames that are shown in it.
struct mode {
    uint32_t pixelformat;  // V4L2_PIX_FMT_YUYV or V4L2_PIX_FMT_MJPEG
    uint32_t width, height;
    const uint8_t *data;  // the file of frames, mapped
    size_t size;
    size_t *starts;  // frame k is data[starts[k] ..< starts[k + 1]]
    size_t count;
};

struct camera {
    int number;  // /dev/videoN, unless the fault "node" moves it
    char card[32];
    bool is_metadata;  // the second node of a UVC camera, which gives no pictures
    bool plays_once;   // unplugged for good after the last frame
    double rates[MAX_RATES];
    int rate_count;
    struct mode modes[MAX_MODES];
    int mode_count;
    uint64_t frames_shown;   // since the process began, over all openings
    uint64_t frames_before;  // the same when the present stream began
};

// One opening of a camera: what the kernel would keep for the descriptor.
struct handle {
    bool is_used;
    int fd;         // a timer that expires with every frame, so that poll, select and epoll just work
    int memory_fd;  // the buffers, which the program maps itself
    int lock_fd;    // held while this opening owns the camera
    uint8_t *memory;
    struct camera *camera;
    double opened_at;
    bool is_dead;  // the camera was unplugged: ENODEV for ever
    bool is_nonblocking;
    bool owns;
    const struct mode *mode;
    double rate;
    size_t buffer_size;
    unsigned buffer_count;
    struct buffer {
        enum { IDLE, QUEUED, DONE } state;
        uint32_t bytesused, flags, sequence;
        double timestamp;
    } buffers[MAX_BUFFERS];
    unsigned queue[MAX_BUFFERS], queue_length;  // waiting for a frame, in order
    unsigned done[MAX_BUFFERS], done_length;    // waiting for the program, in order
    bool is_streaming;
    double stream_start;
    uint64_t next_frame;  // the number since the stream began of the frame that is due next
};

// The faults, by name; fault.c has what each means.
enum fault_kind {
    FAULT_UNPLUG, FAULT_STALL, FAULT_SHORT, FAULT_CORRUPT, FAULT_ERROR, FAULT_EIO, FAULT_BUSY_OPEN,
    FAULT_BUSY_FORMAT, FAULT_BUSY_STREAM, FAULT_DENIED, FAULT_SIZE, FAULT_NODE, FAULT_CLOCK, FAULT_KINDS
};

struct fault {
    enum fault_kind kind;
    int camera;          // -1: all of them
    int value[2];        // of "size=WxH" both
    uint64_t from;       // the frame it begins at
    uint64_t frames;     // how many frames it lasts; 0: see seconds
    double seconds;      // how long it lasts; 0: until it is taken away
    double began;        // 0: not yet
};

// Every function below is called with this lock held, unless it says otherwise.
extern pthread_mutex_t fake_lock;

// setup.c: reads the folder FAKE_CAMERA once; false where the double is switched off. Takes the lock itself.
bool fake_is_on(void);
const char *fake_folder(void);
extern struct camera fake_cameras[MAX_CAMERAS];
extern int fake_camera_count;

// fault.c
// The fault of this kind that `camera` has now, or NULL.
struct fault *fault_now(struct camera *camera, enum fault_kind kind);
// Whether the camera was unplugged at some time after `since`, or is now.
bool fault_unplugged_since(struct camera *camera, double since);

// nodes.c: names below /dev. None takes a name apart that is not a camera's.
bool node_is_hidden(const char *name);            // an entry of /dev that the double stands in for
struct camera *node_camera(const char *path);     // NULL: no such camera now, or another file
bool node_is_ours(const char *path);              // whether the double answers for the path at all
const char *node_link(const char *path);          // where a link below /dev/v4l/by-id leads, or NULL
int node_number(struct camera *camera);           // N of /dev/videoN
bool node_entry(int directory, int index, char name[256], unsigned char *type);  // what a listing has
int node_directory(const char *path);             // 0: not ours, else what to hand to node_entry

// device.c
int device_open(struct camera *camera, int flags);  // a descriptor, or -1 with errno
struct handle *device_handle(int fd);               // NULL: not ours
void device_close(struct handle *handle);
bool device_acquire(struct handle *handle);  // makes it the camera's owner; false: another is
void device_release(struct handle *handle);
int device_ioctl(int fd, uint32_t request, void *argument);  // takes the lock itself

// formats.c, buffers.c: the two halves of device_ioctl. 0, or an errno; -1: not a request of theirs.
int formats_ioctl(struct handle *handle, uint32_t request, void *argument);
int buffers_ioctl(struct handle *handle, uint32_t request, void *argument);
int buffers_request(struct handle *handle, uint32_t count);
void buffers_arm(struct handle *handle);  // sets the timer to the next frame

// libc.c
double monotonic_now(void);
#define REAL(name) ((__typeof__(&name))real_symbol(#name))
void *real_symbol(const char *name);

#endif
