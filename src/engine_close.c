/* Closing on one path: what a pool's positions bring, where its money goes, and the rows that follow from it. */
#include <math.h>

#include "engine_account.h"

void account_hold(struct account *account, size_t pool, size_t path) {
    const struct surface *surface = &account->mode->pool[pool].surface;
    const struct holding *holding = &account->holding;
    double constant = account->cash[pool * BLOCK + path], used = 0.0;
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        const size_t at = leg->position * BLOCK + path;
        holding->size[at] = account->remaining[at] * leg->quantity;
        constant -= holding->size[at] * leg->entry;
        used += account->remaining[at] * leg->used;
    }
    /* Where equity is not what is held at the market, account_record_special has the level. */
    const int plain = used > 0.0 && !surface->has_haircut && !surface->curved;
    holding->constant[pool * BLOCK + path] = constant;
    holding->per_used[pool * BLOCK + path] = plain ? 100.0 / used : NAN;
}

void account_renew(struct account *account, size_t pool, size_t path) {
    const struct engine_terms *terms = &account->engine->terms;
    account_place(account, pool, path);
    account->screen.base[pool * BLOCK + path] = -INFINITY;
    path_set_add(&account->watched[pool], path);
    path_set_add(&account->near.last[pool], path);
    if (terms->trajectories)
        account_hold(account, pool, path);
}

/* Marks every open position of the pool as liquidated at `hour`. */
static void empty_pool(struct account *account, size_t pool, size_t path, double hour) {
    const struct surface *surface = &account->mode->pool[pool].surface;
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const size_t position = surface->leg[i].position;
        if (account->path_remaining[position] <= 0.0)
            continue;
        double *first = &account->out.liquidation_time[position * BATCH + path];
        if (isnan(*first))
            *first = hour;
        account->path_remaining[position] = account->remaining[position * BLOCK + path] = 0.0;
    }
}

/* The liquidation of a whole pool, and of each of its positions. */
static void note_closing(struct account *account, size_t pool, size_t path, const struct stand *stand,
                         const struct settlement *s, double equity, double hour) {
    const struct surface *surface = account_surface(account, pool, path);
    account_note(account, path,
                 &(struct event){.kind = EVENT_LIQUIDATION,
                                 .pool = pool,
                                 .subject = JOURNAL_NONE,
                                 .hour = hour,
                                 .equity = equity,
                                 .requirement = surface_requirement(surface, stand),
                                 .fee = s->fee,
                                 .forfeited = s->forfeited,
                                 .shortfall = s->shortfall});
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        const double remaining = stand->remaining[leg->position], price = stand->price[leg->asset];
        if (remaining > 0.0)
            account_note(account, path,
                         &(struct event){.kind = EVENT_CLOSING,
                                         .pool = pool,
                                         .subject = leg->position,
                                         .hour = hour,
                                         .price = price,
                                         .quantity = remaining * leg->quantity,
                                         .cash = leg_profit(leg, remaining, price)});
    }
}

void account_close_pool(struct account *account, size_t pool, size_t path, const double *price, double equity,
                        double hour) {
    const struct surface *surface = account_surface(account, pool, path);
    const struct engine_terms *terms = &account->engine->terms;
    const struct stand stand = account_stand(account, pool, path, price);
    const double notional = surface_notional(surface, &stand);
    const int on_requirement = terms->procedure->fee_base == FEE_ON_MAINTENANCE;
    const double requirement = on_requirement || terms->trajectories ? surface_requirement(surface, &stand) : 0.0;
    const struct settlement s = procedure_settle(terms->procedure, equity, on_requirement ? requirement : notional);
    if (terms->trajectories)
        account_record_pool(account, path, equity, requirement, surface_used_margin(surface, &stand), hour);
    if (account->journal)
        note_closing(account, pool, path, &stand, &s, equity, hour);
    account->out.column[OUTCOME_fees][path] += s.fee;
    account->out.column[OUTCOME_shortfall][path] += s.shortfall;
    account->out.column[OUTCOME_forfeited][path] += s.forfeited;
    account->out.column[OUTCOME_closed_notional][path] += notional;
    account->out.column[OUTCOME_rounds][path] += 1.0;
    account_gain_pool(account, &stand, surface, path, s.fee);
    empty_pool(account, pool, path, hour);
    account->cash[pool * BLOCK + path] = 0.0;
    account->cash[path] += s.left;
    account_renew(account, pool, path);
    if (pool != 0)
        account_renew(account, 0, path);
}
