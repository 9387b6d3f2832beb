/* Standard errors of a jump diffusion: the inverse of the sum of outer products of the scores (Berndt and others 1974).
 * The score of a return is the expected score of what is not seen, given the return (Fisher's identity; Louis 1982). */
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit_jumps.h"

enum { INTENSITY, SIZE, VARIANCE, FIRST_MEAN };
enum { RETURNS_A_PARAMETER = 5 }; /* fewer: mean and covariance are taken as known, and the errors are too small */

struct scores {
    size_t n;                 /* parameters: ln intensity, size, ln variance, means, covariances */
    double *score;            /* [n] */
    double *products;         /* [n][n] */
    double *inverse, *middle; /* [d][d] */
    double *rest;             /* [JUMPS][d] */
};

static void score_jumps(const struct jump_law *law, const double *x, const double *weight, struct scores *s) {
    const size_t d = law->d;
    double *score = s->score;
    score[INTENSITY] = -law->intensity;
    score[SIZE] = score[VARIANCE] = 0;
    for (size_t k = 1; k < JUMPS; k++) {
        const double w = weight[k], count = (double)k;
        double sum = 0, squares = 0;
        for (size_t i = 0; i < d; i++) {
            const double apart = x[i] - law->mean[i] - s->rest[k * d + i] - count * law->size;
            sum += apart;
            squares += apart * apart + law->spread[k][i * (d + 1)];
        }
        score[INTENSITY] += w * count;
        score[SIZE] += w * sum / law->variance;
        score[VARIANCE] += 0.5 * w * (squares / (count * law->variance) - (double)d);
    }
}

/* C^-1 E[e], and the lower triangle of C^-1 E[e e'] C^-1 - C^-1 with its diagonal halved. */
static void score_rest(const struct jump_law *law, const double *weight, struct scores *s) {
    const size_t d = law->d;
    double *score = s->score + FIRST_MEAN;
    memset(score, 0, (s->n - FIRST_MEAN) * sizeof *score);
    memset(s->middle, 0, d * d * sizeof *s->middle);
    for (size_t k = 0; k < JUMPS; k++)
        for (size_t i = 0; i < d; i++) {
            const double *e = s->rest + k * d, *spread = law->spread[k] + i * d;
            for (size_t j = 0; j < d; j++) {
                score[i] += weight[k] * s->inverse[i * d + j] * e[j];
                s->middle[i * d + j] += weight[k] * (spread[j] + e[i] * e[j]);
            }
        }
    for (size_t i = 0, at = d; i < d; i++)
        for (size_t j = 0; j <= i; j++, at++) {
            double sum = -s->inverse[i * d + j];
            for (size_t a = 0; a < d; a++)
                for (size_t b = 0; b < d; b++)
                    sum += s->inverse[i * d + a] * s->middle[a * d + b] * s->inverse[b * d + j];
            score[at] = i == j ? 0.5 * sum : sum;
        }
}

static void add_products(struct scores *s) {
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j <= i; j++)
            s->products[i * s->n + j] += s->score[i] * s->score[j];
}

static enum riskpool_status scores_init(struct scores *s, const struct jump_law *law, size_t n) {
    const size_t d = law->d;
    size_t all = FIRST_MEAN + d + d * (d + 1) / 2;
    *s = (struct scores){.n = n >= RETURNS_A_PARAMETER * all ? all : FIRST_MEAN};
    s->score = calloc(s->n + s->n * s->n + 2 * d * d + JUMPS * d, sizeof *s->score);
    if (!s->score)
        return RISKPOOL_NO_MEMORY;
    s->products = s->score + s->n;
    s->inverse = s->products + s->n * s->n;
    s->middle = s->inverse + d * d;
    s->rest = s->middle + d * d;
    return normal_inverse(d, law->lower[0], s->inverse);
}

static void keep(const struct jump_law *law, struct scores *s, struct jump_fit *fit) {
    double error[FIRST_MEAN] = {NAN, NAN, NAN};
    gsl_matrix_view matrix = gsl_matrix_view_array(s->products, s->n, s->n);
    if (gsl_linalg_cholesky_decomp1(&matrix.matrix) == GSL_SUCCESS &&
        gsl_linalg_cholesky_invert(&matrix.matrix) == GSL_SUCCESS)
        for (size_t i = 0; i < FIRST_MEAN; i++)
            error[i] = sqrt(s->products[i * (s->n + 1)]);
    fit->intensity.error = law->intensity * error[INTENSITY];
    fit->size.error = error[SIZE];
    fit->deviation.error = 0.5 * sqrt(law->variance) * error[VARIANCE];
}

enum riskpool_status jump_errors(struct jump_law *law, size_t n, const double *x, struct jump_fit *fit) {
    struct scores scores = {.score = NULL};
    double weight[JUMPS];
    enum riskpool_status status = jump_law_prepare(law);
    if (!status)
        status = scores_init(&scores, law, n);
    for (size_t t = 0; !status && t < n; t++) {
        jump_law_judge(law, x + t * law->d, weight, scores.rest);
        score_jumps(law, x + t * law->d, weight, &scores);
        if (scores.n > FIRST_MEAN)
            score_rest(law, weight, &scores);
        add_products(&scores);
    }
    if (!status)
        keep(law, &scores, fit);
    free(scores.score);
    return status;
}
