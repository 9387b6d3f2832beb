/* Exact intervals from the binomial law, at 95 %: for a share of paths (Clopper and Pearson 1934) and for a quantile
 * (ranks of order statistics). They need nothing but counts. */
#ifndef INTERVAL_H
#define INTERVAL_H

#include <stdint.h>

/* Normal quantile of an interval of 95 %, for errors that are asymptotically normal. */
#define INTERVAL_95 1.959963984540054

/* The probabilities p at which `count` or more (low) and `count` or fewer (high) of `n` have probability 2.5 %; low is
 * 0 at count 0, high is 1 at count n, both NaN for n = 0. */
void interval_proportion(uint64_t count, uint64_t n, double *low, double *high);

/* Ranks (from 1) of the ascending order statistics that enclose the `level` quantile of a continuous law with at least
 * 95 %, at most 2.5 % on either side; 0 and n + 1 where no order statistic is a bound. 0 < level < 1, n > 0. */
void interval_ranks(uint64_t n, double level, uint64_t *low, uint64_t *high);

#endif
