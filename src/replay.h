/* One path of a run again, in every mode, with everything that happened on it. */
#ifndef REPLAY_H
#define REPLAY_H

#include <stdio.h>

#include "journal.h"
#include "outcome.h"
#include "scenario.h"

/* How the path ended in one mode. */
struct replay_mode {
    double column[OUTCOME_COUNT];
    double *liquidation_time; /* [position] hour; NaN: never */
};

struct replay {
    const struct riskpool_scenario *scenario; /* must outlive the replay */
    uint64_t path;
    struct replay_mode *mode; /* [mode of the scenario] */
    struct journal journal;   /* ordered by mode, then by time */
};

/* The same numbers as the run's, bit for bit. Release with replay_free, also after a failure. */
enum riskpool_status replay_init(struct replay *replay, const struct riskpool_scenario *scenario, uint64_t path);
void replay_free(struct replay *replay);

/* A table of what happened, mode by mode; `every_step`: with prices, equity and requirement after each step, else only
 * at the start and the end. RISKPOOL_WRITE_FAILED. */
enum riskpool_status replay_print(FILE *out, const struct replay *replay, int every_step);
/* The same as JSON: events, outcome and, with `every_step`, the series of prices, equity and requirement. */
enum riskpool_status replay_json(FILE *out, const struct replay *replay, int every_step);

#endif
