/* The account's own prices: what its orders have displaced on each path, how that fades, and the path that it sees. It
 * does not know why something is sold. */
#include <math.h>

#include "engine_account.h"

/* Displacements below it are none at the end of a step. */
static const double trace = 1e-9;

void account_age(struct account *account, size_t path, double hour) {
    const struct engine_terms *terms = &account->engine->terms;
    const double hours = hour - account->volume_hour[path];
    if (!path_set_has(&account->displaced, path) || !(hours > 0.0))
        return;
    for (size_t j = 0; j < terms->n_assets; ++j)
        account->volume[j * BLOCK + path] = impact_decayed(terms->impact, account->volume[j * BLOCK + path], hours);
    account->volume_hour[path] = hour;
}

static void forget_traces(struct account *account, size_t path) {
    const struct engine_terms *terms = &account->engine->terms;
    int any = 0;
    for (size_t j = 0; j < terms->n_assets; ++j) {
        double *volume = &account->volume[j * BLOCK + path];
        const int is_trace = fabs(impact_displacement(terms->impact, *volume)) < trace;
        *volume = is_trace ? 0.0 : *volume;
        any |= !is_trace;
    }
    if (!any)
        path_set_remove(&account->displaced, path);
}

void account_fade(struct account *account, double hour) {
    for (size_t word = 0; word < BLOCK_WORDS; ++word)
        for (uint64_t left = account->displaced.word[word]; left != 0; left &= left - 1) {
            const size_t path = word * 64 + (size_t)__builtin_ctzll(left);
            account_age(account, path, hour);
            forget_traces(account, path);
        }
}

double account_sell(struct account *account, size_t asset, size_t path, double quantity, double hour, double *price) {
    const struct engine_terms *terms = &account->engine->terms;
    const double worth = quantity * *price;
    if (!terms->impact)
        return worth;
    account_age(account, path, hour);
    const double slippage = impact_sell(terms->impact, asset, stress_depth_at(terms->stress, hour), quantity,
                                        &account->volume[asset * BLOCK + path], price);
    account->out.column[OUTCOME_slippage][path] += slippage;
    account_displace(account, path, hour);
    return worth - slippage;
}

void account_displace(struct account *account, size_t path, double hour) {
    account->volume_hour[path] = hour;
    path_set_add(&account->displaced, path);
    account_attend(account, path);
}

const struct slice *account_own_slice(struct account *account, const struct slice *slice, size_t path,
                                      struct slice *room) {
    const struct impact *impact = account->engine->terms.impact;
    if (!path_set_has(&account->displaced, path))
        return slice;
    const double hours = slice->end_hour - account->volume_hour[path];
    for (size_t j = 0; j < slice->n_assets; ++j) {
        const size_t i = j * BLOCK + path;
        const double volume = account->volume[i];
        account->own_start[i] = slice->start[i] - impact_displacement(impact, volume);
        account->own_end[i] = slice->end[i] - impact_displacement(impact, impact_decayed(impact, volume, hours));
    }
    *room = *slice;
    room->start = account->own_start;
    room->end = account->own_end;
    return room;
}

/* What the kernels do for a row, for one path. */
static void value_path(struct account *account, const struct slice *slice, size_t path) {
    double total = 0.0, level = INFINITY, utilisation = 0.0;
    for (size_t i = 0; i < account->mode->n_rows; ++i)
        account->path_remaining[i] = account->remaining[i * BLOCK + path];
    for (size_t j = 0; j < slice->n_assets; ++j)
        account->path_price[j] = account_price(account, slice, j, path);
    for (size_t p = 0; p < account->mode->n_pools; ++p) {
        const struct surface *surface = account_surface(account, p, path);
        const struct stand stand = account_stand(account, p, path, account->path_price);
        const double equity = surface_equity(surface, &stand), used = surface_used_margin(surface, &stand);
        total += equity + surface_haircut(surface, &stand);
        if (!surface_open(surface, account->path_remaining) || !(used > 0.0))
            continue;
        const double own_level = 100.0 * equity / used;
        const double own = equity > 0.0 ? 100.0 * surface_requirement(surface, &stand) / equity : INFINITY;
        level = own_level < level ? own_level : level;
        utilisation = own > utilisation ? own : utilisation;
    }
    account->total[path] = total;
    account->level[path] = level;
    account->utilisation[path] = utilisation;
}

void account_value_displaced(struct account *account, const struct slice *slice) {
    for (size_t word = 0; word < BLOCK_WORDS; ++word)
        for (uint64_t left = account->displaced.word[word]; left != 0; left &= left - 1)
            value_path(account, slice, word * 64 + (size_t)__builtin_ctzll(left));
}
