// Listings of /dev and /dev/v4l/by-id: the real entries without the real cameras, then the cameras of the double.
#include "fake.h"

#include <errno.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

enum { MAX_LISTINGS = 16 };

static struct listing {
    DIR *stream;    // NULL: free
    int directory;  // for node_entry
    int next;
    struct dirent entry;
} listings[MAX_LISTINGS];

static struct listing *find(DIR *stream) {
    for (int k = 0; k < MAX_LISTINGS; k++)
        if (listings[k].stream == stream) return &listings[k];
    return NULL;
}

EXPORT DIR *opendir(const char *path) {
    int directory = !strncmp(path, "/dev", 4) && fake_is_on() ? node_directory(path) : 0;
    if (!directory) return REAL(opendir)(path);
    pthread_mutex_lock(&fake_lock);
    struct listing *listing = find(NULL);
    char name[256];
    unsigned char type;
    bool is_there = directory == node_directory("/dev") || node_entry(directory, 0, name, &type);
    // A folder that need not be there is listed in the place of one that is.
    DIR *stream = listing && is_there ? REAL(opendir)("/dev") : NULL;
    if (stream) *listing = (struct listing){.stream = stream, .directory = directory};
    pthread_mutex_unlock(&fake_lock);
    if (!stream) errno = is_there ? EMFILE : ENOENT;
    return stream;
}

EXPORT struct dirent *readdir(DIR *stream) {
    if (!fake_is_on()) return REAL(readdir)(stream);
    pthread_mutex_lock(&fake_lock);
    struct listing *listing = find(stream);
    struct dirent *entry = NULL;
    bool is_dev = listing && listing->directory == node_directory("/dev");
    if (!listing || is_dev) {
        do entry = REAL(readdir)(stream);
        while (entry && listing && node_is_hidden(entry->d_name));
    }
    if (!entry && listing) {
        struct dirent *own = &listing->entry;
        own->d_ino = 1;
        own->d_reclen = sizeof *own;
        if (node_entry(listing->directory, listing->next++, own->d_name, &own->d_type)) entry = own;
    }
    pthread_mutex_unlock(&fake_lock);
    return entry;
}
// On 64-bit machines both names have the same structure.
EXPORT struct dirent64 *readdir64(DIR *stream) { return (struct dirent64 *)readdir(stream); }

EXPORT int closedir(DIR *stream) {
    if (fake_is_on()) {
        pthread_mutex_lock(&fake_lock);
        struct listing *listing = find(stream);
        if (listing) listing->stream = NULL;
        pthread_mutex_unlock(&fake_lock);
    }
    return REAL(closedir)(stream);
}
