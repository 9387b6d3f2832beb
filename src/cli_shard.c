/* Which share of a run is this process's: as the command line says, or as the launcher does through its environment. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "outcome.h"
#include "scenario.h"

/* A number of the environment; 0 when it is not there. */
static int number_of(const char *name, uint64_t *number) {
    const char *text = getenv(name);
    char *end = NULL;
    if (!text || *text < '0' || *text > '9')
        return 0;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0';
}

/* The task of an array: they count from any number in steps. -1 when there is none, else whether it makes sense. */
static int array_share(uint64_t *task, uint64_t *n) {
    uint64_t id, least = 0, step = 1;
    if (!number_of("SLURM_ARRAY_TASK_ID", &id) || !number_of("SLURM_ARRAY_TASK_COUNT", n))
        return -1;
    (void)number_of("SLURM_ARRAY_TASK_MIN", &least);
    if (!number_of("SLURM_ARRAY_TASK_STEP", &step) || step == 0)
        step = 1;
    *task = id >= least ? (id - least) / step : *n;
    return *task < *n && (id - least) % step == 0;
}

/* The rank in a parallel job. A launcher's own variables come before Slurm's, which it hands on to all its ranks; and a
 * batch script is no task of a step, though it has a number. */
static int rank_share(uint64_t *rank, uint64_t *n) {
    static const char *const names[][2] = {{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                           {"PMI_RANK", "PMI_SIZE"},
                                           {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS"},
                                           {"SLURM_PROCID", "SLURM_NTASKS"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strncmp(names[i][0], "SLURM", 5) == 0 && getenv("SLURM_JOB_ID") && !getenv("SLURM_STEP_ID"))
            continue;
        if (number_of(names[i][0], rank) && number_of(names[i][1], n))
            return *rank < *n;
    }
    return -1;
}

static int parse_auto(uint64_t *shard, uint64_t *n_shards) {
    uint64_t task = 0, n_tasks = 1, rank = 0, n_ranks = 1;
    const int array = array_share(&task, &n_tasks);
    if (array < 0)
        task = 0, n_tasks = 1;
    const int ranks = rank_share(&rank, &n_ranks);
    if (ranks < 0)
        rank = 0, n_ranks = 1;
    if (array < 0 && ranks < 0)
        return command_misused("run", "--shard auto finds no number of this process: none of SLURM_ARRAY_TASK_ID, "
                                      "SLURM_PROCID, OMPI_COMM_WORLD_RANK, PMI_RANK is set");
    if (array == 0 || ranks == 0 || n_tasks == 0 || n_tasks > SHARD_MOST / n_ranks)
        return command_misused("run",
                               "--shard auto: the numbers in the environment do not fit; arrays must be numbered "
                               "evenly, as in 0-7 or 1-9:2");
    *shard = task * n_ranks + rank;
    *n_shards = n_tasks * n_ranks;
    return -1;
}

int shard_parse(const char *text, uint64_t *shard, uint64_t *n_shards) {
    char *slash = NULL, *end = NULL;
    if (strcmp(text, "auto") == 0)
        return parse_auto(shard, n_shards);
    errno = 0;
    const uint64_t i = strtoull(text, &slash, 10), n = *slash == '/' ? strtoull(slash + 1, &end, 10) : 0;
    if (strspn(text, "0123456789/") != strlen(text) || slash == text || n == 0 || *end != '\0' || errno != 0 ||
        n > SHARD_MOST || i >= n)
        return command_misused("run", "--shard takes I/N with I from 0 to N - 1, or auto, not '%s'", text);
    *shard = i;
    *n_shards = n;
    return -1;
}

enum riskpool_status shard_tell(const struct finish *finish) {
    const uint64_t n_batches = (finish->scenario->n_paths + BATCH - 1) / BATCH;
    uint64_t end;
    const uint64_t there = spool_count(finish->spool, n_batches, &end);
    const int assembled = !spool_is_there(finish->spool);
    if (assembled && access(finish->path, F_OK) != 0) {
        fprintf(stderr, "riskpool run: %s was deleted, and there are no results; the shards must run again\n",
                spool_folder(finish->spool));
        return RISKPOOL_STOPPED;
    }
    if (finish->telling.level < TELL_INFO)
        return RISKPOOL_OK;
    if (assembled)
        fprintf(stderr, "%s: this shard is done; another one has assembled the results\n", finish->path);
    else
        fprintf(stderr, "%s: this shard is done; %llu of %llu batches are in %s, the last shard assembles them\n",
                finish->path, (unsigned long long)there, (unsigned long long)n_batches, spool_folder(finish->spool));
    return RISKPOOL_OK;
}
