/* What is watched beside breaches: stops, and the guards at which a pool is topped up or reduced. Here is where they
 * are, and how a pool's own row and theirs follow its cash and positions; what is done then is in engine_orders.c. */
#include <math.h>
#include <stdlib.h>

#include "engine_account.h"
#include "vmath.h"

size_t engine_mode_rows(const struct engine_mode *mode) {
    return mode->n_pools + mode->n_stops + mode->n_guards;
}

static void describe_stop(struct engine_mode *mode, const struct engine_terms *terms, const struct mode *from,
                          const struct stop *order) {
    const struct position *position = &terms->book->positions[order->position];
    const int is_long = position->quantity > 0.0;
    struct engine_stop *stop = &mode->stop[mode->n_stops];
    *stop = (struct engine_stop){.order = order,
                                 .asset = position->asset,
                                 .pool = from->pool_of[order->position],
                                 .is_long = is_long,
                                 .level = is_long ? -INFINITY : INFINITY};
    const double kept = is_long ? 1.0 - order->trailing : 1.0 + order->trailing;
    stop->kept = terms->scale == PRICE_LOG ? vmath_log(kept) : kept;
    if (order->loss > 0.0)
        stop->level = surface_coordinate(terms->scale, terms->initial[position->asset], order->loss);
    mode->barrier[mode->n_barriers++] = (struct barrier){
        .asset = position->asset, .pool = mode->n_pools + mode->n_stops++, .below = is_long, .above = !is_long};
}

/* Where the rates are so high that a pool of one position may lie between two prices, the kernel does not know them. */
int engine_is_plain(const struct engine_terms *terms, const struct surface *surface) {
    const double cap = terms->dynamic ? terms->dynamic->cap : 1.0;
    double highest = 0.0;
    for (size_t k = 0; surface->n_legs == 1 && k < surface->leg[0].n_tiers; ++k)
        highest = fmax(highest, surface->leg[0].tier[k].rate);
    return surface->n_legs == 1 && !(surface->leg[0].face > 0.0) && !surface->curved && terms->scale == PRICE_LOG &&
           cap * highest < 1.0;
}

static double factor_of(const struct engine_terms *terms, const struct reduction *reduction) {
    if (!reduction)
        return terms->orders->top_up.below;
    return reduction->kind == ALERT_UTILISATION ? 100.0 / reduction->threshold : 1.0;
}

static enum riskpool_status describe_guard(struct engine_mode *mode, const struct engine_terms *terms, size_t pool,
                                           const struct reduction *reduction) {
    const struct surface *surface = &mode->pool[pool].surface;
    struct engine_guard *guard = &mode->guard[mode->n_guards];
    *guard = (struct engine_guard){.pool = pool, .reduction = reduction};
    guard->of_requirement = !reduction || reduction->kind == ALERT_UTILISATION;
    enum riskpool_status status = surface_scale_init(&guard->surface, surface, factor_of(terms, reduction));
    mode->n_guards++;
    if (status != RISKPOOL_OK)
        return status;
    guard->surface.strict = 0;
    for (size_t i = 0; reduction && !guard->of_requirement && i < surface->n_legs; ++i) {
        if (surface->leg[i].coin)
            continue;
        guard->surface.leg[i].n_tiers = 0;
        guard->surface.leg[i].fixed = 0.01 * reduction->threshold * surface->leg[i].used;
    }
    guard->plain = engine_is_plain(terms, &guard->surface);
    const int capped = terms->dynamic && guard->of_requirement;
    if (capped)
        status = surface_scale_init(&guard->capped, &guard->surface, terms->dynamic->cap);
    guard->watch = (struct legs){surface->n_legs, capped ? guard->capped.leg : guard->surface.leg};
    return status;
}

static enum riskpool_status describe_guards(struct engine_mode *mode, const struct engine_terms *terms) {
    const struct orders *orders = terms->orders;
    enum riskpool_status status = RISKPOOL_OK;
    for (size_t p = 0; p < mode->n_pools && status == RISKPOOL_OK; ++p) {
        if (mode->pool[p].surface.idle)
            continue;
        if (p > 0 && orders->top_up.below > 0.0)
            status = describe_guard(mode, terms, p, NULL);
        for (size_t r = 0; r < orders->n_reductions && status == RISKPOOL_OK; ++r)
            status = describe_guard(mode, terms, p, &orders->reductions[r]);
    }
    return status;
}

enum riskpool_status engine_watch_init(struct engine_mode *mode, const struct engine_terms *terms,
                                       const struct mode *from) {
    const struct orders *orders = terms->orders;
    if (!orders)
        return RISKPOOL_OK;
    const size_t most = mode->n_pools * (1 + orders->n_reductions);
    mode->stop = calloc(orders->n_stops + 1, sizeof *mode->stop);
    mode->guard = calloc(most + 1, sizeof *mode->guard);
    mode->guard_barrier = calloc(most + 1, sizeof *mode->guard_barrier);
    if (!mode->stop || !mode->guard || !mode->guard_barrier)
        return RISKPOOL_NO_MEMORY;
    for (size_t s = 0; s < orders->n_stops; ++s)
        describe_stop(mode, terms, from, &orders->stops[s]);
    enum riskpool_status status = describe_guards(mode, terms);
    for (size_t g = 0; g < mode->n_guards; ++g) {
        const struct surface *surface = &mode->guard[g].surface;
        if (status == RISKPOOL_OK && surface->single)
            mode->guard_barrier[mode->n_guard_barriers++] =
                (struct barrier){surface->leg[0].asset, mode->n_pools + mode->n_stops + g, 1, 1};
    }
    return status;
}

void engine_watch_free(struct engine_mode *mode) {
    for (size_t g = 0; mode->guard && g < mode->n_guards; ++g) {
        surface_free(&mode->guard[g].surface);
        surface_free(&mode->guard[g].capped);
    }
    free(mode->stop);
    free(mode->guard);
    free(mode->guard_barrier);
}

static void fill(double *row, double value) {
    for (size_t p = 0; p < BLOCK; ++p)
        row[p] = value;
}

static void put(struct account *account, size_t row, size_t path, struct range safe) {
    account->low[row * BLOCK + path] = safe.low;
    account->high[row * BLOCK + path] = safe.high;
}

static const struct range everywhere = {-INFINITY, INFINITY};

static void place_guard(struct account *account, size_t g, size_t path) {
    const struct engine_guard *guard = &account->mode->guard[g];
    const struct engine_terms *terms = &account->engine->terms;
    const struct surface *surface = &guard->surface;
    if (!surface->single)
        return;
    if (guard->of_requirement && account->multiplier)
        surface = surface_scaled(surface, account->multiplier + path, BLOCK, &account->scaled);
    const struct stand stand = account_stand(account, guard->pool, path, terms->initial);
    put(account, account_guard_row(account, g), path,
        path_set_has(&account->waiting.spent[g], path) ? everywhere : surface_safe(surface, &stand, terms->scale));
}

void account_place(struct account *account, size_t pool, size_t path) {
    const struct engine_terms *terms = &account->engine->terms;
    const struct stand stand = account_stand(account, pool, path, terms->initial);
    put(account, pool, path, surface_safe(account_surface(account, pool, path), &stand, terms->scale));
    for (size_t g = 0; g < account->mode->n_guards; ++g)
        if (account->mode->guard[g].pool == pool)
            place_guard(account, g, path);
}

/* The safe range of one leg on every path, by the kernel. */
static void place_plain(struct account *account, const struct surface *surface, int of_requirement, size_t pool,
                        size_t row) {
    const struct leg *leg = &surface->leg[0];
    double one[BLOCK], *low = account->low + row * BLOCK, *high = account->high + row * BLOCK;
    fill(one, 1.0);
    const double *factor = of_requirement && account->multiplier ? account->multiplier + leg->asset * BLOCK : one;
    account->engine->kernel->safe(leg, account->engine->terms.initial[leg->asset], account->cash + pool * BLOCK,
                                  account->remaining + leg->position * BLOCK, factor, low, high);
    for (size_t p = 0; surface->strict && p < BLOCK; ++p) {
        low[p] = nextafter(low[p], -INFINITY);
        high[p] = nextafter(high[p], INFINITY);
    }
}

static void gather_pool(struct account *account, size_t pool, size_t path) {
    const struct surface *surface = &account->mode->pool[pool].surface;
    for (size_t i = 0; i < surface->n_legs; ++i)
        account->path_remaining[surface->leg[i].position] = account->remaining[surface->leg[i].position * BLOCK + path];
}

void account_place_all(struct account *account, size_t pool) {
    const struct engine_mode *mode = account->mode;
    const struct surface *surface = &mode->pool[pool].surface;
    if (!surface->single || surface->n_legs == 0)
        return;
    if (!mode->pool[pool].plain) {
        for (size_t p = 0; p < BLOCK; ++p) {
            gather_pool(account, pool, p);
            account_place(account, pool, p);
        }
        return;
    }
    place_plain(account, surface, 1, pool, pool);
    for (size_t g = 0; g < mode->n_guards; ++g) {
        const struct engine_guard *guard = &mode->guard[g];
        if (guard->pool != pool)
            continue;
        if (guard->plain)
            place_plain(account, &guard->surface, guard->of_requirement, pool, account_guard_row(account, g));
        for (size_t p = 0; p < BLOCK; ++p) {
            gather_pool(account, pool, p);
            if (!guard->plain || path_set_has(&account->waiting.spent[g], p))
                place_guard(account, g, p);
        }
    }
}

/* The level of a trailing stop whose asset has been at x. */
static inline double trailed(enum price_scale scale, const struct engine_stop *stop, double x) {
    return scale == PRICE_LOG ? x + stop->kept : (1.0 + x) * stop->kept - 1.0;
}

static inline double nearer(const struct engine_stop *stop, double a, double b) {
    return stop->is_long ? (a > b ? a : b) : a < b ? a : b;
}

/* Pools and guards, which are the same on every path at the start. */
static void open_pools(struct account *account) {
    for (size_t p = 0; p < account->mode->n_pools; ++p) {
        fill(account->waiting.due + p * BLOCK, NAN);
        fill(account->waiting.drawn + p * BLOCK, 0.0);
        account_place(account, p, 0);
    }
    for (size_t row = 0; row < engine_mode_rows(account->mode); ++row) {
        fill(account->low + row * BLOCK, account->low[row * BLOCK]);
        fill(account->high + row * BLOCK, account->high[row * BLOCK]);
    }
}

void account_open_orders(struct account *account) {
    const struct engine_mode *mode = account->mode;
    for (size_t s = 0; s < mode->n_stops; ++s) {
        const struct engine_stop *stop = &mode->stop[s];
        const double first = trailed(account->engine->terms.scale, stop, 0.0);
        const double level = stop->order->trailing > 0.0 ? nearer(stop, first, stop->level) : stop->level;
        const size_t row = account_stop_row(account, s) * BLOCK;
        fill(account->low + row, stop->is_long ? level : -INFINITY);
        fill(account->high + row, stop->is_long ? INFINITY : level);
    }
    for (size_t g = 0; g < mode->n_guards; ++g)
        account->waiting.spent[g] = (struct path_set){{0}};
    account->waiting.any = (struct path_set){{0}};
    account_gather(account, 0);
    open_pools(account);
}

void account_release_stop(struct account *account, size_t stop, size_t path) {
    const size_t at = account_stop_row(account, stop) * BLOCK + path;
    account->low[at] = -INFINITY;
    account->high[at] = INFINITY;
}

void account_trail(struct account *account, const struct slice *slice) {
    const enum price_scale scale = account->engine->terms.scale;
    for (size_t s = 0; s < account->mode->n_stops; ++s) {
        const struct engine_stop *stop = &account->mode->stop[s];
        double x[BLOCK], *row = (stop->is_long ? account->low : account->high) + account_stop_row(account, s) * BLOCK;
        if (!(stop->order->trailing > 0.0))
            continue;
        for (size_t p = 0; p < BLOCK; ++p)
            x[p] = trailed(scale, stop, slice->final[stop->asset * BLOCK + p]);
        for (size_t word = 0; word < BLOCK_WORDS; ++word)
            for (uint64_t left = account->displaced.word[word]; left != 0; left &= left - 1) {
                const size_t p = word * 64 + (size_t)__builtin_ctzll(left);
                x[p] = trailed(scale, stop, account_coordinate(account, slice, stop->asset, p));
            }
        /* One that was released stays so. */
        for (size_t p = 0; p < BLOCK; ++p)
            row[p] = isfinite(row[p]) ? nearer(stop, x[p], row[p]) : row[p];
    }
}

struct path_set account_detect_stops(struct account *account, const struct slice *slice) {
    const struct engine_mode *mode = account->mode;
    const struct kernel *kernel = account->engine->kernel;
    const struct barrier *stops = mode->barrier + mode->n_barriers - mode->n_stops;
    const double *x[] = {slice->start, slice->end};
    struct path_set met = {{0}};
    for (int i = 0; mode->n_stops > 0 && i < 2; ++i) {
        kernel->barriers(mode->n_stops, stops, x[i], account->low, account->high, account->slack);
        const struct path_set own = kernel->spent(account->slack);
        for (size_t word = 0; word < BLOCK_WORDS; ++word)
            met.word[word] |= own.word[word];
    }
    return met;
}

struct path_set account_detect_guards(struct account *account, const struct slice *slice) {
    const struct engine_mode *mode = account->mode;
    const struct kernel *kernel = account->engine->kernel;
    kernel->barriers(mode->n_guard_barriers, mode->guard_barrier, slice->final, account->low, account->high,
                     account->slack);
    struct path_set met = kernel->spent(account->slack);
    for (size_t g = 0; g < mode->n_guards; ++g) {
        const struct engine_guard *guard = &mode->guard[g];
        double positive[BLOCK], negative[BLOCK];
        if (guard->surface.single)
            continue;
        fill(account->slack, INFINITY);
        if (guard->surface.curved) {
            account_detect_curved(account, &guard->watch, guard->pool, slice->price, account->slack);
            const struct path_set own = kernel->spent(account->slack);
            met = path_set_union(met, own);
            continue;
        }
        kernel->sides(guard->watch.n, guard->watch.leg, account->cash + guard->pool * BLOCK, account->remaining,
                      slice->price, positive, negative);
        kernel->excess(positive, negative, account->slack);
        const struct path_set own = kernel->spent(account->slack);
        for (size_t word = 0; word < BLOCK_WORDS; ++word)
            met.word[word] |= own.word[word] & ~account->waiting.spent[g].word[word];
    }
    for (size_t word = 0; word < BLOCK_WORDS; ++word)
        met.word[word] |= account->waiting.any.word[word];
    return met;
}
