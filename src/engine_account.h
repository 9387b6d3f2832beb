/* The state of one mode's accounts over a block of paths; private to the engine's files. */
#ifndef ENGINE_ACCOUNT_H
#define ENGINE_ACCOUNT_H

#include "engine.h"

/* The two sides of G of every pool, and its distance from the surface (surface.h); [pool][BLOCK]. */
struct engine_sides {
    double *positive, *negative, *distance;
};

struct account {
    const struct engine *engine;
    const struct engine_mode *mode;
    double *cash;                        /* [pool][BLOCK] */
    double *remaining;                   /* [position][BLOCK] fraction still open */
    double *low, *high;                  /* [pool][BLOCK] single pools: coordinates between which the pool is safe */
    struct engine_sides start, end;      /* joint pools: at the start of the step, and at its diffusive end */
    struct screen screen;                /* base [pool][BLOCK], the rest [position][BLOCK] */
    double *slack;                       /* [BLOCK] <= 0 where a path must be looked at */
    double *equity, *requirement, *used; /* [BLOCK] of one pool */
    struct worst worst;                  /* [BLOCK] of the account, at the last slice */
    double *level, *utilisation;         /* [BLOCK] likewise, percent */
    double *peak;                        /* [BLOCK] running maximum of the account's equity */
    double *start_equity;                /* [BLOCK] */
    size_t next_time;                    /* the next sample */
    struct outcome out;                  /* rows of the outcome, shifted to the block */

    /* One path at a time. */
    double *path_remaining; /* [position] */
    double *path_price;     /* [asset] */
    double *first_price;    /* [asset] prices of the earliest crossing so far */
    struct surface_room room;
};

struct accounts {
    const struct engine *engine;
    struct account *account; /* [mode] */
    uint64_t steps_done;
};

/* Closes what the diffusive move of the slice took to its surface on one path, the earliest crossing first; 1 when it
 * closed something. */
int account_liquidate_inside(struct account *account, const struct slice *slice, size_t path);
/* Closes what is in breach at the slice's final prices on one path; 1 when it closed something. */
int account_liquidate_at_end(struct account *account, const struct slice *slice, size_t path);

/* Values every pool at the slice, updates extremes, alerts and samples; `steps_done` counts from the start. */
void account_record(struct account *account, const struct slice *slice, uint64_t steps_done);
/* Notes equity, requirement and used margin of a pool at the moment it is closed. */
void account_record_closing(struct account *account, size_t path, double equity, double requirement, double used,
                            double hour);

#endif
