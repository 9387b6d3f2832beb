/* What bootstrap and replay take from a table of prices: the returns of its rows, scaled or filtered as the scenario
 * says, how blocks or starts are chosen, and the volatilities and correlations that they have. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "instant.h"
#include "number.h"
#include "scenario_parts.h"
#include "vmath.h"

static const double seconds_a_year = 31536000, standard_lambda = 0.94, step_tolerance = 1e-9;
/* The least variance that the filter expects of a row, as a part of the file's: prices that stood still for long. */
static const double least_expected = 1e-8;

/* What a model that has its moves from a file cannot take. */
static void refuse_the_rest(struct reading *reading) {
    static const char *const keys[] = {"correlation", "covariance", "correlation_blend", "correlation_toward"};
    const struct market_keys *market = &reading->keys.market;
    const char *model = model_choices[market->model].name;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (node_find(market->node, keys[i]) && (strcmp(keys[i], "correlation_blend") != 0 || market->blend > 0))
            report_error(&reading->report, node_place(market->node, keys[i]), "remove it",
                         "the model %s has its correlation from the prices, not from '%s'", model, keys[i]);
    if (reading->keys.monitoring == 0)
        report_error(&reading->report, node_place(reading->keys.node, "monitoring"), "write 'monitoring: step'",
                     "the model %s knows the prices at the ends of the steps alone: monitoring cannot be continuous",
                     model);
    if (reading->keys.sampling.antithetic)
        report_error(&reading->report, node_place(reading->keys.sampling.node, "antithetic"), "remove it",
                     "the model %s draws no normals that could be antithetic", model);
}

/* How many rows a step takes; 0, reported, when that is not a whole number. */
static size_t count_rows(struct reading *reading, const struct rows *rows) {
    const double ratio = reading->keys.step / rows->seconds, whole = round(ratio);
    const double in_all = whole * (double)reading->scenario->market.n_steps;
    if (isnan(ratio))
        return 0;
    if (whole < 1 || fabs(ratio - whole) > step_tolerance * whole) {
        char step[NUMBER_SIZE], apart[NUMBER_SIZE];
        duration_format(reading->keys.step, step);
        duration_format(rows->seconds, apart);
        report_error(&reading->report, node_place(reading->keys.node, "step"), "a step is one or more whole rows",
                     "the step is %s, but the rows of the prices are %s apart", step, apart);
        return 0;
    }
    if (in_all >= 4294967296.0) {
        report_error(&reading->report, node_place(reading->keys.node, "horizon"), NULL,
                     "the horizon takes %.10g rows of prices; fewer than 2^32 are allowed", in_all);
        return 0;
    }
    return (size_t)whole;
}

static void take_returns(struct reading *reading, const struct rows *rows, struct return_terms *terms) {
    const size_t n = reading->scenario->market.n_assets;
    const double *price = rows->prices.price + rows->first * n;
    terms->n_rows = rows->n - 1;
    terms->value = scenario_allocate(reading, terms->n_rows * n, sizeof(double));
    for (size_t k = 0; terms->value && k < terms->n_rows * n; k++)
        terms->value[k] = vmath_log(price[k + n] / price[k]);
}

/* Mean products of two columns about their means. */
static double covariance_of(const struct return_terms *terms, size_t n, const double *mean, size_t a, size_t b) {
    double sum = 0;
    for (size_t t = 0; t < terms->n_rows; t++)
        sum += (terms->value[t * n + a] - mean[a]) * (terms->value[t * n + b] - mean[b]);
    return sum / (double)terms->n_rows;
}

/* Scales a column about its mean to the volatility that the scenario gives (with a filter paths start from it instead),
 * or takes the file's. */
static void settle_volatility(struct reading *reading, size_t asset, double mean, double row_years, double variance) {
    struct market *market = &reading->scenario->market;
    const struct return_terms *terms = &market->terms.returns;
    const struct asset_keys *keys = (const struct asset_keys *)reading->keys.market.assets.items + asset;
    const double own = sqrt(variance / row_years);
    if (!node_find(keys->node, "volatility")) {
        market->assets[asset].volatility = own;
        return;
    }
    if (market->model == &model_replay)
        report_error(&reading->report, node_place(keys->node, "volatility"), "remove it, or use the model bootstrap",
                     "the model replay has returns as they were");
    else if (own == 0 && keys->volatility > 0)
        report_error(&reading->report, node_place(keys->node, "volatility"), NULL,
                     "the prices of '%s' never move: they have no volatility to rescale", market->assets[asset].name);
    else if (own > 0 && !(terms->decay > 0))
        for (size_t t = 0; t < terms->n_rows; t++) {
            double *x = &terms->value[t * market->n_assets + asset];
            *x = mean + (*x - mean) * (keys->volatility / own);
        }
}

/* Volatilities as given or found, and the correlation that was found. */
static void settle_moments(struct reading *reading, double row_years) {
    struct market *market = &reading->scenario->market;
    struct return_terms *terms = &market->terms.returns;
    const size_t n = market->n_assets;
    double *mean = tree_allocate(&reading->tree, n * sizeof *mean);
    double *variance = tree_allocate(&reading->tree, n * sizeof *variance);
    market->correlation = scenario_allocate(reading, n * n, sizeof(double));
    if (!mean || !variance || !market->correlation || !terms->value)
        return;
    for (size_t k = 0; k < terms->n_rows * n; k++)
        mean[k % n] += terms->value[k] / (double)terms->n_rows;
    for (size_t i = 0; i < n; i++)
        variance[i] = covariance_of(terms, n, mean, i, i);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            const double scale = sqrt(variance[i]) * sqrt(variance[j]);
            const double r = i == j ? 1 : scale > 0 ? covariance_of(terms, n, mean, i, j) / scale : 0;
            market->correlation[i * n + j] = market->correlation[j * n + i] = r > 1 ? 1 : r < -1 ? -1 : r;
        }
    for (size_t i = 0; i < n; i++)
        settle_volatility(reading, i, mean[i], row_years, variance[i]);
}

/* Divides a column by the deviation expected of each return, a moving average of the squares before it that starts at
 * the mean square, and by the root mean square of what comes out: else variances of paths would grow or shrink without
 * end, as the average keeps all that is put into it. */
static void filter_column(struct return_terms *terms, size_t n, size_t asset) {
    double square = 0, sum = 0;
    for (size_t t = 0; t < terms->n_rows; t++)
        square += terms->value[t * n + asset] * terms->value[t * n + asset] / (double)terms->n_rows;
    double expected = square;
    for (size_t t = 0; t < terms->n_rows; t++) {
        double *x = &terms->value[t * n + asset];
        const double now = *x * *x, floored = expected > least_expected * square ? expected : least_expected * square;
        *x = square > 0 ? *x / sqrt(floored) : 0;
        sum += *x * *x / (double)terms->n_rows;
        expected = terms->decay * expected + (1 - terms->decay) * now;
    }
    terms->variance[asset] = expected;
    for (size_t t = 0; sum > 0 && t < terms->n_rows; t++)
        terms->value[t * n + asset] /= sqrt(sum);
}

/* Paths start from the volatility that the scenario gives, else from what the file's rows make one expect next. */
static void apply_filter(struct reading *reading, double row_years) {
    struct market *market = &reading->scenario->market;
    struct return_terms *terms = &market->terms.returns;
    terms->variance = scenario_allocate(reading, market->n_assets, sizeof(double));
    for (size_t i = 0; terms->variance && terms->value && i < market->n_assets; i++) {
        const struct asset_keys *keys = (const struct asset_keys *)reading->keys.market.assets.items + i;
        filter_column(terms, market->n_assets, i);
        if (node_find(keys->node, "volatility"))
            terms->variance[i] = keys->volatility * keys->volatility * row_years;
    }
}

static void settle_blocks(struct reading *reading, const struct rows *rows) {
    struct market_keys *keys = &reading->keys.market;
    struct return_terms *terms = &reading->scenario->market.terms.returns;
    const double span = rows->seconds * (double)terms->n_rows;
    keys->filter = keys->filter < 0 ? 0 : keys->filter;
    if (keys->filter == 1)
        keys->lambda = isnan(keys->lambda) ? standard_lambda : keys->lambda;
    else if (!isnan(keys->lambda))
        report_error(&reading->report, node_place(keys->node, "lambda"), NULL, "'lambda' belongs to 'filter: ewma'");
    terms->decay = keys->filter == 1 ? keys->lambda : 0;
    terms->leave = rows->seconds / keys->block;
    if (keys->block < rows->seconds || keys->block > span) {
        char block[NUMBER_SIZE], apart[NUMBER_SIZE], whole[NUMBER_SIZE];
        duration_format(keys->block, block);
        duration_format(rows->seconds, apart);
        duration_format(span, whole);
        report_error(&reading->report, node_place(keys->node, "block"), "from one row to all rows of the prices",
                     "the mean block is %s; the rows are %s apart and span %s", block, apart, whole);
    }
}

/* The row that the one path starts at; reports when there is none. */
static void find_start(struct reading *reading, const struct rows *rows, struct return_terms *terms) {
    struct instant instant;
    const char *text = reading->keys.market.start, *why = instant_parse(text, &instant);
    const struct place *place = node_place(reading->keys.market.node, "start");
    terms->n_starts = 1;
    if (why) {
        report_error(&reading->report, place, "a date 2023-01-31, or a time 2023-01-31T12:30Z", "'start': '%.60s' %s",
                     text, why);
        return;
    }
    while (terms->first < rows->n && rows->prices.time[rows->first + terms->first] < instant.seconds)
        terms->first++;
    if (terms->first == rows->n || rows->prices.time[rows->first + terms->first] > instant.seconds) {
        char first[INSTANT_SIZE], last[INSTANT_SIZE];
        instant_format(rows->prices.time[rows->first], first);
        instant_format(rows->prices.time[rows->first + rows->n - 1], last);
        report_error(&reading->report, place, NULL, "no row of the prices is at '%s'; they go from %s to %s", text,
                     first, last);
        terms->first = 0;
    }
}

static void settle_paths(struct reading *reading, uint64_t starts) {
    struct riskpool_scenario *scenario = reading->scenario;
    struct scenario_keys *keys = &reading->keys;
    scenario->market.paths_most = starts;
    if (!node_find(keys->node, "paths"))
        keys->paths = scenario->n_paths = starts;
    if (keys->paths > starts)
        report_error(&reading->report, node_place(keys->node, "paths"), "without 'paths' there is one for each start",
                     "'paths' is %" PRIu64 ", but the prices have only %" PRIu64 " row%s to start from", keys->paths,
                     starts, starts == 1 ? "" : "s");
    else if (keys->paths > 1)
        report_warning(&reading->report, node_place(keys->market.node, "model"), NULL,
                       "replayed paths overlap and are no sample: errors and intervals of the results do not hold");
}

static void settle_starts(struct reading *reading, const struct rows *rows) {
    struct return_terms *terms = &reading->scenario->market.terms.returns;
    const uint64_t needed = reading->scenario->market.n_steps * terms->rows_a_step;
    if (reading->keys.market.start)
        find_start(reading, rows, terms);
    if (needed == 0)
        return;
    if (terms->first + needed > terms->n_rows) {
        const struct place place = rows_place(rows, rows->first + rows->n - 1);
        report_error(&reading->report, &place, "a shorter horizon, or more rows",
                     "the prices end here; the horizon takes %" PRIu64 " rows after the start, and there are %zu",
                     needed, terms->n_rows - terms->first);
        return;
    }
    if (!reading->keys.market.start)
        terms->n_starts = terms->n_rows - needed + 1;
    settle_paths(reading, terms->n_starts);
}

void scenario_returns(struct reading *reading) {
    struct market *market = &reading->scenario->market;
    struct rows rows = {.first = 0};
    if (!market->model || !market->model->given)
        return;
    refuse_the_rest(reading);
    if (!reading->keys.market.prices || !rows_read(reading, &rows))
        goto out;
    const double row_years = rows.seconds / seconds_a_year;
    market->terms.returns.rows_a_step = count_rows(reading, &rows);
    take_returns(reading, &rows, &market->terms.returns);
    if (market->model == &model_replay)
        settle_starts(reading, &rows);
    else
        settle_blocks(reading, &rows);
    settle_moments(reading, row_years);
    if (market->terms.returns.decay > 0)
        apply_filter(reading, row_years);
out:
    prices_free(&rows.prices);
}
