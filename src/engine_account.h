/* The state of one mode's accounts over a block of paths; private to the engine's files. */
#ifndef ENGINE_ACCOUNT_H
#define ENGINE_ACCOUNT_H

#include "engine.h"

/* The two sides of G of every pool, and its distance from the surface (surface.h); [pool][BLOCK]. */
struct engine_sides {
    double *positive, *negative, *distance;
};

/* Joint pools under the filter of continuous monitoring (engine_inside.c). */
struct engine_nearness {
    int fresh;             /* 1: `last` is of the start of the step that comes */
    double *deviation;     /* [asset] of the step that the factors were made for */
    double *factor;        /* [position] of the screen */
    double owned;          /* the same for a constant above zero */
    double *slack;         /* [BLOCK] */
    struct path_set *last; /* [pool] paths on which it was near its surface at the end of the step before */
};

/* What the holder's orders remember of every path. */
struct engine_waiting {
    double *due;            /* [pool][BLOCK] hour from which a top-up may be made; NaN: none is on its way */
    double *drawn;          /* [pool][BLOCK] what was */
    struct path_set *spent; /* [guard] paths on which it has nothing to do any more */
    struct path_set any;    /* paths on which a top-up is on its way */
    struct path_set moved;  /* paths whose own_start is of this step */
};

struct account {
    const struct engine *engine;
    const struct engine_mode *mode;
    double *cash;                   /* [pool][BLOCK] */
    double *remaining;              /* [row][BLOCK] fraction of a position still open; coins of a pool */
    double *low, *high;             /* [pool][BLOCK] single pools: coordinates between which the pool is safe; */
                                    /* then in the same way stops and guards */
    struct engine_sides start, end; /* joint pools that are not screened: at the start of the step, and its end */
    struct screen screen;           /* base [pool][BLOCK], the rest [position][BLOCK] */
    struct engine_nearness near;    /* joint pools that are */
    struct path_set *watched;    /* [pool], then [stop]: paths on which it may have met its surface inside the step */
    struct path_set attended;    /* paths looked at by the end of every step, whatever the filters say */
    double *wait;                /* [pool][BLOCK] hour until which a pool that was reduced is left alone; NaN */
    struct path_set displaced;   /* paths on which the account's own orders have moved prices */
    double *volume;              /* [asset][BLOCK] that they displaced, in units of the depth */
    double *volume_hour;         /* [BLOCK] the time that it is of */
    double *own_start, *own_end; /* [asset][BLOCK] room for the account's own coordinates of a displaced path */
    double *slack;               /* [BLOCK] <= 0 where a path must be looked at */
    struct holding holding;      /* with trajectories */
    double *requirement, *used;  /* [BLOCK] */
    double *total, *level, *utilisation; /* [BLOCK] likewise; percent */
    double *peak;                        /* [BLOCK] running maximum of the account's equity */
    double *start_equity;                /* [BLOCK] */
    size_t next_time;                    /* the next sample */
    struct journal *journal;             /* of one path; NULL: nobody listens */
    struct outcome out;                  /* rows of the outcome, shifted to the block */

    struct engine_waiting waiting;
    const double *multiplier; /* [asset][BLOCK] of requirements, in this step; NULL: 1 */

    /* One path at a time. */
    struct surface scaled;  /* room for the surface of a pool or a guard */
    double *path_remaining; /* [row] */
    double *path_price;     /* [asset] */
    double *first_price;    /* [asset] prices of the earliest crossing so far */
    struct surface_room room;
    struct closing closing; /* the pool that is closed in parts; its arrays are those above and its own */
};

struct accounts {
    const struct engine *engine;
    struct account *account; /* [mode] */
    struct margin *margin;   /* NULL: requirements do not follow volatility */
    uint64_t steps_done;
};

static inline void path_set_add(struct path_set *set, size_t path) {
    set->word[path / 64] |= UINT64_C(1) << path % 64;
}

static inline int path_set_has(const struct path_set *set, size_t path) {
    return (set->word[path / 64] >> path % 64 & 1) != 0;
}

static inline void path_set_remove(struct path_set *set, size_t path) {
    set->word[path / 64] &= ~(UINT64_C(1) << path % 64);
}

static inline struct path_set path_set_union(struct path_set a, struct path_set b) {
    for (size_t word = 0; word < BLOCK_WORDS; ++word)
        a.word[word] |= b.word[word];
    return a;
}

/* Watches the pools that a bridge of the slice can have taken to their surface, whatever its normals; the paths whose
 * normals are needed to know. */
struct path_set account_watch(struct account *account, const struct slice *slice);
/* The paths on which a watched pool may have met its surface, given those normals. */
struct path_set account_detect_inside(struct account *account, const struct slice *slice);
/* Forgets where the joint pools were: something else than the diffusive move has moved prices, or it is the start. */
void account_forget(struct account *account);
/* Brings equity and margin level up to date with what a pool holds on one path. */
void account_hold(struct account *account, size_t pool, size_t path);
/* The same, and where the pool is safe; whatever changes a pool's cash or positions ends with this. */
void account_renew(struct account *account, size_t pool, size_t path);

/* Notes what happened on a path, when a journal listens to it. */
static inline void account_note(const struct account *account, size_t path, const struct event *event) {
    if (!account->journal || account->journal->path != path)
        return;
    struct event noted = *event;
    noted.mode = (size_t)(account->mode - account->engine->mode);
    journal_add(account->journal, &noted);
}

/* Notes the prices and what every pool is worth at the slice. */
void account_note_state(struct account *account, const struct slice *slice);

/* How far the account's own orders have moved an asset on one path, in logs, downwards. */
static inline double account_displacement(const struct account *account, size_t asset, size_t path) {
    if (!path_set_has(&account->displaced, path))
        return 0.0;
    return impact_displacement(account->engine->terms.impact, account->volume[asset * BLOCK + path]);
}

/* The final coordinate of an asset on one path, as this account sees it. */
static inline double account_coordinate(const struct account *account, const struct slice *slice, size_t asset,
                                        size_t path) {
    return slice->final[asset * BLOCK + path] - account_displacement(account, asset, path);
}

/* The final price of an asset on one path, as this account sees it. */
static inline double account_price(const struct account *account, const struct slice *slice, size_t asset,
                                   size_t path) {
    if (!path_set_has(&account->displaced, path))
        return slice_price(slice, asset, path);
    return slice->initial[asset] * vmath_exp(account_coordinate(account, slice, asset, path));
}

/* What a pool holds on the path whose fractions are in path_remaining, at prices [asset]. */
static inline struct stand account_stand(const struct account *account, size_t pool, size_t path, const double *price) {
    const size_t row = pool * BLOCK + path;
    return (struct stand){account->cash[row], account->path_remaining, price, {account->low[row], account->high[row]}};
}

/* The fractions that are open on one path, in path_remaining. */
static inline void account_gather(struct account *account, size_t path) {
    for (size_t i = 0; i < account->mode->n_rows; ++i)
        account->path_remaining[i] = account->remaining[i * BLOCK + path];
}

/* The final prices of a pool's assets on one path, in path_price. */
static inline void account_gather_prices(struct account *account, size_t pool, const struct slice *slice, size_t path) {
    const struct surface *surface = &account->mode->pool[pool].surface;
    for (size_t i = 0; i < surface->n_legs; ++i)
        if (i == 0 || surface->leg[i].asset != surface->leg[i - 1].asset)
            account->path_price[surface->leg[i].asset] = account_price(account, slice, surface->leg[i].asset, path);
}

/* A pool's surface on one path; it may lie in a room that the next call uses again. */
static inline const struct surface *account_surface(struct account *account, size_t pool, size_t path) {
    const struct surface *surface = &account->mode->pool[pool].surface;
    return account->multiplier ? surface_scaled(surface, account->multiplier + path, BLOCK, &account->scaled) : surface;
}

/* Renews where a pool on one asset is safe, and where its guards are: of one path, whose fractions are in
 * path_remaining; and of all paths. */
void account_place(struct account *account, size_t pool, size_t path);
void account_place_all(struct account *account, size_t pool);
/* The row of a stop or a guard beside those of the pools. */
static inline size_t account_stop_row(const struct account *account, size_t stop) {
    return account->mode->n_pools + stop;
}
static inline size_t account_guard_row(const struct account *account, size_t guard) {
    return account->mode->n_pools + account->mode->n_stops + guard;
}
/* Stops and guards of a mode: what is the same for every path. */
enum riskpool_status engine_watch_init(struct engine_mode *mode, const struct engine_terms *terms,
                                       const struct mode *from);
void engine_watch_free(struct engine_mode *mode);
/* 1 when the kernel's `safe` knows the surface. */
int engine_is_plain(const struct engine_terms *terms, const struct surface *surface);
size_t engine_mode_rows(const struct engine_mode *mode);
/* Puts stops and guards where they are at the start. */
void account_open_orders(struct account *account);
/* The paths on which a stop was crossed at the start of the step, or by its diffusive move. */
struct path_set account_detect_stops(struct account *account, const struct slice *slice);
/* The paths on which a guard is met at the final prices, or a top-up is on its way. */
struct path_set account_detect_guards(struct account *account, const struct slice *slice);

/* Notes the move of displaced paths, as the account sees it at the start of a step; for stops. */
void account_note_own(struct account *account, const struct slice *slice);
/* 1 when the venue takes no orders in this step. */
int account_is_out(const struct account *account, const struct slice *slice);
/* The first stop that the diffusive move crossed on a path, before everything that crosses later than *theta (of which
 * `pool` is the first pool): returns 1 and changes *theta. */
int account_first_stop(struct account *account, const struct slice *slice, size_t path, size_t *stop, double *theta);
/* Closes the position of a stop at its level, inside the step. */
void account_stop_inside(struct account *account, const struct slice *slice, size_t path, size_t stop, double theta);
/* All that is done on one path at the end of a step: stops, top-ups, reductions, liquidations; 1 when something was. */
int account_end_path(struct account *account, const struct slice *slice, size_t path);
/* A stop whose position is closed watches nothing. */
void account_release_stop(struct account *account, size_t stop, size_t path);
/* Trailing stops follow the final prices. */
void account_trail(struct account *account, const struct slice *slice);
/* Tops up the pools of one path that are low, or that were; 1 when cash moved. */
int account_top_up(struct account *account, const struct slice *slice, size_t path);
/* Books funding and interest at the end of a step; 1 when cash may have changed on every path. */
int account_carry(struct account *account, const struct slice *slice);

/* Multipliers of requirements over a block of paths. NULL when they are constant, or the arena is exhausted. */
struct margin *margin_create(const struct engine *engine, struct arena *arena);
void margin_open(struct margin *margin);
/* [asset][BLOCK] those that hold now. */
const double *margin_held(const struct margin *margin);
/* Takes in the step's returns; then asks every account to renew what another multiplier changes. */
void margin_step(struct margin *margin, const struct slice *slice, struct account *account, size_t n_accounts);
/* Fills the columns of an account. */
void margin_close(const struct margin *margin, struct account *account);
/* Paths on which the bridge of a joint pool may have met its surface, whatever its multipliers up to the cap. */
struct path_set margin_watch(const struct account *account, size_t pool, const struct slice *slice);
/* The highest utilisation of a pool, as the kernel's, with the multipliers. */
void margin_utilisation(struct account *account, const struct slice *slice);

/* Closes a whole pool at the given prices, where it is worth `equity`. What is left goes to pool 0. */
void account_close_pool(struct account *account, size_t pool, size_t path, const double *price, double equity,
                        double hour);

/* From now on the path is looked at by the end of this step, whatever the filters say. */
static inline void account_attend(struct account *account, size_t path) {
    path_set_add(&account->attended, path);
}

/* Sells a quantity of an asset (negative: buys) on one path at its mark *price, through the impact curve. Moves *price,
 * charges the column slippage, returns the cash. */
double account_sell(struct account *account, size_t asset, size_t path, double quantity, double hour, double *price);
/* Notes that volumes of the path were displaced at this hour. */
void account_displace(struct account *account, size_t path, double hour);
/* Brings displaced volumes of a path to a later time. */
void account_age(struct account *account, size_t path, double hour);
/* The same for all displaced paths. */
void account_fade(struct account *account, double hour);
/* Equity, margin level and utilisation of the displaced paths, at the account's own prices. */
void account_value_displaced(struct account *account, const struct slice *slice);
/* A displaced path's own move in the slice; the slice itself for any other. `room` holds what is returned. */
const struct slice *account_own_slice(struct account *account, const struct slice *slice, size_t path,
                                      struct slice *room);

/* Closes a share of a leg for the account's holder at the marks in path_price, which it moves: no fee, and nothing that
 * counts as a liquidation; the journal calls it `order`. What is left of a pool with nothing open goes to pool 0.
 * Inside a step the caller leaves the rest of it on that path to its end. */
void account_close_leg(struct account *account, size_t pool, size_t leg, size_t path, double share,
                       enum event_kind order, double hour);
/* A round of the venue's procedure for a pool in breach, at the marks in path_price, which it moves. 1 when something
 * of the pool stays open, or prices moved. */
int account_round(struct account *account, size_t pool, size_t path, double hour);
/* 1 while a pool that was reduced is left alone. */
static inline int account_waits(const struct account *account, size_t pool, size_t path, double hour) {
    const double moment = 1e-9; /* times that differ by no more are the same */
    return account->wait && account->wait[pool * BLOCK + path] > hour + moment;
}
/* After a step: paths with nothing to wait for are left to the filters again. */
void account_release(struct account *account, double hour);

/* Closes what the diffusive move of the slice took to its surface on one path, the earliest crossing first; 1 when it
 * closed something. */
int account_liquidate_inside(struct account *account, const struct slice *slice, size_t path);
/* Closes what is in breach at the slice's final prices on one path; 1 when it closed something. */
int account_liquidate_at_end(struct account *account, const struct slice *slice, size_t path);

/* Equity of the whole account at the slice. */
void account_value(struct account *account, const struct slice *slice, double *restrict equity);

/* Adds what all coins are worth at the market; price is [asset][BLOCK]. */
void account_add_coins(const struct account *account, const double *price, double *restrict worth);
/* Equity and margin level where they are no lines in the prices. */
void account_record_special(struct account *account, const struct slice *slice);
/* slack = min(slack, G) of a convex pool, by these legs. */
void account_detect_curved(struct account *account, const struct legs *legs, size_t pool, const double *price,
                           double *restrict slack);
/* Pays an amount of the reporting currency to a position on the path in path_remaining, or takes it: in cash, or in the
 * coins it settles in, at the price of its asset. */
void account_book(struct account *account, size_t pool, size_t path, const struct leg *leg, double price,
                  double amount);
/* Sells holdings of the pool as long as its cash is below zero, at the marks in path_price (those of the pool's coins
 * at least), which it moves. */
void account_cover(struct account *account, size_t pool, size_t path, double hour);

/* What positions made, where somebody asks. */
static inline void account_gain(const struct account *account, size_t position, size_t path, double amount) {
    if (account->out.gain)
        account->out.gain[position * BATCH + path] += amount;
}
/* Of a pool that is closed whole and its fee; of the cuts of account->closing; of what is open at the last slice. */
void account_gain_pool(const struct account *account, const struct stand *stand, const struct surface *surface,
                       size_t path, double fee);
void account_gain_cuts(const struct account *account, size_t path);
/* Adds (1) or takes away (-1) the profit of what is open. */
void account_gain_open(const struct account *account, const struct slice *slice, double sign);

/* Values every pool at the slice, updates extremes, alerts and samples; `steps_done` counts from the start. */
void account_record(struct account *account, const struct slice *slice, uint64_t steps_done);
/* Notes equity, requirement and used margin of a pool in the moment before it is closed or topped up. */
void account_record_pool(struct account *account, size_t path, double equity, double requirement, double used,
                         double hour);

#endif
