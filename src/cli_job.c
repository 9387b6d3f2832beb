/* One scenario of a command: looked at before anything runs, and run. */
#include "cli_job.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "progress.h"
#include "run.h"
#include "scenario.h"
#include "store.h"

const char *job_name(const struct job *job) {
    return job->label ? job->label : job->scenario_path;
}

int job_assign(const struct request *request, struct job *job, char **own, size_t n) {
    job->overrides = calloc(n + request->assignments.n + 1, sizeof *job->overrides);
    if (!job->overrides)
        return command_failed(request->telling.command, RISKPOOL_NO_MEMORY);
    for (size_t i = 0; i < n; i++)
        job->overrides[job->n_overrides++] = own[i];
    for (size_t i = 0; i < request->assignments.n; i++)
        job->overrides[job->n_overrides++] = request->assignments.text[i];
    return -1;
}

void job_free(struct job *job) {
    for (size_t m = 0; m < job->n_modes; m++)
        free(job->modes[m]);
    free(job->modes);
    free(job->confidence);
    free(job->overrides);
    free(job->path);
    free(job->folder);
    free(job->name);
    *job = (struct job){0};
}

static int same_file(const char *a, const char *b) {
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

static char *output_path(const struct request *request, const char *name) {
    const char *const folder = request->output ? request->output : "results";
    char *path = NULL;
    int written;
    if (request->output && !request->into_folder)
        written = asprintf(&path, "%s", request->output);
    else
        written = asprintf(&path, "%s%s%s.h5", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", name);
    return written < 0 ? NULL : path;
}

static struct riskpool_run_options run_options(const struct request *request, const struct job *job) {
    return (struct riskpool_run_options){.threads = request->threads,
                                         .target_error = request->target_error,
                                         .progress = progress_show,
                                         .estimate_interval = progress_estimates(request->telling.level < TELL_INFO),
                                         .stop = progress_stop,
                                         .exact = request->exact,
                                         .memory = request->memory,
                                         .folder = job->folder};
}

/* Opens the spool beside `path`. */
static enum riskpool_status open_spool(const struct request *request, const struct riskpool_scenario *scenario,
                                       const struct job *job, struct spool **spool) {
    char *message = NULL, *folder = NULL, *own_path = scenario_absolute_path(job->scenario_path);
    struct spool_terms terms = {.scenario = scenario,
                                .scenario_path = own_path ? own_path : job->scenario_path,
                                .overrides = job->overrides,
                                .n_overrides = job->n_overrides,
                                .growing = request->target_error > 0.0,
                                .shard = request->shard,
                                .n_shards = request->n_shards,
                                .fresh = request->fresh,
                                .stop = progress_stop};
    const struct riskpool_run_options options = run_options(request, job);
    struct run_disk disk;
    enum riskpool_status status = asprintf(&folder, "%s.part", job->path) < 0 ? RISKPOOL_NO_MEMORY : RISKPOOL_OK;
    if (status == RISKPOOL_OK)
        status = run_disk(scenario, &options, &disk);
    if (status == RISKPOOL_OK) {
        terms.folder = folder;
        terms.n_bytes = disk.spool + disk.results + disk.files;
        status = spool_open(&terms, spool, &message);
    }
    if (status != RISKPOOL_OK)
        fprintf(stderr, "riskpool %s: %s\n", request->telling.command,
                message ? message : riskpool_status_text(status));
    if (status == RISKPOOL_CANNOT_CREATE)
        fprintf(stderr, "  --fresh discards a spool that nobody works on\n");
    riskpool_text_free(message);
    free(folder);
    free(own_path);
    return status;
}

/* A process that died between its results and the end of its spool leaves that behind. */
static void drop_leftover(const struct request *request, const struct riskpool_scenario *scenario, const char *path) {
    char *folder = NULL;
    if (asprintf(&folder, "%s.part", path) < 0)
        return;
    const struct spool_terms terms = {
        .folder = folder, .scenario = scenario, .growing = request->target_error > 0.0, .stop = progress_stop};
    spool_drop(&terms);
    free(folder);
}

/* Says why no results came of it. */
static void explain(const struct request *request, const struct job *job, const struct spool *spool,
                    const struct riskpool_progress *last, enum riskpool_status status) {
    const char *const command = request->telling.command;
    uint64_t damaged, taken, saved, end;
    spool_counts(spool, &damaged, &taken, &saved);
    const int holds_any = saved > 0 || spool_count(spool, UINT64_MAX, &end) > 0;
    if (status == RISKPOOL_INVALID)
        fprintf(stderr,
                "riskpool %s: --target-error needs 99%% among the confidence levels of %s, and paths that are drawn\n",
                command, job->scenario_path);
    else if (status == RISKPOOL_STOPPED) {
        fprintf(stderr, "%s: stopped by %s after %llu of %llu paths; ", job->path, progress_stop_reason(),
                (unsigned long long)last->paths_done, (unsigned long long)last->paths);
        if (holds_any)
            fprintf(stderr, "the same command goes on from %s\n", spool_folder(spool));
        else
            fprintf(stderr, "nothing is saved yet\n");
    } else if (spool_message(spool))
        fprintf(stderr, "riskpool %s: %s\n", command, spool_message(spool));
    else
        fprintf(stderr, "riskpool %s: %s: %s\n", command, job->path, riskpool_status_text(status));
    if (status == RISKPOOL_WRITE_FAILED && holds_any)
        fprintf(stderr, "  what is in %s stays: make room, and the same command goes on\n", spool_folder(spool));
}

static enum riskpool_status simulate(const struct request *request, const struct riskpool_scenario *scenario,
                                     struct job *job) {
    struct progress_line line;
    struct riskpool_results *results = NULL;
    struct spool *spool = NULL;
    enum riskpool_status status = open_spool(request, scenario, job, &spool);
    if (status != RISKPOOL_OK)
        return status;
    progress_init(&line, stderr, job->label ? job->label : scenario->name, request->telling.level < TELL_INFO);
    struct riskpool_run_options options = run_options(request, job);
    options.user = &line;
    line.last.paths = scenario->n_paths;
    struct finish finish = {.telling = request->telling,
                            .scenario = scenario,
                            .scenario_path = job->scenario_path,
                            .path = job->path,
                            .threads = request->threads > 0 ? request->threads : omp_get_max_threads(),
                            .spool = spool};
    level_tell_start(&finish);
    const double started = omp_get_wtime();
    status = run_with_spool(scenario, &options, spool, RUN_WHOLE, &results);
    progress_clear(&line);
    finish.seconds = omp_get_wtime() - started;
    job->state = results ? JOB_DONE : JOB_SHARD_DONE;
    if (status == RISKPOOL_OK && results)
        status = run_finish(&finish, results);
    else if (status == RISKPOOL_OK)
        status = shard_tell(&finish);
    else {
        spool_end_session(spool, status == RISKPOOL_STOPPED ? progress_stop_reason() : riskpool_status_text(status),
                          line.last.paths_done);
        explain(request, job, spool, &line.last, status);
    }
    level_tell_end(&finish);
    spool_close(spool);
    riskpool_results_free(results);
    return status;
}

static enum riskpool_status refuse(const struct request *request, const char *path, const char *why) {
    fprintf(stderr, "riskpool %s: %s %s\n", request->telling.command, path, why);
    return RISKPOOL_CANNOT_CREATE;
}

/* Keeps of the scenario what is asked for when it is no longer there. */
static enum riskpool_status note_scenario(const struct request *request, struct job *job,
                                          const struct riskpool_scenario *scenario) {
    job->path = output_path(request, job->label ? job->label : scenario->name);
    job->folder = job->path ? store_folder(job->path) : NULL;
    job->name = strdup(scenario->name);
    job->modes = calloc(scenario->book.n_modes + 1, sizeof *job->modes);
    job->confidence = calloc(scenario->n_confidence + 1, sizeof *job->confidence);
    if (!job->path || !job->name || !job->modes || !job->confidence)
        return RISKPOOL_NO_MEMORY;
    strcpy(job->sha256, scenario->sha256);
    job->n_confidence = scenario->n_confidence;
    memcpy(job->confidence, scenario->confidence, job->n_confidence * sizeof *job->confidence);
    for (; job->n_modes < scenario->book.n_modes; job->n_modes++)
        if (!(job->modes[job->n_modes] = strdup(scenario->book.modes[job->n_modes].name)))
            return RISKPOOL_NO_MEMORY;
    return RISKPOOL_OK;
}

/* Whether the results are there, or can be made. */
static enum riskpool_status prepare(const struct request *request, struct job *job,
                                    const struct riskpool_scenario *scenario) {
    const struct riskpool_run_options options = run_options(request, job);
    char *message = NULL;
    if (same_file(job->scenario_path, job->path))
        return refuse(request, job->path, "is the scenario itself");
    store_clean(job->path);
    enum riskpool_status status =
        request->fresh ? RISKPOOL_OK
                       : results_look(request->telling.command, job->path, scenario, request->target_error, &job->done);
    if (status != RISKPOOL_OK || job->done)
        return status;
    status = room_check(request->telling.command, job->path, scenario, &options);
    if (status == RISKPOOL_OK) {
        status = store_prepare(job->path, &message);
        if (status != RISKPOOL_OK)
            fprintf(stderr, "riskpool %s: %s\n", request->telling.command, message ? message : job->path);
        riskpool_text_free(message);
    }
    return status;
}

static void end_job(struct job *job, enum riskpool_status status) {
    job->status = status;
    if (status == RISKPOOL_INVALID)
        job->state = JOB_INVALID;
    else if (status == RISKPOOL_INPUT_MISSING)
        job->state = JOB_MISSING;
    else if (status == RISKPOOL_STOPPED)
        job->state = JOB_STOPPED;
    else if (status != RISKPOOL_OK && status != RISKPOOL_LIMIT_BREACHED)
        job->state = JOB_FAILED;
}

void job_check(const struct request *request, struct job *job, struct riskpool_scenario **scenario, char **messages) {
    enum riskpool_status status =
        riskpool_scenario_load(job->scenario_path, job->overrides, job->n_overrides, scenario, messages);
    if (status == RISKPOOL_OK) {
        status = note_scenario(request, job, *scenario);
        if (status != RISKPOOL_OK)
            fprintf(stderr, "%s: %s\n", job->scenario_path, riskpool_status_text(status));
    }
    if (status == RISKPOOL_OK)
        status = prepare(request, job, *scenario);
    job->checked = 1;
    end_job(job, status);
}

/* Hours may have passed since the job was checked, and other processes may have made the results. */
static enum riskpool_status run_or_show(const struct request *request, struct job *job,
                                        const struct riskpool_scenario *scenario) {
    const enum riskpool_status status = prepare(request, job, scenario);
    if (status != RISKPOOL_OK)
        return status;
    if (!job->done)
        return simulate(request, scenario, job);
    job->state = JOB_DONE_ALREADY;
    drop_leftover(request, scenario, job->path);
    return results_show_done(&request->telling, job->path);
}

/* The scenario as it was checked. */
static enum riskpool_status read_again(const struct request *request, const struct job *job,
                                       struct riskpool_scenario **scenario) {
    const enum riskpool_status status =
        riskpool_scenario_load(job->scenario_path, job->overrides, job->n_overrides, scenario, NULL);
    if (status != RISKPOOL_INVALID && (!*scenario || strcmp((*scenario)->sha256, job->sha256) == 0))
        return status;
    fprintf(stderr, "riskpool %s: %s has changed since it was checked\n", request->telling.command, job->scenario_path);
    return RISKPOOL_INVALID;
}

void job_run(const struct request *request, struct job *job, const struct riskpool_scenario *scenario) {
    struct riskpool_scenario *own = NULL;
    enum riskpool_status status = scenario ? RISKPOOL_OK : read_again(request, job, &own);
    const struct riskpool_scenario *const chosen = scenario ? scenario : own;
    if (status == RISKPOOL_OK && chosen)
        status = run_or_show(request, job, chosen);
    end_job(job, status);
    riskpool_scenario_free(own);
}
