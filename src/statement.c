/* The account before the first step, pool by pool. */
#include "statement.h"

#include <math.h>
#include <stdlib.h>

#include "scenario.h"
#include "surface.h"

/* One pool at the prices of the start, nothing closed yet. */
struct scene {
    const struct riskpool_scenario *scenario;
    const struct surface *surface;
    struct stand stand;
};

/* How the level of the pool (equity, or equity over the requirement) moves with the price of `asset`. */
static double level_slope(const struct scene *scene, size_t asset, enum surface_level level) {
    double slope = 0.0, price = scene->stand.price[asset];
    for (size_t i = 0; i < scene->surface->n_legs; ++i) {
        const struct leg *leg = &scene->surface->leg[i];
        if (leg->asset != asset)
            continue;
        struct leg_tier tier = leg_tier_at(leg, leg_notional(leg, 1.0, price));
        slope += level == SURFACE_BANKRUPTCY ? leg->quantity : leg_delta(leg, tier, 1.0, price);
    }
    return slope;
}

/* The end of the range on the side that hurts: below when the pool gains with the price, above when it loses. */
static double level_price(const struct scene *scene, size_t asset, enum surface_level level) {
    int signed_prices = scene->scenario->market.model->scale == PRICE_LINEAR;
    struct range range = surface_range(scene->surface, &scene->stand, asset, level, signed_prices);
    double end = level_slope(scene, asset, level) < 0.0 ? range.high : range.low;
    /* A price of zero, but for rounding, is one that log prices never reach. */
    double least = signed_prices ? -INFINITY : 1e-12 * scene->stand.price[asset];
    return isfinite(end) && end > least ? end : NAN;
}

static void position_state(const struct scene *scene, const struct leg *leg, struct position_statement *out) {
    const struct position *position = &scene->scenario->book.positions[leg->position];
    const struct impact *impact = &scene->scenario->impact;
    double price = scene->stand.price[leg->asset];
    double notional = leg_notional(leg, 1.0, price);
    *out = (struct position_statement){
        .name = position->name,
        .quantity = position->quantity,
        .entry = position->entry,
        .price = price,
        .notional = notional,
        .unrealised_profit = leg_profit(leg, 1.0, price) + 0.0, /* never -0 */
        .maintenance_margin = leg_requirement(leg, leg_tier_at(leg, notional), 1.0, price),
        .liquidation_price = level_price(scene, leg->asset, SURFACE_REQUIREMENT),
        .bankruptcy_price = level_price(scene, leg->asset, SURFACE_BANKRUPTCY),
        .exit_leverage = impact->n_assets > 0 ? impact_leverage_limit(impact, leg->asset, position->quantity) : NAN,
    };
}

static enum riskpool_status pool_state(const struct scene *scene, const struct pool *pool, struct pool_statement *out) {
    const struct surface *surface = scene->surface;
    out->name = pool->name;
    out->cash = pool->cash;
    out->equity = surface_equity(surface, &scene->stand);
    out->initial_margin = surface_used_margin(surface, &scene->stand);
    out->maintenance_margin = surface_requirement(surface, &scene->stand);
    out->margin_level = out->initial_margin > 0.0 ? 100.0 * out->equity / out->initial_margin : NAN;
    out->utilisation = out->equity > 0.0 ? 100.0 * out->maintenance_margin / out->equity : NAN;
    out->positions = calloc(pool->n_positions + 1, sizeof *out->positions);
    if (!out->positions)
        return RISKPOOL_NO_MEMORY;
    out->n_positions = pool->n_positions;
    for (size_t i = 0; i < pool->n_positions; ++i)
        position_state(scene, &surface->leg[i], &out->positions[i]);
    return RISKPOOL_OK;
}

/* `remaining` and `price` are rows of the start, as in struct stand. */
static enum riskpool_status mode_state(const struct riskpool_scenario *scenario, const struct mode *mode,
                                       const double *remaining, const double *price, struct mode_statement *out) {
    out->name = mode->name;
    out->pools = calloc(mode->n_pools, sizeof *out->pools);
    if (!out->pools)
        return RISKPOOL_NO_MEMORY;
    out->n_pools = mode->n_pools;
    for (size_t i = 0; i < mode->n_pools; ++i) {
        const struct pool *pool = &mode->pools[i];
        struct surface surface;
        struct stand stand = {.cash = pool->cash, .remaining = remaining, .price = price};
        struct scene scene = {scenario, &surface, stand};
        enum riskpool_status status =
            surface_init_times(&surface, &scenario->book, pool, &scenario->rule, dynamic_start(&scenario->dynamic));
        if (!status)
            status = pool_state(&scene, pool, &out->pools[i]);
        surface_free(&surface);
        if (status)
            return status;
        out->equity += out->pools[i].equity;
    }
    return RISKPOOL_OK;
}

enum riskpool_status statement_init(struct statement *statement, const struct riskpool_scenario *scenario) {
    const struct book *book = &scenario->book;
    const struct market *market = &scenario->market;
    *statement = (struct statement){.name = scenario->name, .currency = book->currency, .venue = &scenario->venue};
    statement->modes = calloc(book->n_modes + 1, sizeof *statement->modes);
    double *remaining = malloc((book->n_positions + 1) * sizeof *remaining);
    double *price = malloc((market->n_assets + 1) * sizeof *price);
    enum riskpool_status status = statement->modes && remaining && price ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    if (status)
        goto out;
    for (size_t i = 0; i < book->n_positions; ++i)
        remaining[i] = 1.0;
    for (size_t i = 0; i < market->n_assets; ++i)
        price[i] = market->assets[i].price;
    statement->n_modes = book->n_modes;
    for (size_t i = 0; i < book->n_modes && !status; ++i)
        status = mode_state(scenario, &book->modes[i], remaining, price, &statement->modes[i]);
out:
    free(remaining);
    free(price);
    return status;
}

void statement_free(struct statement *statement) {
    for (size_t m = 0; m < statement->n_modes; ++m) {
        for (size_t i = 0; i < statement->modes[m].n_pools; ++i)
            free(statement->modes[m].pools[i].positions);
        free(statement->modes[m].pools);
    }
    free(statement->modes);
    *statement = (struct statement){0};
}
