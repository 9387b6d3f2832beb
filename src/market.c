/* Slice after slice for a block of paths: what the model says of every asset, correlated, drawn, stressed. */
#include "market.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "corr.h"
#include "vmath.h"

/* A gap at the end of a step: one asset's price is multiplied. */
struct gap {
    uint64_t step;
    size_t asset;
    double factor;
};

struct market_steps {
    double *root;    /* [asset][asset] lower triangle of the correlation: normals to correlated normals */
    double *zero;    /* [asset] */
    double *initial; /* [asset] P(0) */
    double *stress;  /* [stressed step][asset] what continuous stress adds to x */
    uint64_t first_stress, end_stress; /* the stressed steps: first .. end - 1 */
    size_t n_gaps;
    struct gap *gap; /* ordered by step */
};

void market_free(struct market *market) {
    for (size_t i = 0; market->assets && i < market->n_assets; ++i)
        free(market->assets[i].name);
    free(market->assets);
    free(market->correlation);
    free(market->correlation_requested);
    free(market->stress.returns);
    *market = (struct market){0};
}

static int gap_order(const void *a, const void *b) {
    const struct gap *x = a, *y = b;
    if (x->step != y->step)
        return x->step < y->step ? -1 : 1;
    return x->asset < y->asset ? -1 : x->asset > y->asset;
}

static void collect_gaps(const struct stress *stress, struct market_steps *steps) {
    for (size_t i = 0; i < stress->n_returns; ++i) {
        const struct stress_return *r = &stress->returns[i];
        if (r->gap)
            steps->gap[steps->n_gaps++] = (struct gap){r->first_step, r->asset, 1.0 + r->simple_return};
    }
    if (steps->n_gaps)
        qsort(steps->gap, steps->n_gaps, sizeof *steps->gap, gap_order);
}

static void bound_stress(const struct stress *stress, struct market_steps *steps) {
    steps->first_stress = UINT64_MAX;
    for (size_t i = 0; i < stress->n_returns; ++i) {
        const struct stress_return *r = &stress->returns[i];
        if (r->gap)
            continue;
        if (r->first_step < steps->first_stress)
            steps->first_stress = r->first_step;
        if (r->last_step + 1 > steps->end_stress)
            steps->end_stress = r->last_step + 1;
    }
    if (steps->first_stress > steps->end_stress)
        steps->first_stress = steps->end_stress;
}

/* Equal pieces of a return over its steps: of the log price, or of the price in units of P(0). */
static void spread_stress(const struct market *market, struct market_steps *steps) {
    for (size_t i = 0; i < market->stress.n_returns; ++i) {
        const struct stress_return *r = &market->stress.returns[i];
        if (r->gap)
            continue;
        double whole = market->model->scale == PRICE_LOG ? vmath_log(1.0 + r->simple_return) : r->simple_return;
        double piece = whole / (double)(r->last_step - r->first_step + 1);
        for (uint64_t step = r->first_step; step <= r->last_step; ++step)
            steps->stress[(step - steps->first_stress) * market->n_assets + r->asset] += piece;
    }
}

enum riskpool_status market_steps_create(const struct market *market, struct market_steps **out) {
    const size_t n = market->n_assets;
    enum riskpool_status status = RISKPOOL_NO_MEMORY;
    struct market_steps *steps = calloc(1, sizeof *steps);
    if (!steps)
        return status;
    bound_stress(&market->stress, steps);
    steps->root = calloc(n * n, sizeof(double));
    steps->zero = calloc(n, sizeof(double));
    steps->initial = calloc(n, sizeof(double));
    steps->stress = calloc((size_t)(steps->end_stress - steps->first_stress) * n + 1, sizeof(double));
    steps->gap = calloc(market->stress.n_returns + 1, sizeof *steps->gap);
    if (!steps->root || !steps->zero || !steps->initial || !steps->stress || !steps->gap)
        goto out;
    status = corr_factor(n, market->correlation, steps->root);
    if (status != RISKPOOL_OK)
        goto out;
    for (size_t i = 0; i < n; ++i)
        steps->initial[i] = market->assets[i].price;
    spread_stress(market, steps);
    collect_gaps(&market->stress, steps);
    *out = steps;
    steps = NULL;
out:
    market_steps_free(steps);
    return status;
}

void market_steps_free(struct market_steps *steps) {
    if (!steps)
        return;
    free(steps->root);
    free(steps->zero);
    free(steps->initial);
    free(steps->stress);
    free(steps->gap);
    free(steps);
}

const double *market_initial(const struct market_steps *steps) {
    return steps->initial;
}

enum riskpool_status market_block_init(struct market_block *block, const struct market *market,
                                       const struct market_steps *steps, int prices, struct arena *arena) {
    const size_t rows = market->n_assets * BLOCK, padded = (market->n_assets + 3) / 4 * 4 * BLOCK;
    *block = (struct market_block){.market = market, .steps = steps, .kernel = kernel_choose(), .prices = prices};
    block->normal = arena_take(arena, padded);
    block->path = arena_allocate(arena, BLOCK * sizeof *block->path);
    if (market->bridge) {
        block->listed = arena_allocate(arena, BLOCK * sizeof *block->listed);
        block->bridge_normal = arena_take(arena, padded);
        block->drawn = arena_take(arena, rows);
        block->bridge = arena_take(arena, rows);
    }
    for (int i = 0; i < 3; ++i) {
        block->x[i] = arena_take(arena, rows);
        block->price[i] = arena_take(arena, rows);
    }
    block->slope = arena_take(arena, rows);
    block->shift = arena_take(arena, market->n_assets);
    block->deviation = arena_take(arena, market->n_assets);
    block->factor = arena_take(arena, market->n_assets * market->n_assets);
    block->covariance = arena_take(arena, market->n_assets * market->n_assets);
    if (arena->failed)
        return RISKPOOL_NO_MEMORY;
    for (size_t i = 0; i < rows; ++i)
        block->slope[i] = market->assets[i / BLOCK].price;
    return RISKPOOL_OK;
}

/* Points the slice at the three instants; index 2 only where a gap set it apart. */
static void describe(struct market_block *block, int has_gap, int prices) {
    const struct market_steps *steps = block->steps;
    const int last = has_gap ? 2 : 1, start_prices = block->prices || block->step <= 1;
    block->slice = (struct slice){
        .n_assets = block->market->n_assets,
        .scale = block->market->model->scale,
        .initial = steps->initial,
        .start = block->x[0],
        .end = block->x[1],
        .final = block->x[last],
        .start_price = start_prices ? block->price[0] : NULL,
        .end_price = prices ? block->price[1] : NULL,
        .price = prices ? block->price[last] : NULL,
        .start_slope = block->market->model->scale == PRICE_LINEAR ? block->slope
                       : start_prices                              ? block->price[0]
                                                                   : NULL,
        .covariance = block->covariance,
        .deviation = block->deviation,
    };
}

/* How many paths are drawn at one address. */
static uint64_t paths_a_draw(const struct market *market) {
    return market->antithetic ? 2 : 1;
}

const struct slice *market_start(struct market_block *block, uint64_t first_path) {
    const size_t rows = block->market->n_assets * BLOCK;
    const uint64_t paths_each = paths_a_draw(block->market);
    for (size_t p = 0; p < BLOCK / paths_each; ++p)
        block->path[p] = first_path / paths_each + p;
    block->step = 0;
    memset(block->x[1], 0, rows * sizeof(double));
    memset(block->x[0], 0, rows * sizeof(double));
    memcpy(block->price[1], block->slope, rows * sizeof(double));
    memcpy(block->price[0], block->slope, rows * sizeof(double));
    describe(block, 0, 1);
    return &block->slice;
}

static void swap_rows(double **a, double **b) {
    double *t = *a;
    *a = *b;
    *b = t;
}

/* Applies the gaps of this step to the rows of index 2; returns 0 when there are none. */
static int apply_gaps(struct market_block *block, uint64_t step) {
    const struct market_steps *steps = block->steps;
    const size_t rows = block->market->n_assets * BLOCK;
    int found = 0;
    for (size_t g = 0; g < steps->n_gaps; ++g) {
        const struct gap *gap = &steps->gap[g];
        if (gap->step != step)
            continue;
        if (!found)
            memcpy(block->x[2], block->x[1], rows * sizeof(double));
        found = 1;
        double *x = block->x[2] + gap->asset * BLOCK;
        const double move = vmath_log(gap->factor), factor = gap->factor;
        for (size_t p = 0; p < BLOCK; ++p)
            x[p] = block->market->model->scale == PRICE_LOG ? x[p] + move : (1.0 + x[p]) * factor - 1.0;
    }
    return found;
}

/* The law of one step: what the model says of every asset, correlated, and the stress of the step. */
static void prepare_step(struct market_block *block, uint64_t step) {
    const struct market *market = block->market;
    const struct market_steps *steps = block->steps;
    const size_t n = market->n_assets;
    const int stressed = step >= steps->first_stress && step < steps->end_stress;
    const double *stress = stressed ? steps->stress + (step - steps->first_stress) * n : steps->zero;
    int changed = 0;
    for (size_t i = 0; i < n; ++i) {
        double mean, deviation;
        market->model->move(&market->assets[i], (double)step * market->dt, market->dt, &mean, &deviation);
        block->shift[i] = mean + stress[i];
        changed |= deviation != block->deviation[i];
        block->deviation[i] = deviation;
    }
    for (size_t i = 0; changed && i < n; ++i)
        for (size_t k = 0; k < n; ++k) {
            block->factor[i * n + k] = block->deviation[i] * steps->root[i * n + k];
            block->covariance[i * n + k] = block->deviation[i] * block->deviation[k] * market->correlation[i * n + k];
        }
}

/* The normals of a step. Of antithetic paths 2k and 2k + 1 both are drawn at address k. */
static void draw_shocks(const struct market_block *block, uint64_t step) {
    const struct market *market = block->market;
    block->kernel->normals(market->seed, BLOCK / paths_a_draw(market), block->path, (uint32_t)step, RNG_SHOCK,
                           market->single, market->n_assets, block->normal);
    if (market->antithetic)
        block->kernel->mirror(market->n_assets, block->normal);
}

/* The columns of the wanted paths that have no bridge yet; from here on they have one. Returns how many. */
static size_t list_columns(struct market_block *block, const struct path_set *wanted, size_t *column) {
    size_t count = 0;
    for (size_t word = 0; word < BLOCK_WORDS; ++word) {
        for (uint64_t left = wanted->word[word] & ~block->has_bridge.word[word]; left != 0; left &= left - 1)
            column[count++] = word * 64 + (size_t)__builtin_ctzll(left);
        block->has_bridge.word[word] |= wanted->word[word];
    }
    return count;
}

/* Draws the bridges of the wanted paths that have none yet, side by side, and puts them in their places. Normals of the
 * bridge are negated with the others: either way each path by itself keeps its law, and a loss that moves one way with
 * every normal then varies least over the pair (Hammersley and Morton 1956). */
static void draw_bridges(void *source, const struct path_set *wanted) {
    struct market_block *block = source;
    const struct market *market = block->market;
    const struct market_steps *steps = block->steps;
    const size_t n = market->n_assets;
    const int mirrored = market->antithetic;
    size_t column[BLOCK];
    const size_t count = list_columns(block, wanted, column);
    if (count == 0)
        return;
    const size_t padded = (count + PATHS_AT_ONCE - 1) / PATHS_AT_ONCE * PATHS_AT_ONCE;
    for (size_t c = 0; c < padded; ++c)
        block->listed[c] = block->path[column[c < count ? c : 0] / paths_a_draw(market)];
    block->kernel->normals(market->seed, padded, block->listed, (uint32_t)block->slice.step, RNG_BRIDGE, market->single,
                           n, block->bridge_normal);
    block->kernel->correlate(n, padded, steps->root, steps->zero, block->bridge_normal, NULL, block->drawn);
    for (size_t i = 0; i < n; ++i)
        for (size_t c = 0; c < count; ++c) {
            const double drawn = block->drawn[i * BLOCK + c];
            block->bridge[i * BLOCK + column[c]] = mirrored && column[c] % 2 != 0 ? -drawn : drawn;
        }
}

const struct slice *market_step(struct market_block *block) {
    const struct market *market = block->market;
    const struct market_steps *steps = block->steps;
    const struct kernel *kernel = block->kernel;
    const size_t n = market->n_assets;
    const uint64_t step = block->step++;
    /* What was last is now the start: index 2 if the step before ended in a gap. */
    const int last = block->slice.final == block->x[2] ? 2 : 1;
    swap_rows(&block->x[0], &block->x[last]);
    swap_rows(&block->price[0], &block->price[last]);

    prepare_step(block, step);
    draw_shocks(block, step);
    kernel->correlate(n, BLOCK, block->factor, block->shift, block->normal, block->x[0], block->x[1]);
    const int prices = block->prices || step + 1 == market->n_steps, has_gap = apply_gaps(block, step);
    if (prices)
        kernel->price(n, market->model->scale, steps->initial, block->x[1], block->price[1]);
    if (prices && has_gap)
        kernel->price(n, market->model->scale, steps->initial, block->x[2], block->price[2]);
    describe(block, has_gap, prices);
    block->slice.step = step;
    block->slice.start_hour = (double)step * market->step_hours;
    block->slice.end_hour = (double)(step + 1) * market->step_hours;
    if (market->bridge) {
        block->has_bridge = (struct path_set){{0}};
        block->slice.bridge = block->bridge;
        block->slice.draw = draw_bridges;
        block->slice.source = block;
    }
    return &block->slice;
}
