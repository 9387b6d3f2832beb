/* The market: assets, a model, correlation and stress, and the machine that writes one slice after the other for a
 * block of paths. It knows nothing of accounts, and its paths depend on nothing else than (market, seed, path number).
 */
#ifndef MARKET_H
#define MARKET_H

#include "arena.h"
#include "kernel.h"
#include "model.h"
#include "riskpool.h"
#include "stress.h"

struct market {
    const struct model *model;
    size_t n_assets;
    struct asset *assets;
    double *correlation;           /* [asset][asset] as used: symmetric, unit diagonal, positive semidefinite */
    double *correlation_requested; /* as the scenario says, when it had to be repaired; else NULL */
    struct model_terms terms;
    struct stress stress;
    double dt;         /* years of one step */
    double step_hours; /* the same in hours, by itself, so that whole hours stay whole */
    uint64_t n_steps;  /* to the horizon */
    uint64_t seed;
    uint64_t paths_most; /* 0: any number */
    int bridge;          /* 1: slices carry bridge normals (continuous monitoring) */
    int single;          /* 1: normals are drawn in single precision; all that follows is double */
    int has_futures;     /* 1: some asset is one */
    int antithetic;      /* 1: path 2k + 1 is path 2k with every normal negated, those of the bridge too */
};

void market_free(struct market *market);

/* What is the same for every path: the factors of the correlations, stress by step. Immutable, shared by all threads.
 */
struct market_steps;
enum riskpool_status market_steps_create(const struct market *market, struct market_steps **steps);
void market_steps_free(struct market_steps *steps);
/* 0 when the price of an asset has no mean at the horizon. */
int market_has_mean(const struct market_steps *steps, size_t asset);
/* Bytes of their tables: what stress makes of them can be large. */
uint64_t market_steps_memory(const struct market_steps *steps);
/* [asset] P(0). */
const double *market_initial(const struct market_steps *steps);

/* A block of paths on its way: the rows of one thread, taken from `arena` before the loop. */
struct market_block {
    const struct market *market;
    const struct market_steps *steps;
    const struct kernel *kernel;
    int prices;                    /* 1: slices carry prices at every step; 0: at the start and at the horizon */
    uint64_t step;                 /* next step */
    size_t segment;                /* of the present step */
    const double *root;            /* [regime][asset][asset] of that segment */
    uint64_t *path, *address;      /* [BLOCK] numbers of all paths, and what they are drawn at: paths or pairs */
    uint64_t *listed;              /* [BLOCK] addresses of those whose bridges are drawn */
    double *normal;                /* [asset, padded][BLOCK] */
    int borrows;                   /* 1: another block has drawn them */
    double *bridge_normal, *drawn; /* likewise, of the listed paths, before and after correlation */
    double *bridge;                /* [asset][BLOCK] what was drawn, in its place */
    struct path_set has_bridge;    /* the paths that have it */
    double *x[3];                  /* coordinates: start, diffusive end, after gaps */
    double *price[3];              /* prices there */
    double *slope;                 /* P(0) in every row; for linear scales */
    double *shift, *deviation;     /* [asset] of x over the present step: mean with stress, standard deviation */
    double *factor;                /* [asset][asset] lower triangle from normals to x; these three for every law */
    struct model_step law;         /* of the present step */
    double *shock;                 /* table: correlated standard normals */
    double *own_mean, *spread;     /* tables of the model, or those of a step whose volatility is under stress: */
    double *stressed_mean, *stressed_spread;
    double volatility; /* factor of stress on the present step */
    struct slice slice;
};

enum riskpool_status market_block_init(struct market_block *block, const struct market *market,
                                       const struct market_steps *steps, int prices, struct arena *arena);
/* 1 when two markets draw the same normals at every step. */
int market_draws_alike(const struct market *a, const struct market *b);
/* From now on the block takes the normals of `lender`, whose market draws alike, and which must be at the same paths
 * and take every step before it. */
void market_block_borrow(struct market_block *block, const struct market_block *lender);
/* Puts the block at the start of paths first_path .. first_path + BLOCK - 1 (a multiple of BLOCK): every price is its
 * initial price. The slice describes that instant; its `bridge` is NULL and nothing has moved. */
const struct slice *market_start(struct market_block *block, uint64_t first_path);
/* The same with these BLOCK paths, whatever their numbers; of antithetic ones 2k and 2k + 1 lie side by side. */
const struct slice *market_start_at(struct market_block *block, const uint64_t *path);
/* Takes one step. The slice is the block's, valid until the next call. */
const struct slice *market_step(struct market_block *block);

#endif
