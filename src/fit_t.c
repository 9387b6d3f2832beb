/* The multivariate t by ECME (Liu and Rubin 1995): location and scatter by weighted moments (with the sum of the
 * weights as divisor, Kent, Tyler and Vardi 1994), degrees of freedom by the likelihood itself. */
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit.h"
#include "fit_normal.h"
#include "fit_search.h"

enum { ROUNDS = 1000 };
static const double gain_of_nothing = 1e-9, profile_step = 0.1;

struct state {
    size_t n, d;
    const double *x;
    double dof, log_determinant;
    double *mean, *scatter, *lower, *row; /* [d], [d][d], [d][d], [d] */
    double *distance, *weight;            /* [n] */
    double *memory;
};

static enum riskpool_status state_init(struct state *s, size_t n, size_t d, const double *x) {
    *s = (struct state){.n = n, .d = d, .x = x, .dof = 5, .memory = calloc(2 * d + 2 * d * d + 2 * n, sizeof(double))};
    if (!s->memory)
        return RISKPOOL_NO_MEMORY;
    s->mean = s->memory;
    s->row = s->mean + d;
    s->scatter = s->row + d;
    s->lower = s->scatter + d * d;
    s->distance = s->lower + d * d;
    s->weight = s->distance + n;
    normal_moments(n, d, x, NULL, s->mean, s->scatter);
    return RISKPOOL_OK;
}

static enum riskpool_status measure_distances(struct state *s) {
    enum riskpool_status status = normal_factor(s->d, s->scatter, s->lower, &s->log_determinant);
    for (size_t t = 0; !status && t < s->n; t++) {
        for (size_t i = 0; i < s->d; i++)
            s->row[i] = s->x[t * s->d + i] - s->mean[i];
        s->distance[t] = normal_distance(s->d, s->lower, s->row);
    }
    return status;
}

static double likelihood(const struct state *s, double dof) {
    const double n = (double)s->n, d = (double)s->d;
    double sum = 0;
    for (size_t t = 0; t < s->n; t++)
        sum += log1p(s->distance[t] / dof);
    return n * (lgamma(0.5 * (dof + d)) - lgamma(0.5 * dof) - 0.5 * d * log(dof * M_PI) - 0.5 * s->log_determinant) -
           0.5 * (dof + d) * sum;
}

static double minus_likelihood(const double *log_dof, const void *about) {
    return -likelihood(about, exp(*log_dof));
}

/* Climbs until nothing is gained; the degrees of freedom move too when `free_dof`. */
static enum riskpool_status climb(struct state *s, int free_dof, double *reached) {
    const struct objective objective = {1, minus_likelihood, s};
    double before = -HUGE_VAL;
    for (int round = 0; round < ROUNDS; round++) {
        enum riskpool_status status = measure_distances(s);
        double log_dof = log(s->dof);
        if (!status && free_dof)
            status = search_line(&objective, log(FIT_DOF_LEAST), log(FIT_DOF_MOST), &log_dof);
        if (status)
            return status;
        s->dof = exp(log_dof);
        *reached = likelihood(s, s->dof);
        if (*reached - before < gain_of_nothing * (double)s->n)
            break;
        before = *reached;
        for (size_t t = 0; t < s->n; t++)
            s->weight[t] = (s->dof + (double)s->d) / (s->dof + s->distance[t]);
        normal_moments(s->n, s->d, s->x, s->weight, s->mean, s->scatter);
    }
    return RISKPOOL_OK;
}

/* The profile likelihood at exp(shift) times the degrees of freedom of the fit. */
static enum riskpool_status profile(struct state *s, double dof, double shift, double *value) {
    s->dof = dof * exp(shift);
    return climb(s, 0, value);
}

enum riskpool_status fit_t(size_t n, size_t d, const double *x, struct t_fit *fit) {
    struct state s;
    double above, below;
    *fit = (struct t_fit){.dof = {NAN, NAN}, .likelihood = NAN, .gaussian = NAN};
    if (n < d + 2)
        return RISKPOOL_INVALID;
    enum riskpool_status status = state_init(&s, n, d, x);
    if (!status)
        status = normal_likelihood(n, d, x, &fit->gaussian);
    if (!status)
        status = climb(&s, 1, &fit->likelihood);
    if (!status) {
        fit->dof.value = s.dof;
        status = profile(&s, fit->dof.value, profile_step, &above);
    }
    if (!status)
        status = profile(&s, fit->dof.value, -profile_step, &below);
    if (!status) {
        double curvature = (2 * fit->likelihood - above - below) / (profile_step * profile_step);
        int inside = fit->dof.value > 1.01 * FIT_DOF_LEAST && fit->dof.value < 0.99 * FIT_DOF_MOST;
        fit->dof.error = inside && curvature > 0 ? fit->dof.value / sqrt(curvature) : NAN;
    }
    free(s.memory);
    return status;
}
