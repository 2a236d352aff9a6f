// C = activation(A W^T + bias) + residual, cut into pieces.
//
// A piece is a block of at most 144 rows by a chunk of at most 16 panels of W. Inside, k goes by blocks of
// MIEN_DEPTH; for each, a panel (16 KB) stays in the first-level cache while the row tiles of A, which the
// second level holds (144 KB), pass by it. Between blocks of k the sums wait in `partial`, at most 144 KB too.
#include "elementwise_table.h"
#include "gemm_tile.h"

#define BLOCK_ROWS 144
#define CHUNK_PANELS 16

size_t mien_gemm_packed_weights_count(size_t n, size_t k) { return ceiling(n, MIEN_PANEL) * MIEN_PANEL * k; }

void mien_gemm_pack_weights(const float *w, size_t w_stride, size_t first, size_t last, size_t k,
                            float *packed) {
    for (size_t column = first; column < last; column += MIEN_PANEL) {
        size_t columns = smaller(MIEN_PANEL, last - column);
        float *panel = packed + column * k;
        // By blocks of k, so that the reads of 16 rows and the writes stay in the first-level cache.
        for (size_t start = 0; start < k; start += MIEN_DEPTH) {
            size_t end = smaller(k, start + MIEN_DEPTH);
            for (size_t i = start; i < end; i++) {
                for (size_t c = 0; c < columns; c++) panel[i * MIEN_PANEL + c] = w[(column + c) * w_stride + i];
                for (size_t c = columns; c < MIEN_PANEL; c++) panel[i * MIEN_PANEL + c] = 0;
            }
        }
    }
}

// Below so many products or copies (some microseconds), another thread costs more than it brings.
#define SHARED_PRODUCTS (1 << 18)
#define SHARED_COPIES (1 << 17)

void mien_gemm_plan(mien_gemm *g, size_t workers) {
    if (g->m * g->n * g->k < SHARED_PRODUCTS) workers = 1;
    g->level = mien_isa();
    size_t tallest = mien_tile_for(g->level)->rows;
    // Tiles of nearly equal height: a short one at the end would leave FMA units idle.
    g->tiles = ceiling(g->m, tallest);
    g->tile_rows = g->m / g->tiles;
    g->taller_tiles = g->m % g->tiles;
    g->blocks = ceiling(g->tiles, BLOCK_ROWS / tallest);
    size_t panels = ceiling(g->n, MIEN_PANEL);
    g->chunk_panels = CHUNK_PANELS;
    // A few pieces per worker even out their speeds; pairs of panels stay together.
    while (g->chunk_panels > 2 && ceiling(panels, g->chunk_panels) * g->blocks < 3 * workers && workers > 1) {
        g->chunk_panels /= 2;
    }
    g->chunks = ceiling(panels, g->chunk_panels);
    g->pieces = g->blocks * g->chunks;
    g->workers = workers;
    g->packed_rows_count = g->m * ceiling(g->k, MIEN_DEPTH) * MIEN_DEPTH;
    g->partial_count = smaller(g->m, BLOCK_ROWS) * g->chunk_panels * MIEN_PANEL;
    g->scratch_count = g->packed_rows_count + workers * g->partial_count;
}

static size_t first_row(const mien_gemm *g, size_t tile) {
    return tile * g->tile_rows + smaller(tile, g->taller_tiles);
}

// Where the block of depth `k` of a tile of A is packed, as [rows][MIEN_DEPTH].
static float *packed_tile(const mien_gemm *g, size_t tile, size_t k) {
    size_t row = first_row(g, tile), rows = first_row(g, tile + 1) - row;
    return g->scratch + row * ceiling(g->k, MIEN_DEPTH) * MIEN_DEPTH + k * rows;
}

static void pack_tile(void *context, size_t tile, size_t slot) {
    (void)slot;
    const mien_gemm *g = context;
    size_t row = first_row(g, tile), rows = first_row(g, tile + 1) - row;
    float *out = packed_tile(g, tile, 0);
    const float *in = g->a + row * g->a_stride;
    for (size_t k = 0; k < g->k; k += MIEN_DEPTH) {
        size_t depth = smaller(MIEN_DEPTH, g->k - k);
        for (size_t r = 0; r < rows; r++, out += MIEN_DEPTH) {
            memcpy(out, in + r * g->a_stride + k, depth * sizeof(float));
        }
    }
}

static void compute_piece(void *context, size_t piece, size_t slot) {
    const mien_gemm *g = context;
    float *partial = g->scratch + g->packed_rows_count + slot * g->partial_count;
    const mien_tile_kernel *kernel = mien_tile_for(g->level);
    const mien_elementwise *elementwise = mien_elementwise_for(g->level);
    // Neighbouring pieces share their part of W: workers that go side by side fetch it once.
    size_t block = piece % g->blocks, chunk = piece / g->blocks;
    size_t first_tile = block * g->tiles / g->blocks, last_tile = (block + 1) * g->tiles / g->blocks;
    size_t row = first_row(g, first_tile), rows = first_row(g, last_tile) - row;
    size_t column = chunk * g->chunk_panels * MIEN_PANEL;
    size_t columns = smaller(g->n - column, g->chunk_panels * MIEN_PANEL);
    size_t panels = ceiling(columns, MIEN_PANEL);
    size_t partial_panel = rows * MIEN_PANEL;

    float bias[CHUNK_PANELS * MIEN_PANEL] = {0};
    if (g->bias) memcpy(bias, g->bias + column, columns * sizeof(float));

    for (size_t k = 0; k < g->k; k += MIEN_DEPTH) {
        size_t depth = smaller(MIEN_DEPTH, g->k - k);
        for (size_t panel = 0; panel < panels; panel += kernel->panels) {
            size_t count = smaller(kernel->panels, panels - panel);
            float *sums = partial + panel * partial_panel;
            const float *b = g->weights + (column + panel * MIEN_PANEL) * g->k + k * MIEN_PANEL;
            // What comes after this panel: with few rows, W is used up faster than the processor's own
            // prefetching brings it in from memory.
            const float *b_next = b;
            if (panel + count < panels) {
                b_next = b + count * g->k * MIEN_PANEL;
            } else if (k + depth < g->k) {
                b_next = b + depth * MIEN_PANEL - panel * g->k * MIEN_PANEL;
            }
            for (size_t tile = first_tile; tile < last_tile; tile++) {
                size_t quarter = tile - first_tile < MIEN_STEPS ? tile - first_tile : 0;
                size_t tile_row = first_row(g, tile), tile_rows = first_row(g, tile + 1) - tile_row;
                float *tile_sums = sums + (tile_row - row) * MIEN_PANEL;
                mien_tile t = {
                    .rows = tile_rows,
                    .depth = depth,
                    .a = packed_tile(g, tile, k),
                    .a_next = packed_tile(g, tile + 1 < last_tile ? tile + 1 : first_tile, k),
                    .b = b,
                    .b_next = b_next + quarter * (depth / MIEN_STEPS) * MIEN_PANEL,
                    .b_panel = g->k * MIEN_PANEL,
                    .in = k ? tile_sums : bias + panel * MIEN_PANEL,
                    .in_row = k ? MIEN_PANEL : 0,
                    .in_panel = k ? partial_panel : MIEN_PANEL,
                    .out = tile_sums,
                    .out_row = MIEN_PANEL,
                    .out_panel = partial_panel,
                };
                mien_run_tile(kernel, t, count);
            }
            if (k + depth == g->k) {
                size_t at = column + panel * MIEN_PANEL;
                elementwise->finish(
                    sums, partial_panel, rows, smaller(g->n - at, count * MIEN_PANEL), g->activation,
                    g->residual ? g->residual + row * g->residual_stride + at : NULL, g->residual_stride,
                    g->c + row * g->c_stride + at, g->c_stride);
            }
        }
    }
}

void mien_gemm_run(const mien_gemm *g) {
    mien_run_pieces(g->m * g->k < SHARED_COPIES ? 1 : g->workers, g->tiles, pack_tile, (void *)g);
    mien_run_pieces(g->workers, g->pieces, compute_piece, (void *)g);
}
