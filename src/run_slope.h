/* Slopes: derivatives of what the results say of the tail and of liquidations, as means over paths of what each
 * contributes, with their errors. Inside run only. */
#ifndef RUN_SLOPE_H
#define RUN_SLOPE_H

#include "outcome.h"
#include "results.h"
#include "scenario.h"
#include "sum.h"

/* What is differentiated in each mode: the liquidation frequency, then the expected shortfall at every level. The slope
 * of an expected shortfall is that of E[max(L - v, 0)] / (1 - a) with v held at the value at risk, where its own
 * derivative vanishes (Rockafellar and Uryasev 2002). By every parameter: the pairs i < j of assets, row by row, then
 * the volatilities. */
struct slope_shape {
    size_t n_modes, n_levels, n_assets, n_parameters;
    const struct riskpool_results *results; /* of the run: values at risk, and the means that contributions are about */
    int antithetic;
};

struct slope_shape slope_shape_of(const struct riskpool_scenario *scenario, const struct riskpool_results *results);
/* Statistics of all modes: mode m has 1 + n_levels of them, from m * (1 + n_levels) on. */
size_t slope_statistics(const struct slope_shape *shape);
/* The two assets of a pair, or a volatility's asset twice. */
void slope_assets(const struct slope_shape *shape, size_t parameter, size_t *i, size_t *j);

/* What a path adds to a statistic before it is weighed: 1 for a liquidation, max(L - v, 0) / (1 - a); less its mean
 * where `centred`. `row` is [BATCH]; *reached counts the paths in the tail (L > v; L >= v of a tail of
 * one loss; none where the error of the expected shortfall is not known), or all. */
void slope_payoff(const struct slope_shape *shape, size_t statistic, const struct outcome *outcome, size_t n,
                  int centred, double *row, uint64_t *reached);

/* Sums of contributions for some slots (a statistic and a parameter each), of one batch. */
struct slope_part {
    double sum, square; /* over paths, or over pairs */
    uint64_t reached;
};
void slope_add(const struct slope_shape *shape, struct slope_part *part, const double *row, size_t n, uint64_t reached);

/* The sums of all batches so far. */
struct slope_total {
    struct sum sum, square;
    uint64_t reached;
};
void slope_gather(struct slope_total *total, const struct slope_part *part);

/* A derivative; NaN where too few paths reach what it is of. */
struct slope {
    double value, error;
    enum slope_method method;
};
struct slope slope_estimate(const struct slope_shape *shape, size_t statistic, const struct slope_total *total,
                            uint64_t n_paths, enum slope_method method);

#endif
