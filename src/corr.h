/* Correlation matrices: the factor that turns independent normals into correlated ones, and what to do with a matrix
 * that is none. All matrices are n x n, row-major. */
#ifndef CORR_H
#define CORR_H

#include <stddef.h>

#include "riskpool.h"

/* A smallest eigenvalue down to minus this is rounding, and counts as zero. */
#define CORR_TOLERANCE 1e-10

/* Lower triangular L with L L' = `correlation`, which must be symmetric with unit diagonal; zeros above the diagonal.
 * Semidefinite is fine: rows of assets whose correlation is 1 are identical, bit for bit, and opposite for -1.
 * RISKPOOL_INVALID when the matrix has a negative eigenvalue. */
enum riskpool_status corr_factor(size_t n, const double *correlation, double *lower);
enum riskpool_status corr_smallest_eigenvalue(size_t n, const double *symmetric, double *value);
/* The largest eigenvalue and its eigenvector, of length 1, the largest of its entries positive. */
enum riskpool_status corr_leading(size_t n, const double *symmetric, double *value, double *vector);
/* The nearest correlation matrix in the Frobenius norm (Higham 2002, algorithm 3.3): exactly symmetric, unit diagonal.
 * A matrix that is valid already is returned unchanged. */
enum riskpool_status corr_nearest(size_t n, const double *symmetric, double *nearest);

#endif
