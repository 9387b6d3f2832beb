/* A hidden Markov chain of two normal laws by EM (Hamilton 1989; Baum and others 1970), started from the quiet and the
 * loud stretches of a moving average of squared returns. */
#include <gsl/gsl_math.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit.h"
#include "fit_normal.h"
#include "fit_search.h"

enum { STATES = FIT_REGIMES, ROUNDS = 1000, LEAST_RETURNS = 100, AROUND = 5 };
static const double gain_of_nothing = 1e-8, loud_share = 0.25, curvature_step = 0.02;

struct chain {
    size_t n, d;
    const double *x; /* about the mean */
    double stay[STATES];
    double *covariance[STATES], log_determinant[STATES];
    double *distance[STATES]; /* [n] */
    double *filtered;         /* [n][STATES] */
    double *smoothed;         /* [n][STATES] */
    double *lower, *row;
    double *memory;
};

static enum riskpool_status chain_init(struct chain *c, size_t n, size_t d, const struct regime_fit *fit) {
    const size_t per_step = d + 3 * STATES;
    *c = (struct chain){.n = n, .d = d, .memory = calloc(n * per_step + d * d + 2 * d, sizeof(double))};
    if (!c->memory)
        return RISKPOOL_NO_MEMORY;
    c->distance[0] = c->memory + n * d;
    c->distance[1] = c->distance[0] + n;
    c->filtered = c->distance[1] + n;
    c->smoothed = c->filtered + STATES * n;
    c->lower = c->smoothed + STATES * n;
    c->row = c->lower + d * d;
    for (int s = 0; s < STATES; s++)
        c->covariance[s] = fit->covariance[s];
    return RISKPOOL_OK;
}

static enum riskpool_status set_returns(struct chain *c, const double *x) {
    double *centred = c->memory;
    normal_moments(c->n, c->d, x, NULL, c->row, c->lower);
    for (size_t k = 0; k < c->n * c->d; k++)
        centred[k] = x[k] - c->row[k % c->d];
    c->x = centred;
    for (size_t i = 0; i < c->d; i++)
        if (!(c->lower[i * (c->d + 1)] > 0))
            return RISKPOOL_INVALID;
    return RISKPOOL_OK;
}

/* How loud each step and its neighbours are: squared returns over their means, into distance[0]. */
static void measure_loudness(struct chain *c) {
    for (size_t t = 0; t < c->n; t++) {
        size_t from = t > AROUND ? t - AROUND : 0, to = t + AROUND < c->n ? t + AROUND : c->n - 1;
        double sum = 0;
        for (size_t s = from; s <= to; s++)
            for (size_t i = 0; i < c->d; i++)
                sum += c->x[s * c->d + i] * c->x[s * c->d + i] / c->lower[i * (c->d + 1)];
        c->distance[0][t] = sum / (double)(to - from + 1);
    }
}

static void guess(struct chain *c) {
    measure_loudness(c);
    memcpy(c->distance[1], c->distance[0], c->n * sizeof(double));
    gsl_sort(c->distance[1], 1, c->n);
    double bound = gsl_stats_quantile_from_sorted_data(c->distance[1], 1, c->n, 1 - loud_share);
    for (size_t t = 0; t < c->n; t++) {
        c->smoothed[STATES * t + 1] = c->distance[0][t] > bound ? 0.9 : 0.1;
        c->smoothed[STATES * t] = 1 - c->smoothed[STATES * t + 1];
    }
    c->stay[0] = 0.97;
    c->stay[1] = 0.9;
}

/* Covariances from the smoothed probabilities; the mean is fixed. */
static enum riskpool_status set_covariances(struct chain *c) {
    const size_t d = c->d;
    for (int s = 0; s < STATES; s++) {
        double total = 0, *covariance = c->covariance[s];
        memset(covariance, 0, d * d * sizeof *covariance);
        for (size_t t = 0; t < c->n; t++) {
            const double w = c->smoothed[STATES * t + (size_t)s], *x = c->x + t * d;
            total += w;
            for (size_t i = 0; i < d; i++)
                for (size_t j = 0; j <= i; j++)
                    covariance[i * d + j] += w * x[i] * x[j];
        }
        if (total < (double)(d + 2))
            return RISKPOOL_INVALID;
        for (size_t i = 0; i < d; i++)
            for (size_t j = 0; j <= i; j++)
                covariance[i * d + j] = covariance[j * d + i] = covariance[i * d + j] / total;
    }
    return RISKPOOL_OK;
}

static enum riskpool_status measure_distances(struct chain *c) {
    for (int s = 0; s < STATES; s++) {
        enum riskpool_status status = normal_factor(c->d, c->covariance[s], c->lower, &c->log_determinant[s]);
        if (status)
            return status;
        for (size_t t = 0; t < c->n; t++) {
            memcpy(c->row, c->x + t * c->d, c->d * sizeof(double));
            c->distance[s][t] = normal_distance(c->d, c->lower, c->row);
        }
    }
    return RISKPOOL_OK;
}

/* Hamilton's filter with the variances of each state times scale[s]^2; the log-likelihood. */
static double filter(const struct chain *c, const double stay[STATES], const double scale[STATES], double *filtered) {
    const double d = (double)c->d, leave = 2 - stay[0] - stay[1];
    double p[STATES] = {(1 - stay[1]) / leave, (1 - stay[0]) / leave}, sum = 0;
    for (size_t t = 0; t < c->n; t++) {
        double log_density[STATES], joint[STATES];
        for (int s = 0; s < STATES; s++)
            log_density[s] = -0.5 * (d * log(2 * M_PI * scale[s] * scale[s]) + c->log_determinant[s] +
                                     c->distance[s][t] / (scale[s] * scale[s]));
        const double most = fmax(log_density[0], log_density[1]);
        for (int s = 0; s < STATES; s++)
            joint[s] = p[s] * exp(log_density[s] - most);
        const double total = joint[0] + joint[1];
        sum += most + log(total);
        for (size_t s = 0; filtered && s < STATES; s++)
            filtered[STATES * t + s] = joint[s] / total;
        p[0] = (stay[0] * joint[0] + (1 - stay[1]) * joint[1]) / total;
        p[1] = 1 - p[0];
    }
    return sum;
}

/* Kim's smoother (1994), and new stay probabilities from the pairs of neighbouring steps. */
static void smooth(struct chain *c) {
    double stayed[STATES] = {0, 0}, left[STATES] = {0, 0};
    memcpy(c->smoothed + STATES * (c->n - 1), c->filtered + STATES * (c->n - 1), STATES * sizeof(double));
    for (size_t t = c->n - 1; t-- > 0;) {
        const double *now = c->filtered + STATES * t, *after = c->smoothed + STATES * (t + 1);
        double *out = c->smoothed + STATES * t;
        double ahead[STATES];
        for (int s = 0; s < STATES; s++)
            ahead[s] = now[s] * c->stay[s] + now[1 - s] * (1 - c->stay[1 - s]);
        for (int s = 0; s < STATES; s++) {
            const double same = now[s] * c->stay[s] * after[s] / ahead[s];
            const double other = now[s] * (1 - c->stay[s]) * after[1 - s] / ahead[1 - s];
            out[s] = same + other;
            stayed[s] += same;
            left[s] += same + other;
        }
    }
    for (int s = 0; s < STATES; s++)
        c->stay[s] = fmin(fmax(stayed[s] / left[s], 1e-6), 1 - 1e-9);
}

static enum riskpool_status climb(struct chain *c, double *reached) {
    static const double ones[STATES] = {1, 1};
    *reached = -HUGE_VAL;
    for (int round = 0; round < ROUNDS; round++) {
        enum riskpool_status status = set_covariances(c);
        if (!status)
            status = measure_distances(c);
        if (status)
            return status;
        double value = filter(c, c->stay, ones, c->filtered);
        if (!(value - *reached > gain_of_nothing * (double)c->n)) {
            *reached = value;
            return RISKPOOL_OK;
        }
        *reached = value;
        smooth(c);
    }
    return RISKPOOL_OK;
}

/* Variables: logits of the stay probabilities, logarithms of the scales. */
static double minus_likelihood(const double *x, const void *about) {
    const double stay[STATES] = {1 / (1 + exp(-x[0])), 1 / (1 + exp(-x[1]))}, scale[STATES] = {exp(x[2]), exp(x[3])};
    return -filter(about, stay, scale, NULL);
}

static void measure(const struct chain *c, struct regime_fit *fit) {
    const struct objective objective = {2 * STATES, minus_likelihood, c};
    double x[2 * STATES] = {0}, inverse[4 * STATES * STATES];
    for (int s = 0; s < STATES; s++) {
        fit->stay[s] = (struct measured){c->stay[s], NAN};
        fit->scale_error[s] = NAN;
        x[s] = log(c->stay[s] / (1 - c->stay[s]));
    }
    if (search_inverse_curvature(&objective, x, curvature_step, inverse))
        return;
    for (int s = 0; s < STATES; s++) {
        fit->stay[s].error = c->stay[s] * (1 - c->stay[s]) * sqrt(inverse[s * (2 * STATES + 1)]);
        /* a scale is common to d assets: one asset alone is known sqrt(d) times less well */
        fit->scale_error[s] = sqrt((double)c->d * inverse[(STATES + s) * (2 * STATES + 1)]);
    }
}

/* The calmer state first: the one with the smaller volatilities, relative to those of both together. */
static int is_upside_down(const struct chain *c) {
    double balance = 0;
    for (size_t i = 0; i < c->d; i++)
        balance += log(c->covariance[0][i * (c->d + 1)] / c->covariance[1][i * (c->d + 1)]);
    return balance > 0;
}

static void turn_over(struct chain *c) {
    double stay = c->stay[0];
    for (size_t k = 0; k < c->d * c->d; k++) {
        double value = c->covariance[0][k];
        c->covariance[0][k] = c->covariance[1][k];
        c->covariance[1][k] = value;
    }
    c->stay[0] = c->stay[1];
    c->stay[1] = stay;
}

enum riskpool_status fit_regimes(size_t n, size_t d, const double *x, struct regime_fit *fit) {
    static const double ones[STATES] = {1, 1};
    struct chain c;
    if (n < LEAST_RETURNS || n < 4 * (d + 2))
        return RISKPOOL_INVALID;
    enum riskpool_status status = chain_init(&c, n, d, fit);
    if (!status)
        status = set_returns(&c, x);
    if (!status)
        status = normal_likelihood(n, d, x, &fit->gaussian);
    if (!status) {
        guess(&c);
        status = climb(&c, &fit->likelihood);
    }
    if (!status && is_upside_down(&c)) {
        turn_over(&c);
        status = measure_distances(&c);
    }
    if (!status) {
        filter(&c, c.stay, ones, c.filtered);
        measure(&c, fit);
        fit->last = c.filtered[STATES * n - 1];
        fit->share[0] = (1 - c.stay[1]) / (2 - c.stay[0] - c.stay[1]);
        fit->share[1] = 1 - fit->share[0];
    }
    free(c.memory);
    return status;
}
