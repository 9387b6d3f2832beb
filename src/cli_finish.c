/* What a command does with the results of a run: writes them, drops the spool, keeps the log, says what came out. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "interval.h"
#include "log.h"
#include "results.h"
#include "scenario.h"
#include "store.h"
#include "summary.h"

/* Names the limits that were breached; returns how many. */
static size_t name_breaches(const char *command, const struct riskpool_results *results) {
    size_t n = 0;
    for (size_t i = 0; i < results->n_limits; ++i) {
        const struct limit_result *limit = &results->limits[i];
        if (!limit->breached)
            continue;
        fprintf(stderr, "riskpool %s: limit breached: %s is %.6g, allowed %.6g\n", command, limit->key, limit->value,
                limit->bound);
        ++n;
    }
    return n;
}

/* Shows a summary where it was asked for; messages are not for stdout. Nobody need listen to stderr. */
static enum riskpool_status tell(const struct telling *telling, const struct riskpool_results *results) {
    enum riskpool_status status = RISKPOOL_OK;
    if (telling->json && !telling->brief)
        status = summary_write(stdout, results, SUMMARY_JSON);
    else if (telling->level >= TELL_INFO && !telling->brief)
        status = summary_write(stderr, results, SUMMARY_TEXT);
    if (status == RISKPOOL_WRITE_FAILED && !telling->json)
        status = RISKPOOL_OK;
    if (status != RISKPOOL_OK)
        fprintf(stderr, "riskpool %s: the summary: %s\n", telling->command, riskpool_status_text(status));
    if (status == RISKPOOL_OK && name_breaches(telling->command, results) > 0)
        status = RISKPOOL_LIMIT_BREACHED;
    return status;
}

enum riskpool_status results_show_done(const struct telling *telling, const char *path) {
    struct riskpool_results *results = NULL;
    char *message = NULL;
    enum riskpool_status status = riskpool_results_read(path, &results, &message);
    if (telling->level >= TELL_INFO)
        fprintf(stderr, "%s is done already\n", path);
    if (status == RISKPOOL_OK)
        status = tell(telling, results);
    else
        fprintf(stderr, "riskpool %s: %s\n", telling->command, message ? message : path);
    riskpool_text_free(message);
    riskpool_results_free(results);
    return status;
}

/* 1 when the relative half width (95 %) of every mode's 99 % expected shortfall in the file is at most `target`. */
static int target_reached(const char *path, double target) {
    struct riskpool_results *results = NULL;
    char *message = NULL;
    int reached = riskpool_results_read(path, &results, &message) == RISKPOOL_OK;
    size_t level = 0, n_levels = reached ? results->size[DIM_CONFIDENCE] : 0;
    while (level < n_levels && results->confidence[level] != 0.99)
        ++level;
    reached = reached && level < n_levels;
    for (size_t m = 0; reached && m < results->n_modes; ++m) {
        const double shortfall = results->modes[m].statistic[STAT_expected_shortfall][level];
        const double error = results->modes[m].statistic[STAT_expected_shortfall_se][level];
        reached = INTERVAL_95 * error <= target * fabs(shortfall);
    }
    riskpool_text_free(message);
    riskpool_results_free(results);
    return reached;
}

enum riskpool_status results_look(const char *command, const char *path, const struct riskpool_scenario *scenario,
                                  double target_error, int *done) {
    const int may_replace = strcmp(command, "merge") != 0;
    const char *const advice = may_replace ? "  --fresh replaces it\n" : "";
    struct store_identity found;
    char *message = NULL;
    *done = 0;
    enum riskpool_status status = store_identity(path, &found, &message);
    if (status == RISKPOOL_INPUT_MISSING) {
        riskpool_text_free(message);
        return RISKPOOL_OK;
    }
    if (status != RISKPOOL_OK) {
        fprintf(stderr, "riskpool %s: %s\n%s", command, message ? message : path, advice);
        riskpool_text_free(message);
        return RISKPOOL_CANNOT_CREATE;
    }
    const int partial = !found.complete; /* to be replaced by the whole */
    const char *differs =
        strcmp(found.scenario_sha256, scenario->sha256) != 0                      ? "the scenario"
        : !partial && found.n_paths != scenario->n_paths && !(target_error > 0.0) ? "the number of paths"
        : strncmp(found.source, "riskpool ", 9) != 0 || strcmp(found.source + 9, riskpool_version()) != 0
            ? "the version"
            : NULL;
    if (!differs) {
        *done = !partial && (!(target_error > 0.0) || target_reached(path, target_error));
        return RISKPOOL_OK;
    }
    fprintf(stderr, "riskpool %s: %s holds another run (%s differs)%s\n", command, path, differs,
            may_replace ? "; --fresh replaces it" : "");
    return RISKPOOL_CANNOT_CREATE;
}

static void write_log(const struct finish *finish, const struct riskpool_results *results, const char *sessions) {
    struct log_entry entry = {.scenario = finish->scenario_path,
                              .results = finish->path,
                              .sessions = sessions,
                              .seconds = finish->seconds,
                              .n_paths = results->n_paths,
                              .n_steps = finish->scenario->market.n_steps,
                              .n_assets = finish->scenario->market.n_assets,
                              .batch_size = BATCH,
                              .threads = finish->threads};
    spool_counts(finish->spool, &entry.damaged, &entry.resumed, &entry.saved);
    if (log_write(&entry) != RISKPOOL_OK && finish->telling.level >= TELL_WARNING)
        fprintf(stderr, "riskpool %s: %s.log.json cannot be written\n", finish->telling.command, finish->path);
}

/* What was resumed, and what had to be done again. */
static void tell_spool(const struct finish *finish) {
    uint64_t damaged, taken, saved;
    spool_counts(finish->spool, &damaged, &taken, &saved);
    if (taken > 0 && finish->telling.level >= TELL_INFO)
        fprintf(stderr, "%s: %llu batches came from %s\n", finish->path, (unsigned long long)taken,
                spool_folder(finish->spool));
    if (damaged > 0 && finish->telling.level >= TELL_WARNING)
        fprintf(stderr, "riskpool %s: %s: %llu damaged place%s found; what was lost there %s\n",
                finish->telling.command, spool_folder(finish->spool), (unsigned long long)damaged,
                damaged == 1 ? "" : "s", finish->partial ? "is missing" : "was computed again");
}

/* The results cannot be written: what a longer run has only in memory is saved, so that nothing is lost. */
static void save_rest(const struct finish *finish, enum riskpool_status status, uint64_t n_paths) {
    uint64_t damaged, taken, saved;
    spool_counts(finish->spool, &damaged, &taken, &saved);
    if (saved + taken > 0)
        (void)spool_flush(finish->spool);
    spool_end_session(finish->spool, riskpool_status_text(status), n_paths);
}

enum riskpool_status run_finish(const struct finish *finish, struct riskpool_results *results) {
    char *message = NULL;
    tell_spool(finish);
    enum riskpool_status status = riskpool_results_write(results, finish->path, &message);
    if (status != RISKPOOL_OK)
        fprintf(stderr, "riskpool %s: %s\n", finish->telling.command, message ? message : riskpool_status_text(status));
    riskpool_text_free(message);
    if (status != RISKPOOL_OK) {
        save_rest(finish, status, results->n_paths);
        return status;
    }
    spool_end_session(finish->spool, "finished", results->n_paths);
    char *sessions = spool_sessions(finish->spool);
    if (!finish->partial)
        spool_remove(finish->spool);
    write_log(finish, results, sessions);
    riskpool_text_free(sessions);
    if (finish->telling.level >= TELL_INFO)
        fprintf(stderr, "%s: %llu paths in %.2f s\n", finish->path, (unsigned long long)results->n_paths,
                finish->seconds);
    return tell(&finish->telling, results);
}
