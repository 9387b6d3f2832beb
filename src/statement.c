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
    double *price; /* [asset] */
    struct stand stand;
};

/* G, or equity, with the price of one asset moved. */
static double level_at(const struct scene *scene, size_t asset, enum surface_level level, double price) {
    double *own = scene->price, before = own[asset];
    own[asset] = price;
    double equity = surface_equity(scene->surface, &scene->stand);
    double need = level == SURFACE_BANKRUPTCY ? 0.0 : surface_requirement(scene->surface, &scene->stand);
    own[asset] = before;
    return equity - need;
}

/* The nearest price of an asset on the side that hurts a convex pool, searched in steps of 1 %. */
static double curved_price(const struct scene *scene, size_t asset, enum surface_level level) {
    const double start = scene->price[asset], now = level_at(scene, asset, level, start);
    const double factor = level_at(scene, asset, level, 1.0001 * start) < now ? 1.01 : 1.0 / 1.01;
    double safe = start, lost = start;
    if (!(now > 0.0))
        return NAN;
    for (int k = 0; k < 2800 && level_at(scene, asset, level, lost) > 0.0; ++k) {
        safe = lost;
        lost *= factor;
    }
    if (level_at(scene, asset, level, lost) > 0.0)
        return NAN;
    for (int halving = 0; halving < 100; ++halving) {
        const double middle = 0.5 * (safe + lost);
        *(level_at(scene, asset, level, middle) > 0.0 ? &safe : &lost) = middle;
    }
    return lost;
}

/* How the level of the pool (equity, or equity over the requirement) moves with the price of `asset`. */
static double level_slope(const struct scene *scene, size_t asset, enum surface_level level) {
    double slope = 0.0, price = scene->stand.price[asset];
    for (size_t i = 0; i < scene->surface->n_legs; ++i) {
        const struct leg *leg = &scene->surface->leg[i];
        const double remaining = scene->stand.remaining[leg->position];
        if (leg->asset != asset)
            continue;
        struct leg_tier tier = leg_tier(leg, remaining, price);
        slope += level == SURFACE_BANKRUPTCY && !leg->coin ? remaining * leg->quantity
                                                           : leg_delta(leg, tier, remaining, price);
    }
    return slope;
}

/* The end of the range on the side that hurts: below when the pool gains with the price, above when it loses. */
static double level_price(const struct scene *scene, size_t asset, enum surface_level level) {
    if (scene->surface->curved)
        return curved_price(scene, asset, level);
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
        .contract = position->contract,
        .quantity = position->quantity,
        .entry = position->entry,
        .price = price,
        .notional = notional,
        .unrealised_profit = leg_profit(leg, 1.0, price) + 0.0, /* never -0 */
        .maintenance_margin = leg_requirement(leg, leg_tier(leg, 1.0, price), 1.0, price),
        .liquidation_price = level_price(scene, leg->asset, SURFACE_REQUIREMENT),
        .bankruptcy_price = level_price(scene, leg->asset, SURFACE_BANKRUPTCY),
        .exit_leverage = impact->n_assets > 0 && position->contract != CONTRACT_RATE
                             ? impact_leverage_limit(impact, leg->asset, notional / price)
                             : NAN,
    };
    const double coins = position->contract == CONTRACT_INVERSE ? 1.0 / price : NAN;
    out->initial_coins = position->contract == CONTRACT_INVERSE ? position->coins : NAN;
    out->maintenance_coins = out->maintenance_margin * coins;
    out->profit_coins = out->unrealised_profit * coins;
}

/* 1 when the pool has an inverse position that settles in the coins of a row. */
static int settles(const struct surface *surface, size_t row) {
    for (size_t i = 0; i < surface->n_legs; ++i)
        if (surface->leg[i].settles == row)
            return 1;
    return 0;
}

static void coin_state(const struct scene *scene, const struct leg *leg, double equity, struct coin_statement *out) {
    const double quantity = scene->stand.remaining[leg->position], price = scene->stand.price[leg->asset];
    const double value = leg_profit(leg, quantity, price);
    *out = (struct coin_statement){
        .asset = scene->scenario->market.assets[leg->asset].name,
        .quantity = leg->quantity * quantity + 0.0,
        .price = price,
        .value = value + 0.0,
        .collateral = value - leg_requirement(leg, leg_tier(leg, quantity, price), quantity, price) + 0.0,
        .equity = settles(scene->surface, leg->position) ? equity / price : NAN,
    };
}

static double haircut_of(const struct pool_statement *pool) {
    double sum = 0.0;
    for (size_t c = 0; c < pool->n_coins; ++c)
        sum += pool->coins[c].value - pool->coins[c].collateral;
    return sum;
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
    out->coins = calloc(pool->n_coins + 1, sizeof *out->coins);
    if (!out->positions || !out->coins)
        return RISKPOOL_NO_MEMORY;
    for (size_t i = 0; i < surface->n_legs; ++i)
        if (surface->leg[i].coin)
            coin_state(scene, &surface->leg[i], out->equity, &out->coins[out->n_coins++]);
        else
            position_state(scene, &surface->leg[i], &out->positions[out->n_positions++]);
    return RISKPOOL_OK;
}

/* `price` is that of the start, `remaining` room for the rows of the mode (struct stand). */
static enum riskpool_status mode_state(const struct riskpool_scenario *scenario, const struct mode *mode,
                                       double *remaining, double *price, struct mode_statement *out) {
    out->name = mode->name;
    out->pools = calloc(mode->n_pools, sizeof *out->pools);
    if (!out->pools)
        return RISKPOOL_NO_MEMORY;
    out->n_pools = mode->n_pools;
    mode_start(&scenario->book, mode, remaining);
    for (size_t i = 0; i < mode->n_pools; ++i) {
        const struct pool *pool = &mode->pools[i];
        struct surface surface;
        struct stand stand = {.cash = pool->cash, .remaining = remaining, .price = price};
        struct scene scene = {.scenario = scenario, .surface = &surface, .stand = stand};
        scene.price = price;
        enum riskpool_status status =
            surface_init_times(&surface, &scenario->book, pool, &scenario->rule, dynamic_start(&scenario->dynamic));
        if (!status)
            status = pool_state(&scene, pool, &out->pools[i]);
        surface_free(&surface);
        if (status)
            return status;
        out->equity += out->pools[i].equity + haircut_of(&out->pools[i]);
    }
    return RISKPOOL_OK;
}

enum riskpool_status statement_init(struct statement *statement, const struct riskpool_scenario *scenario) {
    const struct book *book = &scenario->book;
    const struct market *market = &scenario->market;
    *statement = (struct statement){.name = scenario->name, .currency = book->currency, .venue = &scenario->venue};
    statement->modes = calloc(book->n_modes + 1, sizeof *statement->modes);
    size_t n_rows = 0;
    for (size_t i = 0; i < book->n_modes; ++i)
        n_rows = book->modes[i].n_rows > n_rows ? book->modes[i].n_rows : n_rows;
    double *remaining = malloc((n_rows + 1) * sizeof *remaining);
    double *price = malloc((market->n_assets + 1) * sizeof *price);
    enum riskpool_status status = statement->modes && remaining && price ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    if (status)
        goto out;
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
        for (size_t i = 0; i < statement->modes[m].n_pools; ++i) {
            free(statement->modes[m].pools[i].positions);
            free(statement->modes[m].pools[i].coins);
        }
        free(statement->modes[m].pools);
    }
    free(statement->modes);
    *statement = (struct statement){0};
}
