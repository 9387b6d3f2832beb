#include "engine.h"

#include <math.h>
#include <stdlib.h>

#include "engine_account.h"

/* The engine: what is the same on every path. */

/* The filter takes log prices, legs of one rate, and breaches at step ends. */
static int can_screen(const struct engine_terms *terms, const struct surface *surface) {
    if (terms->exact || terms->continuous || terms->trajectories || terms->scale != PRICE_LOG || surface->single)
        return 0;
    for (size_t i = 0; i < surface->n_legs; ++i)
        if (surface->leg[i].n_tiers > 1)
            return 0;
    return 1;
}

static enum riskpool_status mode_init(struct engine_mode *mode, const struct engine_terms *terms,
                                      const struct mode *from, const double *remaining) {
    enum riskpool_status status = RISKPOOL_OK;
    mode->pool = calloc(from->n_pools, sizeof *mode->pool);
    if (!mode->pool)
        return RISKPOOL_NO_MEMORY;
    mode->n_pools = from->n_pools;
    for (size_t p = 0; p < from->n_pools && status == RISKPOOL_OK; ++p) {
        mode->pool[p].cash = from->pools[p].cash;
        status = surface_init(&mode->pool[p].surface, terms->book, &from->pools[p], terms->rule);
        const struct stand stand = {.cash = from->pools[p].cash, .remaining = remaining, .price = terms->initial};
        if (status == RISKPOOL_OK)
            mode->pool[p].safe = surface_safe(&mode->pool[p].surface, &stand, terms->scale);
        mode->pool[p].screened = can_screen(terms, &mode->pool[p].surface);
    }
    return status;
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

int engine_needs_prices(const struct engine *engine) {
    if (engine->terms.trajectories)
        return 1;
    for (size_t m = 0; m < engine->terms.book->n_modes; ++m)
        for (size_t p = 0; p < engine->mode[m].n_pools; ++p)
            if (!engine->mode[m].pool[p].surface.single && !engine->mode[m].pool[p].screened)
                return 1;
    return 0;
}

enum riskpool_status engine_init(struct engine *engine, const struct engine_terms *terms) {
    const struct book *book = terms->book;
    *engine = (struct engine){.terms = *terms, .kernel = kernel_choose()};
    enum riskpool_status status = RISKPOOL_NO_MEMORY;
    double *remaining = calloc(book->n_positions + 1, sizeof *remaining);
    engine->mode = calloc(book->n_modes + 1, sizeof *engine->mode);
    if (!remaining || !engine->mode)
        goto out;
    for (size_t i = 0; i < book->n_positions; ++i)
        remaining[i] = 1.0;
    status = whole_init(&engine->whole, terms);
    for (size_t m = 0; m < book->n_modes && status == RISKPOOL_OK; ++m)
        status = mode_init(&engine->mode[m], terms, &book->modes[m], remaining);
out:
    free(remaining);
    if (status != RISKPOOL_OK)
        engine_free(engine);
    return status;
}

void engine_free(struct engine *engine) {
    for (size_t m = 0; engine->mode && m < engine->terms.book->n_modes; ++m) {
        for (size_t p = 0; p < engine->mode[m].n_pools; ++p)
            surface_free(&engine->mode[m].pool[p].surface);
        free(engine->mode[m].pool);
    }
    free(engine->mode);
    surface_free(&engine->whole);
    *engine = (struct engine){0};
}

double engine_start_equity(const struct engine *engine) {
    const struct book *book = engine->terms.book;
    double equity = book->balance;
    for (size_t i = 0; i < book->n_positions; ++i) {
        const struct position *position = &book->positions[i];
        equity += position->quantity * (engine->terms.initial[position->asset] - position->entry);
    }
    return equity;
}

/* The accounts: rows of one block. */

struct accounts {
    const struct engine *engine;
    struct account *account; /* [mode] */
    uint64_t steps_done;
};

static void account_take(struct account *account, const struct engine *engine, size_t m, struct arena *arena) {
    const size_t n_positions = engine->terms.book->n_positions, n_assets = engine->terms.n_assets;
    const size_t pool_rows = engine->mode[m].n_pools * BLOCK;
    account->engine = engine;
    account->mode = &engine->mode[m];
    account->remaining = arena_take(arena, n_positions * BLOCK);
    double **of_pools[] = {&account->cash,           &account->low,
                           &account->high,           &account->start.positive,
                           &account->start.negative, &account->start.distance,
                           &account->screen.base,    &account->end.positive,
                           &account->end.negative,   &account->end.distance};
    for (size_t i = 0; i < sizeof of_pools / sizeof *of_pools; ++i)
        *of_pools[i] = arena_take(arena, pool_rows);
    double **rows[] = {&account->slack,
                       &account->equity,
                       &account->requirement,
                       &account->used,
                       &account->worst.total,
                       &account->level,
                       &account->utilisation,
                       &account->peak,
                       &account->worst.level_equity,
                       &account->worst.level_used,
                       &account->worst.share_need,
                       &account->worst.share_equity,
                       &account->start_equity};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i)
        *rows[i] = arena_take(arena, BLOCK);
    account->screen.weight = arena_take(arena, n_positions * BLOCK);
    account->screen.reference = arena_take(arena, n_positions * BLOCK);
    account->path_remaining = arena_take(arena, n_positions + 1);
    double **of_assets[] = {&account->path_price,     &account->first_price, &account->room.start_price,
                            &account->room.end_price, &account->room.price,  &account->room.weight,
                            &account->room.direction, &account->room.point};
    for (size_t i = 0; i < sizeof of_assets / sizeof *of_assets; ++i)
        *of_assets[i] = arena_take(arena, n_assets);
}

struct accounts *accounts_create(const struct engine *engine, struct arena *arena) {
    const size_t n_modes = engine->terms.book->n_modes;
    const size_t bytes = sizeof(struct accounts) + n_modes * sizeof(struct account);
    struct accounts *accounts = (void *)arena_take(arena, bytes / sizeof(double) + 1);
    if (!accounts)
        return NULL;
    accounts->engine = engine;
    accounts->account = (void *)arena_take(arena, n_modes * sizeof(struct account) / sizeof(double) + 1);
    for (size_t m = 0; accounts->account && m < n_modes; ++m)
        account_take(&accounts->account[m], engine, m, arena);
    return arena->failed ? NULL : accounts;
}

static void fill(double *row, double value) {
    for (size_t p = 0; p < BLOCK; ++p)
        row[p] = value;
}

/* Terms of the surface of every joint pool at the prices that start the next step. */
static void refresh_start(struct account *account, const struct slice *slice) {
    const struct kernel *kernel = account->engine->kernel;
    struct engine_sides *start = &account->start;
    for (size_t p = 0; p < account->mode->n_pools; ++p) {
        const struct surface *surface = &account->mode->pool[p].surface;
        const size_t row = p * BLOCK;
        if (surface->single)
            continue;
        kernel->sides(surface->n_legs, surface->leg, account->cash + row, account->remaining, slice->price,
                      start->positive + row, start->negative + row);
        kernel->distance(slice->scale, start->positive + row, start->negative + row, start->distance + row);
    }
}

/* Equity of the whole account: all cash, then every position, in an order that does not depend on the mode. */
static void value_account(struct account *account, const struct slice *slice, double *restrict equity) {
    const struct surface *whole = &account->engine->whole;
    double cash[BLOCK];
    fill(cash, 0.0);
    for (size_t p = 0; p < account->mode->n_pools; ++p)
        for (size_t i = 0; i < BLOCK; ++i)
            cash[i] += account->cash[p * BLOCK + i];
    account->engine->kernel->value(whole->n_legs, whole->leg, cash, account->remaining, slice->price, equity,
                                   account->requirement, account->used);
}

static void open_columns(struct account *account, const struct outcome *outcome, size_t offset) {
    const struct engine_terms *terms = &account->engine->terms;
    account->out = *outcome;
    for (size_t c = 0; c < OUTCOME_COUNT; ++c) {
        account->out.column[c] += offset;
        fill(account->out.column[c], 0.0);
    }
    account->out.liquidation_time += offset;
    account->out.alert_time += offset;
    if (terms->trajectories) {
        account->out.equity_at += offset;
        account->out.margin_level_at += offset;
    }
    fill(account->out.column[OUTCOME_lowest_margin_level], INFINITY);
    for (size_t i = 0; i < terms->book->n_positions; ++i)
        fill(account->out.liquidation_time + i * BATCH, NAN);
    for (size_t a = 0; a < terms->n_alerts; ++a)
        fill(account->out.alert_time + a * BATCH, NAN);
}

static void account_open(struct account *account, const struct slice *start) {
    for (size_t i = 0; i < account->engine->terms.book->n_positions; ++i)
        fill(account->remaining + i * BLOCK, 1.0);
    for (size_t p = 0; p < account->mode->n_pools; ++p) {
        fill(account->cash + p * BLOCK, account->mode->pool[p].cash);
        fill(account->low + p * BLOCK, account->mode->pool[p].safe.low);
        fill(account->screen.base + p * BLOCK, -INFINITY);
        fill(account->high + p * BLOCK, account->mode->pool[p].safe.high);
    }
    refresh_start(account, start);
    value_account(account, start, account->start_equity);
    fill(account->peak, -INFINITY);
    account->next_time = 0;
    if (account->engine->terms.trajectories)
        account_record(account, start, 0);
}

void accounts_open(struct accounts *accounts, const struct slice *start, struct outcome *outcomes, size_t offset) {
    accounts->steps_done = 0;
    for (size_t m = 0; m < accounts->engine->terms.book->n_modes; ++m) {
        open_columns(&accounts->account[m], &outcomes[m], offset);
        account_open(&accounts->account[m], start);
    }
}

/* slack <= 0 on every path where a pool may have crossed its surface inside the diffusive move. */
static void detect_inside(struct account *account, const struct slice *slice) {
    const struct kernel *kernel = account->engine->kernel;
    fill(account->slack, INFINITY);
    for (size_t p = 0; p < account->mode->n_pools; ++p) {
        const struct surface *surface = &account->mode->pool[p].surface;
        const size_t row = p * BLOCK;
        if (surface->n_legs == 0)
            continue;
        if (surface->single) {
            const size_t asset = surface->leg[0].asset, x = asset * BLOCK;
            kernel->bridge_between(slice->start + x, slice->end + x, slice->deviation[asset], slice->bridge + x,
                                   account->low + row, account->high + row, account->slack);
            continue;
        }
        struct engine_sides *end = &account->end, *start = &account->start;
        kernel->sides(surface->n_legs, surface->leg, account->cash + row, account->remaining, slice->end_price,
                      end->positive + row, end->negative + row);
        kernel->distance(slice->scale, end->positive + row, end->negative + row, end->distance + row);
        kernel->bridge_distance(slice->scale, surface->n_legs, surface->leg, account->remaining, slice->start_price,
                                slice->start_slope, slice->deviation, slice->bridge, start->positive + row,
                                start->negative + row, start->distance + row, end->distance + row, account->slack);
    }
}

/* slack <= 0 on every path where a pool is in breach at the final prices. */
static void detect_at_end(struct account *account, const struct slice *slice) {
    const struct kernel *kernel = account->engine->kernel;
    fill(account->slack, INFINITY);
    for (size_t p = 0; p < account->mode->n_pools; ++p) {
        const struct surface *surface = &account->mode->pool[p].surface;
        const size_t row = p * BLOCK;
        if (surface->n_legs == 0)
            continue;
        if (surface->single) {
            kernel->between(slice->final + surface->leg[0].asset * BLOCK, account->low + row, account->high + row,
                            account->slack);
            continue;
        }
        if (account->mode->pool[p].screened) {
            const struct screen screen = {account->screen.base + row, account->screen.weight,
                                          account->screen.reference};
            kernel->screen(surface->n_legs, surface->leg, slice->initial, slice->final, account->cash + row,
                           account->remaining, &screen, account->slack);
            continue;
        }
        double positive[BLOCK], negative[BLOCK];
        kernel->sides(surface->n_legs, surface->leg, account->cash + row, account->remaining, slice->price, positive,
                      negative);
        kernel->excess(positive, negative, account->slack);
    }
}

static int liquidate(struct account *account, const struct slice *slice,
                     int (*liquidate_path)(struct account *, const struct slice *, size_t)) {
    int closed = 0;
    if (!account->engine->kernel->any_spent(account->slack))
        return 0;
    for (size_t path = 0; path < BLOCK; ++path)
        if (account->slack[path] <= 0.0)
            closed |= liquidate_path(account, slice, path);
    return closed;
}

static void account_step(struct account *account, const struct slice *slice, uint64_t steps_done) {
    const int inside = account->engine->terms.continuous && slice->bridge, gap = slice->final != slice->end;
    int closed = 0;
    if (inside) {
        detect_inside(account, slice);
        closed = liquidate(account, slice, account_liquidate_inside);
    }
    if (!inside || gap) {
        detect_at_end(account, slice);
        closed |= liquidate(account, slice, account_liquidate_at_end);
    }
    if (inside) {
        /* The end of this step is the start of the next, unless something moved it. */
        const struct engine_sides end = account->end;
        account->end = account->start;
        account->start = end;
        if (closed || gap)
            refresh_start(account, slice);
    }
    if (account->engine->terms.trajectories)
        account_record(account, slice, steps_done);
}

void accounts_step(struct accounts *accounts, const struct slice *slice) {
    accounts->steps_done++;
    for (size_t m = 0; m < accounts->engine->terms.book->n_modes; ++m)
        account_step(&accounts->account[m], slice, accounts->steps_done);
}

static void account_close(struct account *account, const struct slice *last) {
    const int watched = account->engine->terms.trajectories;
    double *loss = account->out.column[OUTCOME_loss], *lowest = account->out.column[OUTCOME_lowest_margin_level];
    double *drawdown = account->out.column[OUTCOME_max_drawdown];
    value_account(account, last, account->worst.total);
    for (size_t p = 0; p < BLOCK; ++p) {
        loss[p] = account->start_equity[p] - account->worst.total[p];
        lowest[p] = watched && isfinite(lowest[p]) ? lowest[p] : NAN;
        drawdown[p] = watched ? drawdown[p] : NAN;
    }
}

void accounts_close(struct accounts *accounts, const struct slice *last) {
    for (size_t m = 0; m < accounts->engine->terms.book->n_modes; ++m)
        account_close(&accounts->account[m], last);
}
