/* Sensitivities of a run to every correlation and volatility. Inside run only. */
#ifndef RUN_SENSITIVITY_H
#define RUN_SENSITIVITY_H

#include "results.h"
#include "riskpool.h"
#include "scenario.h"
#include "tally.h"

/* Completes results->risk after attribution_run, while the tally has its losses; nothing without correlation_risk. The
 * results do not depend on the threads. RISKPOOL_STOPPED when options->stop says so. */
enum riskpool_status sensitivity_run(const struct riskpool_scenario *scenario,
                                     const struct riskpool_run_options *options, const struct tally *tally,
                                     struct riskpool_results *results);

#endif
