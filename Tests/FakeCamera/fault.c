// What is wrong with the cameras: words in the file FAKE_CAMERA/faults, which may change at any time.
#include "fake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[FAULT_KINDS] = {
    [FAULT_UNPLUG] = "unplug", [FAULT_STALL] = "stall", [FAULT_SHORT] = "short", [FAULT_CORRUPT] = "corrupt",
    [FAULT_ERROR] = "error", [FAULT_EIO] = "eio", [FAULT_BUSY_OPEN] = "busy-open",
    [FAULT_BUSY_FORMAT] = "busy-format", [FAULT_BUSY_STREAM] = "busy-stream", [FAULT_DENIED] = "denied",
    [FAULT_SIZE] = "size", [FAULT_NODE] = "node", [FAULT_CLOCK] = "clock",
};

static struct fault faults[MAX_FAULTS];
static int count;
static struct stat known;

// [videoN:]NAME[=VALUE[xVALUE]][@FRAME][*FRAMES | +SECONDS]
static bool parse(char *word, struct fault *fault) {
    *fault = (struct fault){.camera = -1};
    char *colon = strchr(word, ':');
    if (colon) {
        if (sscanf(word, "video%d:", &fault->camera) != 1) return false;
        word = colon + 1;
    }
    size_t length = strcspn(word, "=@*+");
    int kind = 0;
    while (kind < FAULT_KINDS && (strlen(names[kind]) != length || strncmp(names[kind], word, length))) kind++;
    if (kind == FAULT_KINDS) return false;
    fault->kind = kind;
    for (char *rest = word + length; *rest;) {
        char sign = *rest++;
        if (sign == '=') {
            fault->value[0] = (int)strtol(rest, &rest, 10);
            if (*rest == 'x') fault->value[1] = (int)strtol(rest + 1, &rest, 10);
        } else if (sign == '@') fault->from = strtoull(rest, &rest, 10);
        else if (sign == '*') fault->frames = strtoull(rest, &rest, 10);
        else if (sign == '+') fault->seconds = strtod(rest, &rest);
        else return false;
    }
    return true;
}

// Reads the file again if it has changed. A fault that stays keeps the moment it began.
static void refresh(void) {
    int kept = errno;
    char path[4096];
    snprintf(path, sizeof path, "%s/faults", fake_folder());
    int fd = REAL(open64)(path, O_RDONLY | O_CLOEXEC);
    struct stat now = {0};
    if (fd >= 0) REAL(fstat)(fd, &now);
    if (now.st_ino != known.st_ino || now.st_size != known.st_size || now.st_mtim.tv_sec != known.st_mtim.tv_sec
        || now.st_mtim.tv_nsec != known.st_mtim.tv_nsec) {
        known = now;
        struct fault old[MAX_FAULTS];
        int old_count = count;
        memcpy(old, faults, sizeof old);
        count = 0;
        char text[4096];
        ssize_t length = fd >= 0 ? REAL(read)(fd, text, sizeof text - 1) : 0;
        text[length > 0 ? length : 0] = 0;
        char *rest = NULL;
        for (char *word = strtok_r(text, " \t\n", &rest); word && count < MAX_FAULTS;
             word = strtok_r(NULL, " \t\n", &rest)) {
            struct fault fault;
            char copy[256];
            snprintf(copy, sizeof copy, "%s", word);
            if (!parse(copy, &fault)) {
                dprintf(2, "fake camera: no fault '%s'\n", word);
                _exit(125);
            }
            for (int k = 0; k < old_count; k++) {
                double began = old[k].began;
                old[k].began = 0;
                if (!memcmp(&old[k], &fault, sizeof fault)) fault.began = began;
                old[k].began = began;
            }
            faults[count++] = fault;
        }
    }
    if (fd >= 0) REAL(close)(fd);
    errno = kept;
}

static bool is_now(struct fault *fault, const struct camera *camera) {
    if (fault->camera >= 0 && fault->camera != camera->number) return false;
    if (camera->frames_shown < fault->from) return false;
    if (fault->began == 0) fault->began = monotonic_now();
    if (fault->frames) return camera->frames_shown < fault->from + fault->frames;
    return fault->seconds == 0 || monotonic_now() < fault->began + fault->seconds;
}

static bool is_over(const struct camera *camera) {
    return camera->plays_once && camera->frames_shown >= camera->modes[0].count;
}

struct fault *fault_now(struct camera *camera, enum fault_kind kind) {
    static struct fault over = {.kind = FAULT_UNPLUG, .camera = -1};
    if (kind == FAULT_UNPLUG && is_over(camera)) return &over;
    refresh();
    for (int k = 0; k < count; k++)
        if (faults[k].kind == kind && is_now(&faults[k], camera)) return &faults[k];
    return NULL;
}

bool fault_unplugged_since(struct camera *camera, double since) {
    if (fault_now(camera, FAULT_UNPLUG)) return true;
    for (int k = 0; k < count; k++) {
        bool concerns = faults[k].camera < 0 || faults[k].camera == camera->number;
        if (concerns && faults[k].kind == FAULT_UNPLUG && faults[k].began >= since) return true;
    }
    return false;
}
