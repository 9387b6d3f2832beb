/* A sweep: the scenario at every point of a grid, all points on the same random numbers. What they draw alike is drawn
 * once. */
#ifndef RUN_SWEEP_H
#define RUN_SWEEP_H

#include "results.h"
#include "riskpool.h"

/* Runs the sweep of the scenario and fills results->sweep; nothing without one. Results do not depend on the threads.
 * RISKPOOL_STOPPED when options->stop or options->progress says so. */
enum riskpool_status sweep_run(const struct riskpool_scenario *scenario, const struct riskpool_run_options *options,
                               struct riskpool_results *results);
/* Fills in the crossings of results whose points are there. Inside sweep only. */
enum riskpool_status sweep_cross(struct riskpool_results *results);

#endif
