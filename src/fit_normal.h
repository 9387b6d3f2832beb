/* The centred multivariate normal law: its factor, determinant, distances and inverse. Matrices are d x d, row-major.
 */
#ifndef FIT_NORMAL_H
#define FIT_NORMAL_H

#include <stddef.h>

#include "riskpool.h"

/* lower[d][d] with lower lower' = covariance, and the logarithm of its determinant; RISKPOOL_INVALID when it is not
 * positive definite, or so nearly not that the factor means nothing. */
enum riskpool_status normal_factor(size_t d, const double *covariance, double *lower, double *log_determinant);
/* y' covariance^-1 y; destroys y. */
double normal_distance(size_t d, const double *lower, double *y);
/* The inverse of the covariance from its factor. */
enum riskpool_status normal_inverse(size_t d, const double *lower, double *inverse);
/* The log-likelihood of the normal law with the sample's own mean and covariance. */
enum riskpool_status normal_likelihood(size_t n, size_t d, const double *x, double *likelihood);
/* Mean and covariance (divided by the sum of the weights) of weighted rows; NULL weights are ones. */
void normal_moments(size_t n, size_t d, const double *x, const double *weight, double *mean, double *covariance);

#endif
