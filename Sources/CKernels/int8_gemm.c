// C = activation(A W^T + bias) + residual with 8-bit weights: first A's rows are quantised into the order of
// the tiles, then the pieces (gemm_cut.h) are computed like those of a product in single precision.
#include <string.h>

#include "elementwise_table.h"
#include "gemm_cut.h"
#include "int8_tile.h"

// Below so many products (some microseconds), another thread costs more than it brings.
#define SHARED_PRODUCTS (1 << 19)

static size_t whole_steps(size_t k) { return ceiling(k, MIEN_INT8_STEP) * MIEN_INT8_STEP; }

// The bytes of a packed row of A.
static size_t row_bytes(const mien_int8_gemm *g) { return ceiling(g->k, MIEN_INT8_DEPTH) * MIEN_INT8_DEPTH; }

void mien_int8_plan(mien_int8_gemm *g, size_t workers) { mien_int8_plan_for(g, mien_int8_best(), workers); }

void mien_int8_plan_for(mien_int8_gemm *g, mien_int8_kernel kernel, size_t workers) {
    g->level = mien_isa();
    g->kernel = kernel;
    mien_gemm_cut_plan(&g->cut, g->m, g->n, g->k, mien_int8_tile_for(kernel, g->k)->rows, SHARED_PRODUCTS, workers);
    // The rows, then a scale and a zero point for each.
    g->rows_bytes = ceiling(g->m * (row_bytes(g) + sizeof(float) + sizeof(int32_t)), 64) * 64;
    g->partial_count = g->cut.block_rows * g->cut.chunk_panels * MIEN_PANEL;
    g->scratch_bytes = g->rows_bytes + g->cut.workers * g->partial_count * sizeof(int32_t);
}

static float *row_scales(const mien_int8_gemm *g) {
    return (float *)((char *)g->scratch + g->m * row_bytes(g));
}

static int32_t *row_zeros(const mien_int8_gemm *g) { return (int32_t *)(row_scales(g) + g->m); }

// Where the block of depth `k` of a tile of A is packed, as [rows][MIEN_INT8_DEPTH].
static uint8_t *packed_tile(const mien_int8_gemm *g, size_t tile, size_t k) {
    size_t row = mien_first_row(&g->cut, tile), rows = mien_first_row(&g->cut, tile + 1) - row;
    return (uint8_t *)g->scratch + row * row_bytes(g) + k * rows;
}

static void quantize_tile(void *context, size_t tile, size_t slot) {
    (void)slot;
    const mien_int8_gemm *g = context;
    const mien_elementwise *elementwise = mien_elementwise_for(g->level);
    float largest = (float)mien_int8_rule_for(g->k).largest_input;
    size_t row = mien_first_row(&g->cut, tile), rows = mien_first_row(&g->cut, tile + 1) - row;
    for (size_t r = 0; r < rows; r++) {
        elementwise->quantize(g->a + (row + r) * g->a_stride, g->k, g->a_factors, largest,
                              packed_tile(g, tile, 0) + r * MIEN_INT8_DEPTH, MIEN_INT8_DEPTH,
                              rows * MIEN_INT8_DEPTH, row_scales(g) + row + r, row_zeros(g) + row + r);
    }
}

static void compute_piece(void *context, size_t index, size_t slot) {
    const mien_int8_gemm *g = context;
    int32_t *partial = (int32_t *)((char *)g->scratch + g->rows_bytes) + slot * g->partial_count;
    const mien_int8_tile_kernel *kernel = mien_int8_tile_for(g->kernel, g->k);
    const mien_elementwise *elementwise = mien_elementwise_for(g->level);
    mien_gemm_piece p = mien_gemm_piece_at(&g->cut, g->n, index);
    size_t partial_panel = p.rows * MIEN_PANEL, depth_end = whole_steps(g->k);

    // Whole vectors of what belongs to the columns.
    float scales[MIEN_CHUNK_PANELS * MIEN_PANEL] = {0}, bias[MIEN_CHUNK_PANELS * MIEN_PANEL] = {0};
    int32_t column_sums[MIEN_CHUNK_PANELS * MIEN_PANEL] = {0};
    memcpy(scales, g->scales + p.column, p.columns * sizeof(float));
    memcpy(column_sums, g->sums + p.column, p.columns * sizeof(int32_t));
    if (g->bias) memcpy(bias, g->bias + p.column, p.columns * sizeof(float));

    size_t parts = mien_fetch_parts(p.last_tile - p.first_tile, 2);
    size_t next_pace = MIEN_INT8_STEP * MIEN_PANEL / parts;
    for (size_t k = 0; k < depth_end; k += MIEN_INT8_DEPTH) {
        size_t depth = smaller(MIEN_INT8_DEPTH, depth_end - k);
        bool is_last = k + depth == depth_end;
        for (size_t panel = 0; panel < p.panels; panel += kernel->panels) {
            size_t count = smaller(kernel->panels, p.panels - panel);
            // A depth of one block needs no sums but those of the panels at hand, which then stay nearby.
            int32_t *sums = partial + (is_last && k == 0 ? 0 : panel * partial_panel);
            const int8_t *b = g->weights + (p.column + panel * MIEN_PANEL) * depth_end + k * MIEN_PANEL;
            // What comes after this panel, some of it fetched by each tile.
            const int8_t *b_next =
                g->weights + mien_weights_after(&g->cut, &p, g->n, depth_end, panel + count, k, k + depth);
            size_t at = p.column + panel * MIEN_PANEL;
            mien_finish finish = {
                .activation = g->activation,
                .residual = g->residual ? g->residual + p.row * g->residual_stride + at : NULL,
                .residual_stride = g->residual_stride,
                .out = g->c + p.row * g->c_stride + at,
                .out_stride = g->c_stride,
            };
            mien_int8_tile t = {
                .depth = depth,
                .is_first = k == 0,
                .b = b,
                .b_panel = depth_end * MIEN_PANEL,
                .next_pace = next_pace,
                .sums_panel = partial_panel,
            };
            for (size_t tile = p.first_tile; tile < p.last_tile; tile++) {
                size_t row = mien_first_row(&g->cut, tile), part = (tile - p.first_tile) & (parts - 1);
                t.rows = mien_first_row(&g->cut, tile + 1) - row;
                t.a = packed_tile(g, tile, k);
                t.b_next = b_next + part * (depth / MIEN_INT8_STEP) * next_pace;
                t.sums = sums + (row - p.row) * MIEN_PANEL;
                if (is_last) mien_fetch_ends(&finish, row - p.row, t.rows, count);
                (count == 2 ? kernel->two : kernel->one)(&t);
            }
            if (is_last) {
                mien_sums whole = {
                    .sums = sums,
                    .panel = partial_panel,
                    .rows = p.rows,
                    .columns = smaller(g->n - at, count * MIEN_PANEL),
                    .row_scales = row_scales(g) + p.row,
                    .row_zeros = row_zeros(g) + p.row,
                    .scales = scales + panel * MIEN_PANEL,
                    .column_sums = column_sums + panel * MIEN_PANEL,
                    .bias = bias + panel * MIEN_PANEL,
                };
                elementwise->finish_int8(&whole, &finish);
            }
        }
    }
}

void mien_int8_run(const mien_int8_gemm *g) {
    mien_run_pieces(g->cut.workers, g->cut.tiles, quantize_tile, (void *)g);
    mien_run_pieces(g->cut.workers, g->cut.pieces, compute_piece, (void *)g);
}
