/* Student's t as smooth functions of a standard normal, tabulated once with arithmetic that has the same bits
 * everywhere. t = Z sqrt(nu / chi2), chi2 a function of a second normal. It knows distributions, not markets. */
#ifndef STUDENT_H
#define STUDENT_H

#include "curve.h"

/* Degrees of freedom above this would need more than double precision; by far enough to be normal. */
#define STUDENT_MOST 1e9

/* z -> sqrt((nu - 2) / chi2), chi2 being the quantile of the chi-square law at Phi(z): what a standard normal is
 * multiplied by to become a t of unit variance. nu > 2, |z| <= 8; relative error below 1e-8 for |z| <= 5, below 1e-7
 * beyond. */
enum riskpool_status student_mixing(double degrees_of_freedom, struct curve *curve);

/* What turns a t of one nu into one of another, rank by rank: for y of unit variance and `from` degrees of freedom,
 * asinh(|y| / sqrt(from - 2)) -> |y'| / |y|, y' being the value of unit variance and `to` degrees of freedom of the
 * same rank. Up to the largest y that `mixing`, the curve of `from`, makes of a normal of 8. */
enum riskpool_status student_change(double from, double to, const struct curve *mixing, struct curve *curve);

#endif
