/* Compensated summation (Neumaier 1974): the rounding error of every addition is carried along, so that long sums are
 * right to the last bits. The order of the terms still decides those bits: callers add in the order of the paths. */
#ifndef SUM_H
#define SUM_H

#include <math.h>

struct sum {
    double total, carry;
};

static inline void sum_add(struct sum *sum, double term) {
    const double total = sum->total + term;
    sum->carry += fabs(sum->total) >= fabs(term) ? (sum->total - total) + term : (term - total) + sum->total;
    sum->total = total;
}

static inline double sum_value(const struct sum *sum) {
    return sum->total + sum->carry;
}

#endif
