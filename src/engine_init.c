/* The engine before the first path: the surfaces of every pool, and the rows that its accounts live in. */
#include <math.h>
#include <stdlib.h>

#include "engine_account.h"

/* The filter takes log prices, and inside a step the same deviations on every path. */
static int can_screen(const struct engine_terms *terms, const struct surface *surface) {
    return !terms->exact && !(terms->continuous && terms->spreads) && terms->scale == PRICE_LOG && !surface->single &&
           !surface->curved && !surface->idle;
}

/* Long legs have a barrier below, short ones above. */
static struct barrier barrier_of(const struct surface *surface, size_t pool) {
    struct barrier barrier = {.asset = surface->leg[0].asset, .pool = pool};
    for (size_t i = 0; i < surface->n_legs; ++i) {
        barrier.below |= surface->leg[i].quantity > 0.0;
        barrier.above |= surface->leg[i].quantity < 0.0;
    }
    return barrier;
}

/* How each pool is watched. */
static void mode_describe(struct engine_mode *mode) {
    for (size_t p = 0; p < mode->n_pools; ++p) {
        const struct engine_pool *pool = &mode->pool[p];
        mode->legs[p] = (struct legs){pool->surface.n_legs, pool->surface.leg};
        mode->has_screened |= pool->screened;
        mode->has_others |= pool->sided;
        mode->has_curved |= pool->surface.curved;
        mode->has_coins |= pool->n_coins > 0;
        if (pool->surface.single && !pool->surface.idle)
            mode->barrier[mode->n_barriers++] = barrier_of(&pool->surface, p);
    }
}

/* What the filters watch a pool by. */
static enum riskpool_status pool_cap(struct engine_pool *pool, const struct engine_terms *terms) {
    enum riskpool_status status = RISKPOOL_OK;
    if (terms->dynamic)
        status = surface_scale_init(&pool->capped, &pool->surface, terms->dynamic->cap);
    pool->watch = (struct legs){pool->surface.n_legs, terms->dynamic ? pool->capped.leg : pool->surface.leg};
    return status;
}

static enum riskpool_status mode_init(struct engine_mode *mode, const struct engine_terms *terms,
                                      const struct mode *from) {
    enum riskpool_status status = RISKPOOL_OK;
    mode->pool = calloc(from->n_pools, sizeof *mode->pool);
    mode->legs = calloc(from->n_pools, sizeof *mode->legs);
    mode->barrier = calloc(from->n_pools + (terms->orders ? terms->orders->n_stops : 0), sizeof *mode->barrier);
    mode->row = calloc(from->n_rows + 1, sizeof *mode->row);
    if (!mode->pool || !mode->legs || !mode->barrier || !mode->row)
        return RISKPOOL_NO_MEMORY;
    mode->n_pools = from->n_pools;
    mode->n_rows = from->n_rows;
    mode_start(terms->book, from, mode->row);
    for (size_t p = 0; p < from->n_pools && status == RISKPOOL_OK; ++p) {
        mode->pool[p].cash = from->pools[p].cash;
        mode->pool[p].n_coins = from->pools[p].n_coins;
        mode->pool[p].coins = from->pools[p].coins;
        status = surface_init(&mode->pool[p].surface, terms->book, &from->pools[p], terms->rule);
        const struct stand stand = {.cash = from->pools[p].cash, .remaining = mode->row, .price = terms->initial};
        const struct surface *surface = &mode->pool[p].surface;
        if (status == RISKPOOL_OK)
            mode->pool[p].safe = surface_safe(surface, &stand, terms->scale);
        mode->pool[p].screened = can_screen(terms, surface);
        mode->pool[p].sided = !surface->single && !surface->curved && !surface->idle && !mode->pool[p].screened;
        mode->pool[p].plain = engine_is_plain(terms, surface);
        if (status == RISKPOOL_OK)
            status = pool_cap(&mode->pool[p], terms);
    }
    if (status == RISKPOOL_OK)
        mode_describe(mode);
    return status == RISKPOOL_OK ? engine_watch_init(mode, terms, from) : status;
}

static int by_asset(const void *a, const void *b) {
    const struct leg *x = a, *y = b;
    if (x->asset != y->asset)
        return x->asset < y->asset ? -1 : 1;
    return x->position < y->position ? -1 : x->position > y->position;
}

static enum riskpool_status whole_init(struct surface *whole, const struct engine_terms *terms) {
    const size_t n = terms->book->n_positions;
    size_t *all = calloc(n + 1, sizeof *all);
    if (!all)
        return RISKPOOL_NO_MEMORY;
    for (size_t i = 0; i < n; ++i)
        all[i] = i;
    const struct pool pool = {.n_positions = n, .positions = all};
    enum riskpool_status status = surface_init(whole, terms->book, &pool, terms->rule);
    if (status == RISKPOOL_OK)
        qsort(whole->leg, n, sizeof *whole->leg, by_asset);
    free(all);
    return status;
}

static int has_joint_guards(const struct engine_mode *mode) {
    return mode->n_guard_barriers < mode->n_guards;
}

int engine_needs_prices(const struct engine *engine) {
    if (engine->terms.trajectories)
        return 1;
    for (size_t m = 0; m < engine->terms.book->n_modes; ++m)
        if (engine->mode[m].has_others || engine->mode[m].has_curved || has_joint_guards(&engine->mode[m]))
            return 1;
    return 0;
}

static size_t most_rows(const struct book *book) {
    size_t most = book->n_positions;
    for (size_t m = 0; m < book->n_modes; ++m)
        most = book->modes[m].n_rows > most ? book->modes[m].n_rows : most;
    return most;
}

enum riskpool_status engine_init(struct engine *engine, const struct engine_terms *terms) {
    const struct book *book = terms->book;
    *engine = (struct engine){.terms = *terms, .kernel = kernel_choose()};
    enum riskpool_status status = RISKPOOL_NO_MEMORY;
    const size_t n_rows = most_rows(book);
    engine->mode = calloc(book->n_modes + 1, sizeof *engine->mode);
    engine->ones = calloc(n_rows + 1, sizeof *engine->ones);
    if (!engine->mode || !engine->ones)
        goto out;
    for (size_t i = 0; i < n_rows; ++i)
        engine->ones[i] = 1.0;
    for (size_t a = 0; a < terms->n_alerts; ++a)
        engine->watches_utilisation |= terms->alerts[a].kind != ALERT_MARGIN_LEVEL;
    engine->sinks =
        terms->dynamic || (terms->orders && terms->orders->n_outages > 0) || terms->procedure->amount == CLOSE_FRACTION;
    engine->in_parts = terms->procedure->amount != CLOSE_FULL || terms->procedure->backstop > 0.0 ||
                       terms->impact != NULL || book->n_holdings > 0;
    status = whole_init(&engine->whole, terms);
    for (size_t m = 0; m < book->n_modes && status == RISKPOOL_OK; ++m)
        status = mode_init(&engine->mode[m], terms, &book->modes[m]);
    for (size_t m = 0; m < book->n_modes && status == RISKPOOL_OK; ++m)
        engine->acts_at_ends |= engine->mode[m].has_curved;
out:
    if (status != RISKPOOL_OK)
        engine_free(engine);
    return status;
}

static void pool_free(struct engine_pool *pool) {
    surface_free(&pool->surface);
    surface_free(&pool->capped);
}

void engine_free(struct engine *engine) {
    for (size_t m = 0; engine->mode && m < engine->terms.book->n_modes; ++m) {
        for (size_t p = 0; engine->mode[m].pool && p < engine->mode[m].n_pools; ++p)
            pool_free(&engine->mode[m].pool[p]);
        engine_watch_free(&engine->mode[m]);
        free(engine->mode[m].pool);
        free(engine->mode[m].legs);
        free(engine->mode[m].barrier);
        free(engine->mode[m].row);
    }
    free(engine->mode);
    free(engine->ones);
    surface_free(&engine->whole);
    *engine = (struct engine){0};
}

double engine_start_equity(const struct engine *engine) {
    const struct book *book = engine->terms.book;
    double equity = book->balance;
    for (size_t i = 0; i < book->n_positions; ++i) {
        const struct position *position = &book->positions[i];
        equity += position_profit(position, engine->terms.initial[position->asset]);
    }
    for (size_t h = 0; h < book->n_holdings; ++h)
        equity += book->holdings[h].quantity * engine->terms.initial[book->holdings[h].asset];
    return equity;
}

static void take_rows(struct arena *arena, size_t length, double **row[], size_t n) {
    for (size_t i = 0; i < n; ++i)
        *row[i] = arena_take(arena, length);
}

#define TAKE(arena, length, ...)                                    \
    do {                                                            \
        double **rows[] = {__VA_ARGS__};                            \
        take_rows(arena, length, rows, sizeof rows / sizeof *rows); \
    } while (0)

/* The rows of orders, and room for one pool's surface with multipliers. */
static void take_orders(struct account *account, struct arena *arena) {
    const struct engine_mode *mode = account->mode;
    size_t n_legs = 0, n_tiers = 0;
    TAKE(arena, mode->n_pools * BLOCK, &account->waiting.due, &account->waiting.drawn);
    account->waiting.spent = arena_allocate(arena, mode->n_guards * sizeof *account->waiting.spent);
    for (size_t p = 0; p < mode->n_pools; ++p) {
        const size_t own = surface_count_tiers(&mode->pool[p].surface);
        n_legs = mode->pool[p].surface.n_legs > n_legs ? mode->pool[p].surface.n_legs : n_legs;
        n_tiers = own > n_tiers ? own : n_tiers;
    }
    account->scaled.leg = arena_allocate(arena, (n_legs + 1) * sizeof *account->scaled.leg);
    account->scaled.tier = arena_allocate(arena, (n_tiers + 1) * sizeof *account->scaled.tier);
}

/* Takes what liquidations in parts need. */
static void closing_take(struct account *account, const struct engine *engine, struct arena *arena) {
    const struct engine_terms *terms = &engine->terms;
    const size_t n_holdings = terms->book->n_holdings, n_legs = terms->book->n_positions + n_holdings;
    struct closing *closing = &account->closing;
    *closing = (struct closing){.procedure = terms->procedure,
                                .rule = terms->rule,
                                .impact = terms->impact,
                                .thinned = 1.0,
                                .remaining = account->path_remaining,
                                .price = account->path_price};
    closing->cut = arena_allocate(arena, n_legs * sizeof *closing->cut);
    closing->sale = arena_allocate(arena, (n_holdings + 1) * sizeof *closing->sale);
    closing->room = arena_take(arena, 4 * n_legs);
    if (terms->procedure->amount == CLOSE_FRACTION)
        account->wait = arena_take(arena, account->mode->n_pools * BLOCK);
    if (!terms->impact)
        return;
    closing->volume = arena_take(arena, terms->n_assets);
    account->volume_hour = arena_take(arena, BLOCK);
    TAKE(arena, terms->n_assets * BLOCK, &account->volume, &account->own_start, &account->own_end);
}

/* Takes every row that the accounts of one mode need. */
static void account_take(struct account *account, const struct engine *engine, size_t m, struct arena *arena) {
    account->engine = engine;
    account->mode = &engine->mode[m];
    const size_t n_rows = account->mode->n_rows, n_assets = engine->terms.n_assets;
    TAKE(arena, BLOCK, &account->slack, &account->near.slack, &account->requirement, &account->used, &account->total,
         &account->level, &account->utilisation, &account->peak, &account->start_equity);
    TAKE(arena, engine_mode_rows(account->mode) * BLOCK, &account->low, &account->high);
    TAKE(arena, account->mode->n_pools * BLOCK, &account->cash, &account->screen.base, &account->holding.constant,
         &account->holding.per_used, &account->start.positive, &account->start.negative, &account->start.distance,
         &account->end.positive, &account->end.negative, &account->end.distance);
    TAKE(arena, n_rows * BLOCK, &account->remaining, &account->screen.weight, &account->screen.down,
         &account->screen.reference, &account->holding.size);
    TAKE(arena, n_rows + 1, &account->path_remaining, &account->near.factor);
    TAKE(arena, n_assets, &account->path_price, &account->first_price, &account->near.deviation,
         &account->room.start_price, &account->room.end_price, &account->room.price, &account->room.weight,
         &account->room.direction, &account->room.point);
    take_orders(account, arena);
    account->watched =
        arena_allocate(arena, (account->mode->n_pools + account->mode->n_stops) * sizeof *account->watched);
    account->near.last = arena_allocate(arena, account->mode->n_pools * sizeof *account->near.last);
    account->room.kernel = engine->kernel;
    account->screen.scale = engine->ones;
    account->screen.owned = account->screen.owed = 1.0;
    if (engine->in_parts || account->mode->n_stops + account->mode->n_guards > 0)
        closing_take(account, engine, arena);
}

struct accounts *accounts_create(const struct engine *engine, struct arena *arena) {
    const size_t n_modes = engine->terms.book->n_modes;
    struct accounts *accounts = arena_allocate(arena, sizeof *accounts);
    if (!accounts)
        return NULL;
    accounts->engine = engine;
    accounts->account = arena_allocate(arena, n_modes * sizeof(struct account));
    for (size_t m = 0; accounts->account && m < n_modes; ++m)
        account_take(&accounts->account[m], engine, m, arena);
    accounts->margin = margin_create(engine, arena);
    return arena->failed ? NULL : accounts;
}
