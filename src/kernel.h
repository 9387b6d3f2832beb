/* The vector kernels: straight loops over rows of one block of paths, compiled once per instruction set from one source
 * (kernel_*.c) with equal bits on all of them. Two groups: rows of a market (normals to price), and rows of
 * pools and accounts (the rest). Rows have BLOCK entries; tables are [row][BLOCK]; outputs come last. */
#ifndef KERNEL_H
#define KERNEL_H

#include "leg.h"
#include "rng.h"
#include "slice.h"

/* What the exact filter knows of a joint pool: a lower bound of its G is base + sum of weight * x over the long legs,
 * and for short ones also + weight * (x - reference)^2. Rows [BLOCK] and, by the legs' positions, [position][BLOCK]. A
 * base of -INFINITY knows nothing, INFINITY is a pool that cannot breach until something changes it. */
struct screen {
    double *base, *weight, *reference;
};

/* An account as its pools are added up: total equity, equity and used margin of the pool with the lowest level (used 0:
 * none is open), requirement and equity (above 0) of the one with the highest utilisation. Rows [BLOCK]. */
struct worst {
    double *total, *level_equity, *level_used, *share_need, *share_equity;
};

struct kernel {
    const char *name;

    /* Standard normals for the `n_paths` paths from first_path on, BLOCK of them or BLOCK / 2 (the first half of every
     * row): row i is draw i of (path, step, purpose). One Philox block gives four rows (Box and Muller 1958, 40 bits of
     * radius and 24 of angle a pair; `single`: the same numbers in single precision), so `normal` has room for `n` rows
     * rounded up to four. */
    void (*normals)(uint64_t seed, uint64_t first_path, size_t n_paths, uint32_t step, enum rng_purpose purpose,
                    int single, size_t n, double *restrict normal);

    /* Spreads the first half of every row over the whole of it: entry k becomes entry 2k, and entry 2k + 1 its
     * negative. */
    void (*mirror)(size_t n, double *restrict normal);

    /* out[i] = shift[i] + from[i] + sum_{k <= i} lower[i][k] normal[k]; `from` may be NULL (zero). */
    void (*correlate)(size_t n, const double *lower, const double *shift, const double *normal, const double *from,
                      double *restrict out);

    /* price[i] = initial[i] e^x[i] (log) or initial[i] (1 + x[i]) (linear). */
    void (*price)(size_t n, enum price_scale scale, const double *initial, const double *x, double *restrict price);

    /* slack = min(slack, x - low, high - x). */
    void (*between)(const double *x, const double *low, const double *high, double *restrict slack);

    /* The same at a diffusive end, and for the bridge from `start` to `end` with standard deviation `deviation`:
     * slack <= 0 wherever a crossing of low or high is possible given the normal `bridge`. */
    void (*bridge_between)(const double *start, const double *end, double deviation, const double *bridge,
                           const double *low, const double *high, double *restrict slack);

    /* The two sides of G = positive - negative of a pool (leg.h). */
    void (*sides)(size_t n, const struct leg *leg, const double *cash, const double *remaining, const double *price,
                  double *restrict positive, double *restrict negative);

    /* distance = ln(positive / negative) (log; +inf when nothing is owed) or positive - negative (linear). */
    void (*distance)(enum price_scale scale, const double *positive, const double *negative, double *restrict distance);

    /* slack <= 0 where `end` is, and wherever the bridge of the distance from `start` to `end` can have crossed
     * zero: weights are those of the legs at the start of the step (`slope` = dP/dx there). */
    void (*bridge_distance)(enum price_scale scale, size_t n, const struct leg *leg, const double *remaining,
                            const double *price, const double *slope, const double *deviation, const double *bridge,
                            const double *positive, const double *negative, const double *start, const double *end,
                            double *restrict slack);

    /* slack = min(slack, positive - negative), where anything is owed. */
    void (*excess)(const double *positive, const double *negative, double *restrict slack);

    /* As `price`, `sides` and `excess` together, for legs of one rate each and log prices; only the paths that the
     * bound of `screen` does not settle are valued, so slack is exact only where it is <= 0. */
    void (*screen)(size_t n, const struct leg *leg, const double *initial, const double *x, const double *cash,
                   const double *remaining, const struct screen *screen, double *restrict slack);

    /* 1 when any slack is <= 0. */
    int (*any_spent)(const double *slack);

    /* Equity, requirement and used margin of a pool. */
    void (*value)(size_t n, const struct leg *leg, const double *cash, const double *remaining, const double *price,
                  double *restrict equity, double *restrict requirement, double *restrict used);

    /* Adds a pool to its account: total equity, and which pool has the lowest margin level and the highest
     * utilisation so far. */
    void (*worst_pool)(const double *equity, const double *requirement, const double *used, const struct worst *worst);
    /* Lowest margin level (percent; +inf with nothing open) and highest utilisation (percent) of the account. */
    void (*levels)(const struct worst *worst, double *restrict level, double *restrict utilisation);
    /* Running peak of the total, largest fall from it, lowest level. */
    void (*extremes)(const double *total, const double *level, double *restrict peak, double *restrict drawdown,
                     double *restrict lowest);
    /* when = now where it is still NaN and the value has reached the threshold. */
    void (*first_at_least)(const double *value, double threshold, double now, double *restrict when);
    void (*first_at_most)(const double *value, double threshold, double now, double *restrict when);
};

/* The best kernel for this machine. RISKPOOL_ISA=v2 or v3 in the environment sets an upper limit; anything else there
 * is ignored. */
const struct kernel *kernel_choose(void);

#endif
