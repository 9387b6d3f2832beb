/* Dynamic margin over a block of paths: multipliers of requirements that follow the volatility of each asset, which all
 * modes share; and what filters and records make of them. */
#include <math.h>
#include <string.h>

#include "engine_account.h"
#include "vmath.h"

/* Hours over which the largest rise of a multiplier is reported. */
static const double rise_hours = 120.0;
static const double step_tolerance = 1e-9;

static inline double smaller(double a, double b) {
    return a < b ? a : b;
}

static inline double larger(double a, double b) {
    return a > b ? a : b;
}

/* Rows are [asset][BLOCK]. The least of the last `window` multipliers is the least of the block of them that is being
 * filled and of the end of the block before (van Herk 1992). */
struct margin {
    const struct engine_terms *terms;
    char *used;               /* [asset] whether a position is on it */
    double decay;             /* of the weights, a step */
    double climb;             /* factor by which an announced multiplier rises at most, a step */
    size_t n_notice;          /* steps from announcement to validity */
    uint64_t steps;           /* done */
    double *variance;         /* per year */
    double *announced;        /* [n_notice + 1] tables, by time modulo their number */
    const double *held;       /* the table that holds */
    size_t window;            /* multipliers in the time of a rise */
    double *recent;           /* [window] tables */
    double *least;            /* of the block that is being filled */
    double *highest, *lowest; /* over the path */
    double *rise;             /* [BLOCK] largest of any asset */
    double *changed;          /* [asset] 1: on some path, by the last step */
};

static size_t table_size(const struct margin *margin) {
    return margin->terms->n_assets * BLOCK;
}

static void find_used(struct margin *margin) {
    const struct book *book = margin->terms->book;
    for (size_t i = 0; i < book->n_positions; ++i)
        margin->used[book->positions[i].asset] = 1;
}

static size_t count_window(const struct engine_terms *terms) {
    const uint64_t horizon = terms->n_times > 0 ? terms->time_step[terms->n_times - 1] : 0;
    const double steps = floor(rise_hours / terms->step_hours + step_tolerance);
    return 1 + (size_t)(steps < (double)horizon ? steps : (double)horizon);
}

struct margin *margin_create(const struct engine *engine, struct arena *arena) {
    const struct engine_terms *terms = &engine->terms;
    const struct dynamic *dynamic = terms->dynamic;
    struct margin *margin = dynamic ? arena_allocate(arena, sizeof *margin) : NULL;
    if (!margin)
        return NULL;
    const double hours = terms->step_hours, growth = dynamic->rate_limit * hours / 24.0;
    *margin =
        (struct margin){.terms = terms, .decay = vmath_exp(-0.693147180559945309417 * hours / dynamic->half_life)};
    margin->climb = 1.0 + growth;
    margin->n_notice = (size_t)ceil(dynamic->notice / hours - step_tolerance);
    margin->window = count_window(terms);
    margin->used = arena_allocate(arena, terms->n_assets);
    const size_t size = table_size(margin);
    double **const rows[] = {&margin->variance, &margin->least, &margin->highest, &margin->lowest};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i)
        *rows[i] = arena_take(arena, size);
    margin->announced = arena_take(arena, (margin->n_notice + 1) * size);
    margin->recent = arena_take(arena, margin->window * size);
    margin->rise = arena_take(arena, BLOCK);
    margin->changed = arena_take(arena, terms->n_assets);
    if (arena->failed)
        return NULL;
    find_used(margin);
    return margin;
}

static void fill(double *row, size_t n, double value) {
    for (size_t p = 0; p < n; ++p)
        row[p] = value;
}

void margin_open(struct margin *margin) {
    const size_t size = table_size(margin);
    const double start = dynamic_start(margin->terms->dynamic);
    for (size_t j = 0; j < margin->terms->n_assets; ++j)
        fill(margin->variance + j * BLOCK, BLOCK, margin->terms->volatility[j] * margin->terms->volatility[j]);
    fill(margin->announced, (margin->n_notice + 1) * size, start);
    fill(margin->recent, margin->window * size, INFINITY);
    fill(margin->recent, size, start);
    fill(margin->least, size, start);
    fill(margin->highest, size, start);
    fill(margin->lowest, size, start);
    fill(margin->rise, BLOCK, 0.0);
    margin->steps = 0;
    margin->held = margin->announced;
}

const double *margin_held(const struct margin *margin) {
    return margin->held;
}

/* The next variances and announcements of one asset. */
static void announce(const struct margin *margin, size_t asset, const struct slice *slice, const double *before,
                     double *restrict next) {
    const struct dynamic *dynamic = margin->terms->dynamic;
    const double *start = slice->start + asset * BLOCK, *final = slice->final + asset * BLOCK;
    const double volatility = margin->terms->volatility[asset], decay = margin->decay, climb = margin->climb;
    const double per_year = (1.0 - decay) * 8760.0 / margin->terms->step_hours;
    double *restrict variance = margin->variance + asset * BLOCK;
    for (size_t p = 0; p < BLOCK; ++p) {
        const double move = final[p] - start[p];
        variance[p] = decay * variance[p] + per_year * (move * move);
        const double now = volatility > 0.0 ? sqrt(variance[p]) / volatility : variance[p] > 0.0 ? dynamic->cap : 1.0;
        const double most = smaller(dynamic->cap, climb * before[p]);
        next[p] = smaller(larger(now, dynamic->floor), most);
    }
}

/* Turns a block of recent multipliers into the least of each and those after it. */
static void sweep_back(const struct margin *margin, size_t asset) {
    const size_t size = table_size(margin);
    for (size_t k = margin->window - 1; k-- > 0;) {
        double *restrict row = margin->recent + k * size + asset * BLOCK;
        const double *after = row + size;
        for (size_t p = 0; p < BLOCK; ++p)
            row[p] = after[p] < row[p] ? after[p] : row[p];
    }
}

/* Extremes, and the rise over the least multiplier of the window. */
static void look(struct margin *margin, size_t asset) {
    const size_t size = table_size(margin), at = asset * BLOCK, place = (size_t)(margin->steps % margin->window);
    const double *held = margin->held + at;
    if (place == 0)
        sweep_back(margin, asset);
    const double *old = place + 1 < margin->window ? margin->recent + (place + 1) * size + at : NULL;
    double *restrict row = margin->recent + place * size + at, *restrict least = margin->least + at;
    double *restrict highest = margin->highest + at, *restrict lowest = margin->lowest + at;
    for (size_t p = 0; p < BLOCK; ++p) {
        row[p] = held[p];
        least[p] = place == 0 ? held[p] : smaller(least[p], held[p]);
        const double base = old ? smaller(least[p], old[p]) : least[p];
        margin->rise[p] = larger(margin->rise[p], held[p] / base - 1.0);
        highest[p] = larger(highest[p], held[p]);
        lowest[p] = smaller(lowest[p], held[p]);
    }
}

/* An account's rows where the multipliers of a pool's asset have changed; joint pools are watched at the cap. */
static void renew_account(const struct margin *margin, struct account *account) {
    account->multiplier = margin->held;
    for (size_t p = 0; p < account->mode->n_pools; ++p) {
        const struct surface *surface = &account->mode->pool[p].surface;
        if (surface->single && surface->n_legs > 0 && margin->changed[surface->leg[0].asset] != 0.0)
            account_place_all(account, p);
    }
}

static int differs(const double *a, const double *b) {
    int differs = 0;
    for (size_t p = 0; p < BLOCK; ++p)
        differs |= a[p] < b[p] || a[p] > b[p];
    return differs;
}

void margin_step(struct margin *margin, const struct slice *slice, struct account *account, size_t n_accounts) {
    const size_t size = table_size(margin), n = margin->n_notice + 1;
    const double *last = margin->announced + (size_t)(margin->steps % n) * size, *held = margin->held;
    double *next = margin->announced + (size_t)((margin->steps + 1) % n) * size;
    double before[BLOCK], was[BLOCK];
    margin->steps++;
    margin->held = margin->announced + (size_t)((margin->steps + 1) % n) * size; /* announced n_notice steps ago */
    for (size_t j = 0; j < margin->terms->n_assets; ++j) {
        const size_t at = j * BLOCK;
        margin->changed[j] = 0.0;
        if (!margin->used[j])
            continue;
        memcpy(before, last + at, sizeof before);
        memcpy(was, held + at, sizeof was);
        announce(margin, j, slice, before, next + at);
        margin->changed[j] = differs(was, margin->held + at);
        look(margin, j);
    }
    for (size_t m = 0; m < n_accounts; ++m)
        renew_account(margin, &account[m]);
}

void margin_close(const struct margin *margin, struct account *account) {
    double *ratio = account->out.column[OUTCOME_margin_peak_to_trough];
    memcpy(account->out.column[OUTCOME_margin_largest_rise], margin->rise, BLOCK * sizeof(double));
    fill(ratio, BLOCK, 1.0);
    for (size_t i = 0; i < table_size(margin); ++i)
        ratio[i % BLOCK] = larger(ratio[i % BLOCK], margin->highest[i] / margin->lowest[i]);
}

/* The largest deviation that the distance of a pool can have in the step: where log prices diffuse, that of the longs
 * plus that of the shorts, whatever their shares; else the sum of all. */
static double reach_of(const struct surface *surface, const struct slice *slice, size_t path, double *widest) {
    double largest[2] = {0.0, 0.0}, sum = 0.0;
    *widest = 0.0;
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        const double own = slice_deviation(slice, leg->asset, path);
        const double rate = leg->n_tiers > 0 ? leg->tier[leg->n_tiers - 1].rate : 0.0;
        double *side = &largest[leg->quantity < 0.0];
        *side = larger(*side, own);
        sum += fabs(leg->quantity) * slice->initial[leg->asset] * own * (1.0 + rate);
        *widest = larger(*widest, fabs(slice->bridge[leg->asset * BLOCK + path]));
    }
    return slice->scale == PRICE_LOG ? largest[0] + largest[1] : sum;
}

struct path_set margin_watch(const struct account *account, size_t pool, const struct slice *slice) {
    const double *start = account->start.distance + pool * BLOCK, *end = account->end.distance + pool * BLOCK;
    struct path_set near = {{0}};
    for (size_t p = 0; p < BLOCK; ++p) {
        double widest;
        const double reach = reach_of(&account->mode->pool[pool].capped, slice, p, &widest);
        if (!(end[p] > 0.0 && 2.0 * start[p] * end[p] > vmath_tail_bound(reach, reach * widest)))
            path_set_add(&near, p);
    }
    return near;
}

/* Requirement over equity of the pool that has least left, compared as the kernel does it. */
static double utilisation_of(struct account *account, const struct slice *slice, size_t path) {
    const double tiny = 0x1p-1000;
    double need = 0.0, backing = 1.0;
    account_gather(account, path);
    for (size_t p = 0; p < account->mode->n_pools; ++p) {
        if (!surface_open(&account->mode->pool[p].surface, account->path_remaining))
            continue;
        account_gather_prices(account, p, slice, path);
        const struct surface *surface = account_surface(account, p, path);
        const struct stand stand = account_stand(account, p, path, account->path_price);
        const double requirement = surface_requirement(surface, &stand);
        const double own = larger(surface_equity(surface, &stand), tiny);
        if (requirement * backing > need * own) {
            need = requirement;
            backing = own;
        }
    }
    return 100.0 * need / backing;
}

void margin_utilisation(struct account *account, const struct slice *slice) {
    for (size_t p = 0; p < BLOCK; ++p)
        account->utilisation[p] = utilisation_of(account, slice, p);
}
