/* Legs of a pool, and the prices at which its equity meets its requirement. */
#include "surface.h"

#include <stdlib.h>

#include "vmath.h"

enum riskpool_status surface_init(struct surface *surface, const struct book *book, const struct pool *pool,
                                  const struct rule *rule) {
    *surface = (struct surface){.n_legs = pool->n_positions, .single = 1, .strict = rule->strict};
    size_t n_tiers = 0;
    for (size_t i = 0; i < pool->n_positions; ++i)
        n_tiers += rule->of_asset[book->positions[pool->positions[i]].asset].n;
    surface->leg = calloc(pool->n_positions + 1, sizeof *surface->leg);
    surface->tier = calloc(n_tiers + 1, sizeof *surface->tier);
    if (!surface->leg || !surface->tier)
        return RISKPOOL_NO_MEMORY;
    struct leg_tier *next = surface->tier;
    for (size_t i = 0; i < pool->n_positions; ++i) {
        const struct position *position = &book->positions[pool->positions[i]];
        const struct tiers *tiers = &rule->of_asset[position->asset];
        struct leg *leg = &surface->leg[i];
        *leg = (struct leg){.asset = position->asset,
                            .position = pool->positions[i],
                            .quantity = position->quantity,
                            .entry = position->entry,
                            .used = position->margin};
        if (rule->base == BASE_ENTRY) {
            leg->fixed = tiers_maintenance(tiers, fabs(position->quantity * position->entry));
        } else {
            leg->n_tiers = tiers->n;
            leg->tier = next;
            for (size_t k = 0; k < tiers->n; ++k)
                *next++ = (struct leg_tier){tiers->tier[k].rate, tiers->tier[k].offset};
        }
        if (position->asset != surface->leg[0].asset)
            surface->single = 0;
    }
    return RISKPOOL_OK;
}

void surface_free(struct surface *surface) {
    free(surface->leg);
    free(surface->tier);
    *surface = (struct surface){0};
}

static struct leg_tier tier_of(const struct leg *leg, double remaining, double price) {
    return leg_tier_at(leg, leg_notional(leg, remaining, price));
}

double surface_equity(const struct surface *surface, const struct stand *stand) {
    double equity = stand->cash, profit = 0.0;
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        profit += leg_profit(leg, stand->remaining[leg->position], stand->price[leg->asset]);
        /* One asset at a time, so that opposite positions on it cancel without rounding. */
        if (i + 1 == surface->n_legs || leg[1].asset != leg->asset) {
            equity += profit;
            profit = 0.0;
        }
    }
    return equity;
}

double surface_requirement(const struct surface *surface, const struct stand *stand) {
    double sum = 0.0;
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        double remaining = stand->remaining[leg->position], price = stand->price[leg->asset];
        sum += leg_requirement(leg, tier_of(leg, remaining, price), remaining, price);
    }
    return sum;
}

double surface_notional(const struct surface *surface, const struct stand *stand) {
    double sum = 0.0;
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
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
    for (size_t i = 0; i < surface->n_legs; ++i)
        if (remaining[surface->leg[i].position] > 0.0)
            return 1;
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
        if (level == SURFACE_BANKRUPTCY) {
            whole.n_tiers = 0;
            whole.fixed = 0.0;
        }
        struct leg_tier tier = tier_of(&whole, remaining, price);
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
