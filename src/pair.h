/* Errors of a sample that comes in antithetic pairs (entries 2k and 2k + 1): pairs are independent of each other, their
 * halves are not. Estimates are those of any sample (estimate.h); only what is said of their errors is here. */
#ifndef PAIR_H
#define PAIR_H

#include <stddef.h>
#include <stdint.h>

#include "estimate.h"

/* Standard error of the mean of a sample, which is `mean`, from the sums of its pairs. NaN for fewer than two. */
double pair_mean_error(const struct sample *sample, double mean);

/* How many independent paths would know a frequency as well as n paths in pairs do, of which `count` have the event, in
 * `twice` pairs both: n over the design effect 1 + correlation inside pairs (Kish 1965), with one pair of two events
 * and one of none added. Few events, or few exceptions, say nothing of how they pair, and the added pairs then answer
 * for the worst: of 0 or n events n / 2, which holds whatever the dependence, because no more than the share of pairs
 * with any event can have it. At most 16 n. */
double pair_effective_size(uint64_t count, uint64_t twice, uint64_t n);

/* As interval_proportion of so many independent paths with the same frequency; counts are rounded outwards. */
void pair_proportion(uint64_t count, uint64_t twice, uint64_t n, double *low, double *high);

/* As estimate_tails; the interval of a value at risk has the design effect of being beyond it, the error of an expected
 * shortfall sums its influence function over pairs. */
void pair_tails(struct order *order, const struct sample *loss, const double *confidence, size_t n_levels,
                struct tail_estimate *tail);

#endif
