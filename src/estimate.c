/* Moments, quantiles and tail measures of a sample. It knows numbers, not accounts. */
#include "estimate.h"

#include <assert.h>
#include <float.h>
#include <math.h>

#include "interval.h"
#include "sum.h"

struct moments estimate_moments(const struct sample *sample) {
    double room[SAMPLE_PIECE];
    const double *x;
    size_t n;
    struct sum sum = {0, 0}, squares = {0, 0};
    if (sample->n == 0)
        return (struct moments){NAN, NAN, NAN};
    for (size_t k = 0; k < sample->n_pieces; k++) {
        x = sample->piece(sample, k, room, &n);
        for (size_t i = 0; i < n; i++)
            sum_add(&sum, x[i]);
    }
    const double size = (double)sample->n, mean = sum_value(&sum) / size;
    for (size_t k = 0; k < sample->n_pieces; k++) {
        x = sample->piece(sample, k, room, &n);
        for (size_t i = 0; i < n; i++)
            sum_add(&squares, (x[i] - mean) * (x[i] - mean));
    }
    const double deviation = sample->n < 2 ? NAN : sqrt(sum_value(&squares) / (size - 1));
    return (struct moments){mean, deviation, deviation / sqrt(size)};
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

double estimate_beyond(size_t n, double level) {
    return (double)n - whole_product(n, level);
}

/* The ranks of levels among n > 0; without any, the quantiles are unknown, and 0 comes back. */
static int quantile_ranks(size_t n, const double *level, size_t n_levels, size_t *rank, double *quantile) {
    assert(n_levels <= ORDER_RANKS);
    for (size_t i = 0; i < n_levels; i++) {
        quantile[i] = NAN;
        rank[i] = n > 0 ? estimate_rank(n, level[i]) : 0;
    }
    return n > 0;
}

void estimate_quantiles(struct order *order, const struct sample *sample, const double *level, size_t n_levels,
                        double *quantile) {
    size_t rank[ORDER_RANKS];
    struct order_wish wish[ORDER_RANKS];
    if (!quantile_ranks(sample->n, level, n_levels, rank, quantile))
        return;
    for (size_t i = 0; i < n_levels; i++)
        wish[i] = (struct order_wish){rank[i], &quantile[i]};
    order_values(order, sample, wish, n_levels);
}

void estimate_array_quantiles(double *x, size_t n, const double *level, size_t n_levels, double *quantile) {
    size_t rank[ORDER_RANKS];
    if (quantile_ranks(n, level, n_levels, rank, quantile))
        order_in_array(x, n, rank, n_levels, quantile);
}

/* Values at risk and their intervals, all in one selection. */
static void select_tails(struct order *order, const struct sample *loss, const double *confidence, size_t n_levels,
                         struct tail_estimate *tail) {
    struct order_wish wish[3 * ESTIMATE_LEVELS];
    size_t n = 0;
    for (size_t i = 0; i < n_levels; i++) {
        uint64_t low = 0, high = 0;
        interval_ranks(loss->n, confidence[i], &low, &high);
        wish[n++] = (struct order_wish){estimate_rank(loss->n, confidence[i]), &tail[i].value_at_risk};
        if (low >= 1)
            wish[n++] = (struct order_wish){low, &tail[i].low};
        if (high <= loss->n)
            wish[n++] = (struct order_wish){high, &tail[i].high};
    }
    order_values(order, loss, wish, n);
}

/* What the losses above a value at risk sum up to. */
struct beyond {
    uint64_t n;
    struct sum excess, squares;
    double scale, mean; /* of the excess over the share beyond */
};

static void sum_excess(const struct sample *loss, const struct tail_estimate *tail, size_t n_levels,
                       struct beyond *beyond) {
    double room[SAMPLE_PIECE];
    for (size_t k = 0; k < loss->n_pieces; k++) {
        size_t n;
        const double *x = loss->piece(loss, k, room, &n);
        for (size_t i = 0; i < n; i++)
            for (size_t level = 0; level < n_levels && x[i] > tail[level].value_at_risk; level++) {
                beyond[level].n++;
                sum_add(&beyond[level].excess, x[i] - tail[level].value_at_risk);
            }
    }
}

static void sum_squares(const struct sample *loss, const struct tail_estimate *tail, size_t n_levels,
                        struct beyond *beyond) {
    double room[SAMPLE_PIECE];
    for (size_t k = 0; k < loss->n_pieces; k++) {
        size_t n;
        const double *x = loss->piece(loss, k, room, &n);
        for (size_t i = 0; i < n; i++)
            for (size_t level = 0; level < n_levels && x[i] > tail[level].value_at_risk; level++) {
                struct beyond *own = &beyond[level];
                const double away = (x[i] - tail[level].value_at_risk) * own->scale - own->mean;
                sum_add(&own->squares, away * away);
            }
    }
}

/* Adds a term so many times, without the rounding of the product. */
static void add_times(struct sum *sum, double term, uint64_t times) {
    const double product = (double)times * term;
    sum_add(sum, product);
    sum_add(sum, fma((double)times, term, -product));
}

/* Expected shortfalls and their errors, from values at risk that ascend. */
static void estimate_shortfalls(const struct sample *loss, const double *confidence, size_t n_levels,
                                struct tail_estimate *tail) {
    struct beyond beyond[ESTIMATE_LEVELS] = {{0}};
    const double n = (double)loss->n;
    sum_excess(loss, tail, n_levels, beyond);
    for (size_t i = 0; i < n_levels; i++) {
        const double share = estimate_beyond(loss->n, confidence[i]), excess = sum_value(&beyond[i].excess);
        beyond[i].scale = n / share;
        beyond[i].mean = excess * beyond[i].scale / n;
        tail[i].expected_shortfall = share > 0 ? tail[i].value_at_risk + excess / share : tail[i].value_at_risk;
    }
    sum_squares(loss, tail, n_levels, beyond);
    for (size_t i = 0; i < n_levels; i++) {
        const size_t rank = estimate_rank(loss->n, confidence[i]), n_tail = loss->n - rank + 1;
        const double mean = beyond[i].mean;
        add_times(&beyond[i].squares, mean * mean, n_tail - 1 - beyond[i].n); /* ties with the value at risk */
        sum_add(&beyond[i].squares, (double)rank * mean * mean);
        tail[i].error = n_tail < 2 || !(estimate_beyond(loss->n, confidence[i]) > 0)
                            ? NAN
                            : sqrt(sum_value(&beyond[i].squares) / (n - 1) / n);
    }
}

void estimate_tails(struct order *order, const struct sample *loss, const double *confidence, size_t n_levels,
                    struct tail_estimate *tail) {
    assert(n_levels <= ESTIMATE_LEVELS);
    for (size_t i = 0; i < n_levels; i++)
        tail[i] = (struct tail_estimate){NAN, NAN, NAN, NAN, NAN};
    if (loss->n == 0)
        return;
    select_tails(order, loss, confidence, n_levels, tail);
    estimate_shortfalls(loss, confidence, n_levels, tail);
}
