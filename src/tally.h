/* The tally: what a run remembers of its finished batches. Counts are integers, sums are kept by batch, the loss of
 * every path is kept; so nothing depends on the order in which batches come, and memory grows with paths (8 bytes for
 * each path and mode, unless more is asked for) but not with steps. It estimates nothing. */
#ifndef TALLY_H
#define TALLY_H

#include "outcome.h"
#include "riskpool.h"
#include "sum.h"
#include "tally_tail.h"

enum {
    TALLY_SAMPLE = 32768, /* equity and margin level are kept of the first so many paths (fans) */
    TALLY_TAIL_LEAST = 1000
};

enum tally_keep { TALLY_KEEP_ALL, TALLY_KEEP_TAIL, TALLY_KEEP_NONE };

/* The outcome columns of which a run keeps only the mean. */
#define TALLY_MEAN_LIST(X) X(fees) X(slippage) X(funding) X(shortfall) X(top_up)

enum tally_mean {
#define X(name) TALLY_MEAN_##name,
    TALLY_MEAN_LIST(X)
#undef X
        TALLY_MEANS
};

/* What a path may go through in a mode; the last two against the first mode: it liquidates nothing where the first
 * does, or a position that the first keeps. */
enum tally_event { TALLY_ANY, TALLY_ALL, TALLY_SHORTFALL, TALLY_RESCUE, TALLY_CONTAGION, TALLY_EVENTS };

/* Paths with an event, and pairs of paths 2k and 2k + 1 with it on both. */
struct tally_count {
    uint64_t paths, twice;
};

struct tally_shape {
    size_t n_modes, n_positions, n_alerts;
    size_t n_times;
    const double *time; /* hours: where survival, equity and margin level are looked at */
    size_t n_confidence;
    const double *confidence; /* fractions, ascending */
    uint64_t n_paths;         /* paths there is room for at first */
    uint64_t n_paths_limit;   /* the most that tally_reserve may ask for; 0: n_paths */
    /* Columns per path: all, those of the worst 1 % of any mode (at least 1000), none. With a limit above n_paths the
     * tail is known at the end only: until then memory is that of all. */
    enum tally_keep keep;
    int antithetic;   /* paths 2k and 2k + 1 are drawn together; both come in one call of tally_add */
    int trajectories; /* whether outcomes have drawdown, margin level, samples and alerts */
    double start_equity;
};

struct tally_mode {
    double *loss;                  /* [path] */
    double *column[OUTCOME_COUNT]; /* [path], when all are kept; not for the loss */
    double *liquidation_time;      /* [path][position], when all are kept */
    uint64_t *joint;               /* [position][position] paths that liquidate both */
    uint64_t *liquidated;          /* [0 .. n_positions] paths that liquidate so many */
    uint64_t *alert;               /* [alert] */
    struct tally_count event[TALLY_EVENTS];
    uint64_t *twice; /* [position] pairs that liquidate it on both paths */
    struct tally_count
        *first; /* [time] whose (twice: later) first liquidation is after the time before, up to this one */
    struct sum *mean[TALLY_MEANS]; /* [batch] */
    double *equity, *margin_level; /* [time][sample] */
};

struct tally {
    struct tally_shape shape; /* with its own arrays */
    uint64_t n_paths;         /* paths added */
    uint64_t capacity;        /* whole batches */
    uint64_t not_finite;      /* losses that are not numbers */
    size_t n_samples;         /* row length of equity and margin_level */
    uint32_t *done;           /* [batch] paths added */
    struct tally_mode *mode;
    struct tail tail;
    double *first_time;     /* [BATCH] scratch: hour of the path's first liquidation */
    uint32_t *n_liquidated; /* [mode][BATCH] scratch */
    uint8_t *events;        /* [BATCH] scratch: bits of the path's events */
    double *losses;         /* [mode] scratch */
};

enum riskpool_status tally_init(struct tally *tally, const struct tally_shape *shape);
/* Legal on a zeroed, failed or freed tally. */
void tally_free(struct tally *tally);
/* Room for `n_paths` paths, at most the limit of the shape. Not while a batch is being added. */
enum riskpool_status tally_reserve(struct tally *tally, uint64_t n_paths);
/* Adds `n` paths from number `first_path` on, all in one batch and none of them twice; `outcome[mode]` holds them from
 * index 0. Batches may come in any order, not from two threads at once. Cannot fail: room was reserved. */
void tally_add(struct tally *tally, uint64_t first_path, size_t n, const struct outcome *outcome);
/* Copies the losses of a mode, in path order without gaps, to `loss` ([n_paths]); returns how many. */
size_t tally_losses(const struct tally *tally, size_t mode, double *loss);
/* How many paths of each mode "the worst 1 %" of `n_paths` are. */
uint64_t tally_tail_size(uint64_t n_paths);

#endif
