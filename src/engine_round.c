/* Closing in parts: a pool is lifted out of the rows of its path, a round of the procedure or an order of the holder
 * works on it, and it is put back, with what that cost in the columns. */
#include <math.h>

#include "engine_account.h"

static struct closing *lift(struct account *account, size_t pool, size_t path, double hour) {
    const struct engine_terms *terms = &account->engine->terms;
    const struct surface *surface = account_surface(account, pool, path);
    struct closing *c = &account->closing;
    c->surface = surface;
    c->n_coins = account->mode->pool[pool].n_coins;
    c->coins = account->mode->pool[pool].coins;
    c->cash = account->cash[pool * BLOCK + path];
    c->n_cuts = c->n_sales = 0;
    c->bill = (struct bill){0};
    if (terms->impact) {
        account_age(account, path, hour);
        c->thinned = stress_depth_at(terms->stress, hour);
    }
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        c->remaining[leg->position] = account->remaining[leg->position * BLOCK + path];
        if (terms->impact)
            c->volume[leg->asset] = account->volume[leg->asset * BLOCK + path];
    }
    return c;
}

/* Moves the coins of a pool with nothing open to pool 0; 1 when there are any. */
static int return_coins(struct account *account, size_t pool, size_t path) {
    const struct closing *c = &account->closing;
    if (pool == 0 || c->n_coins == 0 || surface_open(c->surface, c->remaining))
        return 0;
    for (size_t k = 0; k < c->n_coins; ++k) {
        const size_t from = c->coins[k].row, to = account->mode->pool[0].coins[c->coins[k].holding].row;
        c->remaining[to] += c->remaining[from];
        c->remaining[from] = 0.0;
        account->remaining[to * BLOCK + path] = c->remaining[to];
        account->remaining[from * BLOCK + path] = 0.0;
    }
    return 1;
}

/* The rows of what was lifted. */
static void put_rows(struct account *account, size_t pool, size_t path) {
    const struct closing *c = &account->closing;
    for (size_t i = 0; i < c->surface->n_legs; ++i) {
        const struct leg *leg = &c->surface->leg[i];
        account->remaining[leg->position * BLOCK + path] = c->remaining[leg->position];
        if (c->impact)
            account->volume[leg->asset * BLOCK + path] = c->volume[leg->asset];
    }
    account->cash[pool * BLOCK + path] = c->cash;
    account->cash[path] += c->bill.returned;
    const int has_returned = return_coins(account, pool, path);
    account_renew(account, pool, path);
    if (pool != 0 && (c->bill.returned > 0.0 || has_returned))
        account_renew(account, 0, path);
}

static void put_back(struct account *account, size_t pool, size_t path, double hour) {
    const struct closing *c = &account->closing;
    const int is_open = surface_open(c->surface, c->remaining);
    double **column = account->out.column;
    column[OUTCOME_fees][path] += c->bill.fee;
    column[OUTCOME_slippage][path] += c->bill.slippage;
    column[OUTCOME_shortfall][path] += c->bill.shortfall;
    column[OUTCOME_forfeited][path] += c->bill.forfeited;
    account_gain_cuts(account, path);
    if (account->wait && !is_open)
        account->wait[pool * BLOCK + path] = NAN;
    if (c->bill.slippage > 0.0)
        account_displace(account, path, hour);
    if (is_open)
        account_attend(account, path);
    put_rows(account, pool, path);
}

static void note_cuts(const struct account *account, enum event_kind kind, size_t pool, size_t path, double hour) {
    const struct closing *c = &account->closing;
    for (size_t k = 0; k < c->n_cuts; ++k) {
        const struct cut *cut = &c->cut[k];
        account_note(account, path,
                     &(struct event){.kind = kind,
                                     .pool = pool,
                                     .subject = c->surface->leg[cut->leg].position,
                                     .hour = hour,
                                     .price = cut->price - cut->slippage / cut->quantity,
                                     .quantity = cut->quantity,
                                     .cash = cut->profit,
                                     .slippage = cut->slippage,
                                     .shortfall = kind == EVENT_CLOSING ? 0.0 : c->bill.shortfall});
    }
    for (size_t k = 0; k < c->n_sales; ++k)
        account_note(account, path,
                     &(struct event){.kind = EVENT_SALE,
                                     .pool = pool,
                                     .subject = c->sale[k].leg,
                                     .hour = hour,
                                     .price = c->sale[k].price - c->sale[k].slippage / c->sale[k].quantity,
                                     .quantity = c->sale[k].quantity,
                                     .cash = c->sale[k].profit,
                                     .slippage = c->sale[k].slippage});
}

/* The lowest margin level also looks at a pool right before it is closed. */
static struct event look_at(struct account *account, size_t pool, size_t path, double hour) {
    const struct closing *c = &account->closing;
    const struct stand stand = {.cash = c->cash, .remaining = c->remaining, .price = c->price};
    const double equity = surface_equity(c->surface, &stand), requirement = surface_requirement(c->surface, &stand);
    account_record_pool(account, path, equity, requirement, surface_used_margin(c->surface, &stand), hour);
    return (struct event){.kind = EVENT_LIQUIDATION,
                          .pool = pool,
                          .subject = JOURNAL_NONE,
                          .hour = hour,
                          .equity = equity,
                          .requirement = requirement};
}

static void mark_liquidated(struct account *account, size_t path, double hour) {
    const struct closing *c = &account->closing;
    for (size_t k = 0; k < c->n_cuts; ++k) {
        double *first = &account->out.liquidation_time[c->surface->leg[c->cut[k].leg].position * BATCH + path];
        *first = isnan(*first) ? hour : *first;
    }
    account->out.column[OUTCOME_rounds][path] += 1.0;
    account->out.column[OUTCOME_closed_notional][path] += c->bill.notional;
}

int account_round(struct account *account, size_t pool, size_t path, double hour) {
    struct closing *c = lift(account, pool, path, hour);
    double *wait = account->wait ? &account->wait[pool * BLOCK + path] : NULL;
    struct event event = look_at(account, pool, path, hour);
    const enum round_kind kind = closing_round(c, wait && !isnan(*wait));
    event.fee = c->bill.fee;
    event.forfeited = c->bill.forfeited;
    event.shortfall = c->bill.shortfall;
    account_note(account, path, &event);
    note_cuts(account, EVENT_CLOSING, pool, path, hour);
    if (wait && kind == ROUND_SHARE)
        *wait = hour + c->procedure->cooldown;
    mark_liquidated(account, path, hour);
    put_back(account, pool, path, hour);
    return kind != ROUND_WHOLE || c->bill.slippage > 0.0;
}

void account_close_leg(struct account *account, size_t pool, size_t leg, size_t path, double share,
                       enum event_kind order, double hour) {
    struct closing *c = lift(account, pool, path, hour);
    look_at(account, pool, path, hour);
    closing_sell(c, leg, share);
    note_cuts(account, order, pool, path, hour);
    put_back(account, pool, path, hour);
    account_attend(account, path);
}

void account_cover(struct account *account, size_t pool, size_t path, double hour) {
    if (account->mode->pool[pool].n_coins == 0 || !(account->cash[pool * BLOCK + path] < 0.0))
        return;
    closing_cover(lift(account, pool, path, hour));
    note_cuts(account, EVENT_SALE, pool, path, hour);
    put_back(account, pool, path, hour);
}

static int must_attend(const struct account *account, size_t path, double hour) {
    if (path_set_has(&account->displaced, path))
        return 1;
    for (size_t p = 0; account->wait && p < account->mode->n_pools; ++p)
        if (account_waits(account, p, path, hour))
            return 1;
    return 0;
}

void account_release(struct account *account, double hour) {
    for (size_t word = 0; word < BLOCK_WORDS; ++word)
        for (uint64_t left = account->attended.word[word]; left != 0; left &= left - 1) {
            const size_t path = word * 64 + (size_t)__builtin_ctzll(left);
            if (!must_attend(account, path, hour))
                path_set_remove(&account->attended, path);
        }
}
