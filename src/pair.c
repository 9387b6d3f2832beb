/* Pairs in place of paths wherever an error is made from a sample. It knows numbers, not accounts. */
#include "pair.h"

#include <math.h>

#include "interval.h"
#include "sum.h"

static const double most_effect = 16; /* effective size over size; intervals of more would take long */

/* Standard error of a mean of n values, from the sum of the squares of the deviations of its n / 2 pair sums. */
static double error_of(const struct sum *squares, size_t n) {
    const size_t pairs = n / 2;
    return pairs < 2 ? NAN : sqrt(sum_value(squares) / (double)(pairs - 1) / (double)pairs) / 2;
}

double pair_mean_error(const struct sample *sample, double mean) {
    double room[SAMPLE_PIECE];
    struct sum squares = {0, 0};
    for (size_t k = 0; k < sample->n_pieces; k++) {
        size_t n;
        const double *x = sample->piece(sample, k, room, &n);
        for (size_t i = 0; i + 1 < n; i += 2) {
            const double away = (x[i] - mean) + (x[i + 1] - mean);
            sum_add(&squares, away * away);
        }
    }
    return error_of(&squares, sample->n);
}

double pair_effective_size(uint64_t count, uint64_t twice, uint64_t n) {
    const uint64_t whole = n / 2;
    const double both = (double)twice + 1, pairs = (double)whole + 2;
    const double halves = both + (double)(count - 2 * twice) / 2; /* pairs times the frequency */
    const double correlation = (both * pairs - halves * halves) / (halves * (pairs - halves));
    const double least = 1 / most_effect, effect = 1 + (correlation < 1 ? correlation : 1);
    return (double)n / (effect > least ? effect : least);
}

void pair_proportion(uint64_t count, uint64_t twice, uint64_t n, double *low, double *high) {
    double unused;
    if (n == 0) {
        interval_proportion(0, 0, low, high);
        return;
    }
    const double size = pair_effective_size(count, twice, n), events = size * ((double)count / (double)n);
    interval_proportion((uint64_t)events, (uint64_t)ceil(size), low, &unused);
    const uint64_t least = (uint64_t)size, most_events = (uint64_t)ceil(events);
    interval_proportion(most_events < least ? most_events : least, least, &unused, high);
}

/* Paths and pairs of paths with losses above a value at risk, and not below it: these differ where losses tie. */
struct counts {
    uint64_t above, above_twice, from, from_twice;
};

static void count_beyond(const struct sample *loss, const struct tail_estimate *tail, size_t n_levels,
                         struct counts *counts) {
    double room[SAMPLE_PIECE];
    for (size_t k = 0; k < loss->n_pieces; k++) {
        size_t n;
        const double *x = loss->piece(loss, k, room, &n);
        for (size_t i = 0; i + 1 < n; i += 2)
            for (size_t level = 0; level < n_levels; level++) {
                const double value = tail[level].value_at_risk;
                const unsigned first = x[i] > value, second = x[i + 1] > value;
                const unsigned first_from = x[i] >= value, second_from = x[i + 1] >= value;
                counts[level].above += first + second;
                counts[level].above_twice += first & second;
                counts[level].from += first_from + second_from;
                counts[level].from_twice += first_from & second_from;
            }
    }
}

/* The smaller effective size of the two events. */
static double tail_effective_size(const struct counts *counts, size_t n) {
    const double strict = pair_effective_size(counts->above, counts->above_twice, n);
    const double loose = pair_effective_size(counts->from, counts->from_twice, n);
    return strict < loose ? strict : loose;
}

/* Ranks among n of the bounds that as many independent paths would have; 0 and n + 1: none. */
static void effective_ranks(double size, size_t n, size_t rank, double confidence, size_t *low, size_t *high) {
    uint64_t own_low = 0, own_high = 0;
    const uint64_t whole = (uint64_t)size;
    interval_ranks(whole, confidence, &own_low, &own_high);
    const double scale = (double)n / (double)whole;
    *low = (size_t)((double)own_low * scale);
    *low = *low < rank ? *low : rank;
    const double above = ceil((double)own_high * scale);
    *high = own_high > whole || above > (double)n ? n + 1 : (size_t)above;
    *high = *high > rank ? *high : rank;
}

/* Intervals of the values at risk. */
static void select_intervals(struct order *order, const struct sample *loss, const double *confidence, size_t n_levels,
                             struct tail_estimate *tail) {
    struct counts counts[ESTIMATE_LEVELS] = {{0, 0, 0, 0}};
    struct order_wish wish[2 * ESTIMATE_LEVELS];
    size_t n = 0;
    count_beyond(loss, tail, n_levels, counts);
    for (size_t i = 0; i < n_levels; i++) {
        size_t low, high;
        effective_ranks(tail_effective_size(&counts[i], loss->n), loss->n, estimate_rank(loss->n, confidence[i]),
                        confidence[i], &low, &high);
        tail[i].low = tail[i].high = NAN;
        if (low >= 1)
            wish[n++] = (struct order_wish){low, &tail[i].low};
        if (high <= loss->n)
            wish[n++] = (struct order_wish){high, &tail[i].high};
    }
    order_values(order, loss, wish, n);
}

/* Sums over the losses above a value at risk, and over pairs with any. */
struct beyond {
    struct sum excess, squares;
    double scale, mean;
};

static double above(double loss, double value_at_risk) {
    return loss > value_at_risk ? loss - value_at_risk : 0;
}

static void sum_excess(const struct sample *loss, const struct tail_estimate *tail, size_t n_levels,
                       struct beyond *beyond) {
    double room[SAMPLE_PIECE];
    for (size_t k = 0; k < loss->n_pieces; k++) {
        size_t n;
        const double *x = loss->piece(loss, k, room, &n);
        for (size_t i = 0; i < n; i++)
            for (size_t level = 0; level < n_levels && x[i] > tail[level].value_at_risk; level++)
                sum_add(&beyond[level].excess, x[i] - tail[level].value_at_risk);
    }
}

static void sum_squares(const struct sample *loss, const struct tail_estimate *tail, size_t n_levels,
                        struct beyond *beyond) {
    double room[SAMPLE_PIECE];
    for (size_t k = 0; k < loss->n_pieces; k++) {
        size_t n;
        const double *x = loss->piece(loss, k, room, &n);
        for (size_t i = 0; i + 1 < n; i += 2)
            for (size_t level = 0; level < n_levels; level++) {
                struct beyond *own = &beyond[level];
                const double value = tail[level].value_at_risk;
                const double away = (above(x[i], value) + above(x[i + 1], value)) * own->scale - 2 * own->mean;
                sum_add(&own->squares, away * away);
            }
    }
}

static void estimate_errors(const struct sample *loss, const double *confidence, size_t n_levels,
                            struct tail_estimate *tail) {
    struct beyond beyond[ESTIMATE_LEVELS] = {{{0, 0}, {0, 0}, 0, 0}};
    const double n = (double)loss->n;
    sum_excess(loss, tail, n_levels, beyond);
    for (size_t i = 0; i < n_levels; i++) {
        beyond[i].scale = n / (n * (1 - confidence[i]));
        beyond[i].mean = sum_value(&beyond[i].excess) * beyond[i].scale / n;
    }
    sum_squares(loss, tail, n_levels, beyond);
    for (size_t i = 0; i < n_levels; i++)
        if (!isnan(tail[i].error))
            tail[i].error = error_of(&beyond[i].squares, loss->n);
}

void pair_tails(struct order *order, const struct sample *loss, const double *confidence, size_t n_levels,
                struct tail_estimate *tail) {
    estimate_tails(order, loss, confidence, n_levels, tail);
    if (loss->n < 2)
        return;
    select_intervals(order, loss, confidence, n_levels, tail);
    estimate_errors(loss, confidence, n_levels, tail);
}
