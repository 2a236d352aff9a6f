// C = activation(A W^T + bias) + residual.
//
// Inside a piece (gemm_cut.h), k goes by blocks of at most MIEN_DEPTH; for each, the row tiles of A pass by a panel,
// which streams from the second level (48 KB) beside them (at most 432 KB): to come back to a sum costs more than
// that. Between blocks of k the sums wait in `partial`, at most 144 KB.
#include "elementwise_table.h"
#include "gemm_cut.h"
#include "gemm_tile.h"
#include "strassen.h"

size_t mien_gemm_packed_weights_count(size_t n, size_t k) { return ceiling(n, MIEN_PANEL) * MIEN_PANEL * k; }

typedef float v4 __attribute__((ext_vector_type(4)));
typedef float v4_any __attribute__((ext_vector_type(4), aligned(4)));

// Four rows of W, four elements of each, to four rows of a panel.
static inline void transpose(const float *w, size_t w_stride, float *panel) {
    v4 a = *(const v4_any *)w, b = *(const v4_any *)(w + w_stride);
    v4 c = *(const v4_any *)(w + 2 * w_stride), d = *(const v4_any *)(w + 3 * w_stride);
    v4 ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    v4 ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    *(v4_any *)panel = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
    *(v4_any *)(panel + MIEN_PANEL) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
    *(v4_any *)(panel + 2 * MIEN_PANEL) = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
    *(v4_any *)(panel + 3 * MIEN_PANEL) = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

#define PACKED_DEPTH 256

void mien_gemm_pack_weights(const float *w, size_t w_stride, size_t first, size_t last, size_t k,
                            float *packed) {
    for (size_t column = first; column < last; column += MIEN_PANEL) {
        size_t columns = smaller(MIEN_PANEL, last - column);
        float *panel = packed + column * k;
        // By blocks of k, so that the reads of 16 rows and the writes stay in the first-level cache.
        for (size_t start = 0; start < k; start += PACKED_DEPTH) {
            size_t end = smaller(k, start + PACKED_DEPTH), i = start;
            for (; columns == MIEN_PANEL && i + 4 <= end; i += 4) {
                for (size_t c = 0; c < MIEN_PANEL; c += 4) {
                    transpose(w + (column + c) * w_stride + i, w_stride, panel + i * MIEN_PANEL + c);
                }
            }
            for (; i < end; i++) {
                for (size_t c = 0; c < columns; c++) panel[i * MIEN_PANEL + c] = w[(column + c) * w_stride + i];
                for (size_t c = columns; c < MIEN_PANEL; c++) panel[i * MIEN_PANEL + c] = 0;
            }
        }
    }
}

void mien_gemm_pack_transposed(const float *w, size_t w_stride, size_t n, size_t k, float *packed) {
    for (size_t column = 0; column < n; column += MIEN_PANEL) {
        size_t columns = smaller(MIEN_PANEL, n - column);
        for (size_t i = 0; i < k; i++, packed += MIEN_PANEL) {
            if (columns == MIEN_PANEL) {
                memcpy(packed, w + i * w_stride + column, MIEN_PANEL * sizeof(float));
            } else {
                memcpy(packed, w + i * w_stride + column, columns * sizeof(float));
                memset(packed + columns, 0, (MIEN_PANEL - columns) * sizeof(float));
            }
        }
    }
}

// Below so many products or copies (some microseconds), another thread costs more than it brings.
#define SHARED_PRODUCTS (1 << 18)
#define SHARED_COPIES (1 << 17)

void mien_gemm_plan(mien_gemm *g, size_t workers) {
    g->level = mien_isa();
    g->is_strassen = mien_strassen_suits(g);
    if (g->is_strassen) {
        mien_strassen_plan(g, workers);
        return;
    }
    mien_gemm_cut_plan(&g->cut, g->m, g->n, g->k, mien_tile_for(g->level)->rows, SHARED_PRODUCTS, workers);
    g->block_depth = mien_block_depth(g->k, MIEN_DEPTH);
    g->packed_depth = ceiling(g->k, g->block_depth) * g->block_depth;
    g->packed_rows_count = g->m * g->packed_depth;
    g->partial_count = g->cut.block_rows * g->cut.chunk_panels * MIEN_PANEL;
    g->scratch_count = g->packed_rows_count + g->cut.workers * g->partial_count;
}

// Where the block of depth `k` of a tile of A is packed, as [rows][block_depth].
static float *packed_tile(const mien_gemm *g, size_t tile, size_t k) {
    size_t row = mien_first_row(&g->cut, tile), rows = mien_first_row(&g->cut, tile + 1) - row;
    return g->scratch + row * g->packed_depth + k * rows;
}

static void pack_tile(void *context, size_t tile, size_t slot) {
    (void)slot;
    const mien_gemm *g = context;
    size_t row = mien_first_row(&g->cut, tile), rows = mien_first_row(&g->cut, tile + 1) - row;
    float *out = packed_tile(g, tile, 0);
    const float *in = g->a + row * g->a_stride;
    size_t most = g->block_depth;
    for (size_t k = 0; k < g->k; k += most) {
        size_t depth = smaller(most, g->k - k);
        for (size_t r = 0; r < rows; r++, out += most) {
            memcpy(out, in + r * g->a_stride + k, depth * sizeof(float));
        }
    }
}

static void compute_piece(void *context, size_t index, size_t slot) {
    const mien_gemm *g = context;
    float *partial = g->scratch + g->packed_rows_count + slot * g->partial_count;
    const mien_tile_kernel *kernel = mien_tile_for(g->level);
    const mien_elementwise *elementwise = mien_elementwise_for(g->level);
    mien_gemm_piece p = mien_gemm_piece_at(&g->cut, g->n, index);
    size_t row = p.row, rows = p.rows, column = p.column, panels = p.panels;
    size_t partial_panel = rows * MIEN_PANEL;

    float bias[MIEN_CHUNK_PANELS * MIEN_PANEL] = {0};
    if (g->bias) memcpy(bias, g->bias + column, p.columns * sizeof(float));

    size_t parts = mien_fetch_parts(p.last_tile - p.first_tile, MIEN_STEPS);
    size_t next_pace = MIEN_STEPS * MIEN_PANEL / parts;
    size_t most = g->block_depth;
    for (size_t k = 0; k < g->k; k += most) {
        size_t depth = smaller(most, g->k - k);
        for (size_t panel = 0; panel < panels; panel += kernel->panels) {
            size_t count = smaller(kernel->panels, panels - panel);
            float *sums = partial + panel * partial_panel;
            const float *b = g->weights + (column + panel * MIEN_PANEL) * g->k + k * MIEN_PANEL;
            // What comes after this panel: with few rows, W is used up faster than the processor's own
            // prefetching brings it in from memory.
            const float *b_next =
                g->weights + mien_weights_after(&g->cut, &p, g->n, g->k, panel + count, k, k + depth);
            bool is_last = k + depth == g->k;
            size_t at = column + panel * MIEN_PANEL;
            mien_finish finish = mien_finish_at(g, row, at);
            // Sums that are C already go there at once.
            bool is_whole = at + count * MIEN_PANEL <= g->n;
            bool is_plain = is_last && is_whole && g->activation == MIEN_ACTIVATION_NONE && !g->residual;
            mien_tile t = {
                .factors = {
                    .depth = depth, .a_row = most, .b = b, .b_panel = g->k * MIEN_PANEL, .next_pace = next_pace,
                },
                .in = bias + panel * MIEN_PANEL,
                .in_row = k ? MIEN_PANEL : 0,
                .in_panel = k ? partial_panel : MIEN_PANEL,
                .out_row = is_plain ? g->c_stride : MIEN_PANEL,
                .out_panel = is_plain ? MIEN_PANEL : partial_panel,
            };
            for (size_t tile = p.first_tile; tile < p.last_tile; tile++) {
                size_t part = (tile - p.first_tile) & (parts - 1); // a power of two
                size_t tile_row = mien_first_row(&g->cut, tile);
                t.factors.rows = mien_first_row(&g->cut, tile + 1) - tile_row;
                t.factors.a = packed_tile(g, tile, k);
                t.factors.a_next = packed_tile(g, tile + 1 < p.last_tile ? tile + 1 : p.first_tile, k);
                t.factors.b_next = b_next + part * (depth / MIEN_STEPS) * next_pace;
                t.out = (is_plain ? finish.out : sums) + (tile_row - row) * t.out_row;
                if (k) t.in = sums + (tile_row - row) * MIEN_PANEL;
                if (is_last) mien_fetch_ends(&finish, tile_row - row, t.factors.rows, count);
                (count == 2 ? kernel->two : kernel->one)(&t);
            }
            if (is_last && !is_plain) {
                mien_sums whole = {
                    .sums = sums,
                    .panel = partial_panel,
                    .rows = rows,
                    .columns = smaller(g->n - at, count * MIEN_PANEL),
                };
                elementwise->finish(&whole, &finish);
            }
        }
    }
}

void mien_gemm_run(const mien_gemm *g) {
    if (g->is_strassen) {
        mien_strassen_run(g);
        return;
    }
    mien_run_pieces(g->m * g->k < SHARED_COPIES ? 1 : g->cut.workers, g->cut.tiles, pack_tile, (void *)g);
    mien_run_pieces(g->cut.workers, g->cut.pieces, compute_piece, (void *)g);
}
