/* riskpool merge: the results of a run from its spool, by whoever has the folder. */
#include <getopt.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "outcome.h"
#include "progress.h"
#include "run.h"
#include "scenario.h"
#include "store.h"

struct merge {
    const char *output; /* NULL: the folder without ".part" */
    int partial, threads;
    uint64_t memory; /* 0: as the library has it */
    struct telling telling;
};

static enum riskpool_status say(const char *message, const char *otherwise, enum riskpool_status status) {
    if (message)
        fprintf(stderr, "riskpool merge: %s\n", message);
    else
        fprintf(stderr, "riskpool merge: %s: %s\n", otherwise, riskpool_status_text(status));
    return status;
}

/* The folder without slashes at its end, and the results file that it belongs to; to be freed. */
static enum riskpool_status name_files(const struct merge *merge, const char *given, char **folder, char **path) {
    size_t length = strlen(given);
    while (length > 1 && given[length - 1] == '/')
        length--;
    *folder = strndup(given, length);
    *path = merge->output ? strdup(merge->output) : strndup(given, length);
    if (!*folder || !*path)
        return say(NULL, given, RISKPOOL_NO_MEMORY);
    if (merge->output)
        return RISKPOOL_OK;
    if (length <= 5 || strcmp(*path + length - 5, ".part") != 0) {
        fprintf(stderr, "riskpool merge: %s does not end in .part; name the results file with --output\n", given);
        return RISKPOOL_USAGE;
    }
    (*path)[length - 5] = '\0';
    return RISKPOOL_OK;
}

/* "4096-8191, 16384-20479 and 12 more ranges". */
static void name_missing(FILE *stream, const struct spool *spool, uint64_t n_batches, uint64_t n_paths) {
    unsigned shown = 0, more = 0;
    for (uint64_t batch = 0; batch < n_batches; batch++) {
        if (spool_has(spool, batch) || (batch > 0 && !spool_has(spool, batch - 1)))
            continue;
        uint64_t end = batch;
        while (end < n_batches && !spool_has(spool, end))
            end++;
        if (shown == 8) {
            more++;
            continue;
        }
        const uint64_t first = batch * BATCH, last = end * BATCH < n_paths ? end * BATCH : n_paths;
        fprintf(stream, "%s%llu-%llu", shown++ ? ", " : " ", (unsigned long long)first, (unsigned long long)(last - 1));
    }
    if (more > 0)
        fprintf(stream, " and %u more ranges", more);
    fputc('\n', stream);
}

/* Whether all is there, or need not be. */
static enum riskpool_status check_complete(const struct merge *merge, const struct spool *spool,
                                           const struct riskpool_scenario *scenario, int growing) {
    const uint64_t n_batches = (scenario->n_paths + BATCH - 1) / BATCH;
    uint64_t end;
    const uint64_t there = spool_count(spool, n_batches, &end);
    if (growing && !merge->partial) {
        fprintf(stderr, "riskpool merge: %s is of a run with --target-error, which only the same run command can end\n",
                spool_folder(spool));
        return RISKPOOL_STOPPED;
    }
    if (there < n_batches) {
        fprintf(stderr, "riskpool merge: %s: %llu of %llu batches are there; missing are the paths",
                spool_folder(spool), (unsigned long long)there, (unsigned long long)n_batches);
        name_missing(stderr, spool, n_batches, scenario->n_paths);
    }
    if (there < n_batches && !merge->partial) {
        fprintf(stderr, "  the same run command computes them; --partial goes without\n");
        return RISKPOOL_STOPPED;
    }
    return RISKPOOL_OK;
}

/* The results of what the spool holds. */
static enum riskpool_status assemble(const struct merge *merge, const struct riskpool_scenario *scenario,
                                     const struct spool_manifest *manifest, struct spool *spool, const char *path) {
    struct progress_line line;
    struct riskpool_results *results = NULL;
    char *folder = store_folder(path);
    const int threads = merge->threads > 0 ? merge->threads : omp_get_max_threads();
    const struct riskpool_run_options options = {.threads = threads,
                                                 .target_error = manifest->growing ? 1.0 : 0.0,
                                                 .memory = merge->memory,
                                                 .folder = folder,
                                                 .progress = progress_show,
                                                 .estimate_interval =
                                                     progress_estimates(merge->telling.level < TELL_INFO),
                                                 .stop = progress_stop,
                                                 .user = &line};
    enum riskpool_status status = room_check("merge", path, scenario, &options);
    if (status != RISKPOOL_OK)
        goto out;
    progress_init(&line, stderr, riskpool_scenario_name(scenario), merge->telling.level < TELL_INFO);
    const double started = omp_get_wtime();
    status = run_with_spool(scenario, &options, spool, merge->partial ? RUN_SAVED : RUN_WHOLE, &results);
    progress_clear(&line);
    const struct finish finish = {.telling = merge->telling,
                                  .scenario = scenario,
                                  .scenario_path = manifest->scenario_path,
                                  .path = path,
                                  .seconds = omp_get_wtime() - started,
                                  .threads = threads,
                                  .spool = spool,
                                  .partial = merge->partial};
    if (status == RISKPOOL_OK)
        status = run_finish(&finish, results);
    else
        say(spool_message(spool), path, status);
out:
    riskpool_results_free(results);
    free(folder);
    return status;
}

/* The same once nobody else assembles, if enough is there. */
static enum riskpool_status assemble_alone(const struct merge *merge, const struct riskpool_scenario *scenario,
                                           const struct spool_manifest *manifest, struct spool *spool,
                                           const char *path) {
    int gone = 0;
    enum riskpool_status status = merge->partial ? RISKPOOL_OK : spool_begin_assembly(spool, &gone);
    if (status == RISKPOOL_OK && gone)
        return say("the run was assembled just now", path, RISKPOOL_OK);
    if (status != RISKPOOL_OK)
        return say(spool_message(spool), path, status);
    status = check_complete(merge, spool, scenario, manifest->growing);
    return status == RISKPOOL_OK ? assemble(merge, scenario, manifest, spool, path) : status;
}

static enum riskpool_status merge_spool(const struct merge *merge, const char *given) {
    char *folder = NULL, *path = NULL, *message = NULL;
    struct spool_manifest manifest = {0};
    struct riskpool_scenario *scenario = NULL;
    struct spool *spool = NULL;
    enum riskpool_status status = name_files(merge, given, &folder, &path);
    if (status != RISKPOOL_OK)
        goto out;
    status = spool_manifest_read(folder, &manifest, &message);
    if (status == RISKPOOL_OK)
        status =
            scenario_read_text(manifest.text, manifest.size, manifest.scenario_path,
                               (const char *const *)manifest.overrides, manifest.n_overrides, 0, &scenario, &message);
    const struct spool_terms terms = {
        .folder = folder, .scenario = scenario, .growing = manifest.growing, .stop = progress_stop};
    if (status == RISKPOOL_OK)
        status = spool_open_finished(&terms, merge->partial, &spool, &message);
    if (status != RISKPOOL_OK) {
        say(message, folder, status);
        goto out;
    }
    int done = 0;
    store_clean(path);
    status = store_prepare(path, &message);
    if (status == RISKPOOL_OK && results_look("merge", path, scenario, 0.0, &done) != RISKPOOL_OK) {
        status = RISKPOOL_CANNOT_CREATE;
        goto out;
    }
    if (status == RISKPOOL_OK && done)
        status = results_show_done(&merge->telling, path);
    else if (status == RISKPOOL_OK)
        status = assemble_alone(merge, scenario, &manifest, spool, path);
    else
        say(message, path, status);
out:
    spool_close(spool);
    riskpool_scenario_free(scenario);
    spool_manifest_free(&manifest);
    riskpool_text_free(message);
    free(folder);
    free(path);
    return status;
}

int cli_merge(int argc, char **argv) {
    static const struct option options[] = {{"partial", no_argument, NULL, 'p'},
                                            {"output", required_argument, NULL, 'o'},
                                            {"json", no_argument, NULL, 'J'},
                                            {"memory", required_argument, NULL, 'M'},
                                            {"quiet", no_argument, NULL, 'q'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct merge merge = {.threads = threads_from_environment(), .telling = {.command = "merge", .level = TELL_INFO}};
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "o:qh", options, NULL)) != -1) {
        switch (option) {
        case 'p':
            merge.partial = 1;
            break;
        case 'o':
            merge.output = optarg;
            break;
        case 'M':
            if (!memory_parse(optarg, &merge.memory))
                return command_misused("merge", "--memory takes a size, such as 64MB, not '%s'", optarg);
            break;
        case 'J':
            merge.telling.json = 1;
            break;
        case 'q':
            merge.telling.level = TELL_ERROR;
            break;
        case 'h':
            command_help(command_find("merge"));
            return riskpool_status_exit_code(RISKPOOL_OK);
        default:
            return command_misused("merge", "unknown or incomplete option '%s'", argv[optind - 1]);
        }
    }
    if (argc - optind != 1)
        return command_misused("merge", "one spool is needed, the folder RESULTS.h5.part");
    progress_watch_signals();
    return riskpool_status_exit_code(merge_spool(&merge, argv[optind]));
}
