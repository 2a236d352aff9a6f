// One level of Strassen's algorithm ("Gaussian elimination is not optimal", 1969).
//
// A is halved by rows and by depth, W by depth and by columns. Seven products of quarters, and sums of
// quarters, make the quarters of C, for which eight products would be needed otherwise:
//
//     M1 = (A11 + A22) (B11 + B22)    C11 = M1 + M4 - M5 + M7
//     M2 = (A21 + A22) B11            C12 = M3 + M5
//     M3 = A11 (B12 - B22)            C21 = M2 + M4
//     M4 = A22 (B21 - B11)            C22 = M1 - M2 + M3 + M6
//     M5 = (A11 + A12) B22
//     M6 = (A21 - A11) (B11 + B12)
//     M7 = (A12 - A22) (B21 + B22)
//
// A's upper and lower rows are the first and the second half of each image, and an odd row has zeros below
// it: a pair of rows never has two images. B's left and right columns are neighbouring panels of W, a pair of
// panels; a part of the work has as many of them as a tile can take panels. No product is ever stored: a tile
// adds its sums to the one or two quarters of C that they belong to.
//
// The sums of A are packed beforehand. Those of W are made when their panels' turn comes, for all rows at
// once; kept from the start, they would take as much memory again as the weights and a quarter more.
#include "strassen.h"

#include "../epilogue.h"
#include "../micro_kernel.h"
#include "../partition.h"

enum { FIRST, SECOND, THIRD, FOURTH, QUARTERS }; // 11, 12, 21, 22: above or below, left or right

#define PRODUCTS 7
#define SUMS 5 // of W

// One of the products: what of W is in it, and the quarters of C it is part of. Its factor of A is the one of
// the same index in what is packed.
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

// Elements that one of the sums of a pair of panels takes, and all of them.
#define SUM_COUNT (DEEPEST * MIEN_PANEL)
#define PANEL_PAIR_COUNT (SUMS * SUM_COUNT)

#define PANEL_PAIR_COLUMNS (2 * MIEN_PANEL)
#define MOST_PANEL_PAIRS 2

// About so many elements of A are packed for a block of rows and depth.
#define BLOCK_COUNT 300000

static size_t pairs_per_image(const mien_gemm *g) { return ceiling(g->image_rows, 2); }

static size_t pair_count(const mien_gemm *g) { return g->m / g->image_rows * pairs_per_image(g); }

bool mien_strassen_suits(const mien_gemm *g) {
    return g->image_rows >= LEAST_ROWS && g->k >= LEAST_WIDTH && g->n >= LEAST_WIDTH && g->k % 2 == 0 &&
           g->n % PANEL_PAIR_COLUMNS == 0;
}

static size_t panel_pairs_before(const mien_gemm *g, size_t part) {
    return smaller(part * mien_f32_micro_kernel_for(g->isa)->panels, g->n / PANEL_PAIR_COLUMNS);
}

static size_t panel_pair_count(const mien_gemm *g, size_t part) {
    return panel_pairs_before(g, part + 1) - panel_pairs_before(g, part);
}

void mien_strassen_plan(mien_gemm *g, size_t workers) {
    const mien_micro_kernel *kernel = mien_f32_micro_kernel_for(g->isa);
    size_t pairs = pair_count(g);
    g->block_depth = mien_block_depth(g->k / 2, DEEPEST);
    g->packed_depth = ceiling(g->k / 2, g->block_depth) * g->block_depth;
    mien_partition_rows(&g->partition, pairs, kernel->rows, BLOCK_COUNT / (PRODUCTS * g->block_depth));
    g->partition.workers = workers;
    g->partition.parts = ceiling(g->n / PANEL_PAIR_COLUMNS, kernel->panels);
    g->packed_bytes = pairs * g->packed_depth * PRODUCTS * sizeof(float);
    // For a worker: the sums of each pair of panels, and the quarters of C for them and all rows.
    g->partial_bytes = kernel->panels * (PANEL_PAIR_COUNT + QUARTERS * pairs * MIEN_PANEL) * sizeof(float);
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
    return (float *)g->scratch +
           (depth_block * pair_count(g) + mien_block_row(&g->partition, block)) * PRODUCTS * g->block_depth;
}

// A tile, so that workers share even a single block.
static void pack_tile(void *context, size_t tile, size_t slot) {
    (void)slot;
    static const float zeros[DEEPEST] = {0};
    const mien_gemm *g = context;
    const mien_epilogue_kernels *kernels = mien_epilogue_kernels_for(g->isa);
    size_t block = mien_block_of_tile(&g->partition, tile), block_row = mien_block_row(&g->partition, block);
    size_t stride = (mien_block_row(&g->partition, block + 1) - block_row) * g->block_depth;
    size_t first = mien_first_row(&g->partition, tile), last = mien_first_row(&g->partition, tile + 1);
    size_t half = g->k / 2, most = g->block_depth;
    row_pair pair = pair_at(g, first);
    for (size_t row = first; row < last; row++, pair = pair_after(g, pair)) {
        for (size_t start = 0, depth_block = 0; start < half; start += most, depth_block++) {
            bool is_single = pair.below == g->m;
            const float *above = g->a + pair.above * g->a_stride + start;
            const float *below = is_single ? zeros : g->a + pair.below * g->a_stride + start;
            const float *quarters[QUARTERS] = {above, above + half, below, is_single ? zeros : below + half};
            kernels->strassen_rows(quarters, smaller(most, half - start),
                                   packed_block(g, block, depth_block) + (row - block_row) * most, stride);
        }
    }
}

// A quarter of a pair of panels, from `start` on: [depth][16].
static const float *quarter_of_weights(const mien_gemm *g, size_t panel_pair, int quarter, size_t start) {
    size_t panel = 2 * panel_pair + quarter % 2, row = quarter / 2 * (g->k / 2) + start;
    return (const float *)g->weights + (panel * g->k + row) * MIEN_PANEL;
}

// Of each pair of panels a panel, some distance apart.
typedef struct factor {
    const float *panels;
    size_t distance;
} factor;

// A block of depth of a part, which is some pairs of panels and all rows.
typedef struct stage {
    size_t part, block, start, depth;
    size_t panel_pairs;
    factor factors[PRODUCTS + 1]; // what is multiplied with, and the first of it again
    // Where the tiles fetch W from, a part of a quarter of a pair of panels each: the next block of depth, or
    // that of the part which this worker is likely to get next.
    size_t later_part, later_start, shares, fetched;
} stage;

static bool is_last(const mien_gemm *g, const stage *s) { return s->start + s->depth == g->k / 2; }

static stage begin_stage(const mien_gemm *g, size_t part, size_t block, float *sums) {
    size_t start = block * g->block_depth;
    stage s = {
        .part = part,
        .block = block,
        .start = start,
        .depth = smaller(g->block_depth, g->k / 2 - start),
        .panel_pairs = panel_pair_count(g, part),
    };
    size_t first = panel_pairs_before(g, part);
    for (size_t panel_pair = 0; panel_pair < s.panel_pairs; panel_pair++) {
        const float *quarters[QUARTERS];
        for (int q = 0; q < QUARTERS; q++) quarters[q] = quarter_of_weights(g, first + panel_pair, q, start);
        mien_epilogue_kernels_for(g->isa)->strassen_columns(quarters, s.depth * MIEN_PANEL,
                                                            sums + panel_pair * PANEL_PAIR_COUNT, SUM_COUNT);
    }
    for (size_t i = 0; i < PRODUCTS; i++) {
        int weights = products[i].weights;
        s.factors[i] = products[i].kind == SUM ? (factor){sums + weights * SUM_COUNT, PANEL_PAIR_COUNT}
                                               : (factor){quarter_of_weights(g, first, weights, start),
                                                          PANEL_PAIR_COLUMNS * g->k};
    }
    s.factors[PRODUCTS] = s.factors[0];
    s.later_part = is_last(g, &s) ? mien_likely_next(&g->partition, part) : part;
    s.later_start = is_last(g, &s) ? 0 : start + s.depth;
    s.shares = mien_fetch_shares(PRODUCTS * g->partition.tiles / (QUARTERS * s.panel_pairs), MIEN_F32_STEP);
    return s;
}

// Says what a product's tile, the `index`-th of its block of rows, is to fetch.
static void fetch_factors(const mien_gemm *g, stage *s, size_t product, size_t index, mien_factors *tile) {
    size_t strides = s->depth / MIEN_F32_STEP;
    const factor *next = &s->factors[index < MIEN_F32_STEP ? product + 1 : product];
    tile->b_next = next->panels + index % MIEN_F32_STEP * strides * MIEN_PANEL;
    tile->b_next_panel = next->distance;
    tile->next_pace = MIEN_PANEL;
    tile->b_later = tile->b_next;
    tile->later_pace = MIEN_F32_STEP * MIEN_PANEL / s->shares;
    size_t quarter = s->fetched / s->shares, panel_pair = quarter / QUARTERS;
    if (panel_pair < panel_pair_count(g, s->later_part)) {
        tile->b_later = quarter_of_weights(g, panel_pairs_before(g, s->later_part) + panel_pair,
                                           quarter % QUARTERS, s->later_start) +
                        s->fetched % s->shares * strides * tile->later_pace;
        s->fetched++;
    }
}

// Fetches where some pairs of rows will end up.
static void fetch_epilogues(const mien_gemm *g, const stage *s, size_t first, size_t last) {
    mien_epilogue end = mien_epilogue_at(g, 0, panel_pairs_before(g, s->part) * PANEL_PAIR_COLUMNS);
    row_pair pair = pair_at(g, first);
    for (size_t r = first; r < last; r++, pair = pair_after(g, pair)) {
        mien_fetch_epilogue(&end, pair.above, 1, 2 * s->panel_pairs);
        if (pair.below < g->m) mien_fetch_epilogue(&end, pair.below, 1, 2 * s->panel_pairs);
    }
}

// Adds a stage's products for a block of rows to the quarters of C: [above or below][pair of panels][left or
// right][pair][16].
static void multiply_block(const mien_gemm *g, stage *s, size_t block, float *quarters) {
    static const float zeros[MOST_PANEL_PAIRS * PANEL_PAIR_COLUMNS] = {0};
    const mien_micro_kernel *kernel = mien_f32_micro_kernel_for(g->isa);
    size_t first_tile = mien_first_tile(&g->partition, block),
           last_tile = mien_first_tile(&g->partition, block + 1);
    size_t panel = (mien_block_row(&g->partition, block + 1) - mien_block_row(&g->partition, block)) *
                   MIEN_PANEL;
    size_t most = g->block_depth;
    const float *bias = g->bias ? g->bias + panel_pairs_before(g, s->part) * PANEL_PAIR_COLUMNS : zeros;
    // A quarter begins with the bias.
    bool is_begun[QUARTERS] = {s->block > 0, s->block > 0, s->block > 0, s->block > 0};
    const float *a = packed_block(g, block, s->block);
    for (size_t i = 0; i < PRODUCTS; i++) {
        const product *p = &products[i];
        mien_scatter_tile t = {
            .factors.depth = s->depth,
            .factors.a_row = most,
            .factors.b = s->factors[i].panels,
            .factors.b_panel = s->factors[i].distance,
            .targets = p->targets,
        };
        for (size_t target = 0; target < p->targets; target++) {
            int quarter = p->quarters[target];
            float *out = quarters + (quarter / 2 * s->panel_pairs * 2 + quarter % 2) * panel;
            t.target[target] = (mien_target){
                .in = is_begun[quarter] ? out : bias + quarter % 2 * MIEN_PANEL,
                .in_row = is_begun[quarter] ? MIEN_PANEL : 0,
                .in_panel = is_begun[quarter] ? 2 * panel : PANEL_PAIR_COLUMNS,
                .out = out,
                .out_panel = 2 * panel,
                .sign = p->signs[target],
            };
            is_begun[quarter] = true;
        }
        for (size_t tile = first_tile; tile < last_tile; tile++) {
            size_t row = mien_first_row(&g->partition, tile),
                   rows = mien_first_row(&g->partition, tile + 1) - row;
            bool is_end = i + 1 == PRODUCTS && tile + 1 == last_tile;
            t.factors.rows = rows;
            t.factors.a = a;
            // Tiles lie one after another, those of the next product behind those of this one.
            t.factors.a_next = is_end ? a : a + rows * most;
            fetch_factors(g, s, i, tile - first_tile, &t.factors);
            // In the last four products, a quarter of the tile's rows each.
            if (is_last(g, s) && i + QUARTERS >= PRODUCTS) {
                size_t quarter = i + QUARTERS - PRODUCTS;
                fetch_epilogues(g, s, row + quarter * rows / QUARTERS, row + (quarter + 1) * rows / QUARTERS);
            }
            kernel->scatter[s->panel_pairs - 1](&t);
            a += rows * most;
            for (size_t target = 0; target < p->targets; target++) {
                t.target[target].in += rows * t.target[target].in_row;
                t.target[target].out += rows * MIEN_PANEL;
            }
        }
    }
}

// The quarters of C of some pairs become C, by images, each half of an image being rows that follow each
// other.
static void end_rows(const mien_gemm *g, const stage *s, const float *quarters, size_t first, size_t count) {
    const mien_epilogue_kernels *kernels = mien_epilogue_kernels_for(g->isa);
    size_t pairs = pairs_per_image(g), panel = count * MIEN_PANEL;
    size_t column = panel_pairs_before(g, s->part) * PANEL_PAIR_COLUMNS,
           columns = s->panel_pairs * PANEL_PAIR_COLUMNS;
    for (size_t row = 0, rows; row < count; row += rows) {
        size_t place = (first + row) % pairs;
        row_pair pair = pair_at(g, first + row);
        rows = smaller(count - row, pairs - place);
        size_t below = smaller(rows, g->image_rows - pairs - place);
        mien_sums sums = {
            .sums = quarters + row * MIEN_PANEL, .panel = panel, .rows = rows, .columns = columns};
        mien_epilogue end = mien_epilogue_at(g, pair.above, column);
        kernels->f32(&sums, &end);
        if (below == 0) continue;
        sums.sums = quarters + 2 * s->panel_pairs * panel + row * MIEN_PANEL;
        sums.rows = below;
        end = mien_epilogue_at(g, pair.below, column);
        kernels->f32(&sums, &end);
    }
}

static void run_part(void *context, size_t part, size_t slot) {
    const mien_gemm *g = context;
    const mien_partition *p = &g->partition;
    float *sums = (float *)((char *)g->scratch + g->packed_bytes + slot * g->partial_bytes);
    float *partial = sums + panel_pair_count(g, part) * PANEL_PAIR_COUNT;
    for (size_t depth_block = 0; depth_block * g->block_depth < g->k / 2; depth_block++) {
        stage s = begin_stage(g, part, depth_block, sums);
        for (size_t block = 0; block < p->blocks; block++) {
            size_t row = mien_block_row(p, block), rows = mien_block_row(p, block + 1) - row;
            float *quarters = partial + row * s.panel_pairs * QUARTERS * MIEN_PANEL;
            multiply_block(g, &s, block, quarters);
            if (is_last(g, &s)) end_rows(g, &s, quarters, row, rows);
        }
    }
}

void mien_strassen_run(const mien_gemm *g) {
    mien_parallel_for(g->partition.workers, g->partition.tiles, pack_tile, (void *)g);
    mien_parallel_for(g->partition.workers, g->partition.parts, run_part, (void *)g);
}
