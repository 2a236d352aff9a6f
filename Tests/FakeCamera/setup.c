// What cameras there are: the folder that FAKE_CAMERA names, with a folder for each camera in it.
#include "fake.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

pthread_mutex_t fake_lock = PTHREAD_MUTEX_INITIALIZER;
struct camera fake_cameras[MAX_CAMERAS];
int fake_camera_count;

static const char *folder;
static bool is_read;

const char *fake_folder(void) { return folder; }

static void fail(const char *what, const char *path) {
    dprintf(2, "fake camera: %s: %s\n", path, what);
    _exit(125);
}

// Where the pictures of a file of concatenated JPEGs begin: an end marker is followed by a start marker. Neither
// can be inside a picture, whose coded data stuff a zero after every 0xFF.
static void index_jpegs(struct mode *mode) {
    size_t room = 0;
    for (size_t at = 0; at < mode->size;) {
        if (mode->count + 2 > room) mode->starts = realloc(mode->starts, (room += 256) * sizeof(size_t));
        mode->starts[mode->count++] = at;
        const uint8_t *end = memmem(mode->data + at, mode->size - at, "\xFF\xD9\xFF\xD8", 4);
        at = end ? (size_t)(end - mode->data) + 2 : mode->size;
        mode->starts[mode->count] = at;
    }
}

static void index_raw(struct mode *mode) {
    size_t length = (size_t)mode->width * mode->height * 2;
    mode->count = mode->size / length;
    mode->starts = calloc(mode->count + 1, sizeof(size_t));
    for (size_t k = 0; k <= mode->count; k++) mode->starts[k] = k * length;
}

// A line "mode yuyv|mjpeg WIDTH HEIGHT FILE" of a camera's description.
static void read_mode(struct camera *camera, const char *line, const char *description) {
    if (camera->mode_count == MAX_MODES) fail("too many modes", description);
    struct mode *mode = &camera->modes[camera->mode_count++];
    char format[16], path[4096];
    if (sscanf(line, "mode %15s %u %u %4095[^\n]", format, &mode->width, &mode->height, path) != 4)
        fail("expected 'mode FORMAT WIDTH HEIGHT FILE'", description);
    bool is_jpeg = !strcmp(format, "mjpeg");
    mode->pixelformat = is_jpeg ? V4L2_PIX_FMT_MJPEG : V4L2_PIX_FMT_YUYV;
    int fd = REAL(open64)(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) fail("cannot be opened", path);
    mode->size = (size_t)lseek(fd, 0, SEEK_END);
    mode->data = REAL(mmap64)(NULL, mode->size, PROT_READ, MAP_SHARED, fd, 0);
    REAL(close)(fd);
    if (mode->data == MAP_FAILED) fail("cannot be mapped", path);
    is_jpeg ? index_jpegs(mode) : index_raw(mode);
    if (mode->count == 0) fail("holds no frame", path);
}

static void read_camera(int number, FILE *file, const char *path) {
    if (fake_camera_count == MAX_CAMERAS) fail("too many cameras", path);
    struct camera *camera = &fake_cameras[fake_camera_count++];
    camera->number = number;
    snprintf(camera->card, sizeof camera->card, "Fake Camera %d", number);
    char line[8192];
    while (fgets(line, sizeof line, file)) {
        double rate;
        if (!strncmp(line, "mode ", 5)) read_mode(camera, line, path);
        else if (!strncmp(line, "once", 4)) camera->plays_once = true;
        else if (!strncmp(line, "metadata", 8)) camera->is_metadata = true;
        else if (sscanf(line, "rate %lf", &rate) == 1 && camera->rate_count < MAX_RATES)
            camera->rates[camera->rate_count++] = rate;
        else if (!strncmp(line, "card ", 5))
            snprintf(camera->card, sizeof camera->card, "%.*s", (int)strcspn(line + 5, "\n"), line + 5);
        else fail("has a line that means nothing", path);
    }
    if (!camera->is_metadata && (camera->mode_count == 0 || camera->rate_count == 0))
        fail("needs a mode and a rate", path);
}

bool fake_is_on(void) {
    pthread_mutex_lock(&fake_lock);
    if (!is_read) {
        is_read = true;
        folder = getenv("FAKE_CAMERA");
        for (int number = 0; folder && number < 64; number++) {
            char path[4096];
            snprintf(path, sizeof path, "%s/video%d", folder, number);
            FILE *file = REAL(fopen)(path, "re");
            if (!file) continue;
            read_camera(number, file, path);
            fclose(file);
        }
    }
    pthread_mutex_unlock(&fake_lock);
    return folder != NULL;
}
