/* Reverse stress: the smallest multiple of the stress, the leverage or the volatility of a scenario at which a
 * statistic reaches a target. All multiples are run on the same random numbers, so that what changes is the multiple's
 * doing. */
#ifndef REVERSE_H
#define REVERSE_H

#include "riskpool.h"
#include "scenario.h"

/* X(identifier, name, what is multiplied) */
#define REVERSE_SCALES(X)                                                                             \
    X(STRESS, "stress",                                                                               \
      "the events of the scenario: logs of prices and of factors on volatility, and blends as often") \
    X(LEVERAGE, "leverage", "every position, or one, on the same cash and margins")                   \
    X(VOLATILITY, "volatility", "the deviations of every asset, from the start to the horizon")

enum reverse_scale {
#define X(identifier, name, sentence) REVERSE_##identifier,
    REVERSE_SCALES(X)
#undef X
        REVERSE_SCALE_COUNT
};

extern const char *const reverse_scale_names[REVERSE_SCALE_COUNT];

#define REVERSE_ALL SIZE_MAX

struct reverse_request {
    const struct riskpool_scenario *scenario;
    const struct limit *target; /* the statistic of a mode; its bound is to be reached from below */
    enum reverse_scale scale;
    size_t position; /* whose leverage it is; REVERSE_ALL */
    double from, to; /* multiples, 0 <= from < to; above 0 for the leverage */
    const struct riskpool_run_options *options;
};

enum reverse_end {
    REVERSE_FOUND,
    REVERSE_ALREADY, /* reached at `from` */
    REVERSE_NEVER    /* not at `to`, nor where the search looked on its way */
};

struct reverse_answer {
    enum reverse_end end;
    double multiple;  /* where the statistic is `value`; `from` or `to` when it was not found */
    double error;     /* standard error of the multiple: that of the statistic over its slope; NaN: not known */
    double value;     /* NaN: a pool starts in breach */
    double low, high; /* 95 % interval of the statistic; NaN where it has none */
    double below;     /* a multiple that does not reach the target, just below */
    size_t n_runs;
};

/* Brackets the target by doubling steps away from `from`, then Brent (1973). A statistic that reaches the target and
 * loses it again between two steps is not seen. Returns what riskpool_run does; the multiple that failed is in the
 * answer. */
enum riskpool_status reverse_search(const struct reverse_request *request, struct reverse_answer *answer);

/* A scenario like another but for a multiple of its stress, its leverage or its volatility, with one of its modes and
 * without limits and columns per path. It points into the other; release with reverse_copy_free. */
struct reverse_copy {
    struct riskpool_scenario scenario;
    struct position *positions;
    struct stress stress;
};

enum riskpool_status reverse_copy_init(struct reverse_copy *copy, const struct reverse_request *request,
                                       double multiple);
void reverse_copy_free(struct reverse_copy *copy);
/* Sets *breached when a pool of the copy starts in breach, so that there is nothing to simulate. */
enum riskpool_status reverse_copy_check(const struct reverse_copy *copy, int *breached);

#endif
