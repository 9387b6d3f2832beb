/* Degrees of freedom of a multivariate t whose covariance is that of the sample: what a model whose volatility is the
 * standard deviation can use. Free scatter would fit the middle, and imply another standard deviation. */
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit.h"
#include "fit_normal.h"
#include "fit_search.h"

enum { BLOCKS = 20 };

struct sample {
    size_t n, d;
    double log_determinant;
    double *x, *distance, *mean, *covariance, *lower, *row;
};

/* Doubles that a sample of n rows needs. */
static size_t sample_size(size_t n, size_t d) {
    return n * d + n + 2 * d + 2 * d * d;
}

/* Places everything behind x. */
static void lay_out(struct sample *s, size_t n) {
    s->distance = s->x + n * s->d;
    s->mean = s->distance + n;
    s->row = s->mean + s->d;
    s->covariance = s->row + s->d;
    s->lower = s->covariance + s->d * s->d;
}

/* Takes the rows of x but those from `from` to before `to`. */
static void take(struct sample *s, size_t n, const double *x, size_t from, size_t to) {
    memcpy(s->x, x, from * s->d * sizeof *x);
    memcpy(s->x + from * s->d, x + to * s->d, (n - to) * s->d * sizeof *x);
    s->n = n - (to - from);
}

static double minus_likelihood(const double *log_dof, const void *about) {
    const struct sample *s = about;
    const double n = (double)s->n, d = (double)s->d, dof = exp(*log_dof);
    double sum = 0;
    for (size_t t = 0; t < s->n; t++)
        sum += log1p(s->distance[t] / (dof - 2));
    return 0.5 * (dof + d) * sum - n * (lgamma(0.5 * (dof + d)) - lgamma(0.5 * dof) - 0.5 * d * log((dof - 2) * M_PI) -
                                        0.5 * s->log_determinant);
}

static enum riskpool_status maximise(struct sample *s, double *log_dof) {
    normal_moments(s->n, s->d, s->x, NULL, s->mean, s->covariance);
    enum riskpool_status status = normal_factor(s->d, s->covariance, s->lower, &s->log_determinant);
    for (size_t t = 0; !status && t < s->n; t++) {
        for (size_t i = 0; i < s->d; i++)
            s->row[i] = s->x[t * s->d + i] - s->mean[i];
        s->distance[t] = normal_distance(s->d, s->lower, s->row);
    }
    const struct objective objective = {1, minus_likelihood, s};
    return status ? status : search_line(&objective, log(FIT_DOF_GIVEN_LEAST), log(FIT_DOF_MOST), log_dof);
}

/* Standard error of ln(dof) from the estimates without each block of rows (Quenouille 1956, Tukey 1958; blocks for
 * serial dependence, Kuensch 1989). */
static enum riskpool_status jackknife(struct sample *s, size_t n, const double *x, double *error) {
    double estimate[BLOCKS] = {0}, mean = 0, squares = 0;
    enum riskpool_status status = RISKPOOL_OK;
    for (size_t b = 0; !status && b < BLOCKS; b++) {
        take(s, n, x, b * n / BLOCKS, (b + 1) * n / BLOCKS);
        status = maximise(s, &estimate[b]);
        mean += estimate[b] / BLOCKS;
    }
    for (size_t b = 0; !status && b < BLOCKS; b++)
        squares += gsl_pow_2(estimate[b] - mean);
    *error = sqrt(squares * (BLOCKS - 1) / BLOCKS);
    return status;
}

enum riskpool_status fit_t_given(size_t n, size_t d, const double *x, struct t_fit *fit) {
    double log_dof = 0, error = 0;
    *fit = (struct t_fit){.dof = {NAN, NAN}, .likelihood = NAN, .gaussian = NAN};
    if (n < d + 2 || n < 2 * BLOCKS)
        return RISKPOOL_INVALID;
    double *memory = calloc(sample_size(n, d), sizeof *memory);
    if (!memory)
        return RISKPOOL_NO_MEMORY;
    struct sample sample = {.d = d, .x = memory};
    lay_out(&sample, n);
    enum riskpool_status status = normal_likelihood(n, d, x, &fit->gaussian);
    if (!status) {
        take(&sample, n, x, n, n);
        status = maximise(&sample, &log_dof);
    }
    if (!status) {
        fit->dof.value = exp(log_dof);
        fit->likelihood = -minus_likelihood(&log_dof, &sample);
        status = jackknife(&sample, n, x, &error);
    }
    int inside = fit->dof.value > 1.001 * FIT_DOF_GIVEN_LEAST && fit->dof.value < 0.99 * FIT_DOF_MOST;
    fit->dof.error = !status && inside ? fit->dof.value * error : NAN;
    free(memory);
    return status == RISKPOOL_INVALID && fit->dof.value > 0 ? RISKPOOL_OK : status;
}
