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

double pair_mean_error(const double *x, size_t n, double mean) {
    struct sum squares = {0, 0};
    for (size_t i = 0; i + 1 < n; i += 2) {
        const double away = (x[i] - mean) + (x[i + 1] - mean);
        sum_add(&squares, away * away);
    }
    return error_of(&squares, n);
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

/* The smaller effective size of the events "above" and "not below" the value at risk: they differ where losses tie. */
static double tail_effective_size(const double *loss, size_t n, double value_at_risk) {
    uint64_t above = 0, above_twice = 0, from = 0, from_twice = 0;
    for (size_t i = 0; i + 1 < n; i += 2) {
        const unsigned first = loss[i] > value_at_risk, second = loss[i + 1] > value_at_risk;
        const unsigned first_from = loss[i] >= value_at_risk, second_from = loss[i + 1] >= value_at_risk;
        above += first + second;
        above_twice += first & second;
        from += first_from + second_from;
        from_twice += first_from & second_from;
    }
    const double strict = pair_effective_size(above, above_twice, n), loose = pair_effective_size(from, from_twice, n);
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

static double shortfall_error(const double *loss, size_t n, double value_at_risk, double beyond) {
    const double scale = (double)n / beyond;
    struct sum excess = {0, 0}, squares = {0, 0};
    for (size_t i = 0; i < n; i++)
        if (loss[i] > value_at_risk)
            sum_add(&excess, loss[i] - value_at_risk);
    const double mean = sum_value(&excess) * scale / (double)n;
    for (size_t i = 0; i + 1 < n; i += 2) {
        const double first = loss[i] > value_at_risk ? loss[i] - value_at_risk : 0;
        const double second = loss[i + 1] > value_at_risk ? loss[i + 1] - value_at_risk : 0;
        const double away = (first + second) * scale - 2 * mean;
        sum_add(&squares, away * away);
    }
    return error_of(&squares, n);
}

struct tail_estimate pair_tail(const double *loss, double *reordered, size_t n, double confidence) {
    struct tail_estimate t = estimate_tail(reordered, n, confidence, &(size_t){0});
    if (n < 2)
        return t;
    const size_t rank = estimate_rank(n, confidence);
    size_t low, high;
    effective_ranks(tail_effective_size(loss, n, t.value_at_risk), n, rank, confidence, &low, &high);
    t.low = low >= 1 ? estimate_order(reordered, rank, low) : NAN;
    t.high = high <= n ? estimate_order(reordered + rank - 1, n - rank + 1, high - rank + 1) : NAN;
    if (!isnan(t.error))
        t.error = shortfall_error(loss, n, t.value_at_risk, (double)n * (1 - confidence));
    return t;
}
