/* Carry: funding at its times, on every path at once; interest at the end of every step, on the few paths whose cash is
 * negative. */
#include <math.h>

#include "engine_account.h"
#include "vmath.h"

static const double hours_a_year = 8760.0;

/* e^x - 1, without loss near zero. */
static double growth_of(double x) {
    if (fabs(x) > 0.01)
        return vmath_exp(x) - 1.0;
    double sum = 1.0;
    for (int k = 8; k > 1; --k)
        sum = vmath_fma(x / k, sum, 1.0);
    return x * sum;
}

/* Sells holdings for cash that has run out. */
static void cover(struct account *account, const struct slice *slice, size_t pool, size_t path) {
    if (account->mode->pool[pool].n_coins == 0 || !(account->cash[pool * BLOCK + path] < 0.0))
        return;
    account_gather_prices(account, pool, slice, path);
    account_cover(account, pool, path, slice->end_hour);
}

/* What the spot positions of a pool owe on one path. */
static double loan_of(const struct account *account, size_t pool, size_t path) {
    const struct surface *surface = &account->mode->pool[pool].surface;
    double sum = 0.0;
    for (size_t i = 0; i < surface->n_legs; ++i)
        sum += account->remaining[surface->leg[i].position * BLOCK + path] * surface->leg[i].loan;
    return sum;
}

static int lends(const struct surface *surface) {
    int lends = 0;
    for (size_t i = 0; i < surface->n_legs; ++i)
        lends |= surface->leg[i].loan > 0.0;
    return lends;
}

/* Notes what a pool paid, in cash or coins; less than nothing is received. */
static void note_paid(const struct account *account, const struct slice *slice, size_t pool, enum event_kind kind,
                      size_t path, double paid) {
    if (paid < 0.0 || paid > 0.0)
        account_note(account, path,
                     &(struct event){
                         .kind = kind, .pool = pool, .subject = JOURNAL_NONE, .hour = slice->end_hour, .cash = -paid});
}

/* Interest of the step, on what was owed in it. */
static void charge_interest(struct account *account, const struct slice *slice) {
    const double years = (slice->end_hour - slice->start_hour) / hours_a_year;
    const double growth = growth_of(account->engine->terms.carry->borrow * years);
    for (size_t pool = 0; pool < account->mode->n_pools; ++pool) {
        double *cash = account->cash + pool * BLOCK;
        const int has_loans = lends(&account->mode->pool[pool].surface);
        for (size_t p = 0; p < BLOCK; ++p) {
            const double owed = (cash[p] < 0.0 ? -cash[p] : 0.0) + (has_loans ? loan_of(account, pool, p) : 0.0);
            if (!(owed > 0.0))
                continue;
            const double paid = owed * growth;
            cash[p] -= paid;
            account->out.column[OUTCOME_funding][p] += paid;
            note_paid(account, slice, pool, EVENT_INTEREST, p, paid);
            account_gather(account, p);
            cover(account, slice, pool, p);
            account_renew(account, pool, p);
            account_attend(account, p);
        }
    }
}

/* Funding of one leg on every path, at the prices of its asset. */
static void pay_leg(struct account *account, size_t pool, const struct leg *leg, double rate, const double *price) {
    double *restrict cash = account->cash + pool * BLOCK;
    double *restrict funding = account->out.column[OUTCOME_funding];
    double *restrict constant = account->holding.constant + pool * BLOCK;
    const double *remaining = account->remaining + leg->position * BLOCK;
    for (size_t p = 0; p < BLOCK; ++p) {
        const double paid = rate * (remaining[p] * leg->quantity * price[p]);
        cash[p] -= paid;
        funding[p] += paid;
        constant[p] -= paid;
        account_gain(account, leg->position, p, -paid);
    }
}

/* The same of one that settles in coins. */
static void pay_coins(struct account *account, size_t pool, const struct leg *leg, double rate, const double *price) {
    const double sign = leg->quantity < 0.0 ? -1.0 : 1.0;
    for (size_t p = 0; p < BLOCK; ++p) {
        const double paid = rate * (sign * account->remaining[leg->position * BLOCK + p] * leg->face);
        if (!(paid < 0.0 || paid > 0.0))
            continue;
        account->path_remaining[leg->settles] = account->remaining[leg->settles * BLOCK + p];
        account_book(account, pool, p, leg, price[p], -paid);
        account->out.column[OUTCOME_funding][p] += paid;
        account_gain(account, leg->position, p, -paid);
    }
}

/* [asset] of the funding time that the end of a step is; NULL when it is none. */
static const double *rates_at(const struct engine_terms *terms, const struct slice *slice) {
    const struct carry *carry = terms->carry;
    const uint64_t ends = slice->step + 1;
    if (carry->interval == 0 || ends % carry->interval != 0)
        return NULL;
    const uint64_t time = ends / carry->interval - 1;
    return carry->rate + (carry->n_times > 1 ? time : 0) * terms->n_assets;
}

/* The final prices of an asset, as the account sees them. */
static void price_asset(const struct account *account, const struct slice *slice, size_t asset, double *price) {
    const struct engine_terms *terms = &account->engine->terms;
    account->engine->kernel->price(1, terms->scale, terms->initial + asset, slice->final + asset * BLOCK, price);
    for (size_t word = 0; word < BLOCK_WORDS; ++word)
        for (uint64_t left = account->displaced.word[word]; left != 0; left &= left - 1) {
            const size_t path = word * 64 + (size_t)__builtin_ctzll(left);
            price[path] = account_price(account, slice, asset, path);
        }
}

static int pay_pool(struct account *account, const struct slice *slice, size_t pool, const double *rate) {
    const struct surface *surface = &account->mode->pool[pool].surface;
    const size_t noted = account->journal ? account->journal->path : 0;
    const double before = account->out.column[OUTCOME_funding][noted];
    double price[BLOCK];
    const struct leg *priced = NULL; /* whose asset `price` is of */
    int paid = 0;
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        const size_t asset = leg->asset;
        if (!leg->funded || !(rate[asset] < 0.0 || rate[asset] > 0.0))
            continue;
        if (!priced || asset != priced->asset)
            price_asset(account, slice, asset, price);
        priced = leg;
        if (leg->settles == 0)
            pay_leg(account, pool, leg, rate[asset], price);
        else
            pay_coins(account, pool, leg, rate[asset], price);
        paid = 1;
    }
    note_paid(account, slice, pool, EVENT_FUNDING, noted, account->out.column[OUTCOME_funding][noted] - before);
    for (size_t p = 0; paid && account->mode->pool[pool].n_coins > 0 && p < BLOCK; ++p) {
        account_gather(account, p);
        cover(account, slice, pool, p);
        account_renew(account, pool, p);
    }
    if (paid)
        account_place_all(account, pool);
    return paid;
}

int account_carry(struct account *account, const struct slice *slice) {
    const struct carry *carry = account->engine->terms.carry;
    if (!carry)
        return 0;
    if (carry->borrow > 0.0)
        charge_interest(account, slice);
    const double *rate = rates_at(&account->engine->terms, slice);
    int paid = 0;
    for (size_t pool = 0; rate && pool < account->mode->n_pools; ++pool)
        paid |= pay_pool(account, slice, pool, rate);
    return paid;
}
