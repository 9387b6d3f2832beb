/* The tables of the results (names, dimensions, units, meanings), their memory, and look-up by name. It knows neither
 * how a number is estimated nor how it is stored. */
#include "results.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(name, a, b, unit, text) {#name, {DIM_##a, DIM_##b}, UNIT_##unit, text},
const struct result_field statistic_fields[STAT_COUNT] = {STATISTIC_LIST(FIELD)};
const struct result_field comparison_fields[COMP_COUNT] = {COMPARISON_LIST(FIELD)};
#undef FIELD

#define FIELD(name, a, b, c, d, unit, text) {#name, {DIM_##a, DIM_##b, DIM_##c, DIM_##d}, UNIT_##unit, text},
const struct result_field risk_fields[RISK_COUNT] = {RISK_LIST(FIELD)};
#undef FIELD

#define METHOD(identifier, name) name,
const char *const slope_method_names[SLOPE_METHODS] = {SLOPE_METHOD_LIST(METHOD)};
#undef METHOD

#define COLUMN(name, unit, text) {#name, {DIM_PATH, DIM_NONE}, UNIT_##unit, text},
const struct result_field outcome_fields[OUTCOME_COUNT] = {OUTCOME_LIST(COLUMN)};
#undef COLUMN

const struct result_field liquidation_time_field = {
    "liquidation_time", {DIM_PATH, DIM_POSITION}, UNIT_HOUR, "time of the position's first liquidation; NaN: never"};

const struct dimension_field dimension_fields[DIM_COUNT] = {
    [DIM_NONE] = {"", UNIT_ONE, ""},
    [DIM_PATH] = {"path", UNIT_ONE, "number of the path"},
    [DIM_POSITION] = {"position", UNIT_ONE, "name of the position"},
    [DIM_POSITION_2] = {"position_2", UNIT_ONE, "name of the other position"},
    [DIM_CONFIDENCE] = {"confidence", UNIT_ONE, "confidence level"},
    [DIM_TIME] = {"time", UNIT_HOUR, "time from the start of the path"},
    [DIM_QUANTILE] = {"quantile", UNIT_ONE, "level of the quantile: ascending order statistic ceil(n q)"},
    [DIM_BIN] = {"bin", UNIT_MONEY, "centre of the bin of the loss"},
    [DIM_BIN_EDGE] = {"bin_edge", UNIT_MONEY, "edge of the bins of the loss; a bin holds its lower edge"},
    [DIM_ALERT] = {"alert", UNIT_ONE, "quantity and threshold of the alert"},
    [DIM_LIQUIDATED] = {"count", UNIT_ONE, "number of positions liquidated by the horizon"},
    [DIM_PAIR] = {"pair", UNIT_ONE, "the two modes compared"},
    [DIM_ASSET] = {"asset", UNIT_ONE, "name of the asset"},
    [DIM_ASSET_2] = {"asset_2", UNIT_ONE, "name of the other asset"},
    [DIM_MODE] = {"mode", UNIT_ONE, "name of the mode"},
};

size_t result_field_size(const struct riskpool_results *results, const struct result_field *field) {
    size_t size = 1;
    for (int axis = 0; axis < FIELD_DIMENSIONS && field->dim[axis] != DIM_NONE; axis++)
        size *= results->size[field->dim[axis]];
    return size;
}

const char *result_unit_text(const struct riskpool_results *results, enum unit unit) {
    switch (unit) {
    case UNIT_MONEY:
        return results->currency ? results->currency : "";
    case UNIT_PERCENT:
        return "percent";
    case UNIT_HOUR:
        return "hour";
    case UNIT_PER_YEAR:
        return "year-1";
    case UNIT_ONE:
    case UNIT_METHOD:
        break;
    }
    return "1";
}

const double *results_coordinate(const struct riskpool_results *results, enum dimension dim) {
    switch (dim) {
    case DIM_CONFIDENCE:
        return results->confidence;
    case DIM_TIME:
        return results->time;
    case DIM_QUANTILE:
        return results->quantile;
    case DIM_BIN:
        return results->bin;
    case DIM_BIN_EDGE:
        return results->bin_edge;
    default:
        return NULL;
    }
}

char **results_labels(const struct riskpool_results *results, enum dimension dim) {
    switch (dim) {
    case DIM_POSITION:
    case DIM_POSITION_2:
        return results->position;
    case DIM_ASSET:
    case DIM_ASSET_2:
        return results->asset;
    case DIM_ALERT:
        return results->alert;
    case DIM_PAIR:
        return results->pair;
    case DIM_MODE:
        return results->mode;
    default:
        return NULL;
    }
}

/* `n` doubles, all NaN; clears *ok when there is no memory. */
static double *unknown_numbers(size_t n, int *ok) {
    double *numbers = n < SIZE_MAX / sizeof *numbers ? malloc((n ? n : 1) * sizeof *numbers) : NULL;
    for (size_t i = 0; numbers && i < n; i++)
        numbers[i] = NAN;
    *ok = *ok && numbers;
    return numbers;
}

static char **empty_labels(size_t n, int *ok) {
    char **labels = calloc(n ? n : 1, sizeof *labels);
    *ok = *ok && labels;
    return labels;
}

static void derive_sizes(struct riskpool_results *results) {
    size_t *size = results->size;
    size[DIM_NONE] = 1;
    size[DIM_POSITION_2] = size[DIM_POSITION];
    size[DIM_ASSET_2] = size[DIM_ASSET];
    size[DIM_LIQUIDATED] = size[DIM_POSITION] + 1;
    size[DIM_BIN_EDGE] = size[DIM_BIN] ? size[DIM_BIN] + 1 : 0;
    size[DIM_PAIR] = results->n_modes ? results->n_modes - 1 : 0;
    size[DIM_MODE] = results->n_modes;
}

static void allocate_coordinates(struct riskpool_results *results, int *ok) {
    const size_t *size = results->size;
    results->position = empty_labels(size[DIM_POSITION], ok);
    results->asset = empty_labels(size[DIM_ASSET], ok);
    results->alert = empty_labels(size[DIM_ALERT], ok);
    results->pair = empty_labels(size[DIM_PAIR], ok);
    results->confidence = unknown_numbers(size[DIM_CONFIDENCE], ok);
    results->time = unknown_numbers(size[DIM_TIME], ok);
    results->quantile = unknown_numbers(size[DIM_QUANTILE], ok);
    results->bin = unknown_numbers(size[DIM_BIN], ok);
    results->bin_edge = unknown_numbers(size[DIM_BIN_EDGE], ok);
}

static void allocate_market(struct riskpool_results *results, int *ok) {
    const size_t n = results->size[DIM_ASSET];
    results->price = unknown_numbers(n, ok);
    results->volatility = unknown_numbers(n, ok);
    results->drift = unknown_numbers(n, ok);
    results->correlation = unknown_numbers(n * n, ok);
}

static void allocate_columns(struct riskpool_results *results, struct mode_results *mode,
                             enum riskpool_status *status) {
    const size_t n = results->size[DIM_PATH], n_times = result_field_size(results, &liquidation_time_field);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        mode->column[i] = depot_lengthen(&results->depot, NULL, n, sizeof *mode->column[i], status);
    mode->liquidation_time = depot_lengthen(&results->depot, NULL, n_times, sizeof *mode->liquidation_time, status);
}

enum riskpool_status results_allocate(struct riskpool_results *results, int keep_columns) {
    int ok = 1;
    derive_sizes(results);
    allocate_coordinates(results, &ok);
    allocate_market(results, &ok);
    for (int i = 0; i < COMP_COUNT; i++)
        results->comparison[i] = unknown_numbers(result_field_size(results, &comparison_fields[i]), &ok);
    results->modes = calloc(results->n_modes ? results->n_modes : 1, sizeof *results->modes);
    results->mode = calloc(results->n_modes + 1, sizeof *results->mode);
    if (!results->modes || !results->mode)
        return RISKPOOL_NO_MEMORY;
    for (size_t m = 0; m < results->n_modes; m++)
        for (int i = 0; i < STAT_COUNT; i++)
            results->modes[m].statistic[i] = unknown_numbers(result_field_size(results, &statistic_fields[i]), &ok);
    enum riskpool_status status = ok ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    for (size_t m = 0; keep_columns && m < results->n_modes; m++)
        allocate_columns(results, &results->modes[m], &status);
    return status;
}

enum riskpool_status results_allocate_risk(struct riskpool_results *results) {
    int ok = 1;
    for (int i = 0; i < RISK_COUNT; i++) {
        const size_t n = result_field_size(results, &risk_fields[i]);
        results->risk[i] = unknown_numbers(n, &ok);
        for (size_t k = 0; results->risk[i] && risk_fields[i].unit == UNIT_METHOD && k < n; k++)
            results->risk[i][k] = SLOPE_NONE;
    }
    return ok ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
}

void results_label_modes(struct riskpool_results *results) {
    for (size_t m = 0; m < results->n_modes; m++)
        results->mode[m] = results->modes[m].name;
}

static void free_labels(char **labels, size_t n) {
    for (size_t i = 0; labels && i < n; i++)
        free(labels[i]);
    free(labels);
}

static void free_mode(struct mode_results *mode) {
    free(mode->name);
    for (int i = 0; i < STAT_COUNT; i++)
        free(mode->statistic[i]);
}

static void free_sweep(struct sweep_results *sweep) {
    for (size_t k = 0; k < sweep->n_points; k++)
        riskpool_results_free(sweep->point[k]);
    for (size_t a = 0; a < sweep->n_parameters; a++) {
        free(sweep->axis[a].key);
        free(sweep->axis[a].name);
        free(sweep->axis[a].value);
    }
    free(sweep->point);
    free(sweep->shortfall_crossing.at);
    free(sweep->shortfall_crossing.error);
    free(sweep->liquidation_crossing.at);
    free(sweep->liquidation_crossing.error);
}

void riskpool_results_free(struct riskpool_results *results) {
    if (!results)
        return;
    free_labels(results->position, results->size[DIM_POSITION]);
    free_labels(results->asset, results->size[DIM_ASSET]);
    free_labels(results->alert, results->size[DIM_ALERT]);
    free_labels(results->pair, results->size[DIM_PAIR]);
    for (size_t m = 0; results->modes && m < results->n_modes; m++)
        free_mode(&results->modes[m]);
    for (int i = 0; i < COMP_COUNT; i++)
        free(results->comparison[i]);
    for (int i = 0; i < RISK_COUNT; i++)
        free(results->risk[i]);
    free(results->mode);
    for (size_t i = 0; results->limits && i < results->n_limits; i++)
        free(results->limits[i].key);
    free_sweep(&results->sweep);
    depot_free(&results->depot);
    void *const owned[] = {results->title,
                           results->source,
                           results->currency,
                           results->name,
                           results->confidence,
                           results->time,
                           results->quantile,
                           results->bin,
                           results->bin_edge,
                           results->modes,
                           results->price,
                           results->volatility,
                           results->drift,
                           results->correlation,
                           results->correlation_requested,
                           results->scenario_text,
                           results->resolved_scenario,
                           results->limits,
                           results};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
}

const char *riskpool_results_mode(const struct riskpool_results *results, size_t index) {
    return index < results->n_modes ? results->modes[index].name : NULL;
}

/* Index of the field called `name` in a table of `n`, or `n`. */
static size_t field_index(const struct result_field *fields, size_t n, const char *name) {
    size_t i = 0;
    while (i < n && strcmp(fields[i].name, name) != 0)
        i++;
    return i;
}

static const double *find_in_mode(const struct riskpool_results *results, const struct mode_results *mode,
                                  const char *name, size_t *n) {
    const size_t statistic = field_index(statistic_fields, STAT_COUNT, name);
    if (statistic < STAT_COUNT) {
        *n = result_field_size(results, &statistic_fields[statistic]);
        return mode->statistic[statistic];
    }
    const size_t column = field_index(outcome_fields, OUTCOME_COUNT, name);
    if (column < OUTCOME_COUNT) {
        *n = results->size[DIM_PATH];
        return mode->column[column];
    }
    if (strcmp(name, liquidation_time_field.name) == 0) {
        *n = result_field_size(results, &liquidation_time_field);
        return mode->liquidation_time;
    }
    return NULL;
}

static const double *find_in_comparison(const struct riskpool_results *results, const char *name, size_t *n) {
    const size_t i = field_index(comparison_fields, COMP_COUNT, name);
    if (i == COMP_COUNT)
        return NULL;
    *n = result_field_size(results, &comparison_fields[i]);
    return results->comparison[i];
}

static const double *find_in_risk(const struct riskpool_results *results, const char *name, size_t *n) {
    const size_t i = field_index(risk_fields, RISK_COUNT, name);
    if (i == RISK_COUNT)
        return NULL;
    *n = result_field_size(results, &risk_fields[i]);
    return results->risk[i];
}

static const double *find_coordinate(const struct riskpool_results *results, const char *name, size_t *n) {
    for (int dim = DIM_NONE + 1; dim < DIM_COUNT; dim++)
        if (strcmp(dimension_fields[dim].name, name) == 0) {
            *n = results->size[dim];
            return results_coordinate(results, (enum dimension)dim);
        }
    return NULL;
}

enum riskpool_status riskpool_results_find(const struct riskpool_results *results, const char *mode, const char *name,
                                           const double **values, size_t *n) {
    *values = NULL;
    *n = 0;
    const struct mode_results *found = NULL;
    for (size_t m = 0; m < results->n_modes && !found; m++)
        if (results->modes[m].name && strcmp(results->modes[m].name, mode) == 0)
            found = &results->modes[m];
    if (found)
        *values = find_in_mode(results, found, name, n);
    else if (strcmp(mode, "comparison") == 0 && results->n_modes > 1)
        *values = find_in_comparison(results, name, n);
    else if (strcmp(mode, "correlation_risk") == 0 && results->risk[0])
        *values = find_in_risk(results, name, n);
    else
        return RISKPOOL_INVALID;
    if (!*values)
        *values = find_coordinate(results, name, n);
    if (!*values)
        *n = 0;
    return *values ? RISKPOOL_OK : RISKPOOL_INVALID;
}
