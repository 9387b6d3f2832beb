/* What can have happened inside a step: which paths are close enough to a surface for a bridge to have met it, in
 * vectors, and which of them their normals single out. Few are, so that bridges are drawn for few. */
#include <math.h>
#include <string.h>

#include "engine_account.h"
#include "vmath.h"

/* Distances in deviations of a step: a bridge with more than this at both ends does not cross (BRIDGE_MOST). */
static const double far = 4.25;

static void fill(double *row, double value) {
    for (size_t p = 0; p < BLOCK; ++p)
        row[p] = value;
}

void account_forget(struct account *account) {
    for (size_t p = 0; p < account->mode->n_pools; ++p)
        fill(account->screen.base + p * BLOCK, -INFINITY);
    account->near.fresh = 0;
}

/* The largest deviation in the step of what the long legs are worth, in logs, plus that of the short ones. */
static double reach_of(const struct account *account, const struct slice *slice) {
    double largest[2] = {0.0, 0.0};
    for (size_t p = 0; p < account->mode->n_pools; ++p) {
        const struct legs *legs = &account->mode->legs[p];
        for (size_t i = 0; i < legs->n; ++i) {
            double *side = &largest[legs->leg[i].quantity < 0.0], own = slice->deviation[legs->leg[i].asset];
            *side = own > *side ? own : *side;
        }
    }
    return largest[0] + largest[1];
}

static double highest_rate(const struct leg *leg) {
    double highest = 0.0;
    for (size_t k = 0; k < leg->n_tiers; ++k)
        highest = leg->tier[k].rate > highest ? leg->tier[k].rate : highest;
    return highest;
}

/* Factors that turn the two sides A and B of G into what is positive only where the distance ln(A / B) is more than
 * `far` of its deviations s <= a / A + b / B, where a and b are the sums of the legs' slopes times their own
 * deviations: ln(A / B) >= (A - B) / A, so that A - B > far (a + r b) suffices where A / B <= r; and with r = e^(far *
 * reach), ln(A / B) > far * reach does elsewhere. The slope of a long leg is at most its side; that of a short one at
 * most its side times 1 + its highest rate. */
static void set_factors(struct account *account, const struct slice *slice) {
    const struct engine_terms *terms = &account->engine->terms;
    struct engine_nearness *near = &account->near;
    const double ratio = vmath_exp(far * reach_of(account, slice));
    int wide = 0;
    for (size_t p = 0; p < account->mode->n_pools; ++p)
        for (size_t i = 0; i < account->mode->legs[p].n; ++i) {
            const struct leg *leg = &account->mode->legs[p].leg[i];
            const double rate =
                leg->coin || !terms->dynamic ? highest_rate(leg) : terms->dynamic->cap * highest_rate(leg);
            /* Below the cap the slope of a long leg may be all of its value, of which its side is what the rate leaves.
             */
            const double own = far * slice->deviation[leg->asset] / (terms->dynamic ? 1.0 - rate : 1.0);
            near->factor[leg->position] = leg->quantity < 0.0 ? 1.0 + ratio * own * (1.0 + rate) : 1.0 - own;
            wide |= own >= 1.0;
        }
    /* In so long a step everything is near. */
    for (size_t p = 0; wide && p < account->mode->n_pools; ++p)
        for (size_t i = 0; i < account->mode->legs[p].n; ++i)
            if (account->mode->legs[p].leg[i].quantity > 0.0)
                near->factor[account->mode->legs[p].leg[i].position] = 0.0;
    near->owned = wide ? 0.0 : 1.0;
    memcpy(near->deviation, slice->deviation, terms->n_assets * sizeof(double));
}

/* The paths on which a screened pool is near its surface at coordinates x. */
static struct path_set screen_pool(struct account *account, size_t pool, const struct slice *slice, const double *x) {
    const struct engine *engine = account->engine;
    const struct surface *surface = &account->mode->pool[pool].surface;
    const size_t row = pool * BLOCK;
    struct screen screen = account->screen;
    screen.base += row;
    screen.scale = account->near.factor;
    screen.owned = account->near.owned;
    fill(account->near.slack, INFINITY);
    engine->kernel->screen(surface->n_legs, account->mode->pool[pool].watch.leg, slice->initial, x, account->cash + row,
                           account->remaining, &screen, account->near.slack);
    return engine->kernel->spent(account->near.slack);
}

/* Watches the screened pools where they are near at either end of the step. */
static void look_at_joint_pools(struct account *account, const struct slice *slice) {
    struct engine_nearness *near = &account->near;
    const size_t n_assets = account->engine->terms.n_assets;
    const int fresh = near->fresh && memcmp(near->deviation, slice->deviation, n_assets * sizeof(double)) == 0;
    if (!fresh) {
        set_factors(account, slice);
        account_forget(account);
    }
    for (size_t p = 0; p < account->mode->n_pools; ++p) {
        if (!account->mode->pool[p].screened)
            continue;
        const struct path_set last = fresh ? near->last[p] : screen_pool(account, p, slice, slice->start);
        near->last[p] = screen_pool(account, p, slice, slice->end);
        for (size_t word = 0; word < BLOCK_WORDS; ++word)
            account->watched[p].word[word] = last.word[word] | near->last[p].word[word];
    }
    near->fresh = 1;
}

/* Watches the joint pools that no bound knows where they may have crossed, by the normals of every path. */
static void look_at_other_pools(struct account *account, const struct slice *slice) {
    const struct kernel *kernel = account->engine->kernel;
    const struct engine_sides *end = &account->end, *start = &account->start;
    for (size_t p = 0; p < account->mode->n_pools; ++p) {
        const struct surface *surface = &account->mode->pool[p].surface;
        const size_t row = p * BLOCK;
        if (!account->mode->pool[p].sided)
            continue;
        fill(account->slack, INFINITY);
        kernel->sides(surface->n_legs, account->mode->pool[p].watch.leg, account->cash + row, account->remaining,
                      slice->end_price, end->positive + row, end->negative + row);
        kernel->distance(slice->scale, end->positive + row, end->negative + row, end->distance + row);
        if (account->multiplier) {
            account->watched[p] = margin_watch(account, p, slice);
            continue;
        }
        kernel->bridge_distance(slice->scale, surface->n_legs, surface->leg, account->remaining, slice->start_price,
                                slice->start_slope, slice->deviation, slice->spread, slice->bridge,
                                start->positive + row, start->negative + row, start->distance + row,
                                end->distance + row, account->slack);
        account->watched[p] = kernel->spent(account->slack);
    }
}

/* 1 when a bridge from distance d0 to d1 may have met a barrier, given its normal; `pull` is minus that normal times
 * the deviation. */
static int may_meet(double d0, double d1, double deviation, double pull) {
    return !(d1 > 0.0 && 2.0 * d0 * d1 > vmath_tail_bound(deviation, pull > 0.0 ? pull : 0.0));
}

/* Stops watching a pool on one asset where its normals do not let it cross. */
static void ask_normals(struct account *account, const struct barrier *barrier, const struct slice *slice) {
    struct path_set *watched = &account->watched[barrier->pool];
    const double *start = slice->start + barrier->asset * BLOCK, *end = slice->end + barrier->asset * BLOCK;
    const double *low = account->low + barrier->pool * BLOCK, *high = account->high + barrier->pool * BLOCK;
    for (size_t word = 0; word < BLOCK_WORDS; ++word)
        for (uint64_t left = watched->word[word]; left != 0; left &= left - 1) {
            const size_t p = word * 64 + (size_t)__builtin_ctzll(left);
            const double own = slice_deviation(slice, barrier->asset, p);
            const double pull = own * slice->bridge[barrier->asset * BLOCK + p];
            if (!(barrier->below && may_meet(start[p] - low[p], end[p] - low[p], own, -pull)) &&
                !(barrier->above && may_meet(high[p] - start[p], high[p] - end[p], own, pull)))
                watched->word[word] &= ~(left & -left);
        }
}

static struct path_set any_watched(const struct account *account) {
    struct path_set any = {{0}};
    for (size_t p = 0; p < account->mode->n_pools + account->mode->n_stops; ++p)
        for (size_t word = 0; word < BLOCK_WORDS; ++word)
            any.word[word] |= account->watched[p].word[word];
    return any;
}

struct path_set account_watch(struct account *account, const struct slice *slice) {
    const struct engine_mode *mode = account->mode;
    memset(account->watched, 0, (mode->n_pools + mode->n_stops) * sizeof *account->watched);
    account->engine->kernel->bridge_barriers(mode->n_barriers, mode->barrier, slice->start, slice->end,
                                             slice->deviation, slice->spread, account->low, account->high,
                                             account->watched);
    if (mode->has_screened)
        look_at_joint_pools(account, slice);
    return mode->has_others ? path_set_all() : path_set_union(any_watched(account), account->displaced);
}

struct path_set account_detect_inside(struct account *account, const struct slice *slice) {
    for (size_t b = 0; b < account->mode->n_barriers; ++b)
        ask_normals(account, &account->mode->barrier[b], slice);
    if (account->mode->has_others)
        look_at_other_pools(account, slice);
    /* The rows are of prices that nobody displaced. */
    for (size_t p = 0; p < account->mode->n_pools + account->mode->n_stops; ++p)
        account->watched[p] = path_set_union(account->watched[p], account->displaced);
    return any_watched(account);
}
