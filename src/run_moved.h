/* A scenario in which one correlation or one volatility is another: a shallow copy, since a run only reads. Inside run
 * only. */
#ifndef RUN_MOVED_H
#define RUN_MOVED_H

#include "scenario.h"

struct moved {
    struct riskpool_scenario scenario; /* points into the one it was made of, which must outlive it */
    double *correlation, *regimes;     /* its own */
    struct asset *assets;
};

/* Adds `by` to the correlation of two assets, in every regime; or, where i == j, multiplies what scales the volatility
 * of the asset by 1 + `by`. RISKPOOL_INVALID when no correlation matrix is left. Release with moved_free, also after a
 * failure. */
enum riskpool_status moved_init(struct moved *moved, const struct riskpool_scenario *scenario, size_t i, size_t j,
                                double by);
void moved_free(struct moved *moved);
/* Whether there is a correlation matrix so far away. */
enum riskpool_status moved_check(const struct riskpool_scenario *scenario, size_t i, size_t j, double by, int *exists);

#endif
