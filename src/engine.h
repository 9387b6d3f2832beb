/* The margin engine: carries the accounts of a block of paths through time, every mode of the book on the same slices.
 * It knows pools, not the names of modes; and it knows slices, not how prices come about. What is detected at the end
 * of a step, in vectors, is in engine.c, and inside it in engine_inside.c; what happens to the few paths that are
 * found, one path at a time, in engine_liquidate.c; what is watched at every step in engine_record.c. */
#ifndef ENGINE_H
#define ENGINE_H

#include "arena.h"
#include "book.h"
#include "close.h"
#include "journal.h"
#include "kernel.h"
#include "outcome.h"
#include "rule.h"
#include "slice.h"
#include "surface.h"

/* What the engine is told once. Everything pointed at must outlive the engine. */
struct engine_terms {
    const struct book *book;
    const struct rule *rule;
    const struct procedure *procedure;
    size_t n_assets;
    const double *initial; /* [asset] P(0) */
    enum price_scale scale;
    int continuous;   /* monitor inside the steps, by the slices' bridge */
    int spreads;      /* the slices' paths have their own deviations */
    int exact;        /* value everything at every step; the results are the same */
    int trajectories; /* fill max_drawdown, lowest_margin_level, alerts and samples */
    size_t n_alerts;
    const struct alert *alerts;
    size_t n_times;
    const uint64_t *time_step; /* [time] steps done at each sample time, ascending */
};

/* A pool of a mode, ready to be valued; the same for every path. */
struct engine_pool {
    double cash; /* at the start */
    struct surface surface;
    int screened;      /* joint, and judged by the kernel's filter; see struct screen */
    struct range safe; /* at the start; see surface_safe */
};

struct engine_mode {
    size_t n_pools;
    struct engine_pool *pool;
    struct legs *legs; /* [pool] those of the surfaces */
    size_t n_barriers;
    struct barrier *barrier;      /* of the pools on one asset */
    int has_screened, has_others; /* joint pools that are screened; that are not */
};

/* Immutable after engine_init; shared by all threads. */
struct engine {
    struct engine_terms terms;
    const struct kernel *kernel;
    struct engine_mode *mode; /* [mode of the book] */
    struct surface whole;     /* every position in one pool: values the account whatever its mode */
    double *ones;             /* [position] */
    int watches_utilisation;  /* an alert asks for it */
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
