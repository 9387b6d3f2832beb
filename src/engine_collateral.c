/* What coins do to an account: what they are worth, what inverse contracts pay into them, their sale when cash runs
 * out, and where those of a closed pool go. The coins of a pool are rows behind the fractions of the positions. */
#include <math.h>

#include "engine_account.h"

static double coins_of(const struct account *account, const struct coin *coin) {
    return account->path_remaining[coin->row];
}

static void set_coins(struct account *account, size_t path, size_t row, double quantity) {
    account->path_remaining[row] = account->remaining[row * BLOCK + path] = quantity;
}

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

void account_detect_curved(struct account *account, size_t pool, const double *price, double *restrict slack) {
    const struct surface *surface = &account->mode->pool[pool].surface;
    double equity[BLOCK];
    account->engine->kernel->value(surface->n_legs, surface->leg, account->cash + pool * BLOCK, account->remaining,
                                   price, equity, account->requirement, account->used);
    for (size_t i = 0; i < BLOCK; ++i) {
        const double excess = equity[i] - account->requirement[i];
        slack[i] = excess < slack[i] ? excess : slack[i];
    }
}

void account_book(struct account *account, size_t pool, size_t path, const struct leg *leg, const double *price,
                  double amount) {
    double *cash = &account->cash[pool * BLOCK + path];
    if (leg->settles == 0) {
        *cash += amount;
        return;
    }
    const double at = price[leg->asset], quantity = account->path_remaining[leg->settles] + amount / at;
    set_coins(account, path, leg->settles, quantity > 0.0 ? quantity : 0.0);
    /* Coins that are missing are bought at once. */
    *cash += quantity > 0.0 ? 0.0 : quantity * at;
}

/* Sells of one holding what brings cash to zero; returns the cash then. */
static double sell(struct account *account, size_t pool, size_t path, const struct coin *coin, const double *price,
                   double cash, double hour) {
    const size_t asset = holding_of(account, coin)->asset;
    const double held = coins_of(account, coin), worth = held * price[asset];
    const int all = !(-cash < worth * (1.0 - 1e-14));
    const double sold = all ? held : -cash / price[asset];
    set_coins(account, path, coin->row, all ? 0.0 : held - sold);
    account_note(account, path,
                 &(struct event){.kind = EVENT_SALE,
                                 .pool = pool,
                                 .subject = asset,
                                 .hour = hour,
                                 .price = price[asset],
                                 .quantity = sold,
                                 .cash = sold * price[asset]});
    const double left = all ? cash + worth : 0.0;
    return fabs(left) <= 1e-13 * worth ? 0.0 : left; /* what is left of equal amounts is their rounding */
}

void account_cover(struct account *account, size_t pool, size_t path, const double *price, double hour) {
    const struct engine_pool *own = &account->mode->pool[pool];
    double *cash = &account->cash[pool * BLOCK + path];
    for (size_t c = 0; c < own->n_coins && *cash < 0.0; ++c)
        if (holding_of(account, &own->coins[c])->quantity > 0.0 && coins_of(account, &own->coins[c]) > 0.0)
            *cash = sell(account, pool, path, &own->coins[c], price, *cash, hour);
}

void account_repay(struct account *account, size_t pool, size_t path, const double *price) {
    const struct engine_pool *own = &account->mode->pool[pool];
    for (size_t c = 0; c < own->n_coins; ++c) {
        const struct collateral *holding = holding_of(account, &own->coins[c]);
        if (holding->quantity > 0.0)
            continue;
        account->cash[pool * BLOCK + path] -= coins_of(account, &own->coins[c]) * price[holding->asset];
        set_coins(account, path, own->coins[c].row, 0.0);
    }
}

/* 1 when inverse positions of the pool settle in these coins. */
static int settles_in(const struct surface *surface, const struct coin *coin) {
    for (size_t i = 0; i < surface->n_legs; ++i)
        if (surface->leg[i].settles == coin->row)
            return 1;
    return 0;
}

double account_forfeit_coins(struct account *account, size_t pool, size_t path, const double *price) {
    const struct engine_pool *own = &account->mode->pool[pool];
    double worth = 0.0;
    for (size_t c = 0; c < own->n_coins; ++c) {
        if (!settles_in(&own->surface, &own->coins[c]))
            continue;
        worth += coins_of(account, &own->coins[c]) * price[holding_of(account, &own->coins[c])->asset];
        set_coins(account, path, own->coins[c].row, 0.0);
    }
    return worth;
}

void account_return_coins(struct account *account, size_t pool, size_t path) {
    const struct engine_pool *own = &account->mode->pool[pool];
    for (size_t c = 0; pool != 0 && c < own->n_coins; ++c) {
        const struct coin *back = &account->mode->pool[0].coins[own->coins[c].holding];
        set_coins(account, path, back->row, coins_of(account, back) + coins_of(account, &own->coins[c]));
        set_coins(account, path, own->coins[c].row, 0.0);
    }
}
