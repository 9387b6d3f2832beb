/* Liquidation of single paths: which pool goes first, and at which prices. */
#include <math.h>
#include <string.h>

#include "engine_account.h"

static void gather_remaining(struct account *account, size_t path) {
    for (size_t i = 0; i < account->engine->terms.book->n_positions; ++i)
        account->path_remaining[i] = account->remaining[i * BLOCK + path];
}

int account_liquidate_inside(struct account *account, const struct slice *slice, size_t path) {
    const size_t n_pools = account->mode->n_pools, n_assets = account->engine->terms.n_assets;
    int closed = 0;
    gather_remaining(account, path);
    for (;;) {
        double first = INFINITY;
        size_t pool = 0;
        for (size_t p = 0; p < n_pools; ++p) {
            double theta = INFINITY;
            const struct stand stand = account_stand(account, p, path, NULL);
            if (!path_set_has(&account->watched[p], path))
                continue;
            if (!surface_crossing(&account->mode->pool[p].surface, &stand, slice, path, &account->room, &theta))
                continue;
            if (theta >= first)
                continue;
            first = theta;
            pool = p;
            memcpy(account->first_price, account->room.price, n_assets * sizeof(double));
        }
        if (!(first <= 1.0))
            return closed;
        double hour = slice->start_hour + first * (slice->end_hour - slice->start_hour);
        const struct stand stand = account_stand(account, pool, path, account->first_price);
        double equity = surface_equity(&account->mode->pool[pool].surface, &stand);
        /* On the surface equity is the requirement: below zero there is only rounding, and no shortfall. */
        equity = equity > 0.0 ? equity : 0.0;
        account_close_pool(account, pool, path, account->first_price, equity, hour);
        closed = 1;
    }
}

/* The final prices of a pool's assets on one path, in path_price. */
static void gather_prices(struct account *account, size_t pool, const struct slice *slice, size_t path) {
    const struct surface *surface = &account->mode->pool[pool].surface;
    for (size_t i = 0; i < surface->n_legs; ++i)
        if (i == 0 || surface->leg[i].asset != surface->leg[i - 1].asset)
            account->path_price[surface->leg[i].asset] = account_price(account, slice, surface->leg[i].asset, path);
}

/* A single pool is judged by the row that detected it, a joint one by its equity. Gathers the prices where it needs
 * them. */
static int breached_at_end(struct account *account, size_t pool, const struct slice *slice, size_t path) {
    const struct surface *surface = &account->mode->pool[pool].surface;
    if (surface->single) {
        if (surface->n_legs == 0)
            return 0;
        const double x = slice->final[surface->leg[0].asset * BLOCK + path];
        if (x > account->low[pool * BLOCK + path] && x < account->high[pool * BLOCK + path])
            return 0;
        gather_prices(account, pool, slice, path);
        return 1;
    }
    if (!surface_open(surface, account->path_remaining))
        return 0;
    gather_prices(account, pool, slice, path);
    const struct stand stand = account_stand(account, pool, path, account->path_price);
    return surface_breached(surface, &stand);
}

int account_liquidate_at_end(struct account *account, const struct slice *slice, size_t path) {
    const double hour = slice->end_hour;
    int closed = 0;
    gather_remaining(account, path);
    for (size_t p = 0; p < account->mode->n_pools;) {
        if (!breached_at_end(account, p, slice, path)) {
            ++p;
            continue;
        }
        const struct stand stand = account_stand(account, p, path, account->path_price);
        double equity = surface_equity(&account->mode->pool[p].surface, &stand);
        account_close_pool(account, p, path, account->path_price, equity, hour);
        closed = 1;
        p = 0;
    }
    return closed;
}
