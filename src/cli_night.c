/* Many scenarios in one process: all are checked before the first runs, a bad one does not stop the others, and a
 * summary says what came of each, whenever and however it ends. */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_job.h"
#include "progress.h"
#include "results.h"
#include "store.h"
#include "store_file.h"

enum { SUMMARIES = 2, NAMED_MOST = 8 };

static const struct {
    const char *name;
    enum summary_format format;
} summaries[SUMMARIES] = {{"summary.csv", SUMMARY_CSV}, {"summary.json", SUMMARY_JSON}};

static const char *const state_names[] = {
    [JOB_NOT_STARTED] = "not started", [JOB_DONE] = "done",       [JOB_DONE_ALREADY] = "done already",
    [JOB_SHARD_DONE] = "shard done",   [JOB_STOPPED] = "stopped", [JOB_INVALID] = "invalid",
    [JOB_MISSING] = "missing",         [JOB_FAILED] = "failed"};

/* Mistakes of one scenario are often those of the next, which has them from the same file, or the command: each is said
 * once. */
struct night_state {
    struct request *request;
    struct job *jobs;
    size_t n;
    const char *folder;
    char *path[SUMMARIES];
    struct overview overview;
    size_t n_said;
    char **said;  /* messages */
    double saved; /* when the summary was, seconds */
};

static int is_good(const struct job *job) {
    return job->checked && job->state == JOB_NOT_STARTED;
}

/* Of a job as things stand: what was not started ends the command early. */
static int exit_code(const struct job *job) {
    const enum riskpool_status status = job->state == JOB_NOT_STARTED ? RISKPOOL_STOPPED : job->status;
    return riskpool_status_exit_code(status);
}

/* A message and what is indented below it; the count at the end is a block as well. */
static size_t block_length(const char *text) {
    const char *end = strchr(text, '\n');
    while (end && end[1] == ' ')
        end = strchr(end + 1, '\n');
    return end ? (size_t)(end - text) + 1 : strlen(text);
}

static int is_message(const char *block, size_t n) {
    return memmem(block, n, ": error: ", 9) || memmem(block, n, ": warning: ", 11);
}

static int was_said(const struct night_state *night, const char *block, size_t n) {
    for (size_t i = 0; i < night->n_said; i++)
        if (strlen(night->said[i]) == n && memcmp(night->said[i], block, n) == 0)
            return 1;
    return 0;
}

/* What cannot be remembered is said again. */
static void remember(struct night_state *night, const char *block, size_t n) {
    char **said = realloc(night->said, (night->n_said + 1) * sizeof *said);
    night->said = said ? said : night->said;
    char *copy = said ? strndup(block, n) : NULL;
    if (copy)
        night->said[night->n_said++] = copy;
}

static void say(struct night_state *night, const struct job *job, const char *messages) {
    int any = 0;
    if (is_good(job) && night->request->telling.level < TELL_WARNING)
        return;
    for (size_t n; messages && *messages; messages += n) {
        n = block_length(messages);
        if (!is_message(messages, n) || was_said(night, messages, n))
            continue;
        if (is_good(job) && !any++) /* these are warnings */
            fprintf(stderr, "%s:\n", job_name(job));
        fwrite(messages, 1, n, stderr);
        remember(night, messages, n);
    }
}

static void name_failure(const struct job *job) {
    fprintf(stderr, "%s: %s\n", job_name(job), riskpool_status_text(job->status));
}

static void refuse_taken(struct night_state *night, size_t i) {
    struct job *job = &night->jobs[i];
    for (size_t j = 0; job->path && j < i; j++) {
        if (!night->jobs[j].path || strcmp(night->jobs[j].path, job->path) != 0)
            continue;
        fprintf(stderr, "riskpool %s: %s is of another scenario of this command; give one of them another name\n",
                night->request->telling.command, job->path);
        job->state = JOB_FAILED;
        job->status = RISKPOOL_CANNOT_CREATE;
        return;
    }
}

static void check_jobs(struct night_state *night) {
    for (size_t i = 0; i < night->n && !progress_stop(NULL); i++) {
        struct riskpool_scenario *scenario = NULL;
        struct job *job = &night->jobs[i];
        char *messages = NULL;
        job_check(night->request, job, &scenario, &messages);
        riskpool_scenario_free(scenario);
        say(night, job, messages);
        riskpool_text_free(messages);
        if (is_good(job))
            refuse_taken(night, i);
        if (!is_good(job))
            name_failure(job);
    }
}

static int has_level(const struct job *job, double level) {
    for (size_t i = 0; i < job->n_confidence; i++)
        if (job->confidence[i] == level)
            return 1;
    return 0;
}

/* The highest confidence level of all scenarios that can be read; NaN: none. */
static double common_level(const struct night_state *night) {
    size_t first = 0;
    double best = NAN;
    while (first < night->n && night->jobs[first].n_confidence == 0)
        first++;
    for (size_t k = 0; first < night->n && k < night->jobs[first].n_confidence; k++) {
        const double level = night->jobs[first].confidence[k];
        int common = !(level <= best);
        for (size_t i = first + 1; common && i < night->n; i++)
            common = night->jobs[i].n_confidence == 0 || has_level(&night->jobs[i], level);
        best = common ? level : best;
    }
    return best;
}

static enum riskpool_status take_results(struct night_state *night, size_t i) {
    struct job *job = &night->jobs[i];
    struct riskpool_results *results = NULL;
    enum riskpool_status status = riskpool_results_read(job->path, &results, NULL);
    if (status == RISKPOOL_OK)
        status = overview_results(&night->overview, &night->overview.runs[i], results);
    riskpool_results_free(results);
    return status;
}

static enum riskpool_status open_overview(struct night_state *night, const char *const *heads) {
    enum riskpool_status status = RISKPOOL_OK;
    night->overview = (struct overview){.labels = heads, .level = common_level(night), .n = night->n};
    night->overview.runs = calloc(night->n + 1, sizeof *night->overview.runs);
    if (!night->overview.runs)
        return RISKPOOL_NO_MEMORY;
    for (size_t i = 0; i < night->n && status == RISKPOOL_OK; i++) {
        const struct job *job = &night->jobs[i];
        struct overview_run *run = &night->overview.runs[i];
        run->scenario = job->scenario_path;
        run->name = job->label ? job->label : job->name;
        run->results = job->path;
        memcpy(run->label, job->columns, sizeof run->label);
        status = overview_modes(run, job->n_modes, (const char *const *)job->modes);
    }
    return status;
}

/* States as they are now, and results that other shards have made meanwhile. */
static void refresh(struct night_state *night) {
    night->overview.exit_code = 0;
    for (size_t i = 0; i < night->n; i++) {
        struct job *job = &night->jobs[i];
        struct overview_run *run = &night->overview.runs[i];
        if (job->state == JOB_SHARD_DONE && access(job->path, F_OK) == 0 && take_results(night, i) == RISKPOOL_OK)
            job->state = JOB_DONE;
        run->state = state_names[job->state];
        run->exit_code = exit_code(job);
        if (run->exit_code > night->overview.exit_code)
            night->overview.exit_code = run->exit_code;
    }
}

static enum riskpool_status save_summary(const struct night_state *night, size_t which, char **message) {
    char *bytes = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&bytes, &size);
    if (!file)
        return RISKPOOL_NO_MEMORY;
    enum riskpool_status status = overview_write(file, &night->overview, summaries[which].format);
    if (fclose(file) != 0 && status == RISKPOOL_OK)
        status = RISKPOOL_NO_MEMORY;
    if (status == RISKPOOL_OK)
        status = store_file_replace(night->path[which], bytes, size, NULL, message);
    free(bytes);
    return status;
}

/* While jobs are to come, failing is none: it will be said at the end. */
static enum riskpool_status save(struct night_state *night, int is_end) {
    enum riskpool_status worst = RISKPOOL_OK;
    refresh(night);
    for (size_t i = 0; i < SUMMARIES; i++) {
        char *message = NULL;
        enum riskpool_status status = save_summary(night, i, &message);
        if (status != RISKPOOL_OK && is_end)
            fprintf(stderr, "riskpool %s: %s\n", night->request->telling.command,
                    message ? message : riskpool_status_text(status));
        worst = status != RISKPOOL_OK ? status : worst;
        free(message);
    }
    night->saved = omp_get_wtime();
    return worst;
}

static void run_jobs(struct night_state *night) {
    for (size_t i = 0; i < night->n; i++) {
        struct job *job = &night->jobs[i];
        if (!is_good(job) || (progress_stop(NULL) && !job->done))
            continue;
        job_run(night->request, job, NULL);
        if (job->state == JOB_DONE || job->state == JOB_DONE_ALREADY) {
            const enum riskpool_status status = take_results(night, i);
            job->status = status == RISKPOOL_OK ? job->status : status;
        }
        if (job->status != RISKPOOL_OK)
            name_failure(job);
        if (omp_get_wtime() - night->saved > 1.0)
            (void)save(night, 0);
    }
}

static void name_not_started(const struct night_state *night) {
    size_t n = 0;
    for (size_t i = 0; i < night->n; i++) {
        if (night->jobs[i].state != JOB_NOT_STARTED)
            continue;
        if (n++ < NAMED_MOST)
            fprintf(stderr, "%s%s", n == 1 ? "not started: " : ", ", job_name(&night->jobs[i]));
    }
    if (n > NAMED_MOST)
        fprintf(stderr, " and %zu more", n - NAMED_MOST);
    if (n > 0)
        fputs("; the same command goes on\n", stderr);
}

static int end_night(struct night_state *night) {
    const struct telling *telling = &night->request->telling;
    enum riskpool_status status = save(night, 1), told = RISKPOOL_OK;
    name_not_started(night);
    if (telling->json)
        told = overview_write(stdout, &night->overview, SUMMARY_JSON);
    else if (telling->level >= TELL_INFO) {
        fputc('\n', stderr);
        (void)overview_write(stderr, &night->overview, SUMMARY_TEXT); /* nobody need listen */
        if (status == RISKPOOL_OK)
            fprintf(stderr, "also in %s and %s\n", night->path[0], night->path[1]);
    }
    if (told != RISKPOOL_OK)
        fprintf(stderr, "riskpool %s: the summary: %s\n", telling->command, riskpool_status_text(told));
    const int codes[] = {night->overview.exit_code, riskpool_status_exit_code(status), riskpool_status_exit_code(told)};
    int worst = 0;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        worst = codes[i] > worst ? codes[i] : worst;
    return worst;
}

/* A summary may only take the place of a summary. */
static enum riskpool_status look_at(const struct night_state *night, size_t which) {
    char begin[64] = "";
    const char *const signature = overview_signature(summaries[which].format);
    FILE *file = fopen(night->path[which], "r");
    if (!file)
        return RISKPOOL_OK;
    const size_t n = fread(begin, 1, strlen(signature), file);
    fclose(file);
    if (n == strlen(signature) && memcmp(begin, signature, n) == 0)
        return RISKPOOL_OK;
    fprintf(stderr, "riskpool %s: %s is no summary of riskpool; --fresh replaces it\n", night->request->telling.command,
            night->path[which]);
    return RISKPOOL_CANNOT_CREATE;
}

static enum riskpool_status open_night(struct night_state *night) {
    const size_t length = strlen(night->folder);
    const char *const slash = night->folder[length - 1] == '/' ? "" : "/";
    enum riskpool_status status = RISKPOOL_OK;
    for (size_t i = 0; i < SUMMARIES && status == RISKPOOL_OK; i++) {
        if (asprintf(&night->path[i], "%s%s%s", night->folder, slash, summaries[i].name) < 0)
            night->path[i] = NULL;
        if (!night->path[i])
            status = RISKPOOL_NO_MEMORY;
        else {
            store_clean(night->path[i]);
            status = night->request->fresh ? RISKPOOL_OK : look_at(night, i);
        }
    }
    if (status == RISKPOOL_NO_MEMORY)
        fprintf(stderr, "riskpool %s: %s\n", night->request->telling.command, riskpool_status_text(status));
    return status;
}

static void close_night(struct night_state *night) {
    for (size_t i = 0; i < night->n_said; i++)
        free(night->said[i]);
    free(night->said);
    for (size_t i = 0; i < SUMMARIES; i++)
        free(night->path[i]);
    overview_free(&night->overview);
}

static void begin(const struct request *request) {
    progress_watch_signals();
    if (request->max_seconds > 0.0)
        progress_limit_time(request->max_seconds);
}

int jobs_run(struct request *request, struct job *jobs, size_t n, const char *folder, const char *const *heads) {
    struct night_state night = {.request = request, .jobs = jobs, .n = n, .folder = folder};
    request->telling.brief = 1;
    begin(request);
    enum riskpool_status status = open_night(&night);
    int code = riskpool_status_exit_code(status);
    if (status == RISKPOOL_OK) {
        check_jobs(&night);
        status = open_overview(&night, heads);
        night.saved = omp_get_wtime();
        if (status == RISKPOOL_OK) {
            run_jobs(&night);
            code = end_night(&night);
        } else {
            fprintf(stderr, "riskpool %s: %s\n", request->telling.command, riskpool_status_text(status));
            code = riskpool_status_exit_code(status);
        }
    }
    close_night(&night);
    return code;
}

int jobs_run_one(const struct request *request, struct job *job) {
    struct riskpool_scenario *scenario = NULL;
    char *messages = NULL;
    begin(request);
    job_check(request, job, &scenario, &messages);
    if (messages && (!scenario || request->telling.level >= TELL_WARNING))
        fputs(messages, stderr);
    else if (!messages && !scenario)
        fprintf(stderr, "%s: %s\n", job->scenario_path, riskpool_status_text(job->status));
    if (is_good(job))
        job_run(request, job, scenario);
    /* Alone it has said what is wrong, unless it could not be read. */
    if (job->status == RISKPOOL_INVALID || job->status == RISKPOOL_INPUT_MISSING)
        name_failure(job);
    riskpool_text_free(messages);
    riskpool_scenario_free(scenario);
    return riskpool_status_exit_code(job->status);
}
