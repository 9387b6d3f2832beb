/* Names, labels, market, limits and provenance of a run's results, from its scenario. */
#ifndef RUN_RESULTS_H
#define RUN_RESULTS_H

#include "results.h"
#include "scenario.h"

/* Completes results that stats_fill has filled; judges the limits. */
enum riskpool_status run_describe(const struct riskpool_scenario *scenario, struct riskpool_results *results);

/* Takes out the means that do not exist, however many paths there are: they become NaN. */
void run_take_out_means(const struct riskpool_scenario *scenario, const struct market_steps *steps,
                        struct riskpool_results *results);

#endif
