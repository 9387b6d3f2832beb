/* With y the correlated normals of a step, C their correlation and u = C^-1 y, the score by a pair is u_i u_j -
 * C^-1_ij; by a volatility s_i, of which the deviation is a multiple d_i, (y_i u_i - 1 - d_i u_i) / s_i, the last term
 * (of log prices) from the mean, which is lower by half the variance. */
#include "score.h"

#include <gsl/gsl_linalg.h>
#include <string.h>

#include "corr.h"

/* Below this smallest eigenvalue of the correlation the score varies beyond use. */
static const double least_eigenvalue = 1e-4;

int score_exists(const struct market *market) {
    double smallest = 0.0;
    if ((market->model != &model_gbm && market->model != &model_bachelier) || market->has_futures)
        return 0;
    for (size_t f = 0; f < market->stress.n_factors; ++f)
        if (market->stress.factors[f].blend > 0.0)
            return 0;
    for (size_t i = 0; i < market->n_assets; ++i)
        if (!(market->assets[i].volatility > 0.0))
            return 0;
    return corr_smallest_eigenvalue(market->n_assets, market->correlation, &smallest) == RISKPOOL_OK &&
           smallest > least_eigenvalue;
}

enum riskpool_status score_init(struct score *score, const struct market *market, struct arena *arena) {
    const size_t n = market->n_assets;
    *score = (struct score){.market = market, .n = n * (n - 1) / 2 + n};
    score->precision = arena_take(arena, n * n);
    score->row = arena_take(arena, score->n * BLOCK);
    score->shock = arena_take(arena, n * BLOCK);
    score->solved = arena_take(arena, n * BLOCK);
    if (arena->failed)
        return RISKPOOL_NO_MEMORY;
    memcpy(score->precision, market->correlation, n * n * sizeof(double));
    gsl_matrix_view view = gsl_matrix_view_array(score->precision, n, n);
    if (gsl_linalg_cholesky_decomp1(&view.matrix) != GSL_SUCCESS ||
        gsl_linalg_cholesky_invert(&view.matrix) != GSL_SUCCESS)
        return RISKPOOL_INVALID;
    return RISKPOOL_OK;
}

void score_start(struct score *score) {
    memset(score->row, 0, score->n * BLOCK * sizeof(double));
}

/* out = matrix in, of every path. */
static void multiply(size_t n, const double *matrix, const double *in, double *restrict out) {
    for (size_t i = 0; i < n; ++i) {
        double *restrict row = out + i * BLOCK;
        memset(row, 0, BLOCK * sizeof *row);
        for (size_t k = 0; k < n; ++k)
            for (size_t p = 0; p < BLOCK; ++p)
                row[p] += matrix[i * n + k] * in[k * BLOCK + p];
    }
}

void score_step(struct score *score, const struct market_block *block) {
    const size_t n = score->market->n_assets;
    const int is_log = score->market->model->scale == PRICE_LOG;
    double *restrict row = score->row;
    multiply(n, block->root, block->normal, score->shock);
    multiply(n, score->precision, score->shock, score->solved);
    for (size_t i = 0; i < n; ++i)
        for (size_t j = i + 1; j < n; ++j, row += BLOCK) {
            const double *a = score->solved + i * BLOCK, *b = score->solved + j * BLOCK;
            for (size_t p = 0; p < BLOCK; ++p)
                row[p] += a[p] * b[p] - score->precision[i * n + j];
        }
    for (size_t i = 0; i < n; ++i, row += BLOCK) {
        const double *y = score->shock + i * BLOCK, *u = score->solved + i * BLOCK;
        const double mean = is_log ? block->deviation[i] : 0.0, scale = 1.0 / score->market->assets[i].volatility;
        for (size_t p = 0; p < BLOCK; ++p)
            row[p] += (y[p] * u[p] - 1.0 - mean * u[p]) * scale;
    }
}
