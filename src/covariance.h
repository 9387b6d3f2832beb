/* Covariance matrices of returns: estimators and the errors of what they give. Matrices are d x d, row-major; returns
 * [n][d], in units of one step. */
#ifndef COVARIANCE_H
#define COVARIANCE_H

#include <stddef.h>

#include "riskpool.h"

enum covariance_kind {
    COVARIANCE_SAMPLE,
    COVARIANCE_EWMA,
    COVARIANCE_LEDOIT_WOLF,             /* toward a multiple of the identity */
    COVARIANCE_LEDOIT_WOLF_CORRELATION, /* toward equal correlations */
    COVARIANCE_SHRINK                   /* toward equal correlations, by a given intensity */
};

struct covariance_method {
    enum covariance_kind kind;
    double parameter; /* EWMA: decay per step; SHRINK: intensity */
};

struct covariance {
    size_t n, d;
    double *mean, *matrix;
    double *weight;   /* [n], sum 1: of the observations */
    double effective; /* number of observations that equal weights would need: 1 / sum of squares */
    double intensity; /* weight of the target; 0 where nothing is shrunk */
};

/* SAMPLE divides by n - 1; EWMA takes the squares about zero, as RiskMetrics (1996) does, with weights
 * (1 - l) l^age / (1 - l^n); Ledoit and Wolf (2004, J. Multivariate Analysis 88; 2004, J. Portfolio Management 30) and
 * SHRINK divide by n. n >= 2. */
enum riskpool_status covariance_init(struct covariance *covariance, size_t n, size_t d, const double *x,
                                     const struct covariance_method *method);
void covariance_free(struct covariance *covariance);

/* Standard deviations and correlations of a covariance matrix; 0 when a variance is not above 0. */
int covariance_split(size_t d, const double *matrix, double *deviation, double *correlation);

/* Standard errors of the standard deviations [d] and correlations [d][d], without assuming a distribution: from the
 * influence functions (z^2 - 1) / 2 and z_i z_j - r (z_i^2 + z_j^2) / 2 of the weighted estimates, serially dependent
 * ones (50 and more) with the kernel and the lag of Newey and West (1987, 1994). Either may be NULL. */
enum riskpool_status covariance_errors(const struct covariance *covariance, const double *x, double *deviation_error,
                                       double *correlation_error);

/* Standard error of a weighted mean of serially dependent terms about their mean (Newey and West). */
double covariance_mean_error(size_t n, const double *weight, const double *term);

/* Eigenvalues of a symmetric matrix, the largest first. */
enum riskpool_status covariance_spectrum(size_t d, const double *matrix, double *value);
/* Where the largest eigenvalue of the sample correlation of d independent series of length n lies, for large d and n:
 * (1 + sqrt(d / n))^2 (Marchenko and Pastur 1967). */
double covariance_noise_edge(size_t d, double n);

#endif
