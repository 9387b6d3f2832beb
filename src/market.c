/* Slice after slice for a block of paths: what the model says of every asset, correlated, drawn, stressed. */
#include "market.h"

#include <math.h>
#include <string.h>

#include "market_steps.h"
#include "vmath.h"

/* 1 when there is a law inside the steps, and somebody asks for it. */
static int has_bridge(const struct market *market) {
    return market->bridge && !market->model->given;
}

/* How many laws of a step there are for all paths: one, or one a regime. */
static size_t count_laws(const struct market_block *block) {
    return block->market->model->switches ? block->steps->n_regimes : 1;
}

/* The rows that the model writes. */
static void take_law(struct market_block *block, struct arena *arena) {
    const struct model *model = block->market->model;
    const struct model_setting *setting = &block->steps->setting;
    const size_t n = setting->n_assets, rows = n * BLOCK, laws = count_laws(block);
    struct model_step *law = &block->law;
    *law = (struct model_step){.setting = setting, .made = block->steps->made, .kernel = block->kernel};
    law->path = block->path;
    law->mean = arena_take(arena, laws * n);
    law->deviation = arena_take(arena, laws * n);
    block->shift = arena_take(arena, laws * n);
    block->deviation = arena_take(arena, laws * n);
    block->factor = arena_take(arena, laws * n * n);
    law->state = arena_take(arena, model->state_rows ? model->state_rows(setting) * BLOCK : 0);
    law->room = arena_take(arena, model->room_rows ? model->room_rows(setting) * BLOCK : 0);
    law->jump = arena_take(arena, rows);
    if (!model->spreads)
        return;
    const size_t stressed = market_is_widened(block->steps) ? rows : 0;
    block->spread = law->spread = arena_take(arena, rows);
    block->own_mean = law->own_mean = model->switches || model->centred ? NULL : arena_take(arena, rows);
    block->stressed_spread = arena_take(arena, stressed);
    block->stressed_mean = arena_take(arena, law->own_mean ? stressed : 0);
    block->shock = arena_take(arena, model->switches ? 0 : rows);
    law->regime = arena_allocate(arena, BLOCK);
    law->shock = block->shock;
}

enum riskpool_status market_block_init(struct market_block *block, const struct market *market,
                                       const struct market_steps *steps, int prices, struct arena *arena) {
    const size_t rows = market->n_assets * BLOCK, padded = (market->n_assets + 3) / 4 * 4 * BLOCK;
    *block = (struct market_block){.market = market, .steps = steps, .kernel = kernel_choose(), .prices = prices};
    block->normal = arena_take(arena, padded);
    block->path = arena_allocate(arena, BLOCK * sizeof *block->path);
    block->address = arena_allocate(arena, BLOCK * sizeof *block->address);
    if (has_bridge(market)) {
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
    take_law(block, arena);
    if (arena->failed)
        return RISKPOOL_NO_MEMORY;
    for (size_t i = 0; i < rows; ++i)
        block->slope[i] = market->assets[i / BLOCK].price;
    return RISKPOOL_OK;
}

int market_draws_alike(const struct market *a, const struct market *b) {
    return !a->model->given && !b->model->given && a->seed == b->seed && a->n_assets == b->n_assets &&
           a->n_steps == b->n_steps && a->single == b->single && a->antithetic == b->antithetic;
}

void market_block_borrow(struct market_block *block, const struct market_block *lender) {
    block->normal = lender->normal;
    block->borrows = 1;
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
        .deviation = block->deviation,
        .spread = block->spread,
        .correlation = steps->correlation + (block->root - steps->root),
        .regime = steps->n_regimes > 1 ? block->law.regime : NULL,
    };
}

/* How many paths are drawn at one address. */
static uint64_t paths_a_draw(const struct market *market) {
    return market->antithetic ? 2 : 1;
}

const struct slice *market_start(struct market_block *block, uint64_t first_path) {
    uint64_t path[BLOCK];
    for (size_t p = 0; p < BLOCK; ++p)
        path[p] = first_path + p;
    return market_start_at(block, path);
}

const struct slice *market_start_at(struct market_block *block, const uint64_t *path) {
    const size_t rows = block->market->n_assets * BLOCK;
    const uint64_t paths_each = paths_a_draw(block->market);
    memcpy(block->path, path, BLOCK * sizeof *path);
    for (size_t p = 0; p < BLOCK / paths_each; ++p)
        block->address[p] = path[p * paths_each] / paths_each;
    block->step = 0;
    block->segment = 0;
    block->root = block->steps->root;
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

/* Applies the jumps of the model and the gaps of this step to the rows of index 2; returns 0 when there are none. */
static int apply_gaps(struct market_block *block, uint64_t step) {
    const struct market_steps *steps = block->steps;
    const size_t rows = block->market->n_assets * BLOCK;
    int found = block->law.has_jump;
    for (size_t i = 0; found && i < rows; ++i)
        block->x[2][i] = block->x[1][i] + block->law.jump[i];
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

/* The expected price stays where it was under stress: on a log scale so many variances are taken off the mean. */
static double excess_of(const struct market_block *block) {
    const double volatility = block->volatility;
    return block->market->model->scale == PRICE_LOG ? 0.5 * (volatility * volatility - 1.0) : 0.0;
}

/* Multiplies the paths' own deviations by the stress of the step, beside the rows of the model, which may build its
 * next step on them. Moves that are given are multiplied as a whole. */
static void multiply_spreads(struct market_block *block) {
    const struct model_step *law = &block->law;
    const size_t rows = block->market->n_assets * BLOCK;
    const double factor = block->volatility, excess = excess_of(block);
    block->spread = factor == 1.0 ? law->spread : block->stressed_spread;
    block->own_mean = factor == 1.0 || !law->own_mean ? law->own_mean : block->stressed_mean;
    for (size_t i = 0; factor != 1.0 && i < rows; ++i)
        block->stressed_spread[i] = factor * law->spread[i];
    for (size_t i = 0; factor != 1.0 && law->own_mean && i < rows; ++i)
        block->stressed_mean[i] = block->market->model->given
                                      ? factor * law->own_mean[i]
                                      : law->own_mean[i] - excess * law->spread[i] * law->spread[i];
}

/* Goes on to the segment of a step; returns 1 when its correlations are others. */
static int enter_segment(struct market_block *block, uint64_t step) {
    const struct market_steps *steps = block->steps;
    const size_t n = block->market->n_assets;
    const double *before = block->root;
    block->segment = market_segment_at(steps, block->segment, step);
    block->root = steps->root + steps->segment[block->segment].blend * steps->n_regimes * n * n;
    return step == 0 || block->root != before;
}

/* The law of one step: what the model says of every asset, and the stress of the step. */
static void prepare_step(struct market_block *block, uint64_t step) {
    const struct market_steps *steps = block->steps;
    const size_t n = block->market->n_assets, rows = count_laws(block) * n;
    const double *stress = market_steps_stress(steps, step);
    int changed = enter_segment(block, step);
    block->volatility = steps->segment[block->segment].volatility;
    const double excess = block->law.own_mean ? 0.0 : excess_of(block);
    block->law.step = step;
    block->law.has_jump = 0;
    block->market->model->law(&block->law);
    for (size_t i = 0; i < rows; ++i) {
        const double own = block->law.deviation[i], deviation = block->volatility * own;
        block->shift[i] = block->law.mean[i] - excess * own * own + stress[i % n];
        changed |= deviation != block->deviation[i];
        block->deviation[i] = deviation;
    }
    for (size_t i = 0; changed && i < rows; ++i)
        for (size_t k = 0; k < n; ++k)
            block->factor[i * n + k] = block->deviation[i] * block->root[i * n + k];
}

/* The normals of a step. Of antithetic paths 2k and 2k + 1 both are drawn at address k. */
static void draw_shocks(const struct market_block *block, uint64_t step) {
    const struct market *market = block->market;
    block->kernel->normals(market->seed, BLOCK / paths_a_draw(market), block->address, (uint32_t)step, RNG_SHOCK,
                           market->single, market->n_assets, block->normal);
    if (market->antithetic)
        block->kernel->mirror(market->n_assets, block->normal);
}

/* Correlates standard normals, each path's by the matrix of its regime. */
static void correlate_regimes(const struct market_block *block, size_t n_paths, const uint8_t *regime,
                              const double *normal, double *out) {
    const struct market_steps *steps = block->steps;
    const size_t n = block->market->n_assets;
    if (steps->n_regimes == 1)
        block->kernel->correlate(n, n_paths, block->root, steps->zero, normal, NULL, out);
    for (size_t k = 0; steps->n_regimes > 1 && k < steps->n_regimes; ++k)
        block->kernel->correlate_regime(n, n_paths, regime, (uint8_t)k, block->root + k * n * n, steps->zero, normal,
                                        NULL, out);
}

/* The move of paths that switch between laws. */
static void move_switching(const struct market_block *block) {
    const size_t n = block->market->n_assets;
    for (size_t k = 0; k < block->steps->n_regimes; ++k)
        block->kernel->correlate_regime(n, BLOCK, block->law.regime, (uint8_t)k, block->factor + k * n * n,
                                        block->shift + k * n, block->normal, block->x[0], block->x[1]);
}

/* The diffusive move from x[0] to x[1]. */
static void move(struct market_block *block, uint64_t step) {
    const struct model *model = block->market->model;
    const struct kernel *kernel = block->kernel;
    const size_t n = block->market->n_assets;
    if (!model->given && !block->borrows)
        draw_shocks(block, step);
    if (model->spreads && !model->given && !model->switches)
        correlate_regimes(block, BLOCK, block->law.regime, block->normal, block->shock);
    if (model->drawn)
        model->drawn(&block->law);
    if (model->spreads)
        multiply_spreads(block);
    if (model->switches)
        move_switching(block);
    else if (model->spreads)
        kernel->move(n, block->shift, block->own_mean, block->spread, block->shock, block->x[0], block->x[1]);
    else
        kernel->correlate(n, BLOCK, block->factor, block->shift, block->normal, block->x[0], block->x[1]);
    if (model->moved)
        model->moved(&block->law);
}

/* The log basis of a future goes back towards its mean, by what it is away from it on each path. */
static void pull_bases(const struct market_block *block) {
    const struct market *market = block->market;
    for (size_t i = 0; i < market->n_assets; ++i) {
        const struct asset *asset = &market->assets[i];
        if (asset->of >= market->n_assets || asset->basis_pull == 0.0)
            continue;
        const double *future = block->x[0] + i * BLOCK, *underlying = block->x[0] + asset->of * BLOCK;
        double *x = block->x[1] + i * BLOCK;
        for (size_t p = 0; p < BLOCK; ++p)
            x[p] += asset->basis_pull * (asset->basis_distance - (future[p] - underlying[p]));
    }
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
    const size_t n = market->n_assets;
    const int mirrored = market->antithetic;
    size_t column[BLOCK];
    const size_t count = list_columns(block, wanted, column);
    if (count == 0)
        return;
    const size_t padded = (count + PATHS_AT_ONCE - 1) / PATHS_AT_ONCE * PATHS_AT_ONCE;
    for (size_t c = 0; c < padded; ++c)
        block->listed[c] = block->address[column[c < count ? c : 0] / paths_a_draw(market)];
    block->kernel->normals(market->seed, padded, block->listed, (uint32_t)block->slice.step, RNG_BRIDGE, market->single,
                           n, block->bridge_normal);
    uint8_t regime[BLOCK] = {0};
    for (size_t c = 0; c < count && block->law.regime; ++c)
        regime[c] = block->law.regime[column[c]];
    correlate_regimes(block, padded, regime, block->bridge_normal, block->drawn);
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
    move(block, step);
    if (market->has_futures)
        pull_bases(block);
    const int prices = block->prices || step + 1 == market->n_steps, has_gap = apply_gaps(block, step);
    if (prices)
        kernel->price(n, market->model->scale, steps->initial, block->x[1], block->price[1]);
    if (prices && has_gap)
        kernel->price(n, market->model->scale, steps->initial, block->x[2], block->price[2]);
    describe(block, has_gap, prices);
    block->slice.step = step;
    block->slice.start_hour = (double)step * market->step_hours;
    block->slice.end_hour = (double)(step + 1) * market->step_hours;
    if (has_bridge(market)) {
        block->has_bridge = (struct path_set){{0}};
        block->slice.bridge = block->bridge;
        block->slice.draw = draw_bridges;
        block->slice.source = block;
    }
    return &block->slice;
}
