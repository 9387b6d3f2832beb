/* The margin engine: carries the accounts of a block of paths through time, every mode of the book on the same slices.
 * It knows pools, not the names of modes; and it knows slices, not how prices come about. What is detected at the end
 * of a step, in vectors, is in engine.c, and inside it in engine_inside.c; what happens to the few paths that are
 * found, one path at a time, in engine_liquidate.c; what is watched at every step in engine_record.c. */
#ifndef ENGINE_H
#define ENGINE_H

#include "arena.h"
#include "book.h"
#include "carry.h"
#include "close.h"
#include "dynamic.h"
#include "journal.h"
#include "kernel.h"
#include "orders.h"
#include "outcome.h"
#include "procedure.h"
#include "rule.h"
#include "slice.h"
#include "stress.h"
#include "surface.h"

/* What the engine is told once. Everything pointed at must outlive the engine. */
struct engine_terms {
    const struct book *book;
    const struct rule *rule;
    const struct procedure *procedure;
    const struct carry *carry;     /* NULL: holding costs nothing */
    const struct orders *orders;   /* NULL: there are none */
    const struct dynamic *dynamic; /* NULL: requirements do not follow volatility */
    const double *volatility;      /* [asset] per year, with `dynamic` */
    double step_hours;             /* with any of these */
    const struct impact *impact;   /* what orders do to prices; NULL: nothing */
    const struct stress *stress;   /* whose depth factors hold; may be NULL without impact */
    size_t n_assets;
    const double *initial; /* [asset] P(0) */
    enum price_scale scale;
    int continuous;   /* monitor inside the steps, by the slices' bridge */
    int spreads;      /* the slices' paths have their own deviations */
    int exact;        /* value everything at every step; the results are the same */
    int trajectories; /* fill max_drawdown, lowest_margin_level, alerts and samples */
    int gains;        /* fill outcome->gain */
    size_t n_alerts;
    const struct alert *alerts;
    size_t n_times;
    const uint64_t *time_step; /* [time] steps done at each sample time, ascending */
};

/* A pool of a mode, ready to be valued; the same for every path. */
struct engine_pool {
    double cash; /* at the start */
    struct surface surface;
    size_t n_coins;
    const struct coin *coins; /* of the book, in the order in which they are sold */
    struct legs watch; /* the legs by which the filters watch a joint pool: under dynamic margin those of its cap */
    struct surface capped;
    int plain;         /* one leg whose row of safe prices the kernel knows */
    int screened;      /* joint, and judged by the kernel's filter; see struct screen */
    int sided;         /* joint, and judged by the two sides of its G */
    struct range safe; /* at the start; see surface_safe */
};

/* A stop, ready to be watched: a barrier below a long position, above a short one. */
struct engine_stop {
    const struct stop *order;
    size_t asset, pool;
    int is_long;
    double level; /* the coordinate of its fixed price; -INFINITY (short: INFINITY) without one */
    double kept;  /* of the best price: the level of a trailing stop; its logarithm where log prices diffuse */
};

/* A pool's equity at which something is done for it: the surface that a requirement of another size would have. */
struct engine_guard {
    size_t pool;
    struct surface surface, capped;    /* the second under dynamic margin, at its cap */
    struct legs watch;                 /* those of the filter */
    const struct reduction *reduction; /* NULL: a top-up */
    int of_requirement;                /* 0: of the used margin, which no multiplier changes */
    int plain;                         /* one leg whose row of safe prices the kernel knows */
};

struct engine_mode {
    size_t n_pools, n_rows; /* rows of `remaining`: positions, then coins */
    struct engine_pool *pool;
    struct legs *legs; /* [pool] those of the surfaces */
    size_t n_barriers;
    struct barrier *barrier; /* of the pools on one asset, and of the stops */
    size_t n_stops;
    struct engine_stop *stop; /* stop s is watched as row n_pools + s of the pools' */
    size_t n_guards;
    struct engine_guard *guard; /* guard g is row n_pools + n_stops + g */
    size_t n_guard_barriers;
    struct barrier *guard_barrier; /* of the guards on one asset */
    int has_screened, has_others;  /* joint pools that are screened; that are not */
    int has_curved;                /* pools that are valued at step ends */
    int has_coins;                 /* some pool may hold some */
    double *row;                   /* [n_rows] at the start */
};

/* Immutable after engine_init; shared by all threads. */
struct engine {
    struct engine_terms terms;
    const struct kernel *kernel;
    struct engine_mode *mode; /* [mode of the book] */
    struct surface whole;     /* every position in one pool: values the account whatever its mode */
    double *ones;             /* [row of any mode] */
    int watches_utilisation;  /* an alert asks for it */
    int sinks;                /* a pool may start a step in breach */
    int in_parts;             /* liquidations go in rounds, or move prices: engine_round.c */
    int acts_at_ends;         /* something but the diffusive move can bring a breach: step ends are looked at too */
};

enum riskpool_status engine_init(struct engine *engine, const struct engine_terms *terms);
void engine_free(struct engine *engine);
/* 1 when the engine reads the prices of every step. */
int engine_needs_prices(const struct engine *engine);
/* Equity of the account before the first step; the same in every mode. */
double engine_start_equity(const struct engine *engine);

/* The accounts of one block of paths; one for each thread, taken from an arena before the loop. */
struct accounts;
/* NULL when the arena is exhausted. */
struct accounts *accounts_create(const struct engine *engine, struct arena *arena);
/* From the next opening on, what happens on journal->path is noted; NULL: nothing is. */
void accounts_watch(struct accounts *accounts, struct journal *journal);
/* Opens the accounts at the slice of market_start. `outcomes` is [mode]; the block's columns begin at entry `offset`
 * of their rows. */
void accounts_open(struct accounts *accounts, const struct slice *start, struct outcome *outcomes, size_t offset);
/* One step: liquidations, then what is watched. */
void accounts_step(struct accounts *accounts, const struct slice *slice);
/* Values the accounts at the last slice and completes their columns. */
void accounts_close(struct accounts *accounts, const struct slice *last);

#endif
