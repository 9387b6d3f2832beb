/* What every position of an account made. It books nothing: it divides what was booked, where somebody asks. */
#include "engine_account.h"

/* What a fee of a whole pool is taken of, of one leg. */
static double fee_base(const struct account *account, const struct leg *leg, double remaining, double price) {
    if (account->engine->terms.procedure->fee_base == FEE_ON_MAINTENANCE)
        return leg_requirement(leg, leg_tier(leg, remaining, price), remaining, price);
    return leg_notional(leg, remaining, price);
}

void account_gain_pool(const struct account *account, const struct stand *stand, const struct surface *surface,
                       size_t path, double fee) {
    double base = 0.0;
    if (!account->out.gain)
        return;
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        if (!leg->coin)
            base += fee_base(account, leg, stand->remaining[leg->position], stand->price[leg->asset]);
    }
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        const double remaining = stand->remaining[leg->position], price = stand->price[leg->asset];
        const double share = base > 0.0 && !leg->coin ? fee_base(account, leg, remaining, price) / base : 0.0;
        if (remaining > 0.0 && !leg->coin)
            account_gain(account, leg->position, path, leg_profit(leg, remaining, price) - share * fee);
    }
}

void account_gain_cuts(const struct account *account, size_t path) {
    const struct closing *c = &account->closing;
    double base = 0.0;
    if (!account->out.gain)
        return;
    for (size_t k = 0; k < c->n_cuts; ++k)
        base += c->cut[k].base;
    for (size_t k = 0; k < c->n_cuts; ++k) {
        const struct cut *cut = &c->cut[k];
        const double fee = base > 0.0 ? cut->base / base * c->bill.fee : 0.0;
        account_gain(account, c->surface->leg[cut->leg].position, path, cut->profit - cut->slippage - fee);
    }
}

void account_gain_open(const struct account *account, const struct slice *slice, double sign) {
    const struct surface *whole = &account->engine->whole;
    if (!account->out.gain)
        return;
    for (size_t i = 0; i < whole->n_legs; ++i) {
        const struct leg *leg = &whole->leg[i];
        const double *remaining = account->remaining + leg->position * BLOCK;
        for (size_t p = 0; p < BLOCK; ++p) {
            const double price = path_set_has(&account->displaced, p) ? account_price(account, slice, leg->asset, p)
                                                                      : slice->price[leg->asset * BLOCK + p];
            account_gain(account, leg->position, p, sign * leg_profit(leg, remaining[p], price));
        }
    }
}
