/* Estimates from a sample of numbers: moments, quantiles, value at risk and expected shortfall with their errors. The
 * sample is an array in path order; nothing here knows where it comes from. */
#ifndef ESTIMATE_H
#define ESTIMATE_H

#include <stddef.h>

struct moments {
    double mean;
    double deviation; /* with n - 1; NaN for n < 2 */
    double error;     /* standard error of the mean */
};

/* Two passes, compensated. NaN for n = 0. */
struct moments estimate_moments(const double *x, size_t n);

/* The rank ceil(n * level), from 1 to n, not misled by the rounding of the product (0.999 * 1000 is 999). n > 0. */
size_t estimate_rank(size_t n, double level);

/* The order statistic of `rank`, from 1 to n; smaller values end up before it, larger ones after it. */
double estimate_order(double *x, size_t n, size_t rank);

enum { ESTIMATE_LEVELS = 32 };

/* The order statistics of rank estimate_rank(n, level[i]) for `n_levels` ascending levels, at most ESTIMATE_LEVELS; NaN
 * when n = 0. Destroys x. */
void estimate_quantiles(double *x, size_t n, const double *level, size_t n_levels, double *quantile);

/* Bounds of 95 %. NaN: there is none. */
struct tail_estimate {
    double value_at_risk, low, high;
    double expected_shortfall, error;
};

/* Value at risk: the order statistic of rank ceil(n a) with the exact interval of ranks. Expected shortfall: the mean
 * of the worst n (1 - a), the fraction of a path weighted (Rockafellar and Uryasev 2002, proposition 8); its standard
 * error from the influence function VaR + max(L - VaR, 0) / (1 - a), NaN when no path lies beyond the value at risk
 * rank. Reorders the losses; the same for any order of them but for the last bits. The `*below` smallest losses lie
 * first: 0 for losses in any order, left for the next higher confidence, which then need not look at them. */
struct tail_estimate estimate_tail(double *loss, size_t n, double confidence, size_t *below);

#endif
