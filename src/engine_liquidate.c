/* Liquidation of single paths: which pool goes first, and at which prices. */
#include <math.h>
#include <string.h>

#include "engine_account.h"

/* A pool that starts a step in breach, after an outage or with a higher multiplier, is looked at by its end. */
static int starts_in_breach(struct account *account, size_t pool, const struct slice *slice, size_t path) {
    const struct surface *plain = &account->mode->pool[pool].surface;
    if (!account->engine->sinks || plain->n_legs == 0)
        return 0;
    if (plain->single) {
        const double x = slice->start[plain->leg[0].asset * BLOCK + path];
        return x <= account->low[pool * BLOCK + path] || x >= account->high[pool * BLOCK + path];
    }
    account->room.kernel->path_price(slice->n_assets, slice->scale, slice->initial, slice->start + path,
                                     account->path_price);
    const struct stand stand = account_stand(account, pool, path, account->path_price);
    return surface_breached(account_surface(account, pool, path), &stand);
}

/* A round for a pool, or all of it at once, at the prices in path_price. */
static void liquidate_pool(struct account *account, size_t pool, size_t path, double hour) {
    if (account->engine->in_parts) {
        account_round(account, pool, path, hour);
        return;
    }
    const struct stand stand = account_stand(account, pool, path, account->path_price);
    const double equity = surface_equity(&account->mode->pool[pool].surface, &stand);
    account_close_pool(account, pool, path, account->path_price, equity, hour);
}

static int is_due(struct account *account, size_t pool, size_t path, double hour) {
    const struct stand stand = account_stand(account, pool, path, account->path_price);
    return !account_waits(account, pool, path, hour) && surface_breached(account_surface(account, pool, path), &stand);
}

/* 1 when a stop was crossed before the pools were, at *theta; it is closed then, and what that leaves in breach. */
static int stop_inside(struct account *account, const struct slice *slice, size_t path, double theta) {
    size_t stop;
    if (!account_first_stop(account, slice, path, &stop, &theta))
        return 0;
    const size_t pool = account->mode->stop[stop].pool;
    const double hour = slice->start_hour + theta * (slice->end_hour - slice->start_hour);
    account_stop_inside(account, slice, path, stop, theta);
    while (is_due(account, pool, path, hour))
        liquidate_pool(account, pool, path, hour);
    return 1;
}

/* A pool on its surface that is no healthier than before a round is in breach still: a leg that is taken over with its
 * share of the equity leaves it there, but for rounding. */
static int is_still_breached(struct account *account, size_t pool, size_t path) {
    const double rounding = 1e-9;
    const struct surface *surface = account_surface(account, pool, path);
    const struct stand left = account_stand(account, pool, path, account->path_price);
    return surface_open(surface, account->path_remaining) &&
           surface_equity(surface, &left) <= (1.0 + rounding) * surface_requirement(surface, &left);
}

/* Rounds at the prices of a crossing, until the pool is out of breach: 1 when the rest of the step is left to its end.
 */
static int close_inside(struct account *account, size_t pool, size_t path, double hour) {
    const struct stand stand = account_stand(account, pool, path, account->first_price);
    double equity = surface_equity(&account->mode->pool[pool].surface, &stand);
    if (!account->engine->in_parts) {
        /* On the surface equity is the requirement: below zero there is only rounding, and no shortfall. */
        account_close_pool(account, pool, path, account->first_price, equity > 0.0 ? equity : 0.0, hour);
        return 0;
    }
    if (equity < 0.0)
        account->cash[pool * BLOCK + path] -= equity;
    memcpy(account->path_price, account->first_price, account->engine->terms.n_assets * sizeof(double));
    for (int leaves = 0;;) {
        leaves |= account_round(account, pool, path, hour);
        if (account_waits(account, pool, path, hour) || !is_still_breached(account, pool, path))
            return leaves;
    }
}

/* A pool that waits when the step starts is left to its end. */
static int is_watched(const struct account *account, size_t pool, const struct slice *slice, size_t path) {
    return path_set_has(&account->watched[pool], path) && !account_waits(account, pool, path, slice->start_hour);
}

int account_liquidate_inside(struct account *account, const struct slice *market, size_t path) {
    struct slice room;
    const struct slice *slice = account_own_slice(account, market, path, &room);
    const size_t n_pools = account->mode->n_pools, n_assets = account->engine->terms.n_assets;
    int closed = 0;
    account_gather(account, path);
    for (;;) {
        double first = INFINITY;
        size_t pool = 0;
        for (size_t p = 0; p < n_pools; ++p) {
            double theta = INFINITY;
            const struct stand stand = account_stand(account, p, path, NULL);
            if (!is_watched(account, p, slice, path))
                continue;
            if (starts_in_breach(account, p, slice, path)) {
                account_attend(account, path);
                continue;
            }
            if (!surface_crossing(account_surface(account, p, path), &stand, slice, path, &account->room, &theta))
                continue;
            if (theta >= first)
                continue;
            first = theta;
            pool = p;
            memcpy(account->first_price, account->room.price, n_assets * sizeof(double));
        }
        if (account->mode->n_stops > 0 && stop_inside(account, slice, path, first))
            return 1;
        if (!(first <= 1.0))
            return closed;
        double hour = slice->start_hour + first * (slice->end_hour - slice->start_hour);
        if (close_inside(account, pool, path, hour))
            return 1;
        closed = 1;
    }
}

/* A single pool is judged by the row that detected it, a joint one by its equity. Gathers the prices where it needs
 * them. */
static int breached_at_end(struct account *account, size_t pool, const struct slice *slice, size_t path) {
    const struct surface *surface = &account->mode->pool[pool].surface;
    if (account_waits(account, pool, path, slice->end_hour))
        return 0;
    if (surface->single) {
        if (surface->n_legs == 0)
            return 0;
        const double x = account_coordinate(account, slice, surface->leg[0].asset, path);
        if (x > account->low[pool * BLOCK + path] && x < account->high[pool * BLOCK + path])
            return 0;
        account_gather_prices(account, pool, slice, path);
        return 1;
    }
    if (!surface_open(surface, account->path_remaining))
        return 0;
    account_gather_prices(account, pool, slice, path);
    const struct stand stand = account_stand(account, pool, path, account->path_price);
    return surface_breached(account_surface(account, pool, path), &stand);
}

int account_liquidate_at_end(struct account *account, const struct slice *slice, size_t path) {
    const double hour = slice->end_hour;
    int closed = 0;
    account_gather(account, path);
    for (size_t p = 0; p < account->mode->n_pools;) {
        if (!breached_at_end(account, p, slice, path)) {
            ++p;
            continue;
        }
        liquidate_pool(account, p, path, hour);
        closed = 1;
        p = 0;
    }
    return closed;
}
