/* Which slopes are estimated how, from how many paths, and what follows from all of them together. */
#include "run_sensitivity.h"

#include <math.h>
#include <stdlib.h>

#include "corr.h"
#include "run_difference.h"
#include "run_likelihood.h"
#include "run_strata.h"

/* Paths of all runs of differences together, as a share of the run's own, so that they cost a third of it at most: runs
 * that watch less at every step are faster themselves. Paths of a likelihood ratio likewise. At least and at most so
 * many. */
static const double difference_share = 0.3, watched_difference_share = 0.4, ratio_share = 0.2;
enum { LEAST_PATHS = 512, MOST_PATHS = 1 << 20 };

static uint64_t share_of(uint64_t n_paths, double share) {
    const uint64_t blocks = (uint64_t)(share * (double)n_paths / BLOCK), wanted = blocks * BLOCK;
    const uint64_t paths = wanted > LEAST_PATHS ? wanted : LEAST_PATHS;
    const uint64_t bounded = paths < MOST_PATHS ? paths : MOST_PATHS;
    return bounded < n_paths ? bounded : n_paths;
}

/* An error comes out small where the estimate happens to: of two that are alike, the smaller would favour slopes near
 * zero. The ratio, whose errors are the less certain, has to be better by this factor. */
static const double clearly_smaller = 0.7;

static struct slope choose(struct slope difference, struct slope ratio) {
    if (difference.method == SLOPE_NONE)
        return ratio;
    return ratio.method != SLOPE_NONE && ratio.error < clearly_smaller * difference.error ? ratio : difference;
}

/* Into every array of three that SLOPE makes: value, error, method. */
static void put(double *const *risk, enum risk first, size_t at, const struct slope *slope) {
    risk[first][at] = slope->value;
    risk[first + 1][at] = slope->error;
    risk[first + 2][at] = (double)slope->method;
}

static void put_slope(const struct slope_shape *shape, size_t statistic, size_t parameter, const struct slope *slope,
                      double *const *risk) {
    const size_t n = shape->n_assets, n_levels = shape->n_levels;
    const size_t mode = statistic / (1 + n_levels), level = statistic % (1 + n_levels);
    size_t i, j;
    slope_assets(shape, parameter, &i, &j);
    if (i == j && level == 0)
        put(risk, RISK_d_any_liquidation_frequency_by_volatility, mode * n + i, slope);
    else if (i == j)
        put(risk, RISK_d_expected_shortfall_by_volatility, (mode * n + i) * n_levels + level - 1, slope);
    for (int mirror = 0; i != j && mirror < 2; ++mirror) {
        const size_t pair = (mode * n + (mirror ? j : i)) * n + (mirror ? i : j);
        if (level == 0)
            put(risk, RISK_d_any_liquidation_frequency, pair, slope);
        else
            put(risk, RISK_d_expected_shortfall, pair * n_levels + level - 1, slope);
    }
}

/* The slopes of one expected shortfall by the correlations, and their errors, as matrices with a zero diagonal; 0 when
 * some are not known. */
static int gather(const struct slope_shape *shape, size_t mode, size_t level, double *const *risk, double *slope,
                  double *error) {
    const size_t n = shape->n_assets;
    for (size_t pair = 0; pair < n * n; ++pair) {
        const size_t at = (mode * n * n + pair) * shape->n_levels + level;
        const int is_pair = pair % (n + 1) != 0;
        slope[pair] = is_pair ? risk[RISK_d_expected_shortfall][at] : 0.0;
        error[pair] = is_pair ? risk[RISK_d_expected_shortfall_se][at] : 0.0;
        if (isnan(slope[pair]))
            return 0;
    }
    return n > 1;
}

/* Along the gradient; errors add up at most, whatever the correlations of the estimates. */
static void find_direction(size_t n, const double *slope, const double *error, size_t tail, double *const *risk) {
    double square = 0.0, most = 0.0;
    for (size_t i = 0; i < n; ++i)
        for (size_t j = i + 1; j < n; ++j)
            square += slope[i * n + j] * slope[i * n + j];
    const double length = sqrt(square);
    for (size_t pair = 0; pair < n * n; ++pair) {
        const double part = length > 0.0 ? slope[pair] / length : 0.0;
        risk[RISK_worst_direction][tail * n * n + pair] = part;
        most += 0.5 * fabs(part) * error[pair];
    }
    risk[RISK_worst_direction_slope][tail] = length;
    risk[RISK_worst_direction_slope_se][tail] = most;
}

static int is_zero(size_t n, const double *matrix) {
    for (size_t i = 0; i < n * n; ++i)
        if (matrix[i] < 0.0 || matrix[i] > 0.0)
            return 0;
    return 1;
}

/* Adding t v v' to the correlations of different assets changes the expected shortfall by t v' G v / 2. */
static enum riskpool_status find_factor(size_t n, const double *slope, const double *error, size_t tail,
                                        double *const *risk) {
    double *loading = &risk[RISK_common_factor][tail * n], value = 0.0, most = 0.0;
    enum riskpool_status status = corr_leading(n, slope, &value, loading);
    for (size_t i = 0; i < n && is_zero(n, slope); ++i)
        loading[i] = 0.0; /* none is more dangerous than another */
    for (size_t i = 0; i < n && status == RISKPOOL_OK; ++i)
        for (size_t j = i + 1; j < n; ++j)
            most += fabs(loading[i] * loading[j]) * error[i * n + j];
    risk[RISK_common_factor_slope][tail] = 0.5 * value;
    risk[RISK_common_factor_slope_se][tail] = most;
    return status;
}

static enum riskpool_status find_dangers(const struct slope_shape *shape, double *const *risk) {
    const size_t n = shape->n_assets;
    double *slope = calloc(n * n + 1, sizeof *slope), *error = calloc(n * n + 1, sizeof *error);
    enum riskpool_status status = slope && error ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    for (size_t tail = 0; tail < shape->n_modes * shape->n_levels && status == RISKPOOL_OK; ++tail) {
        if (!gather(shape, tail / shape->n_levels, tail % shape->n_levels, risk, slope, error))
            continue;
        find_direction(n, slope, error, tail, risk);
        status = find_factor(n, slope, error, tail, risk);
    }
    free(slope);
    free(error);
    return status;
}

static void put_steps(const struct slope_shape *shape, const double *step, double *to) {
    for (size_t k = 0; k < shape->n_parameters; ++k) {
        size_t i, j;
        slope_assets(shape, k, &i, &j);
        if (i != j)
            to[i * shape->n_assets + j] = to[j * shape->n_assets + i] = step[k];
    }
}

static enum riskpool_status estimate(const struct riskpool_scenario *scenario,
                                     const struct riskpool_run_options *options, const struct slope_shape *shape,
                                     const struct tally *tally, struct slope *ratio, struct slope *difference,
                                     double *step, struct riskpool_results *results) {
    const size_t n_slopes = slope_statistics(shape) * shape->n_parameters;
    const uint64_t n_paths = results->n_paths, runs = DIFFERENCE_RUNS * shape->n_parameters;
    const uint64_t n_ratio = likelihood_exists(scenario) ? share_of(n_paths, ratio_share) : 0;
    const int watched = scenario->trajectories || scenario->market.bridge;
    const uint64_t n_difference =
        share_of(n_paths, (watched ? watched_difference_share : difference_share) / (double)runs);
    enum riskpool_status status = RISKPOOL_OK;
    if (n_ratio > 0)
        status = likelihood_run(scenario, options, shape, n_ratio, ratio);
    struct strata strata = {0};
    if (status == RISKPOOL_OK)
        status = strata_init(&strata, tally, results, n_difference);
    if (status == RISKPOOL_OK)
        status = differences_run(scenario, options, shape, &strata, difference, step);
    const uint64_t n_listed = strata.n_listed;
    strata_free(&strata);
    if (status != RISKPOOL_OK)
        return status;
    for (size_t k = 0; k < n_slopes; ++k) {
        const struct slope slope = choose(difference[k], ratio[k]);
        put_slope(shape, k / shape->n_parameters, k % shape->n_parameters, &slope, results->risk);
    }
    put_steps(shape, step, results->risk[RISK_difference_step]);
    results->risk[RISK_likelihood_ratio_paths][0] = (double)n_ratio;
    results->risk[RISK_difference_paths][0] = (double)n_listed;
    return find_dangers(shape, results->risk);
}

enum riskpool_status sensitivity_run(const struct riskpool_scenario *scenario,
                                     const struct riskpool_run_options *options, const struct tally *tally,
                                     struct riskpool_results *results) {
    if (!scenario->correlation_risk)
        return RISKPOOL_OK;
    const struct slope_shape shape = slope_shape_of(scenario, results);
    const size_t n_slopes = slope_statistics(&shape) * shape.n_parameters;
    const struct slope unknown = {NAN, NAN, SLOPE_NONE};
    struct slope *ratio = calloc(n_slopes + 1, sizeof *ratio), *difference = calloc(n_slopes + 1, sizeof *difference);
    double *step = calloc(shape.n_parameters + 1, sizeof *step);
    enum riskpool_status status = ratio && difference && step ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    for (size_t k = 0; k < n_slopes && status == RISKPOOL_OK; ++k)
        ratio[k] = difference[k] = unknown;
    if (status == RISKPOOL_OK)
        status = estimate(scenario, options, &shape, tally, ratio, difference, step, results);
    free(ratio);
    free(difference);
    free(step);
    return status;
}
