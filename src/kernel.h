/* The vector kernels: straight loops over rows of one block of paths, compiled once per instruction set from one source
 * (kernel_*.c) with equal bits on all of them. Two groups: rows of a market (normals to price), and rows of
 * pools and accounts (the rest). Rows have BLOCK entries; tables are [row][BLOCK]; outputs come last. */
#ifndef KERNEL_H
#define KERNEL_H

#include "curve.h"
#include "leg.h"
#include "rng.h"
#include "slice.h"

enum { PATHS_AT_ONCE = 32 }; /* counts of listed paths are multiples of it */

/* Sets of numbers that some paths draw beside those of the whole block: column c is set number[c] of path[c]. */
struct marks {
    size_t n; /* columns, at most BLOCK */
    const uint64_t *path, *number;
    uint32_t first; /* index of the first quad of normals and pair of uniforms of set 0 */
};

/* What the exact filter knows of a joint pool: its G at a reference, less a margin, and how fast it can fall from there
 * when a coordinate rises or falls. Rows [BLOCK] and, by the legs' positions, [position][BLOCK]. A base of -INFINITY
 * knows nothing, INFINITY is a pool that cannot breach until something changes it. */
struct screen {
    double *base, *weight, *down, *reference;
    const double *scale; /* [position] factor of every leg's side of G: 1, or what keeps a distance (engine_inside.c) */
    double owned, owed;  /* the same for a constant above and below zero */
};

/* A pool on one asset that lives between two coordinates of it. */
struct barrier {
    size_t asset, pool;
    int below, above; /* whether it has a lower and an upper one */
};

/* A bridge whose 2 d0 d1 / s^2 is above this is taken not to cross: the probability is 2e-16, far below what a normal
 * of 40 bits of radius resolves. */
#define BRIDGE_MOST 36.0

/* One step of a square-root variance v and of the log price on it (Andersen 2008), the same for all paths. */
struct variance_step {
    double level, decay;           /* E[v'] = level + (v - level) decay */
    double per_variance, constant; /* var[v'] = per_variance v + constant */
    double before, after;          /* K1, K2 of the paper's equation 33: the log price moves by K1 v + K2 v' */
    double plain;                  /* K0, where the correction does not exist */
    double tilt, drift_before;     /* A = K2 + K4 / 2, and K1 + K3 / 2, of the correction */
    double share;                  /* variance of the log price over the step is share (v + v') */
};

/* The legs of a pool. */
struct legs {
    size_t n;
    const struct leg *leg;
};

/* How the variance of one asset follows its moves (GARCH). */
struct cluster {
    double alpha, beta;
    double per_deviation, per_steps; /* 1 / the long-run deviation of a step (0 if it has none), 1 / steps an update */
    int begins, ends;                /* 1: the first step since the update; the last before the next */
};

/* What equity and margin level of every pool need, kept up to date by whoever changes a pool. */
struct holding {
    double *size;     /* [position][BLOCK] remaining signed quantity */
    double *constant; /* [pool][BLOCK] cash less the cost of what remains: equity = constant + sum of size * price */
    double *per_used; /* [pool][BLOCK] 100 / used margin; NaN when nothing is open */
};

struct kernel {
    const char *name;

    /* Standard normals for `n_paths` listed paths, whose numbers have the same upper half: row i is draw i of (path,
     * step, purpose). One Philox block gives four rows (Box and Muller 1958, 40 bits of radius and 24 of angle a pair;
     * `single`: the same numbers in single precision), so `normal` has room for `n` rows rounded up to four. */
    void (*normals)(uint64_t seed, size_t n_paths, const uint64_t *path, uint32_t step, enum rng_purpose purpose,
                    int single, size_t n, double *restrict normal);

    /* Spreads the first half of every row over the whole of it: entry k becomes entry 2k, and entry 2k + 1 its
     * negative. */
    void (*mirror)(size_t n, double *restrict normal);

    /* out[i] = shift[i] + from[i] + sum_{k <= i} lower[i][k] normal[k] in the first `n_paths` columns; `from` may be
     * NULL (zero). */
    void (*correlate)(size_t n, size_t n_paths, const double *lower, const double *shift, const double *normal,
                      const double *from, double *restrict out);
    /* The same in the columns whose regime is `which`; others stay as they are. */
    void (*correlate_regime)(size_t n, size_t n_paths, const uint8_t *regime, uint8_t which, const double *lower,
                             const double *shift, const double *normal, const double *from, double *restrict out);

    /* z = the standard normal quantile of u, a normal number in (0, 1): vmath_quantile, bit for bit. */
    void (*quantile)(const double *u, double *restrict z);

    /* Uniform numbers in (0, 1) (vmath_uniform), rows 0 .. n - 1, of (path, step, RNG_MODEL): apart from the normals
     * that are drawn there. Room for `n` rows rounded up to two. */
    void (*uniforms)(uint64_t seed, size_t n_paths, const uint64_t *path, uint32_t step, size_t n,
                     double *restrict uniform);

    /* The numbers of listed sets, `n` normals and `m` uniforms each, at (path, step, RNG_MODEL): quads of normals from
     * marks->first + number * (quads of a set) on, and likewise pairs of uniforms, from the second pair on. */
    void (*marks)(uint64_t seed, uint32_t step, const struct marks *marks, size_t n, double *restrict normal, size_t m,
                  double *restrict uniform);

    /* Moves a row of variances by a step, each by a standard normal; mean: what the log price moves by, but for its
     * drift and its own normal; deviation: of the log price over the step. */
    void (*heston)(const struct variance_step *law, const double *normal, double *restrict variance,
                   double *restrict mean, double *restrict deviation);

    /* out[i] = from[i] + (shift[i] + own_mean[i] + spread[i] shock[i]); own_mean may be NULL (zero). */
    void (*move)(size_t n, const double *shift, const double *own_mean, const double *spread, const double *shock,
                 const double *from, double *restrict out);

    /* out = the curve at x. */
    void (*curve)(const struct curve *curve, const double *x, double *restrict out);
    /* spread[i] = deviation[i] factor. */
    void (*spread)(size_t n, const double *deviation, const double *factor, double *restrict spread);
    /* Of one asset: spread times the curve at asinh(|shock factor| scale). */
    void (*change)(const struct curve *curve, double scale, const double *factor, const double *shock,
                   double *restrict spread);
    /* spread[i] = deviation[i] sqrt(state[2 i]) factor: state holds two rows an asset, its variance over the long-run
     * one (1e-30 to 1e30) and its move over the long-run deviation since the variance was updated. */
    void (*clusters)(size_t n, const double *deviation, const double *factor, const double *state,
                     double *restrict spread);
    /* Adds a step's move to the two rows of one asset. */
    void (*cluster)(const struct cluster *cluster, const double *spread, const double *shock, double *restrict state);

    /* price[i] = initial[i] e^x[i] (log) or initial[i] (1 + x[i]) (linear). */
    void (*price)(size_t n, enum price_scale scale, const double *initial, const double *x, double *restrict price);
    /* The same of one path: x points into its column, price is [asset]. */
    void (*path_price)(size_t n, enum price_scale scale, const double *initial, const double *x,
                       double *restrict price);

    /* slack = the least of x - low and high - x over the barriers; x is [asset], low and high are [pool]. */
    void (*barriers)(size_t n, const struct barrier *barrier, const double *x, const double *low, const double *high,
                     double *restrict slack);

    /* The paths on which a bridge from `start` to `end` can have met a barrier, whatever its normal: near[pool] of each
     * barrier's pool. `deviation` is [asset], or `spread` [asset][BLOCK] when it is not NULL. */
    void (*bridge_barriers)(size_t n, const struct barrier *barrier, const double *start, const double *end,
                            const double *deviation, const double *spread, const double *low, const double *high,
                            struct path_set *near);

    /* The log prices between which a pool of one leg is safe, its requirement times `factor`. */
    void (*safe)(const struct leg *leg, double initial, const double *cash, const double *remaining,
                 const double *factor, double *restrict low, double *restrict high);

    /* The two sides of G = positive - negative of a pool (leg.h). */
    void (*sides)(size_t n, const struct leg *leg, const double *cash, const double *remaining, const double *price,
                  double *restrict positive, double *restrict negative);

    /* distance = ln(positive / negative) (log; +inf when nothing is owed) or positive - negative (linear). */
    void (*distance)(enum price_scale scale, const double *positive, const double *negative, double *restrict distance);

    /* slack <= 0 where `end` is, and wherever the bridge of the distance from `start` to `end` can have crossed
     * zero: weights are those of the legs at the start of the step (`slope` = dP/dx there). */
    void (*bridge_distance)(enum price_scale scale, size_t n, const struct leg *leg, const double *remaining,
                            const double *price, const double *slope, const double *deviation, const double *spread,
                            const double *bridge, const double *positive, const double *negative, const double *start,
                            const double *end, double *restrict slack);

    /* slack = min(slack, positive - negative), where anything is owed. */
    void (*excess)(const double *positive, const double *negative, double *restrict slack);

    /* As `price`, `sides` and `excess` together, for log prices; only the paths that the
     * bound of `screen` does not settle are valued, so slack is exact only where it is <= 0. */
    void (*screen)(size_t n, const struct leg *leg, const double *initial, const double *x, const double *cash,
                   const double *remaining, const struct screen *screen, double *restrict slack);

    /* The paths whose slack is <= 0. */
    struct path_set (*spent)(const double *slack);

    /* Equity of the account, and its lowest margin level (percent; +inf with nothing open). */
    void (*equities)(size_t n_pools, const struct legs *pool, const struct holding *holding, const double *price,
                     double *restrict total, double *restrict level);

    /* Equity, requirement and used margin of a pool. */
    void (*value)(size_t n, const struct leg *leg, const double *cash, const double *remaining, const double *price,
                  double *restrict equity, double *restrict requirement, double *restrict used);

    /* The highest utilisation of a pool of the account, in percent; 0 with nothing open. */
    void (*utilisation)(size_t n_pools, const struct legs *pool, const double *cash, const double *remaining,
                        const double *price, double *restrict utilisation);
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
