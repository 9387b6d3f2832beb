/* Estimators of covariance from a sample of returns. It knows nothing of prices, dates or years. */
#include "covariance.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_FOR_LAGS = 50 }; /* with fewer terms the kernel finds nothing but chance */

void covariance_free(struct covariance *covariance) {
    free(covariance->mean);
    free(covariance->matrix);
    free(covariance->weight);
    *covariance = (struct covariance){0};
}

static enum riskpool_status covariance_allocate(struct covariance *c, size_t n, size_t d) {
    *c = (struct covariance){.n = n, .d = d};
    c->mean = calloc(d, sizeof *c->mean);
    c->matrix = calloc(d * d, sizeof *c->matrix);
    c->weight = calloc(n, sizeof *c->weight);
    if (c->mean && c->matrix && c->weight)
        return RISKPOOL_OK;
    covariance_free(c);
    return RISKPOOL_NO_MEMORY;
}

/* Weights that fall by `decay` with every step of age; equal ones for 1. */
static void set_weights(struct covariance *c, double decay) {
    double sum = 0, squares = 0;
    for (size_t t = 0; t < c->n; t++)
        sum += c->weight[t] = pow(decay, (double)(c->n - 1 - t));
    for (size_t t = 0; t < c->n; t++) {
        c->weight[t] /= sum;
        squares += c->weight[t] * c->weight[t];
    }
    c->effective = 1 / squares;
}

static void set_mean(struct covariance *c, const double *x) {
    for (size_t t = 0; t < c->n; t++)
        for (size_t i = 0; i < c->d; i++)
            c->mean[i] += c->weight[t] * x[t * c->d + i];
}

static void set_matrix(struct covariance *c, const double *x, int central, double scale) {
    const size_t d = c->d;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j <= i; j++) {
            const double a = central ? c->mean[i] : 0, b = central ? c->mean[j] : 0;
            double sum = 0;
            for (size_t t = 0; t < c->n; t++)
                sum += c->weight[t] * (x[t * d + i] - a) * (x[t * d + j] - b);
            c->matrix[i * d + j] = c->matrix[j * d + i] = scale * sum;
        }
}

static void shrink(struct covariance *c, const double *target, double intensity) {
    c->intensity = intensity;
    for (size_t k = 0; k < c->d * c->d; k++)
        c->matrix[k] += intensity * (target[k] - c->matrix[k]);
}

static double clip(double x) {
    return x > 0 ? x < 1 ? x : 1 : 0; /* a NaN, where nothing is left to shrink, counts as 0 */
}

/* The mean over t of ((x_ti - m_i)(x_tj - m_j) - s_ij)^2. */
static double product_variance(const struct covariance *c, const double *x, size_t i, size_t j) {
    double sum = 0;
    for (size_t t = 0; t < c->n; t++) {
        double product = (x[t * c->d + i] - c->mean[i]) * (x[t * c->d + j] - c->mean[j]) - c->matrix[i * c->d + j];
        sum += product * product;
    }
    return sum / (double)c->n;
}

/* Intensity b^2 / d^2 with the dispersion d^2 of the sample matrix about m I and its error b^2 (Ledoit and Wolf 2004,
 * lemmas 3.2 to 3.4). */
static void shrink_to_identity(struct covariance *c, const double *x, double *target) {
    const size_t d = c->d;
    double mean = 0, dispersion = 0, error = 0;
    for (size_t i = 0; i < d; i++)
        mean += c->matrix[i * (d + 1)] / (double)d;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++) {
            double apart = c->matrix[i * d + j] - (i == j ? mean : 0);
            target[i * d + j] = i == j ? mean : 0;
            dispersion += apart * apart;
            error += product_variance(c, x, i, j) / (double)c->n;
        }
    shrink(c, target, clip(error / dispersion));
}

/* Fills the target of equal correlations and the same variances; returns the mean correlation. */
static double equal_correlations(const struct covariance *c, double *target) {
    const size_t d = c->d;
    double sum = 0;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < i; j++)
            sum += c->matrix[i * d + j] / sqrt(c->matrix[i * (d + 1)] * c->matrix[j * (d + 1)]);
    double mean = d > 1 ? sum / (0.5 * (double)d * (double)(d - 1)) : 0;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            target[i * d + j] =
                i == j ? c->matrix[i * (d + 1)] : mean * sqrt(c->matrix[i * (d + 1)] * c->matrix[j * (d + 1)]);
    return mean;
}

/* The mean over t of (y_i^2 - s_ii)(y_i y_j - s_ij), y = x - m. */
static double variance_product(const struct covariance *c, const double *x, size_t i, size_t j) {
    double sum = 0;
    for (size_t t = 0; t < c->n; t++) {
        double a = x[t * c->d + i] - c->mean[i], b = x[t * c->d + j] - c->mean[j];
        sum += (a * a - c->matrix[i * (c->d + 1)]) * (a * b - c->matrix[i * c->d + j]);
    }
    return sum / (double)c->n;
}

/* Intensity (pi - rho) / (n gamma) (Ledoit and Wolf 2004, "Honey, I shrunk the sample covariance matrix", appendix B).
 */
static void shrink_to_equal_correlations(struct covariance *c, const double *x, double *target) {
    const size_t d = c->d;
    double mean = equal_correlations(c, target), pi = 0, rho = 0, gamma = 0;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++) {
            double apart = target[i * d + j] - c->matrix[i * d + j], own = product_variance(c, x, i, j);
            double ratio = sqrt(c->matrix[j * (d + 1)] / c->matrix[i * (d + 1)]);
            pi += own;
            gamma += apart * apart;
            rho += i == j ? own : mean * ratio * variance_product(c, x, i, j);
        }
    shrink(c, target, clip((pi - rho) / gamma / (double)c->n));
}

enum riskpool_status covariance_init(struct covariance *c, size_t n, size_t d, const double *x,
                                     const struct covariance_method *method) {
    double *target = calloc(d * d, sizeof *target);
    enum riskpool_status status = covariance_allocate(c, n, d);
    if (!target || status) {
        free(target);
        covariance_free(c);
        return RISKPOOL_NO_MEMORY;
    }
    const int ewma = method->kind == COVARIANCE_EWMA, sample = method->kind == COVARIANCE_SAMPLE;
    set_weights(c, ewma ? method->parameter : 1);
    set_mean(c, x);
    set_matrix(c, x, !ewma, sample ? (double)n / (double)(n - 1) : 1);
    if (method->kind == COVARIANCE_LEDOIT_WOLF)
        shrink_to_identity(c, x, target);
    if (method->kind == COVARIANCE_LEDOIT_WOLF_CORRELATION)
        shrink_to_equal_correlations(c, x, target);
    if (method->kind == COVARIANCE_SHRINK) {
        equal_correlations(c, target);
        shrink(c, target, method->parameter);
    }
    free(target);
    return RISKPOOL_OK;
}

int covariance_split(size_t d, const double *matrix, double *deviation, double *correlation) {
    for (size_t i = 0; i < d; i++) {
        if (!(matrix[i * (d + 1)] > 0))
            return 0;
        deviation[i] = sqrt(matrix[i * (d + 1)]);
    }
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++)
            correlation[i * d + j] = i == j ? 1 : fmax(-1, fmin(1, matrix[i * d + j] / (deviation[i] * deviation[j])));
    return 1;
}

double covariance_mean_error(size_t n, const double *weight, const double *term) {
    double mean = 0, sum = 0;
    size_t lags = n < LEAST_FOR_LAGS ? 0 : (size_t)(4 * pow((double)n / 100, 2.0 / 9));
    for (size_t t = 0; t < n; t++)
        mean += weight[t] * term[t];
    for (size_t lag = 0; lag <= lags && lag < n; lag++) {
        double products = 0;
        for (size_t t = lag; t < n; t++)
            products += weight[t] * (term[t] - mean) * weight[t - lag] * (term[t - lag] - mean);
        sum += (lag == 0 ? 1 : 2) * (1 - (double)lag / (double)(lags + 1)) * products;
    }
    return sqrt(sum); /* the kernel is positive semidefinite: the sum is not negative but for rounding */
}

/* Standardised returns, column by column: z[d][n]. */
static double *standardise(const struct covariance *c, const double *x) {
    double *z = calloc(c->n * c->d, sizeof *z);
    for (size_t i = 0; z && i < c->d; i++) {
        double variance = 0;
        for (size_t t = 0; t < c->n; t++) {
            double apart = x[t * c->d + i] - c->mean[i];
            variance += c->weight[t] * apart * apart;
            z[i * c->n + t] = apart;
        }
        for (size_t t = 0; t < c->n; t++)
            z[i * c->n + t] /= sqrt(variance);
    }
    return z;
}

static double correlation_error(const struct covariance *c, const double *a, const double *b, double *term) {
    double r = 0;
    for (size_t t = 0; t < c->n; t++)
        r += c->weight[t] * a[t] * b[t];
    for (size_t t = 0; t < c->n; t++)
        term[t] = a[t] * b[t] - 0.5 * r * (a[t] * a[t] + b[t] * b[t]);
    return covariance_mean_error(c->n, c->weight, term);
}

enum riskpool_status covariance_errors(const struct covariance *c, const double *x, double *deviation_error,
                                       double *correlation_errors) {
    const size_t n = c->n, d = c->d;
    double *z = standardise(c, x), *term = calloc(n, sizeof *term);
    enum riskpool_status status = z && term ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    for (size_t i = 0; !status && deviation_error && i < d; i++) {
        for (size_t t = 0; t < n; t++)
            term[t] = 0.5 * (z[i * n + t] * z[i * n + t] - 1);
        deviation_error[i] = sqrt(c->matrix[i * (d + 1)]) * covariance_mean_error(n, c->weight, term);
    }
    for (size_t i = 0; !status && correlation_errors && i < d; i++) {
        correlation_errors[i * (d + 1)] = 0;
        for (size_t j = 0; j < i; j++)
            correlation_errors[i * d + j] = correlation_errors[j * d + i] =
                correlation_error(c, z + i * n, z + j * n, term);
    }
    free(z);
    free(term);
    return status;
}

enum riskpool_status covariance_spectrum(size_t d, const double *matrix, double *value) {
    gsl_eigen_symm_workspace *workspace = gsl_eigen_symm_alloc(d);
    double *copy = calloc(d * d, sizeof *copy);
    enum riskpool_status status = workspace && copy ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    if (!status) {
        memcpy(copy, matrix, d * d * sizeof *copy);
        gsl_matrix_view square = gsl_matrix_view_array(copy, d, d);
        gsl_vector_view values = gsl_vector_view_array(value, d);
        if (gsl_eigen_symm(&square.matrix, &values.vector, workspace) != GSL_SUCCESS)
            status = RISKPOOL_INTERNAL;
        gsl_sort(value, 1, d);
        gsl_vector_reverse(&values.vector);
    }
    gsl_eigen_symm_free(workspace);
    free(copy);
    return status;
}

double covariance_noise_edge(size_t d, double n) {
    double root = 1 + sqrt((double)d / n);
    return root * root;
}
