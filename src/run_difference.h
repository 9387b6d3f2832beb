/* Slopes by differences: the scenario with every parameter a little lower and a little higher, on the same random
 * numbers. They are good for any market and any monitoring; their bias falls with the square of the step, their
 * variance grows with its inverse (Glasserman 2003, section 7.1). Inside run only. */
#ifndef RUN_DIFFERENCE_H
#define RUN_DIFFERENCE_H

#include "riskpool.h"
#include "run_slope.h"

/* Two runs for every parameter. */
enum { DIFFERENCE_RUNS = 2 };

/* Fills slope[statistic][parameter] from the paths that are listed, and step[parameter]: how far a correlation is
 * moved to either side, or to one, NaN where there is no room; the share of a volatility. Fails as team_follow. */
enum riskpool_status differences_run(const struct riskpool_scenario *scenario,
                                     const struct riskpool_run_options *options, const struct slope_shape *shape,
                                     const struct strata *strata, struct slope *slope, double *step);

#endif
