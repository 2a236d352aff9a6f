// The names below /dev that the double answers for: the cameras' nodes, and the links to them by their name.
#include "fake.h"

#include <stdio.h>
#include <string.h>

enum { DIRECTORY_DEV = 1, DIRECTORY_V4L, DIRECTORY_BY_ID };

bool node_is_hidden(const char *name) { return !strncmp(name, "video", 5) || !strcmp(name, "v4l"); }

int node_number(struct camera *camera) {
    struct fault *moved = fault_now(camera, FAULT_NODE);
    return moved ? moved->value[0] : camera->number;
}

static void link_name(const struct camera *camera, char name[256]) {
    char card[32];
    snprintf(card, sizeof card, "%s", camera->card);
    for (char *c = card; *c; c++)
        if (*c == ' ') *c = '_';
    snprintf(name, 256, "usb-%s-video-index%d", card, camera->is_metadata ? 1 : 0);
}

static bool is_there(struct camera *camera) { return !fault_now(camera, FAULT_UNPLUG); }

static struct camera *linked_camera(const char *path) {
    if (strncmp(path, "/dev/v4l/by-id/", 15)) return NULL;
    for (int k = 0; k < fake_camera_count; k++) {
        char name[256];
        link_name(&fake_cameras[k], name);
        if (!strcmp(path + 15, name) && is_there(&fake_cameras[k])) return &fake_cameras[k];
    }
    return NULL;
}

struct camera *node_camera(const char *path) {
    struct camera *linked = linked_camera(path);
    if (linked) return linked;
    int number, length = 0;
    if (sscanf(path, "/dev/video%d%n", &number, &length) != 1 || path[length]) return NULL;
    for (int k = 0; k < fake_camera_count; k++)
        if (node_number(&fake_cameras[k]) == number && is_there(&fake_cameras[k])) return &fake_cameras[k];
    return NULL;
}

bool node_is_ours(const char *path) {
    return path && (!strncmp(path, "/dev/video", 10) || !strncmp(path, "/dev/v4l", 8));
}

const char *node_link(const char *path) {
    static _Thread_local char target[64];
    struct camera *camera = linked_camera(path);
    if (!camera) return NULL;
    snprintf(target, sizeof target, "../../video%d", node_number(camera));
    return target;
}

int node_directory(const char *path) {
    char name[64];
    snprintf(name, sizeof name, "%s", path);
    size_t length = strlen(name);
    while (length > 1 && name[length - 1] == '/') name[--length] = 0;
    if (!strcmp(name, "/dev")) return DIRECTORY_DEV;
    if (!strcmp(name, "/dev/v4l")) return DIRECTORY_V4L;
    return strcmp(name, "/dev/v4l/by-id") ? 0 : DIRECTORY_BY_ID;
}

bool node_entry(int directory, int index, char name[256], unsigned char *type) {
    if (directory == DIRECTORY_V4L) {
        snprintf(name, 256, "by-id");
        *type = DT_DIR;
        return index == 0 && fake_camera_count > 0;
    }
    for (int k = 0; k < fake_camera_count; k++) {
        if (!is_there(&fake_cameras[k]) || index-- > 0) continue;
        if (directory == DIRECTORY_DEV) snprintf(name, 256, "video%d", node_number(&fake_cameras[k]));
        else link_name(&fake_cameras[k], name);
        *type = directory == DIRECTORY_DEV ? DT_CHR : DT_LNK;
        return true;
    }
    if (directory != DIRECTORY_DEV || index > 0 || fake_camera_count == 0) return false;
    snprintf(name, 256, "v4l");
    *type = DT_DIR;
    return true;
}
