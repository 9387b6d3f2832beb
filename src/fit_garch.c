/* GARCH(1,1) with t innovations and variance targeting, one asset at a time (Bollerslev 1987; Engle and Mezrich 1996).
 * The search runs in the logits of a + b and of a's share in it, and in ln(dof - 2), where every point is legal. */
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit.h"
#include "fit_search.h"

enum { PERSISTENCE, SHARE, DOF, PARAMETERS };
enum { LEAST_RETURNS = 50 };
static const double curvature_step = 1e-3, most_log_dof = 6.2; /* about FIT_DOF_MOST */

struct series {
    size_t n;
    double *e; /* about the mean */
    const char *fresh;
    double variance;
};

static double logistic(double x) {
    return 1 / (1 + exp(-x));
}

static double logit(double p) {
    return log(p / (1 - p));
}

static double alpha_of(const double *x) {
    return logistic(x[PERSISTENCE]) * logistic(x[SHARE]);
}

static double beta_of(const double *x) {
    return logistic(x[PERSISTENCE]) * (1 - logistic(x[SHARE]));
}

/* The variance of step t, given that of the step before. */
static double next_variance(const struct series *s, double alpha, double beta, size_t t, double before) {
    if (t == 0 || (t < s->n && s->fresh && s->fresh[t]))
        return s->variance;
    return (1 - alpha - beta) * s->variance + alpha * s->e[t - 1] * s->e[t - 1] + beta * before;
}

/* Minus the log-density of every return into loss[n], unless NULL; the sum. */
static double add_losses(const struct series *s, const double *x, double *loss) {
    const double alpha = alpha_of(x), beta = beta_of(x), dof = 2 + exp(x[DOF]);
    const double constant = lgamma(0.5 * (dof + 1)) - lgamma(0.5 * dof) - 0.5 * log((dof - 2) * M_PI);
    double h = 0, sum = 0;
    for (size_t t = 0; t < s->n; t++) {
        h = next_variance(s, alpha, beta, t, h);
        double here = 0.5 * (log(h) + (dof + 1) * log1p(s->e[t] * s->e[t] / ((dof - 2) * h))) - constant;
        sum += here;
        if (loss)
            loss[t] = here;
    }
    return sum;
}

static double minus_likelihood(const double *x, const void *about) {
    if (x[DOF] > most_log_dof || fabs(x[PERSISTENCE]) > 12 || fabs(x[SHARE]) > 12)
        return HUGE_VAL;
    return add_losses(about, x, NULL);
}

/* The best of the minima found from several starts. */
static enum riskpool_status best_minimum(const struct objective *objective, double *best) {
    static const double starts[][2] = {{0.97, 0.1}, {0.8, 0.3}, {0.995, 0.05}};
    static const double step[PARAMETERS] = {0.5, 0.5, 0.5};
    double least = HUGE_VAL;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        double x[PARAMETERS] = {logit(starts[i][0]), logit(starts[i][1]), log(3)};
        enum riskpool_status status = search_minimum(objective, x, step);
        if (status == RISKPOOL_NO_MEMORY)
            return status;
        double value = status ? HUGE_VAL : objective->value(x, objective->about);
        if (value < least) {
            least = value;
            memcpy(best, x, sizeof x);
        }
    }
    return isfinite(least) ? RISKPOOL_OK : RISKPOOL_INVALID;
}

/* How far each return moves the estimate, [n][PARAMETERS]: its score, and that of its part in the error of the
 * variance, (1 - b) / (1 - a - b) (e^2 - h) (Francq, Horvath and Zakoian 2011), without the factor of the curvature. */
static enum riskpool_status move_estimate(const struct series *s, const double *x, double *moves) {
    double *up = calloc(2 * s->n, sizeof *up), *down = up ? up + s->n : NULL;
    const double alpha = alpha_of(x), beta = beta_of(x), ratio = (1 - beta) / (1 - alpha - beta);
    struct series raised = *s, lowered = *s;
    if (!up)
        return RISKPOOL_NO_MEMORY;
    raised.variance *= exp(curvature_step);
    lowered.variance *= exp(-curvature_step);
    for (size_t k = 0; k < PARAMETERS; k++) {
        double above[PARAMETERS], below[PARAMETERS], h = 0;
        memcpy(above, x, sizeof above);
        memcpy(below, x, sizeof below);
        above[k] += curvature_step;
        below[k] -= curvature_step;
        double cross = (add_losses(&raised, above, NULL) - add_losses(&raised, below, NULL) -
                        add_losses(&lowered, above, NULL) + add_losses(&lowered, below, NULL)) /
                       (4 * curvature_step * curvature_step);
        add_losses(s, above, up);
        add_losses(s, below, down);
        for (size_t t = 0; t < s->n; t++) {
            h = next_variance(s, alpha, beta, t, h);
            double variance = ratio * (s->e[t] * s->e[t] - h) / (s->variance * (double)s->n);
            moves[t * PARAMETERS + k] = (up[t] - down[t]) / (2 * curvature_step) + cross * variance;
        }
    }
    free(up);
    return RISKPOOL_OK;
}

/* The covariance of the estimate: inverse curvature times the products of the moves times inverse curvature. */
static enum riskpool_status estimate_covariance(const struct objective *objective, const double *x,
                                                double *covariance) {
    const struct series *s = objective->about;
    double inverse[PARAMETERS * PARAMETERS], *moves = calloc(s->n * PARAMETERS, sizeof *moves);
    enum riskpool_status status = moves ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    if (!status)
        status = search_inverse_curvature(objective, x, curvature_step, inverse);
    if (!status)
        status = move_estimate(s, x, moves);
    memset(covariance, 0, sizeof inverse);
    for (size_t t = 0; !status && t < s->n; t++) {
        double step[PARAMETERS] = {0};
        for (size_t k = 0; k < PARAMETERS * PARAMETERS; k++)
            step[k / PARAMETERS] += inverse[k] * moves[t * PARAMETERS + k % PARAMETERS];
        for (size_t k = 0; k < PARAMETERS * PARAMETERS; k++)
            covariance[k] += step[k / PARAMETERS] * step[k % PARAMETERS];
    }
    free(moves);
    return status;
}

/* Errors by the delta method. */
static void measure(const struct objective *objective, const double *x, struct garch_fit *fit) {
    const double p = logistic(x[PERSISTENCE]), s = logistic(x[SHARE]), dp = p * (1 - p), ds = s * (1 - s);
    const double slope[2][2] = {{s * dp, p * ds}, {(1 - s) * dp, -p * ds}};
    double v[PARAMETERS * PARAMETERS], error[2] = {NAN, NAN};
    fit->alpha = (struct measured){p * s, NAN};
    fit->beta = (struct measured){p * (1 - s), NAN};
    fit->dof = (struct measured){2 + exp(x[DOF]), NAN};
    if (estimate_covariance(objective, x, v))
        return;
    for (int k = 0; k < 2; k++)
        error[k] = sqrt(slope[k][0] * slope[k][0] * v[0] + 2 * slope[k][0] * slope[k][1] * v[1] +
                        slope[k][1] * slope[k][1] * v[PARAMETERS + 1]);
    fit->alpha.error = error[0];
    fit->beta.error = error[1];
    fit->dof.error = exp(x[DOF]) * sqrt(v[PARAMETERS * PARAMETERS - 1]);
}

static void centre(struct series *s, const double *x) {
    double mean = 0;
    for (size_t t = 0; t < s->n; t++)
        mean += x[t] / (double)s->n;
    for (size_t t = 0; t < s->n; t++) {
        s->e[t] = x[t] - mean;
        s->variance += s->e[t] * s->e[t] / (double)s->n;
    }
}

enum riskpool_status fit_garch(size_t n, const double *x, const char *fresh, struct garch_fit *fit, double *residual) {
    struct series s = {.n = n, .e = calloc(n + 1, sizeof(double)), .fresh = fresh};
    const struct objective objective = {PARAMETERS, minus_likelihood, &s};
    double best[PARAMETERS] = {0};
    enum riskpool_status status = s.e ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    *fit = (struct garch_fit){.likelihood = NAN};
    if (!status)
        centre(&s, x);
    if (!status && (n < LEAST_RETURNS || !(s.variance > 0)))
        status = RISKPOOL_INVALID;
    if (!status)
        status = best_minimum(&objective, best);
    if (!status) {
        const double alpha = alpha_of(best), beta = beta_of(best);
        double h = 0;
        for (size_t t = 0; t < n; t++) {
            h = next_variance(&s, alpha, beta, t, h);
            residual[t] = s.e[t] / sqrt(h);
        }
        measure(&objective, best, fit);
        fit->variance = s.variance;
        fit->next = next_variance(&s, alpha, beta, n, h);
        fit->likelihood = -minus_likelihood(best, &s);
    }
    free(s.e);
    return status;
}
