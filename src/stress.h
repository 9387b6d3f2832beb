/* Stress events that the scenario dictates to every path, resolved to steps; and what a multiple of them is. */
#ifndef STRESS_H
#define STRESS_H

#include <stddef.h>
#include <stdint.h>

#include "riskpool.h"

/* A return imposed on one asset. `first_step == last_step` and `gap`: a gap at the end of that step. Otherwise equal
 * pieces over the steps first .. last, part of the continuous move. Levels are in units of the price before the event:
 * a fall leads from 1 to its low, a recovery from there. */
struct stress_return {
    size_t asset;
    uint64_t first_step, last_step; /* numbers from 0, inclusive */
    int gap;
    double from, to; /* > 0 */
};

/* What the diffusive moves of the steps first .. last are subject to. */
struct stress_factor {
    uint64_t first_step, last_step;
    double volatility;    /* >= 0, times every deviation; 1: nothing */
    double blend;         /* w in [0, 1]: the correlation becomes (1 - w) R + w T; 0: nothing */
    const double *toward; /* [asset][asset] T, in `matrices` of the stress; NULL: all ones */
};

/* How deep books are between two times, in hours, both excluded. */
struct stress_depth {
    double from, to;
    double factor; /* > 0; 1: nothing */
};

struct stress {
    size_t n_returns;
    struct stress_return *returns;
    size_t n_factors;
    struct stress_factor *factors; /* those of one step act one after the other, in this order */
    double *matrices;
    size_t n_depths;
    struct stress_depth *depths; /* those of one time multiply */
};

void stress_free(struct stress *stress);

/* *scaled: the events `multiple` times over (>= 0, any number): logs of prices and of volatility factors times the
 * multiple, and a blend as often. It points at the matrices of `stress` and is freed by stress_scale_free alone. */
enum riskpool_status stress_scale(const struct stress *stress, double multiple, struct stress *scaled);
void stress_scale_free(struct stress *scaled);

/* The factor of the depth at a time; of no stress (NULL), 1. */
double stress_depth_at(const struct stress *stress, double hour);

/* The level that a multiple of the move to `level` leads to: level^multiple. */
double stress_level_times(double level, double multiple);

#endif
