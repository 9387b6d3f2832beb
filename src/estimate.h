/* Estimates from a sample of numbers: moments, quantiles, value at risk and expected shortfall with their errors. They
 * take a few passes over it and no memory that grows with it; sums are in the order of the sample. */
#ifndef ESTIMATE_H
#define ESTIMATE_H

#include "order.h"
#include "sample.h"

struct moments {
    double mean;
    double deviation; /* with n - 1; NaN for n < 2 */
    double error;     /* standard error of the mean */
};

/* Two passes, compensated. NaN for n = 0. */
struct moments estimate_moments(const struct sample *sample);

/* The rank ceil(n * level), from 1 to n, not misled by the rounding of the product (0.999 * 1000 is 999). n > 0. */
size_t estimate_rank(size_t n, double level);

/* How many of n numbers lie beyond a level, with a fraction. */
double estimate_beyond(size_t n, double level);

/* The order statistics of rank estimate_rank(n, level[i]) for at most ORDER_RANKS levels; NaN when n = 0. */
void estimate_quantiles(struct order *order, const struct sample *sample, const double *level, size_t n_levels,
                        double *quantile);
/* The same of an array in memory, for ascending levels; destroys x. */
void estimate_array_quantiles(double *x, size_t n, const double *level, size_t n_levels, double *quantile);

/* Bounds of 95 %. NaN: there is none. */
struct tail_estimate {
    double value_at_risk, low, high;
    double expected_shortfall, error;
};

/* Confidence levels that can be estimated at once. */
enum { ESTIMATE_LEVELS = ORDER_RANKS / 3 };

/* Value at risk: the order statistic of rank ceil(n a) with the exact interval of ranks. Expected shortfall: the mean
 * of the worst n (1 - a), the fraction of a path weighted (Rockafellar and Uryasev 2002, proposition 8); its standard
 * error from the influence function VaR + max(L - VaR, 0) / (1 - a), NaN when no path lies beyond the value at risk
 * rank. For at most ESTIMATE_LEVELS ascending levels; all NaN when n = 0. */
void estimate_tails(struct order *order, const struct sample *loss, const double *confidence, size_t n_levels,
                    struct tail_estimate *tail);

#endif
