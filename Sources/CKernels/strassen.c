// One level of Strassen's algorithm ("Gaussian elimination is not optimal", 1969).
//
// A is halved by rows and by depth, W by depth and by columns. Seven products of quarters, and sums of quarters,
// make the quarters of C, for which eight products would be needed otherwise:
//
//     M1 = (A11 + A22) (B11 + B22)    C11 = M1 + M4 - M5 + M7
//     M2 = (A21 + A22) B11            C12 = M3 + M5
//     M3 = A11 (B12 - B22)            C21 = M2 + M4
//     M4 = A22 (B21 - B11)            C22 = M1 - M2 + M3 + M6
//     M5 = (A11 + A12) B22
//     M6 = (A21 - A11) (B11 + B12)
//     M7 = (A12 - A22) (B21 + B22)
//
// A's upper and lower rows are the first and the second half of each image, and an odd row has zeros below it: a
// pair of rows never has two images. B's left and right columns are neighbouring panels of W. No product is ever
// stored: a tile adds its sums to the one or two quarters of C that they belong to.
//
// The sums of A are packed beforehand. Those of W are made when their two panels' turn comes, for all rows at once;
// kept from the start, they would take as much memory again as the weights and a quarter more.
#include "strassen.h"

#include "elementwise_table.h"
#include "gemm_cut.h"
#include "gemm_tile.h"

enum { FIRST, SECOND, THIRD, FOURTH, QUARTERS }; // 11, 12, 21, 22: above or below, left or right

#define PRODUCTS 7
#define SUMS 5 // of W

// One of the products, with the quarter or the sum of W in it and what it is part of. Its factor of A is the one
// of the same index in what is packed.
typedef struct product {
    enum { QUARTER, SUM } kind;
    int weights;
    size_t targets;
    int quarters[2];
    float signs[2];
} product;

static const product products[PRODUCTS] = {
    {SUM, 0, 2, {FIRST, FOURTH}, {1, 1}},  {QUARTER, FIRST, 2, {THIRD, FOURTH}, {1, -1}},
    {SUM, 1, 2, {SECOND, FOURTH}, {1, 1}}, {SUM, 2, 2, {FIRST, THIRD}, {1, 1}},
    {QUARTER, FOURTH, 2, {FIRST, SECOND}, {-1, 1}}, {SUM, 3, 1, {FOURTH}, {1}},
    {SUM, 4, 1, {FIRST}, {1}},
};

// Fewer rows of an image, or smaller weights, do not pay for making the sums.
#define LEAST_ROWS 96
#define LEAST_WIDTH 512

// The most depth of a half at once: a panel of 24 KB.
#define DEEPEST 384

// About so many elements of A are packed for a block of rows and depth.
#define BLOCK_COUNT 300000

static size_t pairs_per_image(const mien_gemm *g) { return ceiling(g->image_rows, 2); }

static size_t pair_count(const mien_gemm *g) { return g->m / g->image_rows * pairs_per_image(g); }

static size_t depth_blocks(const mien_gemm *g) { return ceiling(g->k / 2, DEEPEST); }

static size_t block_depth(const mien_gemm *g) { return mien_block_depth(g->k / 2, DEEPEST); }

bool mien_strassen_suits(const mien_gemm *g) {
    return g->image_rows >= LEAST_ROWS && g->k >= LEAST_WIDTH && g->n >= LEAST_WIDTH && g->k % 2 == 0 &&
           g->n % (2 * MIEN_PANEL) == 0;
}

// What a worker needs: the sums of two panels of W, and the quarters of C for two panels and all rows.
#define SUM_COUNT (DEEPEST * MIEN_PANEL)

void mien_strassen_plan(mien_gemm *g, size_t workers) {
    size_t pairs = pair_count(g), depth = block_depth(g);
    mien_cut_rows(&g->cut, pairs, mien_tile_for(g->level)->rows, BLOCK_COUNT / (PRODUCTS * depth));
    g->cut.workers = workers;
    g->cut.pieces = g->n / (2 * MIEN_PANEL);
    g->packed_rows_count = pairs * depth_blocks(g) * depth * PRODUCTS;
    g->partial_count = SUMS * SUM_COUNT + QUARTERS * pairs * MIEN_PANEL;
    g->scratch_count = g->packed_rows_count + workers * g->partial_count;
}

// The two rows of A and C that a pair stands for; where the second is missing, it is `m`.
typedef struct row_pair {
    size_t above, below;
} row_pair;

static row_pair pair_at(const mien_gemm *g, size_t index) {
    size_t pairs = pairs_per_image(g), image = index / pairs * g->image_rows, place = index % pairs;
    return (row_pair){
        .above = image + place,
        .below = pairs + place < g->image_rows ? image + pairs + place : g->m,
    };
}

// Where a block of rows and depth is packed: [product][pair][block_depth].
static float *packed_block(const mien_gemm *g, size_t block, size_t depth_block) {
    return g->scratch + (depth_block * pair_count(g) + mien_block_row(&g->cut, block)) * PRODUCTS * block_depth(g);
}

static void pack_block(void *context, size_t block, size_t slot) {
    (void)slot;
    static const float zeros[DEEPEST] = {0};
    const mien_gemm *g = context;
    const mien_elementwise *elementwise = mien_elementwise_for(g->level);
    size_t first = mien_block_row(&g->cut, block), rows = mien_block_row(&g->cut, block + 1) - first;
    size_t half = g->k / 2, most = block_depth(g);
    for (size_t row = 0; row < rows; row++) {
        row_pair pair = pair_at(g, first + row);
        for (size_t start = 0, depth_block = 0; start < half; start += most, depth_block++) {
            const float *above = g->a + pair.above * g->a_stride + start;
            const float *below = g->a + pair.below * g->a_stride + start;
            bool is_single = pair.below == g->m;
            const float *quarters[QUARTERS] = {
                above, above + half, is_single ? zeros : below, is_single ? zeros : below + half};
            elementwise->strassen_rows(quarters, smaller(most, half - start),
                                       packed_block(g, block, depth_block) + row * most, rows * most);
        }
    }
}

// A quarter of W, from `start` on: [depth][16].
static const float *quarter_of_weights(const mien_gemm *g, size_t piece, int quarter, size_t start) {
    size_t panel = 2 * piece + quarter % 2, row = quarter / 2 * (g->k / 2) + start;
    return g->weights + (panel * g->k + row) * MIEN_PANEL;
}

// What the tiles of a piece fetch for later: the next block of depth, or what this worker's next piece is likely
// to be. A tile fetches a quarter of a quarter.
typedef struct later {
    size_t piece, start, stretch;
} later;

#define FETCHING_TILES (QUARTERS * MIEN_STEPS)

static const float *to_fetch(const mien_gemm *g, const later *later, size_t tile) {
    int quarter = (int)(tile / MIEN_STEPS);
    return quarter_of_weights(g, later->piece, quarter, later->start) + tile % MIEN_STEPS * later->stretch;
}

// Fetches where a product's rows of one quarter of C will end up.
static void fetch_ends(const mien_gemm *g, size_t first, size_t rows, int quarter, size_t column) {
    mien_finish ends = mien_finish_at(g, 0, column + quarter % 2 * MIEN_PANEL);
    for (size_t r = first; r < first + rows; r++) {
        row_pair pair = pair_at(g, r);
        size_t row = quarter < THIRD ? pair.above : pair.below;
        if (row < g->m) mien_fetch_ends(&ends, row, 1, 1);
    }
}

// The quarters of C of some pairs become C, by images, each half of an image being rows that follow each other.
static void finish(const mien_gemm *g, const float *quarters, size_t first, size_t count, size_t column) {
    const mien_elementwise *elementwise = mien_elementwise_for(g->level);
    size_t pairs = pairs_per_image(g), panel = count * MIEN_PANEL;
    for (size_t row = 0, rows; row < count; row += rows) {
        size_t place = (first + row) % pairs;
        row_pair pair = pair_at(g, first + row);
        rows = smaller(count - row, pairs - place);
        size_t below = smaller(rows, g->image_rows - pairs - place);
        mien_sums sums = {
            .sums = quarters + row * MIEN_PANEL, .panel = panel, .rows = rows, .columns = 2 * MIEN_PANEL};
        mien_finish ends = mien_finish_at(g, pair.above, column);
        elementwise->finish(&sums, &ends);
        if (below == 0) continue;
        sums.sums = quarters + THIRD * panel + row * MIEN_PANEL;
        sums.rows = below;
        ends = mien_finish_at(g, pair.below, column);
        elementwise->finish(&sums, &ends);
    }
}

// Two panels, all rows.
static void compute_piece(void *context, size_t piece, size_t slot) {
    static const float zeros[2 * MIEN_PANEL] = {0};
    const mien_gemm *g = context;
    const mien_gemm_cut *cut = &g->cut;
    const mien_tile_kernel *kernel = mien_tile_for(g->level);
    const mien_elementwise *elementwise = mien_elementwise_for(g->level);
    size_t column = piece * 2 * MIEN_PANEL, half = g->k / 2, most = block_depth(g);
    const float *bias = g->bias ? g->bias + column : zeros;
    float *sums = g->scratch + g->packed_rows_count + slot * g->partial_count;
    float *partial = sums + SUMS * SUM_COUNT;

    for (size_t start = 0, depth_block = 0; start < half; start += most, depth_block++) {
        size_t depth = smaller(most, half - start), fetched = 0;
        bool is_first = start == 0, is_last = start + depth == half;
        const float *quarters[QUARTERS], *factors[PRODUCTS + 1];
        for (int q = 0; q < QUARTERS; q++) quarters[q] = quarter_of_weights(g, piece, q, start);
        elementwise->strassen_columns(quarters, depth * MIEN_PANEL, sums, SUM_COUNT);
        for (size_t i = 0; i < PRODUCTS; i++) {
            int weights = products[i].weights;
            factors[i] = products[i].kind == SUM ? sums + weights * SUM_COUNT : quarters[weights];
        }
        factors[PRODUCTS] = factors[0];
        later later = {.piece = piece, .start = start + depth, .stretch = depth / MIEN_STEPS * MIEN_PANEL};
        if (is_last) {
            later.piece = smaller(piece + cut->workers, cut->pieces - 1);
            later.start = 0;
        }
        for (size_t block = 0; block < cut->blocks; block++) {
            size_t first = mien_block_row(cut, block), rows = mien_block_row(cut, block + 1) - first;
            size_t first_tile = mien_first_tile(cut, block), last_tile = mien_first_tile(cut, block + 1);
            size_t panel = rows * MIEN_PANEL;
            float *block_quarters = partial + first * QUARTERS * MIEN_PANEL;
            bool is_begun[QUARTERS] = {!is_first, !is_first, !is_first, !is_first};
            const float *a = packed_block(g, block, depth_block);
            for (size_t i = 0; i < PRODUCTS; i++) {
                mien_spread_tile t = {
                    .factors = {.depth = depth, .a_row = most, .b = factors[i]},
                    .targets = products[i].targets,
                };
                for (size_t target = 0; target < t.targets; target++) {
                    int quarter = products[i].quarters[target];
                    float *out = block_quarters + quarter * panel;
                    t.target[target] = (mien_target){
                        .in = is_begun[quarter] ? out : bias + quarter % 2 * MIEN_PANEL,
                        .in_row = is_begun[quarter] ? MIEN_PANEL : 0,
                        .out = out,
                        .sign = products[i].signs[target],
                    };
                    is_begun[quarter] = true;
                }
                for (size_t tile = first_tile; tile < last_tile; tile++) {
                    size_t row = mien_first_row(cut, tile), step = tile - first_tile;
                    t.factors.rows = mien_first_row(cut, tile + 1) - row;
                    t.factors.a = a;
                    // Tiles lie one after another, those of the next product behind those of this one.
                    a += t.factors.rows * most;
                    bool is_end = i + 1 == PRODUCTS && tile + 1 == last_tile;
                    t.factors.a_next = is_end ? t.factors.a : a;
                    t.factors.b_next = factors[step < MIEN_STEPS ? i + 1 : i] + step % MIEN_STEPS * later.stretch;
                    t.factors.b_later =
                        fetched < FETCHING_TILES ? to_fetch(g, &later, fetched) : t.factors.b_next;
                    fetched++;
                    if (is_last && i + QUARTERS >= PRODUCTS) {
                        fetch_ends(g, row, t.factors.rows, (int)(i + QUARTERS - PRODUCTS), column);
                    }
                    kernel->spread(&t);
                    for (size_t target = 0; target < t.targets; target++) {
                        t.target[target].in += t.factors.rows * t.target[target].in_row;
                        t.target[target].out += t.factors.rows * MIEN_PANEL;
                    }
                }
            }
            if (is_last) finish(g, block_quarters, first, rows, column);
        }
    }
}

void mien_strassen_run(const mien_gemm *g) {
    mien_run_pieces(g->cut.workers, g->cut.blocks, pack_block, (void *)g);
    mien_run_pieces(g->cut.workers, g->cut.pieces, compute_piece, (void *)g);
}
