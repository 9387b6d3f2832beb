/* What run and batch share: what is asked of all scenarios of a command, and each of these from its file to its
 * results. Inside cli only. */
#ifndef CLI_JOB_H
#define CLI_JOB_H

#include "cli.h"
#include "summary_overview.h"

struct request {
    const char *output; /* NULL: results/NAME.h5 */
    int into_folder;    /* `output` is one */
    struct assignments assignments;
    int threads;
    uint64_t memory; /* 0: as the library has it */
    double target_error;
    double max_seconds; /* 0: no limit */
    uint64_t shard, n_shards;
    int fresh, exact;
    struct telling telling;
};

/* Reads the options; what is left begins at optind. -1, or the exit code. */
int request_read(struct request *request, int argc, char **argv);

enum job_state {
    JOB_NOT_STARTED,
    JOB_DONE,
    JOB_DONE_ALREADY,
    JOB_SHARD_DONE, /* no results yet: other shards are not */
    JOB_STOPPED,
    JOB_INVALID,
    JOB_MISSING, /* an input file */
    JOB_FAILED
};

struct job {
    const char *scenario_path;
    const char *label;                    /* names the results and the messages; NULL: the scenario and its path do */
    const char *columns[OVERVIEW_LABELS]; /* of the summary, where it has such */
    const char **overrides;               /* texts of others */
    size_t n_overrides;
    enum job_state state;
    enum riskpool_status status;
    /* Known once the scenario has been checked: */
    char *path, *folder, *name; /* of the results, and where they go; of the scenario */
    char sha256[65];
    int checked, done; /* the results were there */
    size_t n_modes, n_confidence;
    char **modes;
    double *confidence;
};

/* The overrides of a job: `own`, then those of the command. -1, or the exit code when there is no memory. */
int job_assign(const struct request *request, struct job *job, char **own, size_t n);
/* How messages call it. */
const char *job_name(const struct job *job);
void job_free(struct job *job);
/* Reads the scenario, names the results, and looks whether they can be made: what is wrong is in `state` and `status`,
 * *messages has the mistakes of the scenario, other ones are told. `*scenario` is the caller's. */
void job_check(const struct request *request, struct job *job, struct riskpool_scenario **scenario, char **messages);
/* Runs a checked job. `scenario` may be NULL: it is read again. */
void job_run(const struct request *request, struct job *job, const struct riskpool_scenario *scenario);

/* Runs one alone, as all of a command; returns the exit code. */
int jobs_run_one(const struct request *request, struct job *job);
/* Checks all, then runs the good ones in their order; returns the worst code. What came of each is in the files
 * summary.csv and summary.json of `folder`, and told. `heads`: of the columns that tell the jobs apart; NULL: their
 * names do. */
int jobs_run(struct request *request, struct job *jobs, size_t n, const char *folder, const char *const *heads);

#endif
