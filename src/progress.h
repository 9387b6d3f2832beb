/* Progress of a run on a stream: a redrawn line on a terminal, else one line a minute; and the signals that stop it. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdio.h>

#include "riskpool.h"

struct progress_line {
    FILE *stream;
    const char *name; /* of the scenario */
    int quiet;        /* say nothing, only watch for signals */
    int terminal;     /* redraw */
    double shown;     /* seconds of the run when it was last shown */
};

/* SIGINT, SIGTERM and SIGUSR1 ask the run to finish the batch in hand; a second SIGINT ends the program at once with
 * code 130. */
void progress_watch_signals(void);
void progress_init(struct progress_line *line, FILE *stream, const char *name, int quiet);
/* A riskpool_run_options.progress whose user is a struct progress_line: shows the state; 1 after a signal. */
int progress_show(void *line, const struct riskpool_progress *progress);
/* Wipes the redrawn line. */
void progress_clear(struct progress_line *line);

#endif
