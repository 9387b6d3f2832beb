/* Orders of the holder on one path: stops inside a step and at its end, reductions, and the order in which all that
 * happens at the end of a step. It knows what closes and at which price, not how the paths were found. */
#include <math.h>

#include "engine_account.h"
#include "vmath.h"

int account_is_out(const struct account *account, const struct slice *slice) {
    const struct orders *orders = account->engine->terms.orders;
    int out = 0;
    for (size_t i = 0; orders && i < orders->n_outages; ++i)
        out |= slice->step >= orders->outages[i].first_step && slice->step <= orders->outages[i].last_step;
    return out;
}

/* Closes a share of what is left of a leg at `price`: profit to the pool's cash, no fee. */
struct closing {
    enum event_kind kind;
    size_t pool, leg;
    double share, price, hour;
};

static void close_share(struct account *account, size_t path, const struct closing *closing) {
    const struct leg *leg = &account->mode->pool[closing->pool].surface.leg[closing->leg];
    double *remaining = &account->path_remaining[leg->position];
    const double part = closing->share * *remaining, profit = leg_profit(leg, part, closing->price);
    account_note(account, path,
                 &(struct event){.kind = closing->kind,
                                 .pool = closing->pool,
                                 .subject = leg->position,
                                 .hour = closing->hour,
                                 .price = closing->price,
                                 .quantity = part * leg->quantity,
                                 .cash = profit});
    account->cash[closing->pool * BLOCK + path] += profit;
    *remaining = closing->share >= 1.0 ? 0.0 : (1.0 - closing->share) * *remaining;
    account->remaining[leg->position * BLOCK + path] = *remaining;
}

/* After orders a pool without positions gives its cash back, or its debt to the venue. */
static void settle(struct account *account, size_t pool, size_t path) {
    double *cash = &account->cash[pool * BLOCK + path];
    if (!surface_open(&account->mode->pool[pool].surface, account->path_remaining)) {
        if (*cash < 0.0)
            account->out.column[OUTCOME_shortfall][path] -= *cash;
        const double left = *cash > 0.0 ? *cash : 0.0;
        *cash = 0.0;
        account->cash[path] += left;
        if (pool != 0)
            account_renew(account, 0, path);
    }
    account_renew(account, pool, path);
}

/* The lowest margin level looks at a pool before each of its closings, at the prices in path_price. */
static void record_before(struct account *account, size_t pool, size_t path, double hour) {
    if (!account->engine->terms.trajectories)
        return;
    const struct surface *surface = account_surface(account, pool, path);
    const struct stand stand = account_stand(account, pool, path, account->path_price);
    account_record_closing(account, path, surface_equity(surface, &stand), surface_requirement(surface, &stand),
                           surface_used_margin(surface, &stand), hour);
}

static double level_of(const struct account *account, size_t stop, size_t path) {
    const double *row = account->mode->stop[stop].is_long ? account->low : account->high;
    return row[account_stop_row(account, stop) * BLOCK + path];
}

/* Whether a coordinate is at the stop or beyond. */
static int is_beyond(const struct engine_stop *stop, double x, double level) {
    return stop->is_long ? x <= level : x >= level;
}

static double price_at(const struct slice *slice, size_t asset, double x) {
    return slice->initial[asset] * (slice->scale == PRICE_LOG ? vmath_exp(x) : 1.0 + x);
}

/* The price of a stop that is not gapped through. */
static double stop_price(const struct account *account, const struct slice *slice, size_t stop, double level) {
    const struct engine_stop *own = &account->mode->stop[stop];
    return level == own->level ? own->order->loss : price_at(slice, own->asset, level);
}

static void close_stop(struct account *account, size_t path, size_t stop, double price, double hour) {
    const struct engine_stop *own = &account->mode->stop[stop];
    const struct surface *surface = &account->mode->pool[own->pool].surface;
    size_t leg = 0;
    while (surface->leg[leg].position != own->order->position)
        ++leg;
    close_share(account, path, &(struct closing){EVENT_STOP, own->pool, leg, 1.0, price, hour});
    settle(account, own->pool, path);
}

/* Of a pool on one asset and a stop inside it on the same side, the one whose level is nearer comes first, whatever the
 * straight lines say. Changes *theta, to INFINITY when the pool is first. */
static void compare_with_pool(const struct account *account, const struct engine_stop *stop, double level,
                              const struct slice *slice, size_t path, double *theta) {
    const double *row = stop->is_long ? account->low : account->high;
    const double pool_level = row[stop->pool * BLOCK + path], x0 = slice->start[stop->asset * BLOCK + path];
    double pool_theta = INFINITY;
    if (!account->mode->pool[stop->pool].surface.single || is_beyond(stop, x0, pool_level) ||
        !surface_level_crossing(slice, stop->asset, path, pool_level, stop->is_long, &pool_theta))
        return;
    if (!is_beyond(stop, pool_level, level) || pool_level == level)
        *theta = INFINITY;
    else
        *theta = pool_theta < *theta ? pool_theta : *theta;
}

int account_first_stop(struct account *account, const struct slice *slice, size_t path, size_t *stop, double *theta) {
    int found = 0;
    for (size_t s = 0; s < account->mode->n_stops; ++s) {
        const struct engine_stop *own = &account->mode->stop[s];
        const double level = level_of(account, s, path), x0 = slice->start[own->asset * BLOCK + path];
        double own_theta = INFINITY;
        if (!path_set_has(&account->watched[account_stop_row(account, s)], path) ||
            !(account->path_remaining[own->order->position] > 0.0))
            continue;
        if (is_beyond(own, x0, level)) {
            path_set_add(&account->rest, path);
            continue;
        }
        if (!surface_level_crossing(slice, own->asset, path, level, own->is_long, &own_theta))
            continue;
        compare_with_pool(account, own, level, slice, path, &own_theta);
        if (own_theta < *theta || (own_theta == *theta && own_theta <= 1.0 && !found)) {
            found = 1;
            *theta = own_theta;
            *stop = s;
        }
    }
    return found;
}

void account_stop_inside(struct account *account, const struct slice *slice, size_t path, size_t stop, double theta) {
    const struct engine_stop *own = &account->mode->stop[stop];
    const double hour = slice->start_hour + theta * (slice->end_hour - slice->start_hour);
    const double price = stop_price(account, slice, stop, level_of(account, stop, path));
    for (size_t j = 0; j < slice->n_assets; ++j) {
        const double x0 = slice->start[j * BLOCK + path], x1 = slice->end[j * BLOCK + path];
        account->path_price[j] = price_at(slice, j, x0 + theta * (x1 - x0));
    }
    account->path_price[own->asset] = price;
    record_before(account, own->pool, path, hour);
    close_stop(account, path, stop, price, hour);
    path_set_add(&account->rest, path);
}

/* How a stop was crossed by the end of a step: where on the straight line of the diffusive move, 1 for a gap. */
static int crossed_by_end(const struct account *account, const struct slice *slice, size_t stop, size_t path,
                          double *theta, int *gapped) {
    const struct engine_stop *own = &account->mode->stop[stop];
    const size_t at = own->asset * BLOCK + path;
    const double level = level_of(account, stop, path), x0 = slice->start[at], x1 = slice->end[at];
    const int before = is_beyond(own, x0, level), inside = is_beyond(own, x1, level);
    *gapped = before || !inside;
    *theta = *gapped ? 1.0 : (level - x0) / (x1 - x0);
    return before || inside || is_beyond(own, slice->final[at], level);
}

/* Whether the pool was in breach on the straight line of its excess before the stop was crossed: seen at step ends
 * only, the liquidation then comes first. */
static int pool_is_first(struct account *account, const struct slice *slice, size_t path, size_t pool, double theta) {
    const struct surface *surface = account_surface(account, pool, path);
    struct stand stand = account_stand(account, pool, path, account->path_price);
    account_gather_prices(account, pool, slice, path);
    const double end = surface_equity(surface, &stand) - surface_requirement(surface, &stand);
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const size_t asset = surface->leg[i].asset;
        account->path_price[asset] = price_at(slice, asset, slice->start[asset * BLOCK + path]);
    }
    const double start = surface_equity(surface, &stand) - surface_requirement(surface, &stand);
    return start > 0.0 && end <= 0.0 && start / (start - end) < theta;
}

/* The first stop that was crossed by the end of the step and is not left to its pool's liquidation. */
static int first_at_end(struct account *account, const struct slice *slice, size_t path, size_t *stop, int *gapped) {
    const struct engine_terms *terms = &account->engine->terms;
    const int inside = terms->continuous && slice->bridge;
    double first = INFINITY;
    for (size_t s = 0; s < account->mode->n_stops; ++s) {
        const struct engine_stop *own = &account->mode->stop[s];
        double theta;
        int gap;
        if (!(account->path_remaining[own->order->position] > 0.0) ||
            !crossed_by_end(account, slice, s, path, &theta, &gap) || !(theta < first))
            continue;
        if (!inside && !gap && pool_is_first(account, slice, path, own->pool, theta))
            continue;
        first = theta;
        *stop = s;
        *gapped = gap;
    }
    return first < INFINITY;
}

static int stop_at_end(struct account *account, const struct slice *slice, size_t path) {
    size_t stop = 0;
    int closed = 0, gapped = 0;
    while (first_at_end(account, slice, path, &stop, &gapped)) {
        const struct engine_stop *own = &account->mode->stop[stop];
        account_gather_prices(account, own->pool, slice, path);
        record_before(account, own->pool, path, slice->end_hour);
        close_stop(account, path, stop,
                   gapped ? account->path_price[own->asset]
                          : stop_price(account, slice, stop, level_of(account, stop, path)),
                   slice->end_hour);
        closed = 1;
    }
    return closed;
}

/* Whether a pool's own level has reached the threshold of a reduction. */
static int is_reached(struct account *account, const struct engine_guard *guard, size_t path) {
    const struct surface *surface = account_surface(account, guard->pool, path);
    const struct stand stand = account_stand(account, guard->pool, path, account->path_price);
    const double equity = surface_equity(surface, &stand), threshold = 0.01 * guard->reduction->threshold;
    if (guard->of_requirement)
        return threshold * equity <= surface_requirement(surface, &stand);
    return equity <= threshold * surface_used_margin(surface, &stand);
}

static int reduce(struct account *account, const struct slice *slice, size_t path) {
    int closed = 0;
    for (size_t g = 0; g < account->mode->n_guards; ++g) {
        const struct engine_guard *guard = &account->mode->guard[g];
        const struct surface *surface = &account->mode->pool[guard->pool].surface;
        if (!guard->reduction || path_set_has(&account->waiting.spent[g], path) ||
            !surface_open(surface, account->path_remaining))
            continue;
        account_gather_prices(account, guard->pool, slice, path);
        if (!is_reached(account, guard, path))
            continue;
        record_before(account, guard->pool, path, slice->end_hour);
        path_set_add(&account->waiting.spent[g], path);
        for (size_t i = 0; i < surface->n_legs; ++i)
            if (account->path_remaining[surface->leg[i].position] > 0.0)
                close_share(account, path,
                            &(struct closing){EVENT_REDUCTION, guard->pool, i, guard->reduction->share,
                                              account->path_price[surface->leg[i].asset], slice->end_hour});
        settle(account, guard->pool, path);
        closed = 1;
    }
    return closed;
}

int account_end_path(struct account *account, const struct slice *slice, size_t path) {
    account_gather(account, path);
    int acted = stop_at_end(account, slice, path);
    acted |= account_top_up(account, slice, path);
    acted |= reduce(account, slice, path);
    return account_liquidate_at_end(account, slice, path) | acted;
}
