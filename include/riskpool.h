/* riskpool: Monte Carlo stress test of leveraged accounts in isolated, cross and hybrid margin.
 *
 * The whole public interface. A program loads a scenario, runs it, looks at the statistics and writes the results file;
 * or reads a results file that exists. The library never prints and never exits. Nothing here is global: any number of
 * scenarios and results may be used from any number of threads, each object from one thread at a time.
 *
 * Conventions: time in years of 365 days unless a name says hour; rates and volatilities per year; fractions, never
 * percent (but margin levels, which are percent by custom); losses positive; money in the account's currency. */
#ifndef RISKPOOL_H
#define RISKPOOL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define RISKPOOL_PUBLIC __attribute__((visibility("default")))
#else
#define RISKPOOL_PUBLIC
#endif

/* One list gives the codes, the exit status of the program and the text. */
#define RISKPOOL_STATUS_LIST(X)                                        \
    X(OK, 0, "done")                                                   \
    X(LIMIT_BREACHED, 1, "a limit of the scenario was breached")       \
    X(USAGE, 64, "the command line is wrong")                          \
    X(INVALID, 65, "the scenario or its input files are invalid")      \
    X(INPUT_MISSING, 66, "an input file is missing or cannot be read") \
    X(NO_MEMORY, 70, "out of memory")                                  \
    X(INTERNAL, 70, "internal error")                                  \
    X(CANNOT_CREATE, 73, "the output cannot be created")               \
    X(WRITE_FAILED, 74, "writing failed")                              \
    X(STOPPED, 75, "stopped early")

enum riskpool_status {
#define X(name, code, text) RISKPOOL_##name,
    RISKPOOL_STATUS_LIST(X)
#undef X
};

/* A sentence for `status`; never NULL. */
RISKPOOL_PUBLIC const char *riskpool_status_text(enum riskpool_status status);
/* The exit code of the command line for `status` (sysexits.h where one fits). */
RISKPOOL_PUBLIC int riskpool_status_exit_code(enum riskpool_status status);
/* "major.minor.patch". */
RISKPOOL_PUBLIC const char *riskpool_version(void);
/* The instruction set the vector kernels use on this machine: "x86-64-v4", "x86-64-v3", "x86-64-v2" or "plain". */
RISKPOOL_PUBLIC const char *riskpool_instruction_set(void);

/* Texts that the library hands out through `char **` are the caller's, released with this; NULL is fine. */
RISKPOOL_PUBLIC void riskpool_text_free(char *text);

struct riskpool_scenario;
struct riskpool_results;

/* Reads and checks the scenario file `path`. `overrides` are `n_overrides` assignments "key.path=value" that replace or
 * add keys, as `-P` does, and "stress+=FILE", which adds the stress events of another file, as `--stress` does. On
 * success *scenario is the caller's (riskpool_scenario_free). On RISKPOOL_INVALID or RISKPOOL_INPUT_MISSING *messages
 * holds every mistake found, each with its place, ready to print; otherwise it may hold warnings, or be NULL.
 * `messages` itself may be NULL. */
RISKPOOL_PUBLIC enum riskpool_status riskpool_scenario_load(const char *path, const char *const *overrides,
                                                            size_t n_overrides, struct riskpool_scenario **scenario,
                                                            char **messages);
RISKPOOL_PUBLIC void riskpool_scenario_free(struct riskpool_scenario *scenario);
/* The scenario's name and its full text with every default filled in (YAML); valid as long as the scenario. */
RISKPOOL_PUBLIC const char *riskpool_scenario_name(const struct riskpool_scenario *scenario);
RISKPOOL_PUBLIC const char *riskpool_scenario_resolved(const struct riskpool_scenario *scenario);

/* What a run reports while it works. `expected_shortfall` is the running estimate of the first mode at the highest
 * confidence level up to 99 % (else the lowest), `half_width` its 95 % half width; both NaN before the first batch. */
struct riskpool_progress {
    uint64_t paths_done;
    uint64_t paths_resumed; /* of these, not simulated now but saved by an earlier run */
    uint64_t paths;
    double elapsed; /* seconds */
    double expected_shortfall;
    double half_width;
};

enum { RISKPOOL_MEMORY = 128 << 20 };

struct riskpool_run_options {
    int threads; /* 0: the OpenMP default */
    /* Add paths until the relative half width (95 %) of every mode's 99 % expected shortfall is at most this, in (0,
     * 1), or memory ends; 0: off. The scenario's confidence levels must include 99 %. */
    double target_error;
    /* Called between batches, never from two threads at once; a non-zero return stops the run (RISKPOOL_STOPPED). */
    int (*progress)(void *user, const struct riskpool_progress *progress);
    void *user;
    /* Seconds between the running estimates that it tells, which take up to a hundredth of the time; 0: 1; infinity:
     * none. */
    double estimate_interval;
    /* Asked every few steps, from any thread; must be quick. 0: go on; 1: finish the batches in hand and stop; 2: drop
     * them (RISKPOOL_STOPPED). */
    int (*stop)(void *user);
    int exact; /* value every pool at every step instead of filtering; slower, the same results */
    /* Bytes of memory for what grows with the number of paths, and for the results file while it is put together; 0:
     * RISKPOOL_MEMORY. What is more lies in files without a name, in `folder` and beside the results file. */
    uint64_t memory;
    const char *folder; /* NULL: there are no such files, and all stays in memory */
};

/* Simulates all paths of the scenario. `options` may be NULL. *results is the caller's (riskpool_results_free),
 * untouched on failure: RISKPOOL_STOPPED, RISKPOOL_INVALID (a target error without 99 % among the confidence levels),
 * RISKPOOL_NO_MEMORY, RISKPOOL_INTERNAL (a loss that is not a finite number), RISKPOOL_CANNOT_CREATE or
 * RISKPOOL_WRITE_FAILED (the folder of options->folder, a full disk). The results depend on the scenario alone, never
 * on the threads or the memory. */
RISKPOOL_PUBLIC enum riskpool_status riskpool_run(const struct riskpool_scenario *scenario,
                                                  const struct riskpool_run_options *options,
                                                  struct riskpool_results **results);
/* *bytes: the memory of a program that runs the scenario so and writes the results, at its largest. An estimate: where
 * columns per path are kept, it depends on how often positions are liquidated. With a target error, of the paths of the
 * scenario alone. RISKPOOL_NO_MEMORY. */
RISKPOOL_PUBLIC enum riskpool_status riskpool_run_memory(const struct riskpool_scenario *scenario,
                                                         const struct riskpool_run_options *options, uint64_t *bytes);
RISKPOOL_PUBLIC void riskpool_results_free(struct riskpool_results *results);

/* Writes the results file (HDF5, see results/README.md) to a temporary name beside `path` and renames it into place.
 * *message says what failed, or is NULL. */
RISKPOOL_PUBLIC enum riskpool_status riskpool_results_write(const struct riskpool_results *results, const char *path,
                                                            char **message);
/* Reads the statistics (not the columns per path) of a results file. *results is the caller's. RISKPOOL_INPUT_MISSING
 * when there is no such file, RISKPOOL_INVALID when it is not a usable results file; *message then says why, and is the
 * caller's; `message` may be NULL. */
RISKPOOL_PUBLIC enum riskpool_status riskpool_results_read(const char *path, struct riskpool_results **results,
                                                           char **message);

/* Modes in the order of the scenario; NULL past the last. */
RISKPOOL_PUBLIC const char *riskpool_results_mode(const struct riskpool_results *results, size_t index);
/* A variable by its name in the results file, e.g. ("cross", "expected_shortfall"): `*values` points at `*n` numbers in
 * row-major order, valid as long as the results. The mode may also be "comparison"; names include columns per path,
 * where they are kept, and numeric coordinates ("confidence", "time"). RISKPOOL_INVALID when there is no such mode or
 * name; then *values is NULL and *n is 0. */
RISKPOOL_PUBLIC enum riskpool_status riskpool_results_find(const struct riskpool_results *results, const char *mode,
                                                           const char *name, const double **values, size_t *n);

#ifdef __cplusplus
}
#endif

#endif
