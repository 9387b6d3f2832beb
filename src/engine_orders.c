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

/* Whether a stop still has a position to close; it is released when that is found gone. */
static int is_waiting(struct account *account, size_t stop, size_t path) {
    if (account->path_remaining[account->mode->stop[stop].order->position] > 0.0)
        return 1;
    account_release_stop(account, stop, path);
    return 0;
}

/* Closes the position of a stop at the marks in path_price. */
static void close_stop(struct account *account, size_t path, size_t stop, double hour) {
    const struct engine_stop *own = &account->mode->stop[stop];
    const struct surface *surface = &account->mode->pool[own->pool].surface;
    size_t leg = 0;
    while (surface->leg[leg].position != own->order->position)
        ++leg;
    account_close_leg(account, own->pool, leg, path, 1.0, EVENT_STOP, hour);
    account_release_stop(account, stop, path);
}

/* Of a pool on one asset and a stop inside it on the same side, the one whose level is nearer comes first, whatever the
 * straight lines say. Changes *theta, to INFINITY when the pool is first. */
static void compare_with_pool(const struct account *account, const struct engine_stop *stop, double level,
                              const struct slice *slice, size_t path, double *theta) {
    const double *row = stop->is_long ? account->low : account->high;
    const double pool_level = row[stop->pool * BLOCK + path], x0 = slice->start[stop->asset * BLOCK + path];
    double pool_theta = INFINITY;
    if (!account->mode->pool[stop->pool].surface.single ||
        account_waits(account, stop->pool, path, slice->start_hour) || is_beyond(stop, x0, pool_level) ||
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
        if (!path_set_has(&account->watched[account_stop_row(account, s)], path) || !is_waiting(account, s, path))
            continue;
        if (is_beyond(own, x0, level)) {
            account_attend(account, path);
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
    close_stop(account, path, stop, hour);
}

/* Rows of own coordinates exist where orders move prices. */
void account_note_own(struct account *account, const struct slice *slice) {
    account->waiting.moved = account->displaced;
    for (size_t word = 0; account->mode->n_stops > 0 && word < BLOCK_WORDS; ++word)
        for (uint64_t left = account->displaced.word[word]; left != 0; left &= left - 1) {
            struct slice room;
            account_own_slice(account, slice, word * 64 + (size_t)__builtin_ctzll(left), &room);
        }
}

/* The coordinate of an asset at the start of the step, as the account saw it. */
static double own_start(const struct account *account, const struct slice *slice, size_t asset, size_t path) {
    const double *row = path_set_has(&account->waiting.moved, path) ? account->own_start : slice->start;
    return row[asset * BLOCK + path];
}

/* How a stop was crossed by the end of a step: where on the straight line of the diffusive move, 1 for a gap. */
static int crossed_by_end(const struct account *account, const struct slice *slice, size_t stop, size_t path,
                          double *theta, int *gapped) {
    const struct engine_stop *own = &account->mode->stop[stop];
    const size_t at = own->asset * BLOCK + path;
    const double level = level_of(account, stop, path);
    const double x0 = own_start(account, slice, own->asset, path);
    const double x1 = account->own_end ? account->own_end[at] : slice->end[at];
    const double last = account_coordinate(account, slice, own->asset, path);
    const int before = is_beyond(own, x0, level), inside = is_beyond(own, x1, level);
    *gapped = before || !inside;
    *theta = *gapped ? 1.0 : (level - x0) / (x1 - x0);
    return before || inside || is_beyond(own, last, level);
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
        account->path_price[asset] = price_at(slice, asset, own_start(account, slice, asset, path));
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
        if (!is_waiting(account, s, path) || !crossed_by_end(account, slice, s, path, &theta, &gap) || !(theta < first))
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
        if (!gapped)
            account->path_price[own->asset] = stop_price(account, slice, stop, level_of(account, stop, path));
        close_stop(account, path, stop, slice->end_hour);
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
        path_set_add(&account->waiting.spent[g], path);
        account_close_leg(account, guard->pool, surface->n_legs, path, guard->reduction->share, EVENT_REDUCTION,
                          slice->end_hour);
        closed = 1;
    }
    return closed;
}

int account_end_path(struct account *account, const struct slice *slice, size_t path) {
    account_gather(account, path);
    /* What the closings to come displace is no diffusive move. */
    for (size_t j = 0; account->own_end && j < slice->n_assets; ++j)
        account->own_end[j * BLOCK + path] = slice->end[j * BLOCK + path] - account_displacement(account, j, path);
    int acted = stop_at_end(account, slice, path);
    acted |= account_top_up(account, slice, path);
    acted |= reduce(account, slice, path);
    return account_liquidate_at_end(account, slice, path) | acted;
}
