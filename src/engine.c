/* One step of the accounts, from opening to closing: which paths must be looked at, in vectors. What happens to them
 * then is in engine_liquidate.c. */
#include "engine.h"

#include <math.h>

#include "engine_account.h"

static void fill(double *row, double value) {
    for (size_t p = 0; p < BLOCK; ++p)
        row[p] = value;
}

/* Terms of the surface of every joint pool that is not screened, at the prices that start the next step. */
static void refresh_start(struct account *account, const struct slice *slice) {
    const struct kernel *kernel = account->engine->kernel;
    struct engine_sides *start = &account->start;
    for (size_t p = 0; p < account->mode->n_pools; ++p) {
        const struct surface *surface = &account->mode->pool[p].surface;
        const size_t row = p * BLOCK;
        if (!account->mode->pool[p].sided)
            continue;
        kernel->sides(surface->n_legs, account->mode->pool[p].watch.leg, account->cash + row, account->remaining,
                      slice->price, start->positive + row, start->negative + row);
        kernel->distance(slice->scale, start->positive + row, start->negative + row, start->distance + row);
    }
}

/* Equity of the whole account: all cash and coins, then every position, in an order that does not depend on the mode.
 */
void account_value(struct account *account, const struct slice *slice, double *restrict equity) {
    const struct surface *whole = &account->engine->whole;
    double cash[BLOCK];
    fill(cash, 0.0);
    for (size_t p = 0; p < account->mode->n_pools; ++p)
        for (size_t i = 0; i < BLOCK; ++i)
            cash[i] += account->cash[p * BLOCK + i];
    if (account->mode->has_coins)
        account_add_coins(account, slice->price, cash);
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
    fill(account->out.column[OUTCOME_margin_peak_to_trough], NAN);
    fill(account->out.column[OUTCOME_margin_largest_rise], NAN);
    for (size_t i = 0; i < terms->book->n_positions; ++i)
        fill(account->out.liquidation_time + i * BATCH, NAN);
    account->out.gain = terms->gains ? account->out.gain + offset : NULL;
    for (size_t i = 0; account->out.gain && i < terms->book->n_positions; ++i)
        fill(account->out.gain + i * BATCH, 0.0);
    for (size_t a = 0; a < terms->n_alerts; ++a)
        fill(account->out.alert_time + a * BATCH, NAN);
}

/* The same on every path. */
static void open_holding(struct account *account) {
    const struct holding *holding = &account->holding;
    for (size_t p = 0; p < account->mode->n_pools; ++p) {
        account_hold(account, p, 0);
        fill(holding->constant + p * BLOCK, holding->constant[p * BLOCK]);
        fill(holding->per_used + p * BLOCK, holding->per_used[p * BLOCK]);
    }
    for (size_t i = 0; i < account->mode->n_rows; ++i)
        fill(holding->size + i * BLOCK, holding->size[i * BLOCK]);
}

static void account_open(struct account *account, const struct slice *start) {
    for (size_t i = 0; i < account->mode->n_rows; ++i)
        fill(account->remaining + i * BLOCK, account->mode->row[i]);
    for (size_t p = 0; p < account->mode->n_pools; ++p) {
        fill(account->cash + p * BLOCK, account->mode->pool[p].cash);
        fill(account->low + p * BLOCK, account->mode->pool[p].safe.low);
        fill(account->high + p * BLOCK, account->mode->pool[p].safe.high);
    }
    account_forget(account);
    refresh_start(account, start);
    account_value(account, start, account->start_equity);
    fill(account->peak, -INFINITY);
    account->next_time = 0;
    account->attended = account->displaced = (struct path_set){{0}};
    for (size_t j = 0; account->volume && j < account->engine->terms.n_assets; ++j)
        fill(account->volume + j * BLOCK, 0.0);
    for (size_t p = 0; account->wait && p < account->mode->n_pools; ++p)
        fill(account->wait + p * BLOCK, NAN);
    if (account->mode->n_stops + account->mode->n_guards > 0 || account->multiplier)
        account_open_orders(account);
    account_gain_open(account, start, -1.0); /* what the start equity holds already */
    if (account->engine->terms.trajectories) {
        open_holding(account);
        account_record(account, start, 0);
    }
    if (account->journal)
        account_note_state(account, start);
}

void accounts_open(struct accounts *accounts, const struct slice *start, struct outcome *outcomes, size_t offset) {
    accounts->steps_done = 0;
    if (accounts->margin)
        margin_open(accounts->margin);
    for (size_t m = 0; m < accounts->engine->terms.book->n_modes; ++m) {
        open_columns(&accounts->account[m], &outcomes[m], offset);
        accounts->account[m].multiplier = accounts->margin ? margin_held(accounts->margin) : NULL;
        account_open(&accounts->account[m], start);
    }
}

/* The paths on which a pool is in breach at the final prices, or a stop was crossed. */
static struct path_set detect_at_end(struct account *account, const struct slice *slice) {
    const struct kernel *kernel = account->engine->kernel;
    const struct engine_mode *mode = account->mode;
    kernel->barriers(mode->n_barriers, mode->barrier, slice->final, account->low, account->high, account->slack);
    for (size_t p = 0; p < mode->n_pools; ++p) {
        const struct surface *surface = &mode->pool[p].surface;
        const size_t row = p * BLOCK;
        if (mode->pool[p].surface.curved) {
            account_detect_curved(account, &mode->pool[p].watch, p, slice->price, account->slack);
            continue;
        }
        if (mode->pool[p].screened) {
            struct screen screen = account->screen;
            screen.base += row;
            kernel->screen(surface->n_legs, mode->pool[p].watch.leg, slice->initial, slice->final, account->cash + row,
                           account->remaining, &screen, account->slack);
            continue;
        }
        if (!mode->pool[p].sided)
            continue;
        double positive[BLOCK], negative[BLOCK];
        kernel->sides(surface->n_legs, mode->pool[p].watch.leg, account->cash + row, account->remaining, slice->price,
                      positive, negative);
        kernel->excess(positive, negative, account->slack);
    }
    struct path_set spent = kernel->spent(account->slack);
    if (mode->n_stops > 0)
        spent = path_set_union(spent, account_detect_stops(account, slice));
    return spent;
}

static int liquidate(struct account *account, const struct slice *slice, const struct path_set *spent,
                     int (*liquidate_path)(struct account *, const struct slice *, size_t)) {
    int closed = 0;
    for (size_t word = 0; word < BLOCK_WORDS; ++word)
        for (uint64_t left = spent->word[word]; left != 0; left &= left - 1)
            closed |= liquidate_path(account, slice, word * 64 + (size_t)__builtin_ctzll(left));
    return closed;
}

/* Whatever must be looked at by the end of a step; `everywhere`: by all filters. 1 when something closed. */
static int act_at_end(struct account *account, const struct slice *slice, int everywhere) {
    const struct engine_mode *mode = account->mode;
    const int orders = mode->n_stops + mode->n_guards > 0;
    struct path_set look = account->attended;
    if (everywhere)
        look = path_set_union(look, detect_at_end(account, slice));
    if (mode->n_guards > 0)
        look = path_set_union(look, account_detect_guards(account, slice));
    return liquidate(account, slice, &look, orders ? account_end_path : account_liquidate_at_end);
}

static void account_step(struct account *account, const struct slice *slice, uint64_t steps_done) {
    const int bridged = account->engine->terms.continuous && slice->bridge, gap = slice->final != slice->end;
    const int out = account_is_out(account, slice);
    int closed = 0;
    account_note_own(account, slice);
    if (bridged && !out) {
        const struct path_set spent = account_detect_inside(account, slice);
        closed = liquidate(account, slice, &spent, account_liquidate_inside);
    }
    account_fade(account, slice->end_hour);
    const int paid = account_carry(account, slice);
    const int everywhere = !bridged || paid || gap || out || account->engine->acts_at_ends;
    if (paid || (bridged && everywhere))
        account_forget(account);
    if (!out)
        closed |= act_at_end(account, slice, everywhere);
    account_release(account, slice->end_hour);
    if (bridged) {
        if (everywhere)
            account_forget(account);
        /* The end of this step is the start of the next, unless something moved it. */
        const struct engine_sides end = account->end;
        account->end = account->start;
        account->start = end;
        if (closed || everywhere)
            refresh_start(account, slice);
    }
    account_trail(account, slice);
    if (account->engine->terms.trajectories)
        account_record(account, slice, steps_done);
    if (account->journal)
        account_note_state(account, slice);
}

/* Draws the bridges that some mode needs, at once. */
static void draw_bridges(struct accounts *accounts, const struct slice *slice) {
    struct path_set needed = {{0}};
    for (size_t m = 0; m < accounts->engine->terms.book->n_modes; ++m) {
        const struct path_set own = account_watch(&accounts->account[m], slice);
        for (size_t word = 0; word < BLOCK_WORDS; ++word)
            needed.word[word] |= own.word[word];
    }
    slice_draw(slice, &needed);
}

void accounts_step(struct accounts *accounts, const struct slice *slice) {
    accounts->steps_done++;
    if (accounts->engine->terms.continuous && slice->bridge)
        draw_bridges(accounts, slice);
    for (size_t m = 0; m < accounts->engine->terms.book->n_modes; ++m)
        account_step(&accounts->account[m], slice, accounts->steps_done);
    if (accounts->margin)
        margin_step(accounts->margin, slice, accounts->account, accounts->engine->terms.book->n_modes);
}

static void account_close(struct account *account, const struct slice *last) {
    const int watched = account->engine->terms.trajectories;
    double *loss = account->out.column[OUTCOME_loss], *lowest = account->out.column[OUTCOME_lowest_margin_level];
    double *drawdown = account->out.column[OUTCOME_max_drawdown];
    account_value(account, last, account->total);
    account_value_displaced(account, last);
    account_gain_open(account, last, 1.0);
    for (size_t p = 0; p < BLOCK; ++p) {
        loss[p] = account->start_equity[p] - account->total[p];
        lowest[p] = watched && isfinite(lowest[p]) ? lowest[p] : NAN;
        drawdown[p] = watched ? drawdown[p] : NAN;
    }
}

void accounts_close(struct accounts *accounts, const struct slice *last) {
    for (size_t m = 0; m < accounts->engine->terms.book->n_modes; ++m) {
        account_close(&accounts->account[m], last);
        if (accounts->margin)
            margin_close(accounts->margin, &accounts->account[m]);
    }
}
