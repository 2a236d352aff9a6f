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
// pair of rows never has two images. B's left and right columns are neighbouring panels of W, a couple; a piece of the
// work has as many couples as a tile can take panels. No product is ever stored: a tile adds its sums to the one or two
// quarters of C that they belong to.
//
// The sums of A are packed beforehand. Those of W are made when their couple's turn comes, for all rows at once;
// kept from the start, they would take as much memory again as the weights and a quarter more.
#include "strassen.h"

#include "elementwise_table.h"
#include "gemm_cut.h"
#include "gemm_tile.h"

enum { FIRST, SECOND, THIRD, FOURTH, QUARTERS }; // 11, 12, 21, 22: above or below, left or right

#define PRODUCTS 7
#define SUMS 5 // of W

// One of the products: what of W is in it, and the quarters of C it is part of. Its factor of A is the one of the
// same index in what is packed.
typedef struct product {
    enum { QUARTER, SUM } kind;
    int weights; // which quarter, or which sum
    size_t targets;
    int quarters[2];
    float signs[2];
} product;

static const product products[PRODUCTS] = {
    {SUM, 0, 2, {FIRST, FOURTH}, {1, 1}},
    {QUARTER, FIRST, 2, {THIRD, FOURTH}, {1, -1}},
    {SUM, 1, 2, {SECOND, FOURTH}, {1, 1}},
    {SUM, 2, 2, {FIRST, THIRD}, {1, 1}},
    {QUARTER, FOURTH, 2, {FIRST, SECOND}, {-1, 1}},
    {SUM, 3, 1, {FOURTH}, {1}},
    {SUM, 4, 1, {FIRST}, {1}},
};

// Fewer rows of an image, or smaller weights, do not pay for making the sums.
#define LEAST_ROWS 96
#define LEAST_WIDTH 512

// The most depth of a half at once: a panel of 24 KB.
#define DEEPEST 384

// Elements that one of the sums of a couple takes, and all of them.
#define SUM_COUNT (DEEPEST * MIEN_PANEL)
#define COUPLE_COUNT (SUMS * SUM_COUNT)

#define COUPLE_COLUMNS (2 * MIEN_PANEL)
#define MOST_COUPLES 2

// About so many elements of A are packed for a block of rows and depth.
#define BLOCK_COUNT 300000

static size_t pairs_per_image(const mien_gemm *g) { return ceiling(g->image_rows, 2); }

static size_t pair_count(const mien_gemm *g) { return g->m / g->image_rows * pairs_per_image(g); }

bool mien_strassen_suits(const mien_gemm *g) {
    return g->image_rows >= LEAST_ROWS && g->k >= LEAST_WIDTH && g->n >= LEAST_WIDTH && g->k % 2 == 0 &&
           g->n % COUPLE_COLUMNS == 0;
}

static size_t couples_before(const mien_gemm *g, size_t piece) {
    return smaller(piece * mien_tile_for(g->level)->panels, g->n / COUPLE_COLUMNS);
}

static size_t couple_count(const mien_gemm *g, size_t piece) {
    return couples_before(g, piece + 1) - couples_before(g, piece);
}

void mien_strassen_plan(mien_gemm *g, size_t workers) {
    const mien_tile_kernel *kernel = mien_tile_for(g->level);
    size_t pairs = pair_count(g);
    g->block_depth = mien_block_depth(g->k / 2, DEEPEST);
    g->packed_depth = ceiling(g->k / 2, g->block_depth) * g->block_depth;
    mien_cut_rows(&g->cut, pairs, kernel->rows, BLOCK_COUNT / (PRODUCTS * g->block_depth));
    g->cut.workers = workers;
    g->cut.pieces = ceiling(g->n / COUPLE_COLUMNS, kernel->panels);
    g->packed_rows_count = pairs * g->packed_depth * PRODUCTS;
    // For a worker: the sums of each couple, and the quarters of C for them and all rows.
    g->partial_count = kernel->panels * (COUPLE_COUNT + QUARTERS * pairs * MIEN_PANEL);
    g->scratch_count = g->packed_rows_count + workers * g->partial_count;
}

// The two rows of A and C that a pair stands for; where the second is missing, it is `m`.
typedef struct row_pair {
    size_t image, place; // the image's first row, and which of its pairs this is
    size_t above, below;
} row_pair;

static row_pair pair_of(const mien_gemm *g, size_t image, size_t place) {
    size_t below = pairs_per_image(g) + place;
    return (row_pair){
        .image = image,
        .place = place,
        .above = image + place,
        .below = below < g->image_rows ? image + below : g->m,
    };
}

static row_pair pair_at(const mien_gemm *g, size_t index) {
    size_t pairs = pairs_per_image(g);
    return pair_of(g, index / pairs * g->image_rows, index % pairs);
}

static row_pair pair_after(const mien_gemm *g, row_pair pair) {
    bool is_last = pair.place + 1 == pairs_per_image(g);
    return is_last ? pair_of(g, pair.image + g->image_rows, 0) : pair_of(g, pair.image, pair.place + 1);
}

// Where a block of rows and depth is packed: [product][pair][block_depth].
static float *packed_block(const mien_gemm *g, size_t block, size_t depth_block) {
    return g->scratch + (depth_block * pair_count(g) + mien_block_row(&g->cut, block)) * PRODUCTS * g->block_depth;
}

// A tile, so that workers share even a single block.
static void pack_tile(void *context, size_t tile, size_t slot) {
    (void)slot;
    static const float zeros[DEEPEST] = {0};
    const mien_gemm *g = context;
    const mien_elementwise *elementwise = mien_elementwise_for(g->level);
    size_t block = mien_block_of_tile(&g->cut, tile), block_row = mien_block_row(&g->cut, block);
    size_t stride = (mien_block_row(&g->cut, block + 1) - block_row) * g->block_depth;
    size_t first = mien_first_row(&g->cut, tile), last = mien_first_row(&g->cut, tile + 1);
    size_t half = g->k / 2, most = g->block_depth;
    row_pair pair = pair_at(g, first);
    for (size_t row = first; row < last; row++, pair = pair_after(g, pair)) {
        for (size_t start = 0, depth_block = 0; start < half; start += most, depth_block++) {
            bool is_single = pair.below == g->m;
            const float *above = g->a + pair.above * g->a_stride + start;
            const float *below = is_single ? zeros : g->a + pair.below * g->a_stride + start;
            const float *quarters[QUARTERS] = {above, above + half, below, is_single ? zeros : below + half};
            elementwise->strassen_rows(quarters, smaller(most, half - start),
                                       packed_block(g, block, depth_block) + (row - block_row) * most, stride);
        }
    }
}

// A quarter of a couple, from `start` on: [depth][16].
static const float *quarter_of_weights(const mien_gemm *g, size_t couple, int quarter, size_t start) {
    size_t panel = 2 * couple + quarter % 2, row = quarter / 2 * (g->k / 2) + start;
    return g->weights + (panel * g->k + row) * MIEN_PANEL;
}

// Of each couple a panel, some distance apart.
typedef struct factor {
    const float *panels;
    size_t distance;
} factor;

// A block of depth of a piece, which is some couples and all rows.
typedef struct stage {
    size_t piece, block, start, depth;
    size_t couples;
    factor factors[PRODUCTS + 1]; // what is multiplied with, and the first of it again
    // Where the tiles fetch W from, a part of a quarter of a couple each: the next block of depth, or that of the piece
    // which this worker is likely to get next.
    size_t later_piece, later_start, parts, fetched;
} stage;

static bool is_last(const mien_gemm *g, const stage *s) { return s->start + s->depth == g->k / 2; }

static stage begin_stage(const mien_gemm *g, size_t piece, size_t block, float *sums) {
    size_t start = block * g->block_depth;
    stage s = {
        .piece = piece,
        .block = block,
        .start = start,
        .depth = smaller(g->block_depth, g->k / 2 - start),
        .couples = couple_count(g, piece),
    };
    size_t first = couples_before(g, piece);
    for (size_t couple = 0; couple < s.couples; couple++) {
        const float *quarters[QUARTERS];
        for (int q = 0; q < QUARTERS; q++) quarters[q] = quarter_of_weights(g, first + couple, q, start);
        mien_elementwise_for(g->level)
            ->strassen_columns(quarters, s.depth * MIEN_PANEL, sums + couple * COUPLE_COUNT, SUM_COUNT);
    }
    for (size_t i = 0; i < PRODUCTS; i++) {
        int weights = products[i].weights;
        s.factors[i] = products[i].kind == SUM
                           ? (factor){sums + weights * SUM_COUNT, COUPLE_COUNT}
                           : (factor){quarter_of_weights(g, first, weights, start), COUPLE_COLUMNS * g->k};
    }
    s.factors[PRODUCTS] = s.factors[0];
    s.later_piece = is_last(g, &s) ? mien_likely_next(&g->cut, piece) : piece;
    s.later_start = is_last(g, &s) ? 0 : start + s.depth;
    s.parts = mien_fetch_parts(PRODUCTS * g->cut.tiles / (QUARTERS * s.couples), MIEN_STEPS);
    return s;
}

// Says what a product's tile, the `index`-th of its block of rows, is to fetch.
static void fetch_factors(const mien_gemm *g, stage *s, size_t product, size_t index, mien_tile_factors *tile) {
    size_t strides = s->depth / MIEN_STEPS;
    const factor *next = &s->factors[index < MIEN_STEPS ? product + 1 : product];
    tile->b_next = next->panels + index % MIEN_STEPS * strides * MIEN_PANEL;
    tile->b_next_panel = next->distance;
    tile->next_pace = MIEN_PANEL;
    tile->b_later = tile->b_next;
    tile->later_pace = MIEN_STEPS * MIEN_PANEL / s->parts;
    size_t quarter = s->fetched / s->parts, couple = quarter / QUARTERS;
    if (couple < couple_count(g, s->later_piece)) {
        tile->b_later = quarter_of_weights(g, couples_before(g, s->later_piece) + couple, quarter % QUARTERS,
                                           s->later_start) +
                        s->fetched % s->parts * strides * tile->later_pace;
        s->fetched++;
    }
}

// Fetches where some pairs of rows will end up.
static void fetch_ends(const mien_gemm *g, const stage *s, size_t first, size_t last) {
    mien_finish ends = mien_finish_at(g, 0, couples_before(g, s->piece) * COUPLE_COLUMNS);
    row_pair pair = pair_at(g, first);
    for (size_t r = first; r < last; r++, pair = pair_after(g, pair)) {
        mien_fetch_ends(&ends, pair.above, 1, 2 * s->couples);
        if (pair.below < g->m) mien_fetch_ends(&ends, pair.below, 1, 2 * s->couples);
    }
}

// Adds a stage's products for a block of rows to the quarters of C: [above or below][couple][left or right][pair][16].
static void multiply_block(const mien_gemm *g, stage *s, size_t block, float *quarters) {
    static const float zeros[MOST_COUPLES * COUPLE_COLUMNS] = {0};
    const mien_tile_kernel *kernel = mien_tile_for(g->level);
    size_t first_tile = mien_first_tile(&g->cut, block), last_tile = mien_first_tile(&g->cut, block + 1);
    size_t panel = (mien_block_row(&g->cut, block + 1) - mien_block_row(&g->cut, block)) * MIEN_PANEL;
    size_t most = g->block_depth;
    const float *bias = g->bias ? g->bias + couples_before(g, s->piece) * COUPLE_COLUMNS : zeros;
    // A quarter begins with the bias.
    bool is_begun[QUARTERS] = {s->block > 0, s->block > 0, s->block > 0, s->block > 0};
    const float *a = packed_block(g, block, s->block);
    for (size_t i = 0; i < PRODUCTS; i++) {
        const product *p = &products[i];
        mien_spread_tile t = {
            .factors = {
                .depth = s->depth, .a_row = most, .b = s->factors[i].panels, .b_panel = s->factors[i].distance,
            },
            .targets = p->targets,
        };
        for (size_t target = 0; target < p->targets; target++) {
            int quarter = p->quarters[target];
            float *out = quarters + (quarter / 2 * s->couples * 2 + quarter % 2) * panel;
            t.target[target] = (mien_target){
                .in = is_begun[quarter] ? out : bias + quarter % 2 * MIEN_PANEL,
                .in_row = is_begun[quarter] ? MIEN_PANEL : 0,
                .in_panel = is_begun[quarter] ? 2 * panel : COUPLE_COLUMNS,
                .out = out,
                .out_panel = 2 * panel,
                .sign = p->signs[target],
            };
            is_begun[quarter] = true;
        }
        for (size_t tile = first_tile; tile < last_tile; tile++) {
            size_t row = mien_first_row(&g->cut, tile), rows = mien_first_row(&g->cut, tile + 1) - row;
            bool is_end = i + 1 == PRODUCTS && tile + 1 == last_tile;
            t.factors.rows = rows;
            t.factors.a = a;
            // Tiles lie one after another, those of the next product behind those of this one.
            t.factors.a_next = is_end ? a : a + rows * most;
            fetch_factors(g, s, i, tile - first_tile, &t.factors);
            // In the last four products, a quarter of the tile's rows each.
            if (is_last(g, s) && i + QUARTERS >= PRODUCTS) {
                size_t quarter = i + QUARTERS - PRODUCTS;
                fetch_ends(g, s, row + quarter * rows / QUARTERS, row + (quarter + 1) * rows / QUARTERS);
            }
            (s->couples == 2 ? kernel->spread_two : kernel->spread)(&t);
            a += rows * most;
            for (size_t target = 0; target < p->targets; target++) {
                t.target[target].in += rows * t.target[target].in_row;
                t.target[target].out += rows * MIEN_PANEL;
            }
        }
    }
}

// The quarters of C of some pairs become C, by images, each half of an image being rows that follow each other.
static void finish(const mien_gemm *g, const stage *s, const float *quarters, size_t first, size_t count) {
    const mien_elementwise *elementwise = mien_elementwise_for(g->level);
    size_t pairs = pairs_per_image(g), panel = count * MIEN_PANEL;
    size_t column = couples_before(g, s->piece) * COUPLE_COLUMNS, columns = s->couples * COUPLE_COLUMNS;
    for (size_t row = 0, rows; row < count; row += rows) {
        size_t place = (first + row) % pairs;
        row_pair pair = pair_at(g, first + row);
        rows = smaller(count - row, pairs - place);
        size_t below = smaller(rows, g->image_rows - pairs - place);
        mien_sums sums = {.sums = quarters + row * MIEN_PANEL, .panel = panel, .rows = rows, .columns = columns};
        mien_finish ends = mien_finish_at(g, pair.above, column);
        elementwise->finish(&sums, &ends);
        if (below == 0) continue;
        sums.sums = quarters + 2 * s->couples * panel + row * MIEN_PANEL;
        sums.rows = below;
        ends = mien_finish_at(g, pair.below, column);
        elementwise->finish(&sums, &ends);
    }
}

static void compute_piece(void *context, size_t piece, size_t slot) {
    const mien_gemm *g = context;
    const mien_gemm_cut *cut = &g->cut;
    float *sums = g->scratch + g->packed_rows_count + slot * g->partial_count;
    float *partial = sums + couple_count(g, piece) * COUPLE_COUNT;
    for (size_t depth_block = 0; depth_block * g->block_depth < g->k / 2; depth_block++) {
        stage s = begin_stage(g, piece, depth_block, sums);
        for (size_t block = 0; block < cut->blocks; block++) {
            size_t row = mien_block_row(cut, block), rows = mien_block_row(cut, block + 1) - row;
            float *quarters = partial + row * s.couples * QUARTERS * MIEN_PANEL;
            multiply_block(g, &s, block, quarters);
            if (is_last(g, &s)) finish(g, &s, quarters, row, rows);
        }
    }
}

void mien_strassen_run(const mien_gemm *g) {
    mien_run_pieces(g->cut.workers, g->cut.tiles, pack_tile, (void *)g);
    mien_run_pieces(g->cut.workers, g->cut.pieces, compute_piece, (void *)g);
}
