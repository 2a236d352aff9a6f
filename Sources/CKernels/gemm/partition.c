#include "partition.h"

#include <stdbool.h>

#define BLOCK_ROWS 144

// With so many parts for each worker, one part more for some of them does not matter.
#define MANY_PARTS 16

static void set_chunk_panels(mien_partition *p, size_t n, size_t panels) {
    p->chunk_panels = panels;
    p->chunks = ceiling(ceiling(n, MIEN_PANEL), panels);
    p->parts = p->blocks * p->chunks;
}

// Whether smaller parts would share out better. A few for each worker even out their speeds, and each should
// get as many as the others: of nine parts for two workers, the last one keeps one of them waiting for a
// tenth of the time.
static bool is_uneven(const mien_partition *p) {
    if (p->parts < 3 * p->workers) return p->workers > 1;
    return p->parts % p->workers > 0 && p->parts < MANY_PARTS * p->workers;
}

void mien_partition_rows(mien_partition *p, size_t rows, size_t tallest, size_t block_rows) {
    // Tiles of nearly equal height: a short one at the end would leave the units idle.
    p->tiles = ceiling(rows, tallest);
    p->tile_rows = rows / p->tiles;
    p->taller_tiles = rows % p->tiles;
    p->blocks = ceiling(p->tiles, block_rows < tallest ? 1 : block_rows / tallest);
    p->block_rows = smaller(rows, block_rows);
}

void mien_partition_plan(mien_partition *p, size_t m, size_t n, size_t k, size_t tallest, size_t share,
                         size_t workers) {
    if (m * n * k < share) workers = 1;
    mien_partition_rows(p, m, tallest, BLOCK_ROWS);
    p->workers = workers;
    set_chunk_panels(p, n, MIEN_CHUNK_PANELS);
    while (p->chunk_panels > 2 && is_uneven(p)) set_chunk_panels(p, n, p->chunk_panels / 2);
}

mien_part mien_part_at(const mien_partition *p, size_t n, size_t index) {
    // Neighbouring parts share their part of W: workers that go side by side fetch it once.
    size_t block = index % p->blocks, chunk = index / p->blocks;
    mien_part part = {
        .index = index,
        .first_tile = mien_first_tile(p, block),
        .last_tile = mien_first_tile(p, block + 1),
        .column = chunk * p->chunk_panels * MIEN_PANEL,
    };
    part.row = mien_first_row(p, part.first_tile);
    part.rows = mien_first_row(p, part.last_tile) - part.row;
    part.columns = smaller(n - part.column, p->chunk_panels * MIEN_PANEL);
    part.panels = ceiling(part.columns, MIEN_PANEL);
    return part;
}

size_t mien_weights_after(const mien_partition *p, const mien_part *part, size_t n, size_t depth,
                          size_t panel, size_t k, size_t end) {
    if (panel < part->panels) return (part->column + panel * MIEN_PANEL) * depth + k * MIEN_PANEL;
    if (end < depth) return part->column * depth + end * MIEN_PANEL;
    return mien_part_at(p, n, mien_likely_next(p, part->index)).column * depth;
}
