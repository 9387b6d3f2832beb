/* Liquidation of single paths: which pool goes first, at which prices, and where its money goes. */
#include <math.h>
#include <string.h>

#include "engine_account.h"

static struct stand stand_of(const struct account *account, size_t pool, size_t path, const double *price) {
    const size_t row = pool * BLOCK + path;
    return (struct stand){account->cash[row], account->path_remaining, price, {account->low[row], account->high[row]}};
}

void account_hold(struct account *account, size_t pool, size_t path) {
    const struct surface *surface = &account->mode->pool[pool].surface;
    const struct holding *holding = &account->holding;
    double constant = account->cash[pool * BLOCK + path], used = 0.0;
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        const size_t at = leg->position * BLOCK + path;
        holding->size[at] = account->remaining[at] * leg->quantity;
        constant -= holding->size[at] * leg->entry;
        used += account->remaining[at] * leg->used;
    }
    holding->constant[pool * BLOCK + path] = constant;
    holding->per_used[pool * BLOCK + path] = used > 0.0 ? 100.0 / used : NAN;
}

/* Sets the safe range of a pool from what it holds now, and forgets its bound. */
static void renew(struct account *account, size_t pool, size_t path) {
    const struct engine_terms *terms = &account->engine->terms;
    const struct stand stand = stand_of(account, pool, path, terms->initial);
    const struct range safe = surface_safe(&account->mode->pool[pool].surface, &stand, terms->scale);
    account->low[pool * BLOCK + path] = safe.low;
    account->high[pool * BLOCK + path] = safe.high;
    account->screen.base[pool * BLOCK + path] = -INFINITY;
    path_set_add(&account->watched[pool], path);
    path_set_add(&account->near.last[pool], path);
    if (terms->trajectories)
        account_hold(account, pool, path);
}

static void gather_remaining(struct account *account, size_t path) {
    for (size_t i = 0; i < account->engine->terms.book->n_positions; ++i)
        account->path_remaining[i] = account->remaining[i * BLOCK + path];
}

/* Marks every open position of the pool as liquidated at `hour`. */
static void empty_pool(struct account *account, size_t pool, size_t path, double hour) {
    const struct surface *surface = &account->mode->pool[pool].surface;
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const size_t position = surface->leg[i].position;
        if (account->path_remaining[position] <= 0.0)
            continue;
        double *first = &account->out.liquidation_time[position * BATCH + path];
        if (isnan(*first))
            *first = hour;
        account->path_remaining[position] = account->remaining[position * BLOCK + path] = 0.0;
    }
}

/* Closes a whole pool at the given prices, where it is worth `equity`. What is left goes to pool 0. */
static void close_pool(struct account *account, size_t pool, size_t path, const double *price, double equity,
                       double hour) {
    const struct surface *surface = &account->mode->pool[pool].surface;
    const struct stand stand = stand_of(account, pool, path, price);
    account_record_closing(account, path, equity, surface_requirement(surface, &stand),
                           surface_used_margin(surface, &stand), hour);
    const struct settlement s =
        procedure_settle(account->engine->terms.procedure, equity, surface_notional(surface, &stand));
    account->out.column[OUTCOME_fees][path] += s.fee;
    account->out.column[OUTCOME_shortfall][path] += s.shortfall;
    empty_pool(account, pool, path, hour);
    account->cash[pool * BLOCK + path] = 0.0;
    account->cash[path] += s.left;
    renew(account, pool, path);
    if (pool != 0)
        renew(account, 0, path);
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
            const struct stand stand = stand_of(account, p, path, NULL);
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
        const struct stand stand = stand_of(account, pool, path, account->first_price);
        double equity = surface_equity(&account->mode->pool[pool].surface, &stand);
        /* On the surface equity is the requirement: below zero there is only rounding, and no shortfall. */
        equity = equity > 0.0 ? equity : 0.0;
        close_pool(account, pool, path, account->first_price, equity, hour);
        closed = 1;
    }
}

/* The final prices of a pool's assets on one path, in path_price. */
static void gather_prices(struct account *account, size_t pool, const struct slice *slice, size_t path) {
    const struct surface *surface = &account->mode->pool[pool].surface;
    for (size_t i = 0; i < surface->n_legs; ++i)
        if (i == 0 || surface->leg[i].asset != surface->leg[i - 1].asset)
            account->path_price[surface->leg[i].asset] = slice_price(slice, surface->leg[i].asset, path);
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
    const struct stand stand = stand_of(account, pool, path, account->path_price);
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
        const struct stand stand = stand_of(account, p, path, account->path_price);
        double equity = surface_equity(&account->mode->pool[p].surface, &stand);
        close_pool(account, p, path, account->path_price, equity, hour);
        closed = 1;
        p = 0;
    }
    return closed;
}
