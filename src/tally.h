/* The tally: what a run remembers of its finished batches. Counts are integers, sums are kept by batch, the loss of
 * every path is kept; so nothing depends on the order in which batches come. What grows with the paths (8 bytes for
 * each path and mode, unless more is asked for) lies in a depot: in files, when it is more than memory is allowed. It
 * estimates nothing. */
#ifndef TALLY_H
#define TALLY_H

#include "depot.h"
#include "outcome.h"
#include "riskpool.h"
#include "sample.h"
#include "sum.h"
#include "tally_tail.h"

enum {
    TALLY_SAMPLE = 32768, /* equity and margin level are kept of the first so many paths (fans) */
    TALLY_TAIL_LEAST = 1000
};

enum tally_keep { TALLY_KEEP_ALL, TALLY_KEEP_TAIL, TALLY_KEEP_NONE };

/* The outcome columns of which a run keeps only the mean. */
#define TALLY_MEAN_LIST(X) \
    X(fees)                \
    X(slippage)            \
    X(funding)             \
    X(shortfall) X(top_up) X(forfeited) X(closed_notional) X(rounds) X(margin_peak_to_trough) X(margin_largest_rise)

enum tally_mean {
#define X(name) TALLY_MEAN_##name,
    TALLY_MEAN_LIST(X)
#undef X
        TALLY_MEANS
};

/* What a path may go through in a mode; the last two against the first mode: it liquidates nothing where the first
 * does, or a position that the first keeps. */
enum tally_event { TALLY_ANY, TALLY_ALL, TALLY_SHORTFALL, TALLY_RESCUE, TALLY_CONTAGION, TALLY_EVENTS };

struct tally_shape {
    size_t n_modes, n_positions, n_alerts;
    size_t n_times;
    const double *time; /* hours: where survival, equity and margin level are looked at */
    size_t n_confidence;
    const double *confidence; /* fractions, ascending */
    uint64_t n_paths;         /* paths there is room for at first */
    uint64_t n_paths_limit;   /* the most that tally_reserve may ask for; 0: n_paths */
    /* Columns per path: all, those of the worst 1 % of any mode (at least 1000), none. With a limit above n_paths the
     * tail is known at the end only: until then there are those of all. */
    enum tally_keep keep;
    uint64_t in_memory; /* bytes of what grows with the paths; more lies in files */
    const char *folder; /* of these; NULL: all stays in memory. The caller's. */
    int antithetic;     /* paths 2k and 2k + 1 are drawn together; both come in one call of tally_take */
    int trajectories;   /* whether outcomes have drawdown, margin level, samples and alerts */
    int dynamic;        /* whether they have multipliers of margin */
    int by_position;    /* whether losses and contagion are kept position by position */
    size_t alone;       /* with it: the mode in which every position stands alone; n_modes: there is none */
    double start_equity;
};

/* Numbers of paths, in one row, so that they add up in one loop. */
struct tally_counts {
    size_t n;
    uint64_t *all;        /* [n]; what follows points into it */
    uint64_t *joint;      /* [position][position] paths that liquidate both */
    uint64_t *liquidated; /* [0 .. n_positions] paths that liquidate so many */
    uint64_t *alert;      /* [alert] */
    uint64_t *event;      /* [event] */
    uint64_t *contagion;  /* [position][position] by_position: both liquidated, the second not where it stands alone */
    uint64_t *first;      /* [time] paths whose first liquidation is after the time before, up to this one */
    /* Pairs of paths 2k and 2k + 1, when they are antithetic: */
    uint64_t *event_twice;    /* [event] on both paths */
    uint64_t *first_twice;    /* [time] the later of their first liquidations, likewise */
    uint64_t *position_twice; /* [position] liquidated on both paths */
};

/* What is summed of the losses L on paths that liquidate a position, C = 1 there: over paths, or over antithetic pairs
 * of the pair's sums. */
enum tally_failure { TALLY_L, TALLY_LL, TALLY_LC, TALLY_FAILURES };

struct tally_mode {
    double *loss;                  /* [path] */
    double *column[OUTCOME_COUNT]; /* [path], when all are kept; not for the loss */
    double *liquidation_time;      /* [path][position], when all are kept */
    struct tally_counts counts;
    struct sum *mean[TALLY_MEANS]; /* [batch] */
    struct sum *failure;           /* [batch][position][TALLY_FAILURES], by_position */
    double *equity, *margin_level; /* [time][sample] */
};

struct tally {
    struct tally_shape shape; /* with its own arrays */
    struct depot depot;       /* of all that is [path] or [batch] */
    uint64_t unrested;        /* bytes written since the depot rested, but for records of the tail */
    uint64_t n_rested;        /* records of the tail that were there then */
    uint64_t n_paths;         /* paths added */
    uint64_t capacity;        /* whole batches */
    uint64_t not_finite;      /* losses that are not numbers */
    size_t n_samples;         /* row length of equity and margin_level */
    uint32_t *done;           /* [batch] paths added */
    uint64_t *path;           /* [path] their numbers, once gaps are closed and all columns are kept; else NULL */
    int renumbered;           /* 1: gaps were closed, the rows are no longer numbers of paths */
    struct tally_mode *mode;
    struct tail tail;
    double *losses; /* [mode] scratch */
};

/* The losses of a mode, for a sample: those of the paths so far, without gaps. */
struct tally_losses {
    const struct tally *tally;
    const double *loss, *minus; /* minus NULL: the losses themselves, else how much larger they are */
};

/* What one thread counts of a batch before it is added. */
struct tally_part {
    uint64_t first_path;
    size_t n;
    uint64_t not_finite;
    size_t n_modes;
    struct tally_counts *counts; /* [mode] */
    double *first_time;          /* [BATCH] scratch: hour of the path's first liquidation */
    uint8_t *events;             /* [BATCH] scratch: a bit for each event of the path */
    size_t n_words;
    size_t *position;     /* [position] scratch: those liquidated */
    uint64_t *liquidated; /* [mode][word][BATCH] scratch: a bit for each position, 64 in a word */
    uint8_t *candidate;   /* [BATCH] whether the path may be among the worst; known after tally_add */
    size_t n_records;     /* of those, as they were packed: */
    const void *records;
};

enum riskpool_status tally_init(struct tally *tally, const struct tally_shape *shape);
/* Legal on a zeroed, failed or freed tally; a tally stays where it is. */
void tally_free(struct tally *tally);
/* Counts in a row of their own, zeroed; 0 when out of memory. Inside tally only. */
int tally_counts_init(struct tally_counts *counts, const struct tally_shape *shape);
/* Counts the paths of a batch by what happened to them. Inside tally only. */
void tally_count(const struct tally_shape *shape, struct tally_part *part, const struct outcome *outcome);
/* Whether outcomes of the shape have a column; how many they have. */
int tally_has_column(const struct tally_shape *shape, int column);
size_t tally_column_count(const struct tally_shape *shape);
/* Bytes of memory that a tally of this shape fills with the paths of the shape, and of disk. */
uint64_t tally_memory(const struct tally_shape *shape);
uint64_t tally_disk(const struct tally_shape *shape);
/* Room for `n_paths` paths, at most the limit of the shape; fails as depot_lengthen. Not while a batch is being added.
 */
enum riskpool_status tally_reserve(struct tally *tally, uint64_t n_paths);
/* Legal on a zeroed, failed or freed part. */
enum riskpool_status tally_part_init(struct tally_part *part, const struct tally_shape *shape);
void tally_part_free(struct tally_part *part);
/* Takes `n` paths from number `first_path` on, all in one batch, none of them twice and, in the tail, none before those
 * of its batch that came already; `outcome[mode]` holds them from index 0. Several threads may take at once, each with
 * its part. Cannot fail: room was reserved. */
void tally_take(struct tally *tally, struct tally_part *part, uint64_t first_path, size_t n,
                const struct outcome *outcome);
/* Adds what was taken last. Batches may come in any order, not from two threads at once. */
void tally_add(struct tally *tally, struct tally_part *part, const struct outcome *outcome);
/* A batch that was added last, as bytes, at most tally_pack_size of them at an address that is a multiple of 8: all
 * that a tally of this shape needs to have it added, bit for bit. Returns how many. Several threads may pack at once.
 */
size_t tally_pack_size(const struct tally *tally);
size_t tally_pack(const struct tally *tally, const struct tally_part *part, const struct outcome *outcome, void *bytes);
/* Takes a packed batch in place of tally_take; then tally_add_packed in place of tally_add, before the bytes go.
 * RISKPOOL_INVALID when these are not the bytes of this batch in a tally of this shape; the batch may then still be
 * taken from elsewhere. */
enum riskpool_status tally_unpack(struct tally *tally, struct tally_part *part, uint64_t first_path, size_t n,
                                  const void *bytes, size_t size);
void tally_add_packed(struct tally *tally, const struct tally_part *part);
/* Whether the batch of this path was added. */
int tally_has(const struct tally *tally, uint64_t first_path);
/* A tally of part of the paths becomes one without gaps: the batches that are there move together. Ends adding. */
enum riskpool_status tally_close_gaps(struct tally *tally);
/* Counts and number of paths of a part; a record of the tail. Inside tally only. */
void tally_add_counts(struct tally *tally, const struct tally_part *part);
void tally_record(const struct tally *tally, const struct outcome *outcome, size_t p, double *record);
/* The losses as a sample, valid as long as `losses`. */
struct sample tally_sample(const struct tally_losses *losses);
/* How many paths of each mode "the worst 1 %" of `n_paths` are. */
uint64_t tally_tail_size(uint64_t n_paths);

#endif
