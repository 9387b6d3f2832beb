/* Legs of a pool, and the prices at which its equity meets its requirement. */
#include "surface.h"

#include <stdlib.h>

#include "vmath.h"

/* Gives a leg its tiers, of a notional of which the value is `duration` times as much (0: the same). */
static struct leg_tier *take_tiers(struct leg *leg, const struct tiers *tiers, struct leg_tier *next) {
    const double per_value = leg->duration > 0.0 && !(leg->face > 0.0) ? 1.0 / leg->duration : 1.0;
    leg->n_tiers = tiers->n;
    leg->tier = next;
    for (size_t k = 0; k < tiers->n; ++k)
        *next++ = (struct leg_tier){tiers->tier[k].rate * per_value, tiers->tier[k].offset};
    return next;
}

/* The line that the profit of a position is on. */
static struct leg leg_of(const struct book *book, const struct pool *pool, size_t i, enum maintenance_base base) {
    const struct position *position = &book->positions[i];
    struct leg leg = {.asset = position->asset,
                      .position = i,
                      .quantity = position->quantity,
                      .entry = position->entry,
                      .used = position->margin,
                      .loan = position_loan(position),
                      .funded = position->contract == CONTRACT_LINEAR || position->contract == CONTRACT_INVERSE};
    if (position->contract == CONTRACT_INVERSE) {
        leg.quantity = position->quantity / position->entry;
        leg.face = fabs(position->quantity);
        leg.inverse = 1;
        leg.in_coins = base == BASE_ENTRY;
        for (size_t c = 0; c < pool->n_coins; ++c)
            if (book->holdings[pool->coins[c].holding].asset == position->asset)
                leg.settles = pool->coins[c].row;
    } else if (base == BASE_ENTRY) {
        leg.face = fabs(position->quantity * position->entry);
    }
    if (position->contract == CONTRACT_RATE) {
        leg.quantity = -position->quantity * position->duration;
        leg.duration = position->duration;
        leg.curvature = position->quantity * position->convexity;
    }
    return leg;
}

/* Puts coins behind the positions on the same asset. */
static void insert_coin(struct surface *surface, const struct leg *coin) {
    size_t at = surface->n_legs++;
    for (; at > 0 && surface->leg[at - 1].asset > coin->asset; --at)
        surface->leg[at] = surface->leg[at - 1];
    surface->leg[at] = *coin;
}

static void take_coins(struct surface *surface, const struct book *book, const struct pool *pool,
                       const struct rule *rule, struct leg_tier *next) {
    for (size_t c = 0; c < pool->n_coins; ++c) {
        const size_t h = pool->coins[c].holding;
        const int owed = book->holdings[h].quantity < 0.0;
        struct leg coin = {
            .asset = book->holdings[h].asset, .position = pool->coins[c].row, .quantity = owed ? -1.0 : 1.0, .coin = 1};
        if (!owed && h < rule->n_holdings)
            next = take_tiers(&coin, &rule->haircut[h], next);
        surface->has_haircut |= coin.n_tiers > 0;
        surface->idle &= !owed;
        insert_coin(surface, &coin);
    }
}

static size_t count_tiers(const struct book *book, const struct pool *pool, const struct rule *rule) {
    size_t n = 1;
    for (size_t i = 0; i < pool->n_positions; ++i)
        n += rule->of_asset[book->positions[pool->positions[i]].asset].n;
    for (size_t c = 0; c < pool->n_coins && rule->n_holdings > 0; ++c)
        n += rule->haircut[pool->coins[c].holding].n;
    return n;
}

enum riskpool_status surface_init(struct surface *surface, const struct book *book, const struct pool *pool,
                                  const struct rule *rule) {
    *surface = (struct surface){.single = 1, .strict = rule->strict, .idle = pool->n_positions == 0};
    surface->leg = calloc(pool->n_positions + pool->n_coins + 1, sizeof *surface->leg);
    surface->tier = calloc(count_tiers(book, pool, rule), sizeof *surface->tier);
    if (!surface->leg || !surface->tier)
        return RISKPOOL_NO_MEMORY;
    struct leg_tier *next = surface->tier;
    for (size_t i = 0; i < pool->n_positions; ++i) {
        struct leg *leg = &surface->leg[surface->n_legs++];
        *leg = leg_of(book, pool, pool->positions[i], rule->base);
        next = take_tiers(leg, &rule->of_asset[leg->asset], next);
        surface->curved |= leg->curvature != 0.0;
    }
    take_coins(surface, book, pool, rule, next);
    surface->single = !surface->curved;
    for (size_t i = 1; i < surface->n_legs; ++i)
        surface->single &= surface->leg[i].asset == surface->leg[0].asset;
    return RISKPOOL_OK;
}

void surface_free(struct surface *surface) {
    free(surface->leg);
    free(surface->tier);
    *surface = (struct surface){0};
}

double surface_equity(const struct surface *surface, const struct stand *stand) {
    double equity = stand->cash, profit = 0.0;
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        const double remaining = stand->remaining[leg->position], price = stand->price[leg->asset];
        const double gain = leg_profit(leg, remaining, price);
        profit += leg->coin ? gain - leg_requirement(leg, leg_tier(leg, remaining, price), remaining, price) : gain;
        /* One asset at a time, so that opposite positions on it cancel without rounding. */
        if (i + 1 == surface->n_legs || leg[1].asset != leg->asset) {
            equity += profit;
            profit = 0.0;
        }
    }
    return equity;
}

double surface_haircut(const struct surface *surface, const struct stand *stand) {
    double sum = 0.0;
    for (size_t i = 0; surface->has_haircut && i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        const double remaining = stand->remaining[leg->position], price = stand->price[leg->asset];
        if (leg->coin)
            sum += leg_requirement(leg, leg_tier(leg, remaining, price), remaining, price);
    }
    return sum;
}

double surface_requirement(const struct surface *surface, const struct stand *stand) {
    double sum = 0.0;
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        double remaining = stand->remaining[leg->position], price = stand->price[leg->asset];
        if (!leg->coin)
            sum += leg_requirement(leg, leg_tier(leg, remaining, price), remaining, price);
    }
    return sum;
}

double surface_notional(const struct surface *surface, const struct stand *stand) {
    double sum = 0.0;
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        if (!leg->coin)
            sum += leg_notional(leg, stand->remaining[leg->position], stand->price[leg->asset]);
    }
    return sum;
}

double surface_used_margin(const struct surface *surface, const struct stand *stand) {
    double sum = 0.0;
    for (size_t i = 0; i < surface->n_legs; ++i)
        sum += stand->remaining[surface->leg[i].position] * surface->leg[i].used;
    return sum;
}

int surface_open(const struct surface *surface, const double *remaining) {
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        if (remaining[leg->position] > 0.0 && !(leg->coin && leg->quantity > 0.0))
            return 1;
    }
    return 0;
}

int surface_breached(const struct surface *surface, const struct stand *stand) {
    if (!surface_open(surface, stand->remaining))
        return 0;
    double equity = surface_equity(surface, stand), requirement = surface_requirement(surface, stand);
    return surface->strict ? equity < requirement : equity <= requirement;
}

/* G as a line in the price of one asset, around a given price: slope * P + constant. */
struct line {
    double slope, constant;
};

static struct line line_at(const struct surface *surface, const struct stand *stand, size_t asset,
                           enum surface_level level, double at) {
    struct line line = {0.0, stand->cash};
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        double remaining = stand->remaining[leg->position];
        double price = leg->asset == asset ? at : stand->price[leg->asset];
        struct leg whole = *leg;
        if (level == SURFACE_BANKRUPTCY && !leg->coin)
            whole.n_tiers = 0;
        struct leg_tier tier = leg_tier(&whole, remaining, price);
        double slope = leg_delta(&whole, tier, remaining, price);
        line.constant += leg_constant(&whole, tier, remaining);
        if (leg->asset == asset)
            line.slope += slope;
        else
            line.constant += slope * price;
    }
    return line;
}

/* Newton's method from a price outside the safe range towards it; `direction` +1 upwards, -1 downwards. Tangents of a
 * concave function lie above it, so every step stays outside, and the last piece gives the root itself. */
static double root_from(const struct surface *surface, const struct stand *stand, size_t asset,
                        enum surface_level level, double price, double direction) {
    for (;;) {
        struct line line = line_at(surface, stand, asset, level, price);
        if (direction * line.slope <= 0.0)
            return direction * INFINITY;
        double next = -line.constant / line.slope;
        if (!(direction * next > direction * price))
            return next;
        price = next;
    }
}

struct range surface_range(const struct surface *surface, const struct stand *stand, size_t asset,
                           enum surface_level level, int signed_prices) {
    const double far = 1e30;
    struct range range = {-INFINITY, INFINITY};
    double bottom = signed_prices ? -far : 0.0;
    struct line first = line_at(surface, stand, asset, level, bottom);
    const int sunk = surface->strict ? first.constant < 0.0 : first.constant <= 0.0;
    if (signed_prices ? first.slope > 0.0 : sunk)
        range.low = root_from(surface, stand, asset, level, bottom, 1.0);
    if (line_at(surface, stand, asset, level, far).slope < 0.0)
        range.high = root_from(surface, stand, asset, level, far, -1.0);
    return range;
}

double surface_coordinate(enum price_scale scale, double initial, double price) {
    if (!isfinite(price))
        return price;
    if (scale == PRICE_LINEAR)
        return price / initial - 1.0;
    return price > 0.0 ? vmath_log(price / initial) : -INFINITY;
}

struct range surface_safe(const struct surface *surface, const struct stand *stand, enum price_scale scale) {
    struct range safe = {-INFINITY, INFINITY};
    if (!surface->single || !surface_open(surface, stand->remaining))
        return safe;
    const size_t asset = surface->leg[0].asset;
    const double initial = stand->price[asset];
    struct range prices = surface_range(surface, stand, asset, SURFACE_REQUIREMENT, scale == PRICE_LINEAR);
    safe.low = surface_coordinate(scale, initial, prices.low);
    safe.high = surface_coordinate(scale, initial, prices.high);
    if (safe.low == INFINITY)
        safe.high = -INFINITY;
    if (surface->strict) {
        safe.low = nextafter(safe.low, -INFINITY);
        safe.high = nextafter(safe.high, INFINITY);
    }
    return safe;
}
