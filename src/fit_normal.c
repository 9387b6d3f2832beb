/* Cholesky factors by GSL, and what the normal law needs of them. It knows nothing of what is fitted. */
#include "fit_normal.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double least_pivot = 1e-12; /* relative to the variance */

enum riskpool_status normal_factor(size_t d, const double *covariance, double *lower, double *log_determinant) {
    memcpy(lower, covariance, d * d * sizeof *lower);
    gsl_matrix_view matrix = gsl_matrix_view_array(lower, d, d);
    for (size_t k = 0; k < d * d; k++)
        if (!isfinite(covariance[k]))
            return RISKPOOL_INVALID;
    if (gsl_linalg_cholesky_decomp1(&matrix.matrix) != GSL_SUCCESS)
        return RISKPOOL_INVALID;
    *log_determinant = 0;
    for (size_t i = 0; i < d; i++) {
        double pivot = lower[i * (d + 1)];
        if (!(pivot * pivot > least_pivot * covariance[i * (d + 1)]))
            return RISKPOOL_INVALID;
        *log_determinant += 2 * log(pivot);
    }
    return RISKPOOL_OK;
}

double normal_distance(size_t d, const double *lower, double *y) {
    gsl_matrix_const_view matrix = gsl_matrix_const_view_array(lower, d, d);
    gsl_vector_view vector = gsl_vector_view_array(y, d);
    double sum = 0;
    gsl_blas_dtrsv(CblasLower, CblasNoTrans, CblasNonUnit, &matrix.matrix, &vector.vector);
    for (size_t i = 0; i < d; i++)
        sum += y[i] * y[i];
    return sum;
}

enum riskpool_status normal_inverse(size_t d, const double *lower, double *inverse) {
    memcpy(inverse, lower, d * d * sizeof *inverse);
    gsl_matrix_view matrix = gsl_matrix_view_array(inverse, d, d);
    return gsl_linalg_cholesky_invert(&matrix.matrix) == GSL_SUCCESS ? RISKPOOL_OK : RISKPOOL_INVALID;
}

void normal_moments(size_t n, size_t d, const double *x, const double *weight, double *mean, double *covariance) {
    double total = 0;
    memset(mean, 0, d * sizeof *mean);
    memset(covariance, 0, d * d * sizeof *covariance);
    for (size_t t = 0; t < n; t++) {
        const double w = weight ? weight[t] : 1;
        total += w;
        for (size_t i = 0; i < d; i++)
            mean[i] += w * x[t * d + i];
    }
    for (size_t i = 0; i < d; i++)
        mean[i] /= total;
    for (size_t t = 0; t < n; t++)
        for (size_t i = 0; i < d; i++) {
            const double w = (weight ? weight[t] : 1) * (x[t * d + i] - mean[i]) / total;
            for (size_t j = 0; j <= i; j++)
                covariance[i * d + j] += w * (x[t * d + j] - mean[j]);
        }
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < i; j++)
            covariance[j * d + i] = covariance[i * d + j];
}

enum riskpool_status normal_likelihood(size_t n, size_t d, const double *x, double *likelihood) {
    double *memory = calloc(d + 2 * d * d, sizeof *memory), log_determinant;
    if (!memory)
        return RISKPOOL_NO_MEMORY;
    double *covariance = memory + d;
    normal_moments(n, d, x, NULL, memory, covariance);
    enum riskpool_status status = normal_factor(d, covariance, covariance + d * d, &log_determinant);
    if (!status) /* the mean distance is d */
        *likelihood = -0.5 * (double)n * ((double)d * (log(2 * M_PI) + 1) + log_determinant);
    free(memory);
    return status;
}
