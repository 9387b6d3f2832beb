/* Top-ups: cash from the wallet pool for pools whose health has fallen, some time after it was seen. */
#include <math.h>

#include "engine_account.h"

static const double time_tolerance = 1e-9; /* of a step */

/* What pool 0 can spare without falling into breach itself. */
static double spare_cash(struct account *account, const struct slice *slice, size_t path) {
    const double cash = account->cash[path], kept = 1.0 - 1e-9;
    if (!surface_open(&account->mode->pool[0].surface, account->path_remaining))
        return cash;
    account_gather_prices(account, 0, slice, path);
    const struct surface *surface = account_surface(account, 0, path);
    const struct stand stand = account_stand(account, 0, path, account->path_price);
    const double excess = kept * (surface_equity(surface, &stand) - surface_requirement(surface, &stand));
    return excess < cash ? excess : cash;
}

static void draw(struct account *account, const struct slice *slice, size_t guard, size_t path, double amount) {
    const size_t pool = account->mode->guard[guard].pool;
    account->cash[path] -= amount;
    account->cash[pool * BLOCK + path] += amount;
    account->waiting.drawn[pool * BLOCK + path] += amount;
    account->out.column[OUTCOME_top_up][path] += amount;
    if (account->waiting.drawn[pool * BLOCK + path] >= account->engine->terms.orders->top_up.cap)
        path_set_add(&account->waiting.spent[guard], path);
    account_note(
        account, path,
        &(struct event){
            .kind = EVENT_TOP_UP, .pool = pool, .subject = JOURNAL_NONE, .hour = slice->end_hour, .cash = amount});
    account_renew(account, 0, path);
    account_renew(account, pool, path);
}

/* One pool: 1 when cash moved. */
static int top_up_pool(struct account *account, const struct slice *slice, size_t guard, size_t path) {
    const struct top_up *order = &account->engine->terms.orders->top_up;
    const size_t pool = account->mode->guard[guard].pool, at = pool * BLOCK + path;
    double *due = &account->waiting.due[at];
    account_gather_prices(account, pool, slice, path);
    const struct surface *surface = account_surface(account, pool, path);
    const struct stand stand = account_stand(account, pool, path, account->path_price);
    const double equity = surface_equity(surface, &stand), requirement = surface_requirement(surface, &stand);
    const double used = surface_used_margin(surface, &stand);
    if (isnan(*due) && surface_open(surface, account->path_remaining) && equity <= order->below * requirement)
        *due = slice->end_hour + order->delay;
    if (!(slice->end_hour >= *due - time_tolerance * (slice->end_hour - slice->start_hour)))
        return 0;
    *due = NAN;
    if (!surface_open(surface, account->path_remaining))
        return 0;
    double amount = order->to * requirement - equity;
    amount = fmin(amount, order->cap - account->waiting.drawn[at]);
    amount = fmin(amount, spare_cash(account, slice, path));
    if (!(amount > 0.0))
        return 0;
    account_record_pool(account, path, equity, requirement, used, slice->end_hour);
    draw(account, slice, guard, path, amount);
    return 1;
}

int account_top_up(struct account *account, const struct slice *slice, size_t path) {
    int moved = 0, waits = 0;
    for (size_t g = 0; g < account->mode->n_guards; ++g) {
        if (account->mode->guard[g].reduction || path_set_has(&account->waiting.spent[g], path))
            continue;
        moved |= top_up_pool(account, slice, g, path);
        waits |= !isnan(account->waiting.due[account->mode->guard[g].pool * BLOCK + path]);
    }
    account->waiting.any.word[path / 64] &= ~(UINT64_C(1) << path % 64);
    if (waits)
        path_set_add(&account->waiting.any, path);
    return moved;
}
