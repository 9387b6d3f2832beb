/* Runs the one block that the path is in, with a journal on it. */
#include "replay.h"

#include <math.h>
#include <stdlib.h>

#include "run_setup.h"
#include "worker.h"

void replay_free(struct replay *replay) {
    for (size_t m = 0; replay->mode && m < replay->scenario->book.n_modes; ++m)
        free(replay->mode[m].liquidation_time);
    free(replay->mode);
    journal_free(&replay->journal);
    *replay = (struct replay){0};
}

static void note_alerts(struct replay *replay, size_t m, const struct outcome *outcome) {
    const size_t at = replay->journal.path;
    for (size_t a = 0; a < replay->scenario->n_alerts; ++a) {
        const double hour = outcome->alert_time[a * BATCH + at];
        if (!isnan(hour))
            journal_add(
                &replay->journal,
                &(struct event){.kind = EVENT_ALERT, .mode = m, .subject = a, .pool = JOURNAL_NONE, .hour = hour});
    }
}

static enum riskpool_status keep_outcome(struct replay *replay, size_t m, const struct outcome *outcome) {
    const size_t n = replay->scenario->book.n_positions, at = replay->journal.path;
    struct replay_mode *mode = &replay->mode[m];
    mode->liquidation_time = calloc(n + 1, sizeof *mode->liquidation_time);
    if (!mode->liquidation_time)
        return RISKPOOL_NO_MEMORY;
    for (size_t c = 0; c < OUTCOME_COUNT; ++c)
        mode->column[c] = outcome->column[c][at];
    for (size_t i = 0; i < n; ++i)
        mode->liquidation_time[i] = outcome->liquidation_time[i * BATCH + at];
    note_alerts(replay, m, outcome);
    return RISKPOOL_OK;
}

/* By mode, then by time, then as noted. */
static int by_time(const void *a, const void *b) {
    const struct event *x = a, *y = b;
    if (x->mode != y->mode)
        return x->mode < y->mode ? -1 : 1;
    if (x->hour < y->hour || x->hour > y->hour)
        return x->hour < y->hour ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static enum riskpool_status follow(struct replay *replay, struct worker *worker) {
    const uint64_t first = replay->path - replay->path % BLOCK;
    enum riskpool_status status = RISKPOOL_OK;
    accounts_watch(worker->accounts, &replay->journal);
    worker_batch(worker, first, BLOCK, NULL, NULL);
    for (size_t m = 0; m < replay->scenario->book.n_modes && status == RISKPOOL_OK; ++m)
        status = keep_outcome(replay, m, &worker->outcome[m]);
    if (replay->journal.failed)
        status = RISKPOOL_NO_MEMORY;
    if (status == RISKPOOL_OK)
        qsort(replay->journal.event, replay->journal.n, sizeof *replay->journal.event, by_time);
    return status;
}

enum riskpool_status replay_init(struct replay *replay, const struct riskpool_scenario *scenario, uint64_t path) {
    *replay = (struct replay){.scenario = scenario, .path = path, .journal = {.path = path % BLOCK}};
    struct run_setup setup;
    struct worker worker = {0};
    replay->mode = calloc(scenario->book.n_modes + 1, sizeof *replay->mode);
    if (!replay->mode)
        return RISKPOOL_NO_MEMORY;
    enum riskpool_status status = run_setup_init(&setup, scenario, 0);
    if (status == RISKPOOL_OK)
        status = worker_init(&worker, &scenario->market, setup.steps, &setup.engine);
    if (status == RISKPOOL_OK)
        status = follow(replay, &worker);
    worker_free(&worker);
    run_setup_free(&setup);
    return status;
}
