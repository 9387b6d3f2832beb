/* The table over many runs: a row for every run and mode, with what each came to. For people, and as CSV and JSON of
 * the same columns. */
#ifndef SUMMARY_OVERVIEW_H
#define SUMMARY_OVERVIEW_H

#include "results.h"
#include "summary.h"

/* The statistics of a row, in the order of their columns; those of an expected shortfall at the level of the overview.
 */
enum overview_value {
    OVERVIEW_MEAN_LOSS,
    OVERVIEW_MEAN_LOSS_SE,
    OVERVIEW_SHORTFALL,
    OVERVIEW_SHORTFALL_SE,
    OVERVIEW_LIQUIDATION,
    OVERVIEW_LIQUIDATION_LOW,
    OVERVIEW_LIQUIDATION_HIGH,
    OVERVIEW_WIPEOUT,
    OVERVIEW_WIPEOUT_LOW,
    OVERVIEW_WIPEOUT_HIGH,
    OVERVIEW_VALUES
};

enum { OVERVIEW_LABELS = 3 };

struct overview_mode {
    char *name;
    double value[OVERVIEW_VALUES]; /* NaN without results */
    size_t n_limits, n_breached;
};

/* One run. Its texts but `currency` and the modes' names are others'. */
struct overview_run {
    const char *scenario, *name;        /* path; name of the run, or NULL */
    const char *label[OVERVIEW_LABELS]; /* of the overview's labels */
    const char *results;                /* path, or NULL */
    const char *state;                  /* in a word or two */
    int exit_code, has_results;
    char *currency;
    uint64_t n_paths, seed;
    double start_equity;
    size_t n_modes; /* 0 while they are not known */
    struct overview_mode *modes;
};

struct overview {
    const char *const *labels; /* what tells the runs apart: OVERVIEW_LABELS heads of columns; NULL: their names do */
    double level;              /* of the expected shortfall, a fraction; NaN: none that all have */
    int exit_code;             /* of all */
    size_t n;
    struct overview_run *runs;
};

void overview_free(struct overview *overview);
/* The modes of a run that has no results yet. RISKPOOL_NO_MEMORY. */
enum riskpool_status overview_modes(struct overview_run *run, size_t n, const char *const *names);
/* Takes over what the overview shows of results. RISKPOOL_NO_MEMORY. */
enum riskpool_status overview_results(const struct overview *overview, struct overview_run *run,
                                      const struct riskpool_results *results);
/* RISKPOOL_WRITE_FAILED when `out` did not take it all. */
enum riskpool_status overview_write(FILE *out, const struct overview *overview, enum summary_format format);
/* What files of a format begin with. */
const char *overview_signature(enum summary_format format);

#endif
