/* Moments, quantiles and tail measures of a sample, by selection instead of sorting: linear in its length. It knows
 * numbers, not accounts. */
#include "estimate.h"

#include <assert.h>
#include <float.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "interval.h"
#include "sum.h"

enum { BINS = 1024, IN_A_BIN = 8, THINNED_FROM = 16 * IN_A_BIN };

struct moments estimate_moments(const double *x, size_t n) {
    if (n == 0)
        return (struct moments){NAN, NAN, NAN};
    struct sum sum = {0, 0}, squares = {0, 0};
    for (size_t i = 0; i < n; i++)
        sum_add(&sum, x[i]);
    const double mean = sum_value(&sum) / (double)n;
    for (size_t i = 0; i < n; i++)
        sum_add(&squares, (x[i] - mean) * (x[i] - mean));
    const double deviation = n < 2 ? NAN : sqrt(sum_value(&squares) / (double)(n - 1));
    return (struct moments){mean, deviation, deviation / sqrt((double)n)};
}

/* n * level, as a whole number when it misses one by no more than the rounding of level and product. */
static double whole_product(size_t n, double level) {
    const double product = (double)n * level, nearest = nearbyint(product);
    return fabs(product - nearest) <= 4 * DBL_EPSILON * product ? nearest : product;
}

size_t estimate_rank(size_t n, double level) {
    const double rank = ceil(whole_product(n, level));
    return rank < 1 ? 1 : rank > (double)n ? n : (size_t)rank;
}

double estimate_order(double *x, size_t n, size_t rank) {
    return gsl_stats_select(x, 1, n, rank - 1);
}

/* Where a value falls between `low` and the largest one: never before a smaller value. */
static size_t bin_of(double x, double low, double scale, size_t n_bins) {
    const double bin = (x - low) * scale;
    return bin < (double)n_bins ? (size_t)bin : n_bins - 1;
}

/* Drops from x the bins that hold none of the ascending ranks, and lowers the ranks by what was dropped below them: two
 * straight passes that leave little to select from. Returns how many values are left. */
static size_t thin_out(double *x, size_t n, size_t *rank, size_t n_ranks) {
    const size_t n_bins = n / IN_A_BIN < BINS ? n / IN_A_BIN : BINS;
    size_t count[BINS] = {0}, below = 0, dropped = 0, kept = 0, next = 0;
    unsigned char wanted[BINS];
    double low = x[0], high = x[0];
    for (size_t i = 0; i < n; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    const double scale = (double)n_bins / (high - low);
    if (!isfinite(scale) || !(scale > 0))
        return n;
    for (size_t i = 0; i < n; i++)
        count[bin_of(x[i], low, scale, n_bins)]++;
    for (size_t b = 0; b < n_bins; b++) {
        const size_t first = next;
        below += count[b];
        while (next < n_ranks && rank[next] <= below)
            rank[next++] -= dropped;
        wanted[b] = next > first;
        dropped += wanted[b] ? 0 : count[b];
    }
    for (size_t i = 0; i < n; i++)
        if (wanted[bin_of(x[i], low, scale, n_bins)])
            x[kept++] = x[i];
    return kept;
}

/* The values of n ascending ranks, which lie in x[begin .. end - 1]: the middle one divides what the others search. */
static void select_ranks(double *x, size_t begin, size_t end, const size_t *rank, size_t n, double *value) {
    if (n == 0)
        return;
    const size_t middle = n / 2, found = rank[middle];
    value[middle] = estimate_order(x + begin, end - begin, found - begin);
    select_ranks(x, begin, found, rank, middle, value);
    select_ranks(x, found - 1, end, rank + middle + 1, n - middle - 1, value + middle + 1);
}

void estimate_quantiles(double *x, size_t n, const double *level, size_t n_levels, double *quantile) {
    size_t rank[ESTIMATE_LEVELS];
    assert(n_levels <= ESTIMATE_LEVELS);
    for (size_t i = 0; i < n_levels; i++) {
        quantile[i] = NAN;
        rank[i] = n > 0 ? estimate_rank(n, level[i]) : 0;
    }
    if (n > 0)
        select_ranks(x, 0, n >= THINNED_FROM ? thin_out(x, n, rank, n_levels) : n, rank, n_levels, quantile);
}

/* The `n_tail` losses from the value at risk upwards begin at `tail`, the value at risk itself first. */
static void estimate_shortfall(const double *tail, size_t n_tail, size_t n, double confidence,
                               struct tail_estimate *t) {
    const double below = whole_product(n, confidence), beyond = (double)n - below;
    const size_t rank = n - n_tail + 1;
    if (!(beyond > 0)) {
        t->expected_shortfall = t->value_at_risk;
        t->error = NAN;
        return;
    }
    struct sum excess = {0, 0}, squares = {0, 0};
    for (size_t i = 1; i < n_tail; i++)
        sum_add(&excess, tail[i] - t->value_at_risk);
    t->expected_shortfall = t->value_at_risk + sum_value(&excess) / beyond;

    const double scale = (double)n / beyond, mean = sum_value(&excess) * scale / (double)n;
    for (size_t i = 1; i < n_tail; i++) {
        const double away = (tail[i] - t->value_at_risk) * scale - mean;
        sum_add(&squares, away * away);
    }
    sum_add(&squares, (double)rank * mean * mean);
    t->error = n_tail < 2 ? NAN : sqrt(sum_value(&squares) / (double)(n - 1) / (double)n);
}

struct tail_estimate estimate_tail(double *loss, size_t n, double confidence, size_t *below) {
    struct tail_estimate t = {NAN, NAN, NAN, NAN, NAN};
    if (n == 0)
        return t;
    uint64_t low = 0, high = 0;
    interval_ranks(n, confidence, &low, &high);
    const size_t rank = estimate_rank(n, confidence);
    if (low >= 1) {
        t.low = estimate_order(loss + *below, n - *below, low - *below);
        *below = low - 1;
    }
    t.value_at_risk = estimate_order(loss + *below, n - *below, rank - *below);
    double *tail = loss + rank - 1;
    const size_t n_tail = n - rank + 1;
    estimate_shortfall(tail, n_tail, n, confidence, &t);
    if (high <= n)
        t.high = estimate_order(tail, n_tail, high - rank + 1);
    return t;
}
