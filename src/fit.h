/* Parameters of market models fitted to returns: tails, Student t, GARCH, jumps, regimes. Returns are x[n][d], a row a
 * step; everything is in units of one step. GSL's error handler must be off: its codes are looked at here.
 *
 * A fit that the data do not allow (too few of them, a singular covariance, no maximum inside the range) returns
 * RISKPOOL_INVALID; a parameter whose error cannot be had has a NaN there. */
#ifndef FIT_H
#define FIT_H

#include <stddef.h>

#include "riskpool.h"

struct measured {
    double value, error; /* standard error */
};

/* Tail index of the k largest of sign * x (Hill 1975), error index / sqrt(k); NaN when fewer than k + 1 are above 0. */
struct measured fit_hill(size_t n, const double *x, double sign, size_t k);

/* A multivariate t with location and scatter free, by maximum likelihood (ECME, Liu and Rubin 1995); d = 1 is the
 * marginal. Error of the degrees of freedom from the curvature of the profile likelihood. */
struct t_fit {
    struct measured dof; /* between FIT_DOF_LEAST and FIT_DOF_MOST, the bounds themselves when the maximum is beyond */
    double likelihood, gaussian; /* log-likelihood of the fit, and of the normal law (or copula) */
};
#define FIT_DOF_LEAST 0.5
#define FIT_DOF_MOST 500.0
#define FIT_DOF_GIVEN_LEAST 2.05
enum riskpool_status fit_t(size_t n, size_t d, const double *x, struct t_fit *fit);

/* The same with mean and covariance of the sample, degrees of freedom from FIT_DOF_GIVEN_LEAST; its error from a
 * jackknife over blocks of rows. */
enum riskpool_status fit_t_given(size_t n, size_t d, const double *x, struct t_fit *fit);

/* A t copula on the ranks: correlation sin(pi tau / 2) from Kendall's tau, made positive semidefinite where it is not;
 * degrees of freedom by maximum likelihood given it. */
enum riskpool_status fit_copula(size_t n, size_t d, const double *x, struct t_fit *fit, double *correlation);
/* Kendall's tau-b in time n log n (Knight 1966). */
enum riskpool_status fit_kendall(size_t n, const double *x, const double *y, double *tau);

/* h(t) = (1 - a - b) V + a e(t-1)^2 + b h(t-1), e(t) = sqrt(h(t)) times a t of unit variance; V is the sample variance
 * (variance targeting, Engle and Mezrich 1996), whose error is part of the errors. Where fresh[t], h starts at V again.
 */
struct garch_fit {
    struct measured alpha, beta, dof;
    double variance, next; /* V; h for the step after the last */
    double likelihood;
};
enum riskpool_status fit_garch(size_t n, const double *x, const char *fresh, struct garch_fit *fit, double *residual);

/* x = mean + e + (sum of K jumps), e normal with `covariance`, K Poisson(intensity) common to all assets, every jump of
 * every asset an own normal(size, deviation) (Merton 1976), by EM; errors from the outer product of the scores. */
struct jump_fit {
    struct measured intensity, size, deviation;
    double *covariance; /* [d][d], the caller's memory */
    double likelihood, gaussian;
};
enum riskpool_status fit_jumps(size_t n, size_t d, const double *x, struct jump_fit *fit);

/* Two states of a Markov chain, each with a normal law of its own covariance about the common mean (Hamilton 1989), by
 * EM; the first is the calmer. Errors from the curvature of the likelihood in the stay probabilities and two scales. */
enum { FIT_REGIMES = 2 };
struct regime_fit {
    struct measured stay[FIT_REGIMES]; /* probability of the same state after one step */
    double scale_error[FIT_REGIMES];   /* relative standard error of the volatility of one asset */
    double share[FIT_REGIMES];         /* of the steps */
    double last;                       /* probability of the second state at the last step */
    double *covariance[FIT_REGIMES];   /* [d][d], the caller's memory */
    double likelihood, gaussian;
};
enum riskpool_status fit_regimes(size_t n, size_t d, const double *x, struct regime_fit *fit);

#endif
