/* The market of a scenario: assets, correlation as written, blended and, where asked, repaired; steps and times. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "corr.h"
#include "scenario_parts.h"

static const double seconds_a_year = 31536000;

/* Reports a second entry with the same name. */
static void check_asset_names(struct reading *reading) {
    const struct asset_keys *keys = reading->keys.market.assets.items;
    for (size_t i = 0; i < reading->keys.market.assets.n; i++) {
        if (keys[i].name && strcmp(keys[i].name, "default") == 0) {
            report_error(
                &reading->report, node_place(keys[i].node, "name"), NULL,
                "no asset can be called 'default': the word stands for all others in 'liquidation' and 'stress'");
        }
        for (size_t j = 0; keys[i].name && j < i; j++) {
            if (keys[j].name && strcmp(keys[i].name, keys[j].name) == 0) {
                char first[80];
                place_name(node_place(keys[j].node, "name"), first, sizeof first);
                report_error(&reading->report, node_place(keys[i].node, "name"), NULL,
                             "asset '%s' is listed twice; first on %s", keys[i].name, first);
                break;
            }
        }
    }
}

static void fill_assets(struct reading *reading) {
    struct market *market = &reading->scenario->market;
    const struct asset_keys *keys = reading->keys.market.assets.items;
    market->assets = scenario_allocate(reading, reading->keys.market.assets.n, sizeof *market->assets);
    for (size_t i = 0; market->assets && i < reading->keys.market.assets.n; i++) {
        market->assets[i] = (struct asset){.name = scenario_copy(reading, keys[i].name),
                                           .price = keys[i].price,
                                           .volatility = keys[i].volatility,
                                           .drift = keys[i].drift};
        market->n_assets++;
    }
    if (reading->keys.market.assets.node && market->n_assets == 0 && reading->keys.market.assets.node->n == 0)
        report_error(&reading->report, &reading->keys.market.assets.node->place, NULL, "there are no assets");
    check_asset_names(reading);
}

static void require_volatilities(struct reading *reading) {
    const struct asset_keys *keys = reading->keys.market.assets.items;
    for (size_t i = 0; i < reading->keys.market.assets.n; i++) {
        if (keys[i].node && keys[i].node->kind == NODE_MAP && !node_find(keys[i].node, "volatility")) {
            report_error(&reading->report, &keys[i].node->place, "standard deviation per square-root year, such as 44%",
                         "the required key 'volatility' is missing");
        }
    }
}

static int read_covariance(struct reading *reading, struct matrix *matrix) {
    struct market *market = &reading->scenario->market;
    struct asset_keys *keys = reading->keys.market.assets.items;
    double *deviation = tree_allocate(&reading->tree, (market->n_assets + 1) * sizeof *deviation);
    if (!matrix_read(reading, "covariance", reading->keys.market.covariance, matrix) || !deviation ||
        !matrix_split_covariance(reading, matrix, deviation))
        return 0;
    for (size_t i = 0; i < market->n_assets; i++) {
        if (fabs(keys[i].volatility - deviation[i]) > 1e-6 * deviation[i]) {
            report_error(&reading->report, node_place(keys[i].node, "volatility"), "remove it, or the covariance",
                         "'volatility' is %.10g, but the covariance says %.10g", keys[i].volatility, deviation[i]);
        }
        keys[i].volatility = market->assets[i].volatility = deviation[i];
    }
    return 1;
}

/* The matrix as written, or the identity of a single asset. */
static int read_correlation(struct reading *reading, struct matrix *matrix) {
    const struct market_keys *keys = &reading->keys.market;
    size_t n = reading->scenario->market.n_assets;
    if (keys->correlation) {
        return matrix_read(reading, "correlation", keys->correlation, matrix) &&
               matrix_check_correlation(reading, "correlation", matrix);
    }
    if (n > 1) {
        report_error(&reading->report, &keys->node->place, "rows of numbers, one row for each asset, or {file: x.csv}",
                     "the required key 'correlation' is missing");
        return 0;
    }
    *matrix = (struct matrix){.n = n, .value = tree_allocate(&reading->tree, sizeof *matrix->value)};
    if (n == 0 || !matrix->value)
        return 0;
    matrix->value[0] = 1;
    return 1;
}

/* used = (1 - w) R + w T, T all ones by default. */
static int blend(struct reading *reading, const struct matrix *matrix, double *used) {
    struct market_keys *keys = &reading->keys.market;
    struct matrix toward = {0};
    double w = keys->blend;
    if (keys->toward) {
        if (!matrix_read(reading, "correlation_toward", keys->toward, &toward) ||
            !matrix_check_correlation(reading, "correlation_toward", &toward))
            return 0;
        keys->toward = matrix_node(&reading->tree, toward.n, toward.value);
    }
    for (size_t i = 0; i < matrix->n * matrix->n; i++)
        used[i] = w > 0 ? (1 - w) * matrix->value[i] + w * (toward.value ? toward.value[i] : 1) : matrix->value[i];
    for (size_t i = 0; i < matrix->n; i++)
        used[i * (matrix->n + 1)] = 1;
    return !isnan(w);
}

static size_t largest_change(size_t n, const double *a, const double *b) {
    size_t at = 0;
    for (size_t i = 0; i < n * n; i++)
        at = fabs(a[i] - b[i]) > fabs(a[at] - b[at]) ? i : at;
    return at;
}

/* Says how far the matrix is from being a correlation matrix, and what the nearest one would change. */
static enum riskpool_status refuse_indefinite(struct reading *reading, const double *nearest) {
    const struct market *market = &reading->scenario->market;
    const struct market_keys *keys = &reading->keys.market;
    const struct node *where = keys->covariance ? keys->covariance : keys->correlation;
    size_t n = market->n_assets, at = largest_change(n, market->correlation, nearest);
    double least;
    enum riskpool_status status = corr_smallest_eigenvalue(n, market->correlation, &least);
    if (status == RISKPOOL_OK) {
        const char *first = market->assets[at / n].name, *second = market->assets[at % n].name;
        report_error(
            &reading->report, where ? &where->place : &keys->node->place,
            "correct the matrix, or use the nearest valid one with 'repair: nearest'",
            "the correlation%s%s is impossible: its smallest eigenvalue is %.6g; the nearest valid matrix changes "
            "entries by up to %.3g (%s and %s: %.6g to %.6g)",
            keys->covariance ? " that the covariance implies" : "", keys->blend > 0 ? ", after the blend," : "", least,
            fabs(market->correlation[at] - nearest[at]), first ? first : "?", second ? second : "?",
            market->correlation[at], nearest[at]);
    }
    return status;
}

static void report_failure(struct reading *reading, enum riskpool_status status) {
    if (status == RISKPOOL_NO_MEMORY) {
        reading->report.no_memory = 1;
    } else if (status != RISKPOOL_OK) {
        report_error(&reading->report, &reading->keys.market.node->place, NULL,
                     "the eigenvalues of the correlation cannot be computed");
    }
}

/* Refuses or repairs a used correlation that has a negative eigenvalue. */
static void check_definite(struct reading *reading) {
    struct market *market = &reading->scenario->market;
    size_t n = market->n_assets;
    double *nearest = scenario_allocate(reading, n * n, sizeof *nearest);
    enum riskpool_status status = nearest ? corr_factor(n, market->correlation, nearest) : RISKPOOL_NO_MEMORY;
    if (status != RISKPOOL_INVALID) {
        report_failure(reading, status);
        free(nearest);
        return;
    }
    status = corr_nearest(n, market->correlation, nearest);
    if (status == RISKPOOL_OK && reading->keys.market.repair) {
        market->correlation_requested = market->correlation;
        market->correlation = nearest;
        return;
    }
    if (status == RISKPOOL_OK)
        status = refuse_indefinite(reading, nearest);
    report_failure(reading, status);
    free(nearest);
}

static void fill_correlation(struct reading *reading) {
    struct market *market = &reading->scenario->market;
    struct market_keys *keys = &reading->keys.market;
    struct matrix matrix = {0};
    int valid = keys->covariance ? read_covariance(reading, &matrix) : read_correlation(reading, &matrix);
    market->correlation = scenario_allocate(reading, market->n_assets * market->n_assets, sizeof(double));
    if (!valid || !market->correlation || !blend(reading, &matrix, market->correlation))
        return;
    check_definite(reading);
    keys->covariance = NULL;
    keys->correlation = matrix_node(&reading->tree, matrix.n, matrix.value);
}

static void fill_sampling(struct reading *reading) {
    struct market *market = &reading->scenario->market;
    const struct scenario_keys *keys = &reading->keys;
    market->single = keys->sampling.shocks == 1;
    market->antithetic = keys->sampling.antithetic;
    if (market->antithetic && keys->paths % 2 != 0)
        report_error(&reading->report, node_place(keys->node, "paths"), "an even number",
                     "'paths' is %" PRIu64 ", but antithetic paths come in pairs", keys->paths);
}

static void fill_times(struct reading *reading) {
    struct riskpool_scenario *scenario = reading->scenario;
    const struct scenario_keys *keys = &reading->keys;
    double steps = keys->horizon / keys->step, whole = round(steps);
    if (isnan(steps))
        return;
    if (whole < 1 || fabs(steps - whole) > 1e-9 * whole) {
        report_error(&reading->report, node_place(keys->node, "horizon"), NULL,
                     "the horizon is %.10g steps of %.10g s; it must be a whole number of steps", steps, keys->step);
    } else if (whole > 1e9) {
        report_error(&reading->report, node_place(keys->node, "horizon"), "use longer steps",
                     "the horizon is %.10g steps; at most 1e9 are allowed", steps);
    } else {
        scenario->market.n_steps = (uint64_t)whole;
    }
    scenario->market.dt = keys->step / seconds_a_year;
    scenario->market.step_hours = keys->step / 3600.0;
}

void scenario_market(struct reading *reading) {
    struct market *market = &reading->scenario->market;
    const struct scenario_keys *keys = &reading->keys;
    market->model = keys->market.model >= 0 ? models[keys->market.model] : NULL;
    market->seed = keys->seed;
    market->bridge = keys->monitoring == 0;
    fill_sampling(reading);
    fill_times(reading);
    fill_assets(reading);
    if (market->model && market->model->given)
        return; /* they are those of the prices */
    if (!keys->market.covariance)
        require_volatilities(reading);
    fill_correlation(reading);
    scenario_basis(reading);
}
