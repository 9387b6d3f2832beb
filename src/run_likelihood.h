/* Slopes by the likelihood ratio: all of them from the scenario as it is, weighed by the score of every path; of a
 * liquidation by the score up to it. For moves that are normal with one law for all paths, watched at step ends: a
 * bridge inside a step depends on the volatility by itself. The variance grows with the number of steps (Glasserman
 * 2003, section 7.3). Inside run only. */
#ifndef RUN_LIKELIHOOD_H
#define RUN_LIKELIHOOD_H

#include "riskpool.h"
#include "run_slope.h"

int likelihood_exists(const struct riskpool_scenario *scenario);
/* Fills slope[statistic][parameter] from the first `n_paths` paths. RISKPOOL_STOPPED when options->stop says so. */
enum riskpool_status likelihood_run(const struct riskpool_scenario *scenario,
                                    const struct riskpool_run_options *options, const struct slope_shape *shape,
                                    uint64_t n_paths, struct slope *slope);

#endif
