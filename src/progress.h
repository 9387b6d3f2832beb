/* Progress of a run on a stream: a redrawn line on a terminal, else one line a minute; and the signals that stop it. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdio.h>

#include "riskpool.h"

struct progress_line {
    FILE *stream;
    const char *name;              /* of the scenario */
    int quiet;                     /* say nothing, only watch for signals */
    int terminal;                  /* redraw */
    double shown;                  /* seconds of the run when it was last shown */
    struct riskpool_progress last; /* as it was last told */
};

/* SIGINT, SIGTERM and SIGUSR1 ask the run to finish the batches in hand within a second, and to drop those that take
 * longer; a second SIGINT ends the program at once with code 130. A reader that is gone ends nothing: its stream fails.
 */
void progress_watch_signals(void);
/* After so many seconds from now the same happens as after a signal. */
void progress_limit_time(double seconds);
/* A riskpool_run_options.stop, whose user does not matter. */
int progress_stop(void *user);
/* What stopped the run: "SIGTERM", "the time limit"; NULL: nothing did. */
const char *progress_stop_reason(void);
void progress_init(struct progress_line *line, FILE *stream, const char *name, int quiet);
/* A riskpool_run_options.progress whose user is a struct progress_line: shows the state; never stops. */
int progress_show(void *line, const struct riskpool_progress *progress);
/* A riskpool_run_options.estimate_interval: as often as a progress_line on stderr shows them. */
double progress_estimates(int quiet);
/* Wipes the redrawn line. */
void progress_clear(struct progress_line *line);

#endif
