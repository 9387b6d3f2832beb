/* Attribution: where the expected shortfall of every mode comes from. The paths of the tail are simulated once more,
 * with an eye on every position. Inside run only. */
#ifndef RUN_ATTRIBUTION_H
#define RUN_ATTRIBUTION_H

#include "results.h"
#include "riskpool.h"
#include "scenario.h"
#include "tally.h"

/* Allocates results->risk and fills in contributions, tail correlations and what the tally knows by position, after
 * stats_fill and before stats_hand_over. Of a tally whose paths have lost their numbers contributions and tail
 * correlations stay NaN. RISKPOOL_STOPPED when options->stop says so. */
enum riskpool_status attribution_run(const struct riskpool_scenario *scenario,
                                     const struct riskpool_run_options *options, struct tally *tally,
                                     struct riskpool_results *results);

#endif
