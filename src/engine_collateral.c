/* What coins and convex positions do to the rows of an account: what they are worth at every step, and what is paid in
 * coins. How they are sold is in procedure_coins.c. */
#include <math.h>

#include "engine_account.h"

static const struct collateral *holding_of(const struct account *account, const struct coin *coin) {
    return &account->engine->terms.book->holdings[coin->holding];
}

void account_add_coins(const struct account *account, const double *price, double *restrict worth) {
    for (size_t p = 0; p < account->mode->n_pools; ++p)
        for (size_t c = 0; c < account->mode->pool[p].n_coins; ++c) {
            const struct coin *coin = &account->mode->pool[p].coins[c];
            const struct collateral *holding = holding_of(account, coin);
            const double *quantity = account->remaining + coin->row * BLOCK, *at = price + holding->asset * BLOCK;
            const double sign = holding->quantity < 0.0 ? -1.0 : 1.0;
            for (size_t i = 0; i < BLOCK; ++i)
                worth[i] += sign * (quantity[i] * at[i]);
        }
}

void account_record_special(struct account *account, const struct slice *slice) {
    double equity[BLOCK];
    if (account->mode->has_curved)
        account_value(account, slice, account->total);
    for (size_t p = 0; p < account->mode->n_pools; ++p) {
        const struct surface *surface = &account->mode->pool[p].surface;
        if (!surface->curved && !surface->has_haircut)
            continue;
        account->engine->kernel->value(surface->n_legs, surface->leg, account->cash + p * BLOCK, account->remaining,
                                       slice->price, equity, account->requirement, account->used);
        for (size_t i = 0; i < BLOCK; ++i) {
            const double level = account->used[i] > 0.0 ? 100.0 * equity[i] / account->used[i] : INFINITY;
            account->level[i] = level < account->level[i] ? level : account->level[i];
        }
    }
}

void account_detect_curved(struct account *account, const struct legs *legs, size_t pool, const double *price,
                           double *restrict slack) {
    double equity[BLOCK];
    account->engine->kernel->value(legs->n, legs->leg, account->cash + pool * BLOCK, account->remaining, price, equity,
                                   account->requirement, account->used);
    for (size_t i = 0; i < BLOCK; ++i) {
        const double excess = equity[i] - account->requirement[i];
        slack[i] = excess < slack[i] ? excess : slack[i];
    }
}

void account_book(struct account *account, size_t pool, size_t path, const struct leg *leg, double price,
                  double amount) {
    double *cash = &account->cash[pool * BLOCK + path];
    struct closing own = {.cash = *cash, .remaining = account->path_remaining};
    closing_book(&own, leg, price, amount);
    *cash = own.cash;
    if (leg->settles != 0)
        account->remaining[leg->settles * BLOCK + path] = account->path_remaining[leg->settles];
}
