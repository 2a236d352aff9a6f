// C = activation(A W^T + bias) + residual: packs A, partitions the product, and runs its parts.
//
// Inside a part (partition.h), k goes by blocks of depth; for each, the row tiles of A pass by a panel, which
// streams from the second level (48 KB in single precision) beside them (at most 432 KB): to come back to a
// sum costs more than that. Between blocks of k the sums wait in `partial`, at most 144 KB.
#include <string.h>

#include "../include/gemm_s8.h"
#include "epilogue.h"
#include "f32/strassen.h"
#include "micro_kernel.h"
#include "partition.h"

// What the types differ in. Sums have 4 bytes in all of them.
typedef struct format {
    size_t size;       // bytes of an element of packed A and W
    size_t unit;       // packed W has a multiple of it as its depth
    size_t step;       // of depth, between two fetches
    size_t least;      // in how many shares a panel is fetched at least
    size_t most_depth; // of a block
    // Below so many products (some microseconds), another worker costs more than it brings.
    size_t shared_products;
} format;

static const format formats[] = {
    [MIEN_GEMM_F32] = {sizeof(float), 1, MIEN_F32_STEP, 4, MIEN_F32_DEPTH, 1 << 18},
    [MIEN_GEMM_S8] = {1, MIEN_S8_STEP, MIEN_S8_STEP, 2, MIEN_S8_DEPTH, 1 << 19},
};

// The same for copies of A.
#define SHARED_COPIES (1 << 17)

static const mien_micro_kernel *micro_kernel(const mien_gemm *g) {
    return g->type == MIEN_GEMM_S8 ? mien_s8_micro_kernel_for(g->isa, g->k)
                                   : mien_f32_micro_kernel_for(g->isa);
}

void mien_gemm_plan(mien_gemm *g, size_t workers) {
    const format *f = &formats[g->type];
    bool is_s8 = g->type == MIEN_GEMM_S8;
    g->is_strassen = !is_s8 && mien_strassen_suits(g);
    if (g->is_strassen) {
        mien_strassen_plan(g, workers);
    } else {
        mien_partition_plan(&g->partition, g->m, g->n, g->k, micro_kernel(g)->rows, f->shared_products,
                            workers);
        g->depth = ceiling(g->k, f->unit) * f->unit;
        g->block_depth = is_s8 ? MIEN_S8_DEPTH : mien_block_depth(g->k, f->most_depth);
        g->packed_depth = ceiling(g->depth, g->block_depth) * g->block_depth;
        // Of 8 bits, a scale and a zero point for each row come after the rows.
        size_t row_bytes = g->packed_depth * f->size + (is_s8 ? sizeof(float) + sizeof(int32_t) : 0);
        g->packed_bytes = ceiling(g->m * row_bytes, 64) * 64;
        g->partial_bytes = g->partition.block_rows * g->partition.chunk_panels * MIEN_PANEL * sizeof(float);
    }
    g->scratch_bytes = g->packed_bytes + g->partition.workers * g->partial_bytes;
}

static float *row_scales(const mien_gemm *g) {
    return (float *)((char *)g->scratch + g->m * g->packed_depth);
}

static int32_t *row_zeros(const mien_gemm *g) { return (int32_t *)(row_scales(g) + g->m); }

// Where the block of depth `k` of a tile of A is packed, as [rows][block_depth].
static void *packed_tile(const mien_gemm *g, size_t tile, size_t k) {
    size_t row = mien_first_row(&g->partition, tile), rows = mien_first_row(&g->partition, tile + 1) - row;
    return (char *)g->scratch + (row * g->packed_depth + k * rows) * formats[g->type].size;
}

static void pack_tile(void *context, size_t tile, size_t slot) {
    (void)slot;
    const mien_gemm *g = context;
    size_t row = mien_first_row(&g->partition, tile), rows = mien_first_row(&g->partition, tile + 1) - row;
    const float *in = g->a + row * g->a_stride;
    size_t most = g->block_depth;
    if (g->type == MIEN_GEMM_S8) {
        const mien_epilogue_kernels *kernels = mien_epilogue_kernels_for(g->isa);
        float largest = (float)mien_s8_rule_for(g->k).largest_input;
        uint8_t *out = packed_tile(g, tile, 0);
        for (size_t r = 0; r < rows; r++) {
            kernels->quantize(in + r * g->a_stride, g->k, g->a_factors, largest, out + r * most, most,
                              rows * most, row_scales(g) + row + r, row_zeros(g) + row + r);
        }
        return;
    }
    float *out = packed_tile(g, tile, 0);
    for (size_t k = 0; k < g->k; k += most) {
        size_t depth = smaller(most, g->k - k);
        for (size_t r = 0; r < rows; r++, out += most)
            memcpy(out, in + r * g->a_stride + k, depth * sizeof(float));
    }
}

// What belongs to the columns of a part, in whole vectors.
typedef struct columns {
    float bias[MIEN_CHUNK_PANELS * MIEN_PANEL], scales[MIEN_CHUNK_PANELS * MIEN_PANEL];
    int32_t sums[MIEN_CHUNK_PANELS * MIEN_PANEL];
} columns;

static void load_columns(const mien_gemm *g, const mien_part *p, columns *c) {
    memset(c, 0, sizeof *c);
    if (g->bias) memcpy(c->bias, g->bias + p->column, p->columns * sizeof(float));
    if (g->type != MIEN_GEMM_S8) return;
    memcpy(c->scales, g->scales + p->column, p->columns * sizeof(float));
    memcpy(c->sums, g->sums + p->column, p->columns * sizeof(int32_t));
}

// A block of depth of a part, and some panels of it.
typedef struct stage {
    size_t k, depth, panel, count;
    bool is_last; // of the blocks
    float *sums;  // or whole numbers of 32 bits
    mien_epilogue epilogue;
} stage;

// The row tiles of a part pass by the panels. True if the sums are C already.
static bool run_tiles(const mien_gemm *g, const mien_part *p, const columns *c, const stage *s) {
    const format *f = &formats[g->type];
    const mien_micro_kernel *kernel = micro_kernel(g);
    bool is_f32 = g->type == MIEN_GEMM_F32;
    bool is_whole = p->column + (s->panel + s->count) * MIEN_PANEL <= g->n;
    bool is_plain = is_f32 && s->is_last && is_whole && g->activation == MIEN_ACTIVATION_NONE && !g->residual;
    size_t panel_size = p->rows * MIEN_PANEL;
    size_t shares = mien_fetch_shares(p->last_tile - p->first_tile, f->least);
    size_t next_pace = f->step * MIEN_PANEL / shares;
    const char *weights = g->weights;
    // What comes after these panels: with few rows, W is used up faster than the processor's own prefetching
    // brings it in from memory. Each tile fetches a share.
    size_t next = mien_weights_after(&g->partition, p, g->n, g->depth, s->panel + s->count, s->k,
                                     s->k + s->depth);
    mien_tile t = {
        .factors.depth = s->depth,
        .factors.a_row = g->block_depth,
        .factors.b = weights + ((p->column + s->panel * MIEN_PANEL) * g->depth + s->k * MIEN_PANEL) * f->size,
        .factors.b_panel = g->depth * MIEN_PANEL,
        .factors.next_pace = next_pace,
        // Sums begin with the bias, those of 8 bits with zeros.
        .in = is_f32 ? c->bias + s->panel * MIEN_PANEL : NULL,
        .in_row = s->k ? MIEN_PANEL : 0,
        .in_panel = s->k ? panel_size : MIEN_PANEL,
        .out_row = is_plain ? g->c_stride : MIEN_PANEL,
        .out_panel = is_plain ? MIEN_PANEL : panel_size,
    };
    float *out = is_plain ? s->epilogue.out : s->sums;
    for (size_t tile = p->first_tile; tile < p->last_tile; tile++) {
        size_t share = (tile - p->first_tile) & (shares - 1); // a power of two
        size_t row = mien_first_row(&g->partition, tile) - p->row;
        t.factors.rows = mien_first_row(&g->partition, tile + 1) - p->row - row;
        t.factors.a = packed_tile(g, tile, s->k);
        t.factors.a_next = packed_tile(g, tile + 1 < p->last_tile ? tile + 1 : p->first_tile, s->k);
        t.factors.b_next = weights + (next + share * (s->depth / f->step) * next_pace) * f->size;
        t.out = out + row * t.out_row;
        if (s->k) t.in = s->sums + row * MIEN_PANEL;
        if (s->is_last) mien_fetch_epilogue(&s->epilogue, row, t.factors.rows, s->count);
        kernel->run[s->count - 1](&t);
    }
    return is_plain;
}

static void end_columns(const mien_gemm *g, const mien_part *p, const columns *c, const stage *s) {
    const mien_epilogue_kernels *kernels = mien_epilogue_kernels_for(g->isa);
    size_t first = s->panel * MIEN_PANEL;
    mien_sums sums = {
        .sums = s->sums,
        .panel = p->rows * MIEN_PANEL,
        .rows = p->rows,
        .columns = smaller(p->columns - first, s->count * MIEN_PANEL),
    };
    if (g->type == MIEN_GEMM_F32) {
        kernels->f32(&sums, &s->epilogue);
        return;
    }
    sums.row_scales = row_scales(g) + p->row;
    sums.row_zeros = row_zeros(g) + p->row;
    sums.scales = c->scales + first;
    sums.column_sums = c->sums + first;
    sums.bias = c->bias + first;
    kernels->s8(&sums, &s->epilogue);
}

static void run_part(void *context, size_t index, size_t slot) {
    const mien_gemm *g = context;
    float *partial = (float *)((char *)g->scratch + g->packed_bytes + slot * g->partial_bytes);
    size_t panels = micro_kernel(g)->panels;
    mien_part p = mien_part_at(&g->partition, g->n, index);
    columns c;
    load_columns(g, &p, &c);
    for (size_t k = 0; k < g->depth; k += g->block_depth) {
        for (size_t panel = 0; panel < p.panels; panel += panels) {
            stage s = {.k = k, .depth = smaller(g->block_depth, g->depth - k), .panel = panel};
            s.count = smaller(panels, p.panels - panel);
            s.is_last = k + s.depth == g->depth;
            // A depth of one block needs no sums but those of the panels at hand, which then stay nearby.
            s.sums = partial + (s.is_last && k == 0 ? 0 : panel * p.rows * MIEN_PANEL);
            s.epilogue = mien_epilogue_at(g, p.row, p.column + panel * MIEN_PANEL);
            if (!run_tiles(g, &p, &c, &s) && s.is_last) end_columns(g, &p, &c, &s);
        }
    }
}

void mien_gemm_run(const mien_gemm *g) {
    if (g->is_strassen) {
        mien_strassen_run(g);
        return;
    }
    bool is_small = g->type == MIEN_GEMM_F32 && g->m * g->k < SHARED_COPIES;
    mien_parallel_for(is_small ? 1 : g->partition.workers, g->partition.tiles, pack_tile, (void *)g);
    mien_parallel_for(g->partition.workers, g->partition.parts, run_part, (void *)g);
}
