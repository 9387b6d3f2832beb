/* What a run makes before the first path: times to look at, steps of the market, the engine, the shape of the tally.
 * Inside run only. */
#ifndef RUN_SETUP_H
#define RUN_SETUP_H

#include "engine.h"
#include "market.h"
#include "scenario.h"
#include "tally.h"

enum { RUN_MOST_TIMES = 64 };

struct run_setup {
    const struct riskpool_scenario *scenario;
    struct market_steps *steps;
    struct engine engine;
    double *volatility; /* [asset] per year */
    size_t n_times;
    uint64_t time_step[RUN_MOST_TIMES]; /* steps done at each sample time */
    double hour[RUN_MOST_TIMES];
};

/* The engine points into the setup, which stays where it is. Release with run_setup_free, also after a failure. */
enum riskpool_status run_setup_init(struct run_setup *setup, const struct riskpool_scenario *scenario, int exact);
void run_setup_free(struct run_setup *setup);
/* The shape points into setup, scenario and options. */
struct tally_shape run_tally_shape(const struct run_setup *setup, const struct riskpool_run_options *options);
/* Bytes of memory that a run may fill with what grows with its paths. */
uint64_t run_memory_bound(const struct riskpool_run_options *options);
/* Threads for a run: those asked for, or OpenMP's; no more than there are batches. */
size_t run_worker_count(const struct riskpool_scenario *scenario, const struct riskpool_run_options *options);

#endif
