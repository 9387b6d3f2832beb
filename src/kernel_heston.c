/* One step of a Heston variance in vectors: the quadratic-exponential scheme of Andersen (2008, section 3.2) and the
 * law of the log price given the variance at both ends, with the martingale correction of his section 4.3; compiled
 * once for each instruction set, like kernel_rows.c. All paths are taken for large variances at first; those of small
 * ones, few when steps are short, are collected and computed side by side. */
#include <math.h>

#include "kernel_level.h"
#include "vmath.h"

enum { GROUP = 8, WORD = 64 };

/* Where the scheme switches from a square of a normal to a mass at zero with an exponential tail: variance over squared
 * mean of the next v. */
static const double psi_switch = 1.5;
/* Keep divisions apart from zero where the variance is nothing, or does not vary. */
static const double mean_least = 1e-140, psi_least = 1e-12;

/* Paths that are collected. */
struct small {
    size_t n;
    uint16_t path[BLOCK];
    double before[BLOCK], normal[BLOCK], next[BLOCK], mean[BLOCK];
};

static inline double next_mean(const struct variance_step *law, double v) {
    const double m = law->level + (v - law->level) * law->decay;
    return m > mean_least ? m : mean_least;
}

static inline double next_variance(const struct variance_step *law, double v) {
    return law->per_variance * v + law->constant;
}

/* Of the log price, but for the correction and what exists when that does not. */
static inline double log_mean(const struct variance_step *law, int corrected, double correction, double v,
                              double next) {
    return (corrected ? correction - law->drift_before * v : law->plain) + (law->before * v + law->after * next);
}

/* v' = a (b + z)^2; E[e^(A v')] = e^(A b^2 a / (1 - 2 A a)) / sqrt(1 - 2 A a). One division gives both a and the
 * exponent. */
static void square_rows(const struct variance_step *law, const double *normal, const double *before,
                        double *restrict next, double *restrict mean, double *restrict excess) {
    const struct variance_step own = *law;
    ROWS {
        const double v = before[p], m = next_mean(&own, v), m2 = m * m, s2 = next_variance(&own, v);
        const double least = psi_least * m2, most = psi_switch * m2;
        const double two = 2.0 * m2 / (s2 < least ? least : s2 > most ? most : s2);
        const double b2 = two - 1.0 + sqrt(two * (two - 1.0)), one = 1.0 + b2;
        const double spread = one - 2.0 * own.tilt * m; /* times a / m it is 1 - 2 A a */
        const int tame = spread > 0.0;
        const double part = 1.0 / (one * (tame ? spread : 1.0)), per_mean = tame ? part * spread : part;
        const double root = sqrt(b2) + normal[p];
        const double correction = 0.5 * vmath_log(tame ? spread * per_mean : 1.0) - own.tilt * b2 * m * (part * one);
        next[p] = m * per_mean * (root * root);
        mean[p] = log_mean(&own, tame, correction, v, next[p]);
        excess[p] = s2 - most;
    }
}

/* v' is 0 with probability p, else exponential with mean `scale`: E[e^(A v')] = p + (1 - p) / (1 - A scale). */
static void tail_groups(const struct variance_step *law, struct small *small) {
    const struct variance_step own = *law;
    for (size_t first = 0; first < small->n; first += GROUP)
#pragma omp simd
        for (size_t c = first; c < first + GROUP; ++c) {
            const double v = small->before[c], m = next_mean(&own, v);
            const double above = 2.0 / (next_variance(&own, v) / (m * m) + 1.0); /* 1 - p */
            const double upper = vmath_upper_tail(small->normal[c]), scale = m / above, lean = 1.0 - own.tilt * scale;
            const int tame = lean > 0.0;
            const double correction = -vmath_log(tame ? 1.0 - above + above / lean : 1.0);
            const double next = upper < above ? scale * vmath_log(above / upper) : 0.0;
            small->next[c] = next;
            small->mean[c] = log_mean(&own, tame, correction, v, next);
        }
}

static void collect(const double *excess, const double *before, const double *normal, struct small *small) {
    small->n = 0;
    for (size_t first = 0; first < BLOCK; first += WORD) {
        uint64_t outside = 0;
        for (size_t i = 0; i < WORD; ++i)
            outside |= (uint64_t)(excess[first + i] > 0.0) << i;
        for (; outside != 0; outside &= outside - 1)
            small->path[small->n++] = (uint16_t)(first + (size_t)__builtin_ctzll(outside));
    }
    for (; small->n % GROUP != 0; ++small->n)
        small->path[small->n] = small->path[small->n - 1];
    for (size_t c = 0; c < small->n; ++c) {
        small->before[c] = before[small->path[c]];
        small->normal[c] = normal[small->path[c]];
    }
}

void LEVEL(rows_heston)(const struct variance_step *law, const double *normal, double *restrict variance,
                        double *restrict mean, double *restrict deviation) {
    double before[BLOCK], excess[BLOCK];
    struct small small;
    ROWS before[p] = variance[p];
    square_rows(law, normal, before, variance, mean, excess);
    collect(excess, before, normal, &small);
    tail_groups(law, &small);
    for (size_t c = 0; c < small.n; ++c) {
        variance[small.path[c]] = small.next[c];
        mean[small.path[c]] = small.mean[c];
    }
    const double share = law->share;
    ROWS deviation[p] = sqrt(share * (before[p] + variance[p]));
}
