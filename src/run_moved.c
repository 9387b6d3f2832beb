/* Copies of what is moved; everything else stays that of the scenario. */
#include "run_moved.h"

#include <stdlib.h>
#include <string.h>

#include "corr.h"

void moved_free(struct moved *moved) {
    free(moved->correlation);
    free(moved->regimes);
    free(moved->assets);
    *moved = (struct moved){0};
}

/* `count` matrices with the entries of a pair moved; NULL when out of memory. */
static double *copy_matrices(size_t count, size_t n, const double *matrix, size_t i, size_t j, double by) {
    double *copy = calloc(count * n * n + 1, sizeof *copy);
    for (size_t k = 0; copy && k < count; ++k) {
        double *own = copy + k * n * n;
        memcpy(own, matrix + k * n * n, n * n * sizeof *own);
        own[i * n + j] += by;
        own[j * n + i] += by;
    }
    return copy;
}

/* Whether all of them are correlation matrices. */
static enum riskpool_status check_matrices(size_t count, size_t n, const double *matrix) {
    double *factor = calloc(n * n + 1, sizeof *factor);
    enum riskpool_status status = factor ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    for (size_t k = 0; k < count && status == RISKPOOL_OK; ++k)
        status = corr_factor(n, matrix + k * n * n, factor);
    free(factor);
    return status;
}

static enum riskpool_status move_correlation(struct moved *moved, size_t i, size_t j, double by) {
    struct market *market = &moved->scenario.market;
    struct regime_terms *regimes = &market->terms.regimes;
    const size_t n = market->n_assets;
    moved->correlation = copy_matrices(1, n, market->correlation, i, j, by);
    if (!moved->correlation)
        return RISKPOOL_NO_MEMORY;
    market->correlation = moved->correlation;
    if (regimes->correlation) {
        moved->regimes = copy_matrices(regimes->n, n, regimes->correlation, i, j, by);
        if (!moved->regimes)
            return RISKPOOL_NO_MEMORY;
        regimes->correlation = moved->regimes;
        return check_matrices(regimes->n, n, moved->regimes);
    }
    return check_matrices(1, n, moved->correlation);
}

static enum riskpool_status move_volatility(struct moved *moved, size_t i, double by) {
    struct market *market = &moved->scenario.market;
    moved->assets = calloc(market->n_assets + 1, sizeof *moved->assets);
    if (!moved->assets)
        return RISKPOOL_NO_MEMORY;
    memcpy(moved->assets, market->assets, market->n_assets * sizeof *moved->assets);
    struct asset *asset = &moved->assets[i];
    asset->volatility *= 1.0 + by;
    asset->start_volatility *= 1.0 + by;
    /* v becomes (1 + by)^2 v, on every path. */
    asset->variance.level *= (1.0 + by) * (1.0 + by);
    asset->variance.volatility *= 1.0 + by;
    market->assets = moved->assets;
    return RISKPOOL_OK;
}

enum riskpool_status moved_init(struct moved *moved, const struct riskpool_scenario *scenario, size_t i, size_t j,
                                double by) {
    *moved = (struct moved){.scenario = *scenario};
    return i == j ? move_volatility(moved, i, by) : move_correlation(moved, i, j, by);
}

enum riskpool_status moved_check(const struct riskpool_scenario *scenario, size_t i, size_t j, double by, int *exists) {
    struct moved moved;
    enum riskpool_status status = moved_init(&moved, scenario, i, j, by);
    moved_free(&moved);
    *exists = status == RISKPOOL_OK;
    return status == RISKPOOL_INVALID ? RISKPOOL_OK : status;
}
