/* How much a run says on stderr, and the lines that only the highest level has. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "outcome.h"
#include "run.h"
#include "scenario.h"

static const char *const levels[] = {
    [TELL_ERROR] = "error", [TELL_WARNING] = "warning", [TELL_INFO] = "info", [TELL_DEBUG] = "debug"};

int level_parse(const char *text, enum tell_level *level) {
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (strcmp(text, levels[i]) == 0) {
            *level = (enum tell_level)i;
            return -1;
        }
    return command_misused("run", "--log-level takes error, warning, info or debug, not '%s'", text);
}

void level_tell_start(const struct finish *finish) {
    const uint64_t n_batches = (finish->scenario->n_paths + BATCH - 1) / BATCH;
    uint64_t bytes = 0, end;
    char host[256] = "";
    if (finish->telling.level < TELL_DEBUG)
        return;
    (void)gethostname(host, sizeof host - 1);
    const struct riskpool_run_options options = {.threads = finish->threads};
    (void)run_memory(finish->scenario, &options, &bytes);
    fprintf(stderr, "debug: riskpool %s (%s) on %s, process %ld, %d thread%s\n", riskpool_version(),
            riskpool_instruction_set(), host, (long)getpid(), finish->threads, finish->threads == 1 ? "" : "s");
    fprintf(stderr, "debug: %s: %llu paths of %llu steps, seed %llu, scenario %.12s; memory %.0f MB\n",
            finish->scenario_path, (unsigned long long)finish->scenario->n_paths,
            (unsigned long long)finish->scenario->market.n_steps, (unsigned long long)finish->scenario->market.seed,
            finish->scenario->sha256, (double)bytes / 1e6);
    fprintf(stderr, "debug: %s: %llu of %llu batches are there\n", spool_folder(finish->spool),
            (unsigned long long)spool_count(finish->spool, n_batches, &end), (unsigned long long)n_batches);
}

void level_tell_end(const struct finish *finish) {
    uint64_t damaged, taken, saved;
    if (finish->telling.level < TELL_DEBUG)
        return;
    spool_counts(finish->spool, &damaged, &taken, &saved);
    fprintf(stderr, "debug: %s: %llu batches taken, %llu saved, %llu places damaged\n", spool_folder(finish->spool),
            (unsigned long long)taken, (unsigned long long)saved, (unsigned long long)damaged);
}
