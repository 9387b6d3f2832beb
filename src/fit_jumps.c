/* Merton's jump diffusion (1976) in several assets by EM (Dempster, Laird and Rubin 1977). What is not seen is the
 * number of jumps K in each step, cut at JUMPS, and their sum; given K everything is normal. With M = C + K s^2 I, the
 * part that is not jumps is expected to be A (y - K m 1), A = C M^-1, with covariance K s^2 A. */
#include <gsl/gsl_blas.h>
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit_jumps.h"

enum { ROUNDS = 3000, LEAST_RETURNS = 50 };
static const double gain_of_nothing = 1e-8;

void jump_law_free(struct jump_law *law) {
    free(law->memory);
    *law = (struct jump_law){.d = 0};
}

enum riskpool_status jump_law_init(struct jump_law *law, size_t d) {
    *law = (struct jump_law){.d = d, .memory = calloc(3 * d + (1 + 3 * JUMPS) * d * d, sizeof(double))};
    if (!law->memory)
        return RISKPOOL_NO_MEMORY;
    law->mean = law->memory;
    law->row = law->mean + d;
    law->covariance = law->row + 2 * d;
    for (size_t k = 0; k < JUMPS; k++) {
        law->lower[k] = law->covariance + (1 + 3 * k) * d * d;
        law->share[k] = law->lower[k] + d * d;
        law->spread[k] = law->share[k] + d * d;
    }
    return RISKPOOL_OK;
}

enum riskpool_status jump_law_prepare(struct jump_law *law) {
    const size_t d = law->d;
    for (size_t k = 0; k < JUMPS; k++) {
        const double variance = (double)k * law->variance;
        double log_determinant;
        memcpy(law->spread[k], law->covariance, d * d * sizeof(double));
        for (size_t i = 0; i < d; i++)
            law->spread[k][i * (d + 1)] += variance;
        enum riskpool_status status = normal_factor(d, law->spread[k], law->lower[k], &log_determinant);
        if (!status)
            status = normal_inverse(d, law->lower[k], law->spread[k]);
        if (status)
            return status;
        gsl_matrix_view inverse = gsl_matrix_view_array(law->spread[k], d, d);
        gsl_matrix_view covariance = gsl_matrix_view_array(law->covariance, d, d);
        gsl_matrix_view share = gsl_matrix_view_array(law->share[k], d, d);
        gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1, &covariance.matrix, &inverse.matrix, 0, &share.matrix);
        for (size_t i = 0; i < d * d; i++)
            law->spread[k][i] = variance * law->share[k][i];
        law->constant[k] = (double)k * log(law->intensity) - law->intensity - lgamma((double)k + 1) -
                           0.5 * (log_determinant + (double)d * log(2 * M_PI));
    }
    return RISKPOOL_OK;
}

double jump_law_judge(const struct jump_law *law, const double *x, double weight[JUMPS], double *rest) {
    const size_t d = law->d;
    double most = -HUGE_VAL, sum = 0;
    for (size_t k = 0; k < JUMPS; k++) {
        double *y = law->row, *e = rest + k * d;
        for (size_t i = 0; i < d; i++)
            y[i] = law->row[d + i] = x[i] - law->mean[i] - (double)k * law->size;
        gsl_matrix_const_view share = gsl_matrix_const_view_array(law->share[k], d, d);
        gsl_vector_const_view from = gsl_vector_const_view_array(law->row + d, d);
        gsl_vector_view to = gsl_vector_view_array(e, d);
        gsl_blas_dgemv(CblasNoTrans, 1, &share.matrix, &from.vector, 0, &to.vector);
        weight[k] = law->constant[k] - 0.5 * normal_distance(d, law->lower[k], y);
        most = fmax(most, weight[k]);
    }
    for (size_t k = 0; k < JUMPS; k++)
        sum += weight[k] = exp(weight[k] - most);
    for (size_t k = 0; k < JUMPS; k++)
        weight[k] /= sum;
    return most + log(sum);
}

/* Sums over the steps that the next law is made of. */
struct sums {
    double likelihood, count; /* expected number of jumps */
    double size, square;      /* of jumps, over assets: sum, and sum of squares about the old size */
    double *rest, *products;  /* [d], [d][d]: of what is not jumps */
};

static void add_step(const struct jump_law *law, const double *x, const double *weight, const double *rest,
                     struct sums *sums) {
    const size_t d = law->d;
    for (size_t k = 0; k < JUMPS; k++) {
        const double w = weight[k], count = (double)k;
        const double *e = rest + k * d, *spread = law->spread[k];
        double squares = 0;
        for (size_t i = 0; i < d; i++) {
            const double apart = x[i] - law->mean[i] - e[i] - count * law->size;
            sums->rest[i] += w * e[i];
            sums->size += w * (apart + count * law->size);
            squares += apart * apart + spread[i * (d + 1)];
            for (size_t j = 0; j <= i; j++)
                sums->products[i * d + j] += w * (spread[i * d + j] + e[i] * e[j]);
        }
        sums->count += w * count;
        sums->square += k > 0 ? w * (squares / count + (double)d * (count - 1) * law->variance) : 0;
    }
}

static void renew(struct jump_law *law, size_t n, const struct sums *sums) {
    const size_t d = law->d;
    const double jumps = fmax(sums->count, 1e-12) * (double)d, size = sums->size / jumps;
    const double apart = size - law->size; /* the squares are about the old size */
    law->variance = fmax(sums->square / jumps - apart * apart, 1e-30);
    law->size = size;
    law->intensity = fmax(sums->count / (double)n, 1e-12);
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j <= i; j++)
            law->covariance[i * d + j] = law->covariance[j * d + i] =
                (sums->products[i * d + j] - sums->rest[i] * sums->rest[j] / (double)n) / (double)n;
    for (size_t i = 0; i < d; i++)
        law->mean[i] += sums->rest[i] / (double)n;
}

static enum riskpool_status climb(struct jump_law *law, size_t n, const double *x, double *likelihood) {
    const size_t d = law->d;
    double *memory = calloc(d + d * d + JUMPS * d + 1, sizeof *memory), weight[JUMPS];
    enum riskpool_status status = memory ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    *likelihood = -HUGE_VAL;
    for (int round = 0; !status && round < ROUNDS; round++) {
        memset(memory, 0, (d + d * d) * sizeof *memory);
        struct sums sums = {.rest = memory, .products = memory + d};
        status = jump_law_prepare(law);
        for (size_t t = 0; !status && t < n; t++) {
            sums.likelihood += jump_law_judge(law, x + t * d, weight, memory + d + d * d);
            add_step(law, x + t * d, weight, memory + d + d * d, &sums);
        }
        int still = sums.likelihood - *likelihood < gain_of_nothing * (double)n;
        *likelihood = sums.likelihood;
        if (still)
            break;
        if (!status)
            renew(law, n, &sums);
    }
    free(memory);
    return status;
}

/* A law to start from: `intensity` jumps a step whose size is `wide` times a typical standard deviation. */
static void start(struct jump_law *law, size_t n, const double *x, double intensity, double wide) {
    double typical = 0;
    normal_moments(n, law->d, x, NULL, law->mean, law->covariance);
    for (size_t i = 0; i < law->d; i++)
        typical += law->covariance[i * (law->d + 1)] / (double)law->d;
    law->intensity = intensity;
    law->size = 0;
    law->variance = wide * wide * typical;
    for (size_t i = 0; i < law->d * law->d; i++)
        law->covariance[i] *= 0.6;
}

static void keep(const struct jump_law *law, double likelihood, struct jump_fit *fit) {
    fit->likelihood = likelihood;
    fit->intensity.value = law->intensity;
    fit->size.value = law->size;
    fit->deviation.value = sqrt(law->variance);
    memcpy(fit->covariance, law->covariance, law->d * law->d * sizeof(double));
}

enum riskpool_status fit_jumps(size_t n, size_t d, const double *x, struct jump_fit *fit) {
    static const double starts[][2] = {{0.01, 3}, {0.05, 2}, {0.2, 1}};
    struct jump_law law;
    double *covariance = fit->covariance, reached;
    *fit = (struct jump_fit){.covariance = covariance, .likelihood = -HUGE_VAL};
    if (n < LEAST_RETURNS || n < d + 2)
        return RISKPOOL_INVALID;
    enum riskpool_status status = jump_law_init(&law, d);
    if (!status)
        status = normal_likelihood(n, d, x, &fit->gaussian);
    for (size_t i = 0; !status && i < sizeof starts / sizeof *starts; i++) {
        start(&law, n, x, starts[i][0], starts[i][1]);
        status = climb(&law, n, x, &reached);
        if (!status && reached > fit->likelihood) {
            keep(&law, reached, fit);
            status = jump_errors(&law, n, x, fit);
        }
    }
    jump_law_free(&law);
    return status;
}
