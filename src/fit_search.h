/* Minima of functions of a few variables, and how sharp they are. */
#ifndef FIT_SEARCH_H
#define FIT_SEARCH_H

#include <stddef.h>

#include "riskpool.h"

enum { SEARCH_MOST = 4 }; /* variables */

struct objective {
    size_t n;
    double (*value)(const double *x, const void *about); /* may be infinite */
    const void *about;
};

/* Nelder and Mead's simplex from x with first steps `step`, started again where it stops until nothing is gained. */
enum riskpool_status search_minimum(const struct objective *objective, double *x, const double *step);
/* The least value between low and high: a scan, then Brent's method; an end when the minimum is there. n = 1. */
enum riskpool_status search_line(const struct objective *objective, double low, double high, double *x);
/* The inverse of the matrix of second derivatives at x, by central differences of width h; RISKPOOL_INVALID when it is
 * not positive definite. */
enum riskpool_status search_inverse_curvature(const struct objective *objective, const double *x, double h,
                                              double *inverse);

#endif
