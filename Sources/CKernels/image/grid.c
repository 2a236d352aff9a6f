#include "../include/grid.h"

#include <math.h>
#include <stdbool.h>

// The pixels nearest to evenly spaced places along one side.
typedef struct places {
    int32_t pixel[MIEN_GRID_MOST]; // the place, or what is nearest to it in the picture
    bool inside[MIEN_GRID_MOST];
} places;

static void find_places(places *p, float start, float length, int count, int size) {
    for (int i = 0; i < count; i++) {
        float place = start + ((float)i + 0.5f) * length / (float)count;
        // Kept within what an int32_t holds.
        int32_t pixel = (int32_t)floorf(fminf(fmaxf(place, -1e9f), 1e9f));
        p->inside[i] = pixel >= 0 && pixel < size;
        p->pixel[i] = pixel < 0 ? 0 : pixel >= size ? size - 1 : pixel;
    }
}

void mien_grid_means(const mien_picture *picture, const mien_grid *grid, float *colors) {
    const int samples = grid->samples;
    const float scale = 1 / (float)(samples * samples);
    places across, down;
    find_places(&across, grid->x, grid->width, grid->columns * samples, picture->width);
    find_places(&down, grid->y, grid->height, grid->rows * samples, picture->height);
    for (int row = 0; row < grid->rows; row++) {
        for (int column = 0; column < grid->columns; column++, colors += 3) {
            const int left = column * samples, top = row * samples;
            if (!across.inside[left + samples / 2] || !down.inside[top + samples / 2]) {
                colors[0] = colors[1] = colors[2] = NAN;
                continue;
            }
            int red = 0, green = 0, blue = 0;
            for (int y = top; y < top + samples; y++) {
                const uint8_t *line = picture->pixels + down.pixel[y] * picture->row;
                for (int x = left; x < left + samples; x++) {
                    const uint8_t *pixel = line + 3 * (ptrdiff_t)across.pixel[x];
                    red += pixel[0];
                    green += pixel[1];
                    blue += pixel[2];
                }
            }
            colors[0] = (float)red * scale;
            colors[1] = (float)green * scale;
            colors[2] = (float)blue * scale;
        }
    }
}
