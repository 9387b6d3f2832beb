/* riskpool run: simulates scenarios, writes a results file for each, and says what came out. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "number.h"
#include "progress.h"
#include "run.h"
#include "scenario.h"
#include "spool.h"
#include "store.h"

struct request {
    const char *output; /* NULL: results/NAME.h5 */
    int into_folder;    /* `output` is one */
    struct assignments assignments;
    char **taken; /* results paths of this command so far */
    size_t n_taken;
    int threads;
    uint64_t memory; /* 0: as the library has it */
    char *folder;    /* of the scenario's results */
    double target_error;
    double max_seconds; /* 0: no limit */
    uint64_t shard, n_shards;
    int fresh, exact;
    struct telling telling;
};

static int positive_number(const char *text, double *number) {
    char *end = NULL;
    errno = 0;
    *number = strtod(text, &end);
    return errno == 0 && end != text && *end == '\0' && isfinite(*number) && *number > 0.0;
}

int threads_from_environment(void) {
    const char *openmp = getenv("OMP_NUM_THREADS"), *slurm = getenv("SLURM_CPUS_PER_TASK");
    double number = 0.0;
    if (openmp && openmp[strspn(openmp, " ")] >= '1' && openmp[strspn(openmp, " ")] <= '9')
        return 0;
    return slurm && positive_number(slurm, &number) && number <= 4096.0 ? (int)number : 0;
}

static int parse_option(struct request *request, int option, const char *value) {
    double number;
    const char *wrong;
    switch (option) {
    case 'o':
        if (*value == '\0' || strcmp(value, "-") == 0)
            return command_misused("run", "--output takes a file or a folder; HDF5 cannot go to stdout");
        request->output = value;
        return -1;
    case 'n':
        return assignments_add(&request->assignments, "run", "paths=", value);
    case 's':
        return assignments_add(&request->assignments, "run", "seed=", value);
    case 'm':
        return assignments_add(&request->assignments, "run", "modes=", value);
    case 'P':
        return assignments_add(&request->assignments, "run", "", value);
    case 'S':
        return assignments_add(&request->assignments, "run", "stress+=", value);
    case 'j':
        if (!positive_number(value, &number) || number != floor(number) || number > 4096.0)
            return command_misused("run", "--threads takes a whole number from 1 to 4096, not '%s'", value);
        request->threads = (int)number;
        return -1;
    case 't':
        if (!positive_number(value, &request->target_error) || request->target_error >= 1.0)
            return command_misused("run", "--target-error takes a fraction below 1, such as 0.01, not '%s'", value);
        return -1;
    case 'I':
        return shard_parse(value, &request->shard, &request->n_shards);
    case 'T':
        wrong = duration_parse(value, &request->max_seconds);
        if (wrong || !(request->max_seconds > 0.0))
            return command_misused("run", "--max-time takes a duration, such as 7.5h, not '%s'", value);
        return -1;
    case 'M':
        if (!memory_parse(value, &request->memory))
            return command_misused("run", "--memory takes a size, such as 64MB, not '%s'", value);
        return -1;
    case 'f':
        request->fresh = 1;
        return -1;
    case 'e':
        request->exact = 1;
        return -1;
    case 'q':
        request->telling.quiet = 1;
        return -1;
    case 'J':
        request->telling.json = 1;
        return -1;
    case 'h':
        command_help(command_find("run"));
        return 0;
    default:
        return command_misused("run", "wrong option");
    }
}

/* 1 when an earlier scenario of this command has the path; else notes it. */
static int is_taken(struct request *request, const char *path) {
    for (size_t i = 0; i < request->n_taken; ++i)
        if (strcmp(request->taken[i], path) == 0)
            return 1;
    char *copy = strdup(path);
    if (copy)
        request->taken[request->n_taken++] = copy;
    return 0;
}

static int same_file(const char *a, const char *b) {
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

static int is_folder(const char *path) {
    struct stat found;
    size_t length = strlen(path);
    if (length > 0 && path[length - 1] == '/')
        return 1;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

static char *output_path(const struct request *request, const char *name) {
    char *path = NULL;
    int written;
    if (!request->output)
        written = asprintf(&path, "results/%s.h5", name);
    else if (request->into_folder)
        written = asprintf(&path, "%s%s%s.h5", request->output,
                           request->output[strlen(request->output) - 1] == '/' ? "" : "/", name);
    else
        written = asprintf(&path, "%s", request->output);
    return written < 0 ? NULL : path;
}

static struct riskpool_run_options run_options(const struct request *request) {
    return (struct riskpool_run_options){.threads = request->threads,
                                         .target_error = request->target_error,
                                         .progress = progress_show,
                                         .stop = progress_stop,
                                         .exact = request->exact,
                                         .memory = request->memory,
                                         .folder = request->folder};
}

/* Opens the spool beside `path`. */
static enum riskpool_status open_spool(const struct request *request, const struct riskpool_scenario *scenario,
                                       const char *scenario_path, const char *path, struct spool **spool) {
    char *message = NULL, *folder = NULL, *own_path = realpath(scenario_path, NULL);
    struct spool_terms terms = {.scenario = scenario,
                                .scenario_path = own_path ? own_path : scenario_path,
                                .overrides = (const char *const *)request->assignments.text,
                                .n_overrides = request->assignments.n,
                                .growing = request->target_error > 0.0,
                                .shard = request->shard,
                                .n_shards = request->n_shards,
                                .fresh = request->fresh,
                                .stop = progress_stop};
    const struct riskpool_run_options options = run_options(request);
    struct run_disk disk;
    enum riskpool_status status = asprintf(&folder, "%s.part", path) < 0 ? RISKPOOL_NO_MEMORY : RISKPOOL_OK;
    if (status == RISKPOOL_OK)
        status = run_disk(scenario, &options, &disk);
    if (status == RISKPOOL_OK) {
        terms.folder = folder;
        terms.n_bytes = disk.spool + disk.results + disk.files;
        status = spool_open(&terms, spool, &message);
    }
    if (status != RISKPOOL_OK)
        fprintf(stderr, "riskpool run: %s\n", message ? message : riskpool_status_text(status));
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
static void explain(const char *scenario_path, const char *path, const struct spool *spool,
                    const struct riskpool_progress *last, enum riskpool_status status) {
    uint64_t damaged, taken, saved;
    spool_counts(spool, &damaged, &taken, &saved);
    if (status == RISKPOOL_INVALID)
        fprintf(stderr,
                "riskpool run: --target-error needs 99%% among the confidence levels of %s, and paths that are drawn\n",
                scenario_path);
    else if (status == RISKPOOL_STOPPED) {
        fprintf(stderr, "%s: stopped by %s after %llu of %llu paths; ", path, progress_stop_reason(),
                (unsigned long long)last->paths_done, (unsigned long long)last->paths);
        if (saved + taken > 0)
            fprintf(stderr, "the same command goes on from %s\n", spool_folder(spool));
        else
            fprintf(stderr, "nothing is saved yet\n");
    } else if (spool_message(spool))
        fprintf(stderr, "riskpool run: %s\n", spool_message(spool));
    else
        fprintf(stderr, "riskpool run: %s: %s\n", path, riskpool_status_text(status));
    if (status == RISKPOOL_WRITE_FAILED && saved + taken > 0)
        fprintf(stderr, "  what is in %s stays: make room, and the same command goes on\n", spool_folder(spool));
}

static enum riskpool_status simulate(const struct request *request, const struct riskpool_scenario *scenario,
                                     const char *scenario_path, const char *path) {
    struct progress_line line;
    struct riskpool_results *results = NULL;
    struct spool *spool = NULL;
    enum riskpool_status status = open_spool(request, scenario, scenario_path, path, &spool);
    if (status != RISKPOOL_OK)
        return status;
    progress_init(&line, stderr, riskpool_scenario_name(scenario), request->telling.quiet);
    struct riskpool_run_options options = run_options(request);
    options.user = &line;
    const double started = omp_get_wtime();
    status = run_with_spool(scenario, &options, spool, RUN_WHOLE, &results);
    progress_clear(&line);
    const struct finish finish = {.telling = request->telling,
                                  .scenario = scenario,
                                  .scenario_path = scenario_path,
                                  .path = path,
                                  .seconds = omp_get_wtime() - started,
                                  .threads = request->threads > 0 ? request->threads : omp_get_max_threads(),
                                  .spool = spool};
    if (status == RISKPOOL_OK && results)
        status = run_finish(&finish, results);
    else if (status == RISKPOOL_OK)
        status = shard_tell(&finish);
    else {
        spool_end_session(spool, status == RISKPOOL_STOPPED ? progress_stop_reason() : riskpool_status_text(status),
                          line.last.paths_done);
        explain(scenario_path, path, spool, &line.last, status);
    }
    spool_close(spool);
    riskpool_results_free(results);
    return status;
}

static enum riskpool_status run_one(struct request *request, const char *scenario_path) {
    struct riskpool_scenario *scenario = NULL;
    char *messages = NULL, *path = NULL;
    int done = 0;
    enum riskpool_status status = riskpool_scenario_load(scenario_path, (const char *const *)request->assignments.text,
                                                         request->assignments.n, &scenario, &messages);
    if (messages)
        fputs(messages, stderr);
    else if (status != RISKPOOL_OK)
        fprintf(stderr, "%s: %s\n", scenario_path, riskpool_status_text(status));
    riskpool_text_free(messages);
    messages = NULL;
    if (status != RISKPOOL_OK)
        goto out;
    path = output_path(request, riskpool_scenario_name(scenario));
    status = path ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    if (!path)
        fprintf(stderr, "%s: %s\n", scenario_path, riskpool_status_text(status));
    if (status == RISKPOOL_OK && same_file(scenario_path, path)) {
        fprintf(stderr, "riskpool run: %s is the scenario itself\n", path);
        status = RISKPOOL_CANNOT_CREATE;
    }
    if (status == RISKPOOL_OK && is_taken(request, path)) {
        fprintf(stderr, "riskpool run: %s is of another scenario of this command; give one of them another name\n",
                path);
        status = RISKPOOL_CANNOT_CREATE;
    }
    if (status == RISKPOOL_OK)
        status = request->fresh ? RISKPOOL_OK : results_look("run", path, scenario, request->target_error, &done);
    if (status != RISKPOOL_OK)
        goto out;
    if (done) {
        drop_leftover(request, scenario, path);
        status = results_show_done(&request->telling, path);
        goto out;
    }
    request->folder = store_folder(path);
    const struct riskpool_run_options options = run_options(request);
    status = room_check("run", path, scenario, &options);
    if (status != RISKPOOL_OK)
        goto out;
    status = store_prepare(path, &messages);
    if (status != RISKPOOL_OK) {
        fprintf(stderr, "riskpool run: %s\n", messages ? messages : path);
        goto out;
    }
    status = simulate(request, scenario, scenario_path, path);
out:
    riskpool_text_free(messages);
    free(request->folder);
    request->folder = NULL;
    free(path);
    riskpool_scenario_free(scenario);
    return status;
}

static int run_all(struct request *request, int n, char **paths) {
    int worst = 0;
    if (n > 1 || (request->output && is_folder(request->output)))
        request->into_folder = 1;
    if (request->threads == 0)
        request->threads = threads_from_environment();
    progress_watch_signals();
    if (request->max_seconds > 0.0)
        progress_limit_time(request->max_seconds);
    for (int i = 0; i < n; ++i) {
        enum riskpool_status status = run_one(request, paths[i]);
        const int code = riskpool_status_exit_code(status);
        /* One alone has said what is wrong, unless it could not be read. */
        if (code != 0 && (n > 1 || status == RISKPOOL_INVALID || status == RISKPOOL_INPUT_MISSING))
            fprintf(stderr, "%s: %s\n", paths[i], riskpool_status_text(status));
        worst = code > worst ? code : worst;
        if (status == RISKPOOL_STOPPED)
            break;
    }
    return worst;
}

static void request_free(struct request *request) {
    assignments_free(&request->assignments);
    for (size_t i = 0; i < request->n_taken; ++i)
        free(request->taken[i]);
    free(request->taken);
}

int cli_run(int argc, char **argv) {
    static const struct option options[] = {
        {"output", required_argument, NULL, 'o'}, {"paths", required_argument, NULL, 'n'},
        {"seed", required_argument, NULL, 's'},   {"threads", required_argument, NULL, 'j'},
        {"modes", required_argument, NULL, 'm'},  {"target-error", required_argument, NULL, 't'},
        {"fresh", no_argument, NULL, 'f'},        {"quiet", no_argument, NULL, 'q'},
        {"json", no_argument, NULL, 'J'},         {"exact", no_argument, NULL, 'e'},
        {"help", no_argument, NULL, 'h'},         {"shard", required_argument, NULL, 'I'},
        {"stress", required_argument, NULL, 'S'}, {"max-time", required_argument, NULL, 'T'},
        {"memory", required_argument, NULL, 'M'}, {NULL, 0, NULL, 0}};
    struct request request = {.telling = {.command = "run"}, .taken = calloc((size_t)argc + 1, sizeof(char *))};
    int option, code = -1;
    if (!request.taken) {
        fprintf(stderr, "riskpool run: %s\n", riskpool_status_text(RISKPOOL_NO_MEMORY));
        request_free(&request);
        return riskpool_status_exit_code(RISKPOOL_NO_MEMORY);
    }
    while (code < 0 && (option = getopt_long(argc, argv, "o:n:j:P:qh", options, NULL)) != -1)
        code = parse_option(&request, option, optarg);
    if (code < 0 && optind == argc)
        code = command_misused("run", "which scenario?");
    if (code < 0 && request.n_shards > 0 && (request.fresh || request.target_error > 0.0))
        code = command_misused("run", request.fresh ? "--fresh would discard the batches of other shards"
                                                    : "--target-error needs all paths in one process, not --shard");
    if (code < 0)
        code = run_all(&request, argc - optind, argv + optind);
    request_free(&request);
    return code;
}
