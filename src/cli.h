/* The command line: the table of commands and what they share. argv[0] of a command is its name; each returns the exit
 * code of the program. */
#ifndef CLI_H
#define CLI_H

#include "nearest.h"
#include "riskpool.h"
#include "spool.h"

struct command {
    const char *name;  /* NULL ends the table */
    const char *usage; /* what follows the name */
    const char *sentence;
    const char *options; /* help text, a line each; "" when there are none */
    int (*run)(int argc, char **argv);
};

extern const struct command commands[];

/* NULL when there is none. */
const struct command *command_find(const char *name);
/* Prints what a command does and takes. */
void command_help(const struct command *command);
/* Prints "riskpool COMMAND: MESSAGE" to stderr with a pointer to the help; returns the exit code for wrong usage. */
int command_misused(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints what the status says; returns its exit code. */
int command_failed(const char *name, enum riskpool_status status);

/* What options say of the scenario: "key.path=value", and "stress+=FILE". */
struct assignments {
    size_t n;
    char **text;
};

/* Adds `key` followed by `value`; returns -1, or the exit code when there is no memory, with a message. */
int assignments_add(struct assignments *assignments, const char *command, const char *key, const char *value);
void assignments_free(struct assignments *assignments);

/* The number of threads that Slurm gave this process, unless OpenMP was told a number; 0: as OpenMP finds them. */
int threads_from_environment(void);
/* A size in bytes: "65536", "512kB", "64MB", "1.5GB"; 0 when it is none. */
int memory_parse(const char *text, uint64_t *bytes);
/* Prints the memory that a run needs. */
enum riskpool_status memory_show(const struct riskpool_scenario *scenario, const struct riskpool_run_options *options);
/* RISKPOOL_NO_MEMORY, with a message, when a run needs more than there is. */
enum riskpool_status memory_check(const struct riskpool_scenario *scenario, const struct riskpool_run_options *options);
/* RISKPOOL_NO_MEMORY or RISKPOOL_WRITE_FAILED, with a message, when a run needs more memory than there is, or more disk
 * for its results and what it keeps in files meanwhile. */
enum riskpool_status room_check(const char *command, const char *path, const struct riskpool_scenario *scenario,
                                const struct riskpool_run_options *options);

/* What goes to stderr; each level has that of the levels before it. */
enum tell_level {
    TELL_ERROR,   /* why there are no results, or why the exit code is not 0 */
    TELL_WARNING, /* what may be wrong with the results that there are, or was with what they came from */
    TELL_INFO,    /* progress, the summary */
    TELL_DEBUG    /* what it takes: versions, memory, batches */
};

/* How a command speaks of results: what on stderr, and whether the summary goes to stdout as JSON instead. */
struct telling {
    const char *command;
    enum tell_level level;
    int json;
    int brief; /* no summary of each run: one of all follows */
};

/* What there is to know at the end of a run. */
struct finish {
    struct telling telling;
    const struct riskpool_scenario *scenario;
    const char *scenario_path, *path;
    double seconds;
    int threads;
    struct spool *spool;
    int partial; /* the spool stays */
};

/* Writes the results and the log, drops the spool, tells the summary; RISKPOOL_LIMIT_BREACHED is a result too. */
enum riskpool_status run_finish(const struct finish *finish, struct riskpool_results *results);
/* What stands at the output already: sets *done when it is this very run, all of it and to this target error (0: none);
 * a message and RISKPOOL_CANNOT_CREATE when it is something else. */
enum riskpool_status results_look(const char *command, const char *path, const struct riskpool_scenario *scenario,
                                  double target_error, int *done);
/* Tells the summary of such results. */
enum riskpool_status results_show_done(const struct telling *telling, const char *path);

enum { SHARD_MOST = 1000000 };
/* "I/N" or "auto"; -1, or the exit code after a message. */
int shard_parse(const char *text, uint64_t *shard, uint64_t *n_shards);
/* Says that a shard is done, and what of the whole. RISKPOOL_STOPPED when its work was deleted. */
enum riskpool_status shard_tell(const struct finish *finish);

/* "error", "warning", "info" or "debug"; -1, or the exit code after a message. */
int level_parse(const char *text, enum tell_level *level);
/* What there is to know before a run, and after it, of the run's own: lines for TELL_DEBUG. */
void level_tell_start(const struct finish *finish);
void level_tell_end(const struct finish *finish);

int cli_run(int argc, char **argv);
int cli_batch(int argc, char **argv);
int cli_merge(int argc, char **argv);
int cli_validate(int argc, char **argv);
int cli_inspect(int argc, char **argv);

int cli_reverse(int argc, char **argv);
int cli_advise(int argc, char **argv);
int cli_replay(int argc, char **argv);
int cli_show(int argc, char **argv);
int cli_compare(int argc, char **argv);
int cli_calibrate(int argc, char **argv);
int cli_template(int argc, char **argv);
int cli_help(int argc, char **argv);

#endif
