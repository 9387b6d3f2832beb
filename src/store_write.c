/* The layout of the results file: one self-contained group a mode, the market, the comparison, the provenance, each
 * with its own dimensions, coordinates and variables, as netCDF-4 and xarray want them. It walks the tables of
 * results.h and knows nothing of what the numbers mean. Format: results/README.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "results.h"
#include "store.h"
#include "store_file.h"
#include "store_format.h"
#include "store_node.h"
#include "store_sweep.h"

/* A group while it is written: its dimensions, made before its variables. */
struct group {
    struct store *store;
    const struct riskpool_results *results;
    hid_t id;
    hid_t scale[DIM_COUNT];
};

static struct group open_group(struct store *store, const struct riskpool_results *results, const char *name) {
    struct group group = {.store = store, .results = results, .id = store_create_group(store, store->file, name)};
    for (int dim = 0; dim < DIM_COUNT; dim++)
        group.scale[dim] = -1;
    return group;
}

static void close_group(struct group *group) {
    for (int dim = 0; dim < DIM_COUNT; dim++)
        store_close(group->store, group->scale[dim]);
    store_close(group->store, group->id);
}

static void describe(struct store *store, hid_t object, const char *unit, const char *long_name) {
    store_put_attribute(store, object, "units", unit);
    store_put_attribute(store, object, "long_name", long_name);
}

/* Whole numbers in 32 bits where they fit: not every reader has 64. */
static hid_t whole_type(uint64_t largest) {
    return largest <= INT32_MAX ? H5T_STD_I32LE : H5T_STD_I64LE;
}

/* The numbers 0 .. n - 1. */
static hid_t put_counting(struct group *group, const char *name, size_t n) {
    int *number = malloc(n * sizeof *number);
    for (size_t i = 0; number && i < n; i++)
        number[i] = (int)i;
    if (!number)
        store_fail(group->store, "allocating", name);
    const hid_t dataset = store_put_numbers(group->store, group->id, name, (struct store_shape){1, {n, 0}},
                                            H5T_STD_I32LE, H5T_NATIVE_INT, number);
    free(number);
    return dataset;
}

/* A dimension without values, as netCDF-4 marks it: a scale that is never written, with this name. */
static void put_pure_dimension(struct group *group, enum dimension dim) {
    char phrase[96];
    const size_t n = group->results->size[dim];
    snprintf(phrase, sizeof phrase, "This is a netCDF dimension but not a netCDF variable.%10d", (int)n);
    group->scale[dim] = store_put_numbers(group->store, group->id, dimension_fields[dim].name,
                                          (struct store_shape){1, {n, 0}}, H5T_IEEE_F32BE, H5T_NATIVE_FLOAT, NULL);
    store_make_scale(group->store, group->scale[dim], phrase);
}

static void put_coordinate(struct group *group, enum dimension dim) {
    const struct riskpool_results *results = group->results;
    const struct dimension_field *field = &dimension_fields[dim];
    const struct store_shape shape = {1, {results->size[dim], 0}};
    const char *const *labels = (const char *const *)results_labels(results, dim);
    hid_t scale = -1;
    if (labels)
        scale = store_put_texts(group->store, group->id, field->name, shape, labels);
    else if (dim == DIM_PATH)
        scale = store_put_numbers(group->store, group->id, field->name, shape, whole_type(results->n_paths),
                                  H5T_NATIVE_UINT64, results->path);
    else if (dim == DIM_LIQUIDATED)
        scale = put_counting(group, field->name, results->size[dim]);
    else
        scale = store_put_numbers(group->store, group->id, field->name, shape, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE,
                                  results_coordinate(results, dim));
    store_make_scale(group->store, scale, field->name);
    describe(group->store, scale, result_unit_text(results, field->unit), field->long_name);
    group->scale[dim] = scale;
}

/* Dimensions of length zero do not appear, nor do variables over them. */
static void put_dimensions(struct group *group, const enum dimension *dims, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (group->results->size[dims[i]] == 0)
            continue;
        if (dims[i] == DIM_PATH && !group->results->path)
            put_pure_dimension(group, dims[i]);
        else
            put_coordinate(group, dims[i]);
    }
}

/* Codes as whole numbers, with what they mean (CF conventions 3.5). */
static hid_t put_methods(struct group *group, const char *name, struct store_shape shape, const double *values,
                         size_t n) {
    signed char flag[SLOPE_METHODS];
    char meanings[128] = "";
    signed char *code = malloc(n);
    for (size_t i = 0; code && i < n; i++)
        code[i] = (signed char)values[i];
    if (!code)
        store_fail(group->store, "allocating", name);
    const hid_t dataset = store_put_numbers(group->store, group->id, name, shape, H5T_STD_I8LE, H5T_NATIVE_SCHAR, code);
    for (int i = 0; i < SLOPE_METHODS; i++) {
        flag[i] = (signed char)i;
        strcat(strcat(meanings, i > 0 ? " " : ""), slope_method_names[i]);
    }
    store_put_number_attribute(group->store, dataset, "flag_values", H5T_STD_I8LE, SLOPE_METHODS, H5T_NATIVE_SCHAR,
                               flag);
    store_put_attribute(group->store, dataset, "flag_meanings", meanings);
    free(code);
    return dataset;
}

/* The variable's dataset, open; -1 when there is nothing to write. */
static hid_t put_variable(struct group *group, const struct result_field *field, const double *values) {
    struct store_shape shape = {0, {0, 0}};
    if (!values || result_field_size(group->results, field) == 0)
        return -1;
    for (int axis = 0; axis < FIELD_DIMENSIONS && field->dim[axis] != DIM_NONE; axis++)
        shape.length[shape.rank++] = group->results->size[field->dim[axis]];
    const hid_t dataset =
        field->unit == UNIT_METHOD
            ? put_methods(group, field->name, shape, values, result_field_size(group->results, field))
            : store_put_numbers(group->store, group->id, field->name, shape, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values);
    for (int axis = 0; axis < shape.rank; axis++)
        store_attach_scale(group->store, dataset, group->scale[field->dim[axis]], (unsigned)axis);
    describe(group->store, dataset, result_unit_text(group->results, field->unit), field->long_name);
    return dataset;
}

/* Whether a limit's key, MODE.STATISTIC or MODE.STATISTIC.LEVEL, names this statistic. */
static int limit_concerns(const char *key, const char *mode, const char *statistic) {
    const size_t n_mode = strlen(mode), n_statistic = strlen(statistic);
    if (strncmp(key, mode, n_mode) != 0 || key[n_mode] != '.')
        return 0;
    const char *rest = key + n_mode + 1;
    return strncmp(rest, statistic, n_statistic) == 0 && (rest[n_statistic] == '\0' || rest[n_statistic] == '.');
}

/* The limits on a variable, as attributes of it: parallel lists. */
static void put_limits(struct group *group, hid_t dataset, const char *mode, const char *statistic) {
    const struct riskpool_results *results = group->results;
    const size_t n_limits = results->n_limits;
    size_t n = 0;
    const char **key = malloc((n_limits + 1) * sizeof *key);
    double *bound = malloc((n_limits + 1) * sizeof *bound), *value = malloc((n_limits + 1) * sizeof *value);
    signed char *breached = malloc(n_limits + 1);
    const int ready = key && bound && value && breached;
    if (!ready)
        store_fail(group->store, "allocating", "limits");
    for (size_t i = 0; ready && i < n_limits; i++)
        if (limit_concerns(results->limits[i].key, mode, statistic)) {
            key[n] = results->limits[i].key;
            bound[n] = results->limits[i].bound;
            value[n] = results->limits[i].value;
            breached[n++] = results->limits[i].breached != 0;
        }
    if (n > 0) {
        store_put_number_attribute(group->store, dataset, "limit", H5T_IEEE_F64LE, n, H5T_NATIVE_DOUBLE, bound);
        store_put_number_attribute(group->store, dataset, "limit_value", H5T_IEEE_F64LE, n, H5T_NATIVE_DOUBLE, value);
        store_put_number_attribute(group->store, dataset, "limit_breached", H5T_STD_I8LE, n, H5T_NATIVE_SCHAR,
                                   breached);
        store_put_text_attributes(group->store, dataset, "limit_key", n, key);
    }
    free(key);
    free(bound);
    free(value);
    free(breached);
}

static void put_fields(struct group *group, const struct result_field *fields, size_t n, double *const *values) {
    for (size_t i = 0; i < n; i++)
        store_close(group->store, put_variable(group, &fields[i], values[i]));
}

static void put_mode(struct store *store, const struct riskpool_results *results, const struct mode_results *mode) {
    static const enum dimension dims[] = {DIM_PATH,     DIM_POSITION, DIM_POSITION_2, DIM_CONFIDENCE, DIM_TIME,
                                          DIM_QUANTILE, DIM_BIN,      DIM_BIN_EDGE,   DIM_ALERT,      DIM_LIQUIDATED};
    struct group group = open_group(store, results, mode->name);
    put_dimensions(&group, dims, sizeof dims / sizeof *dims);
    put_fields(&group, outcome_fields, OUTCOME_COUNT, mode->column);
    put_fields(&group, &liquidation_time_field, 1, &mode->liquidation_time);
    for (size_t i = 0; i < STAT_COUNT; i++) {
        const hid_t dataset = put_variable(&group, &statistic_fields[i], mode->statistic[i]);
        put_limits(&group, dataset, mode->name, statistic_fields[i].name);
        store_close(store, dataset);
    }
    close_group(&group);
}

static void put_market(struct store *store, const struct riskpool_results *results) {
    static const enum dimension dims[] = {DIM_ASSET, DIM_ASSET_2};
    struct group group = open_group(store, results, "market");
    double *const values[MARKET_COUNT] = {results->price, results->volatility, results->drift, results->correlation,
                                          results->correlation_requested};
    put_dimensions(&group, dims, sizeof dims / sizeof *dims);
    put_fields(&group, store_market_fields, MARKET_COUNT, values);
    close_group(&group);
}

static void put_comparison(struct store *store, const struct riskpool_results *results) {
    static const enum dimension dims[] = {DIM_PAIR, DIM_QUANTILE, DIM_CONFIDENCE};
    struct group group = open_group(store, results, "comparison");
    put_dimensions(&group, dims, sizeof dims / sizeof *dims);
    put_fields(&group, comparison_fields, COMP_COUNT, results->comparison);
    close_group(&group);
}

static void put_risk(struct store *store, const struct riskpool_results *results) {
    static const enum dimension dims[] = {DIM_MODE,    DIM_CONFIDENCE, DIM_ASSET,
                                          DIM_ASSET_2, DIM_POSITION,   DIM_POSITION_2};
    struct group group = open_group(store, results, "correlation_risk");
    put_dimensions(&group, dims, sizeof dims / sizeof *dims);
    put_fields(&group, risk_fields, RISK_COUNT, results->risk);
    close_group(&group);
}

static void put_text(struct group *group, const char *name, const char *text, const char *long_name) {
    const char *value = text ? text : "";
    const hid_t dataset = store_put_texts(group->store, group->id, name, (struct store_shape){0, {0, 0}}, &value);
    describe(group->store, dataset, "1", long_name);
    store_close(group->store, dataset);
}

static void put_size(struct group *group, const char *name, int size, const char *long_name) {
    const hid_t dataset = store_put_numbers(group->store, group->id, name, (struct store_shape){0, {0, 0}},
                                            H5T_STD_I32LE, H5T_NATIVE_INT, &size);
    describe(group->store, dataset, "1", long_name);
    store_close(group->store, dataset);
}

static void put_provenance(struct store *store, const struct riskpool_results *results) {
    struct group group = open_group(store, results, "provenance");
    put_text(&group, "scenario", results->scenario_text, "the scenario as read (YAML)");
    put_text(&group, "resolved_scenario", results->resolved_scenario, "the scenario with every default (YAML)");
    put_size(&group, "block_size", BLOCK, "paths in a block, the unit of simulation");
    put_size(&group, "batch_size", BATCH, "paths in a batch, the unit of work");
    close_group(&group);
}

static void put_root(struct store *store, const struct riskpool_results *results) {
    static const int version[2] = {STORE_FORMAT_MAJOR, STORE_FORMAT_MINOR};
    const hid_t root = store->file;
    store_put_attribute(store, root, "Conventions", "CF-1.8");
    store_put_attribute(store, root, "title", results->title ? results->title : "");
    store_put_attribute(store, root, "source", results->source ? results->source : "");
    store_put_attribute(store, root, "filetype", STORE_FILETYPE);
    store_put_number_attribute(store, root, "format_version", H5T_STD_I32LE, 2, H5T_NATIVE_INT, version);
    store_put_attribute(store, root, "scenario_sha256", results->scenario_sha256);
    store_put_number_attribute(store, root, "seed", H5T_STD_U64LE, 0, H5T_NATIVE_UINT64, &results->seed);
    store_put_number_attribute(store, root, "n_paths", H5T_STD_U64LE, 0, H5T_NATIVE_UINT64, &results->n_paths);
    store_put_number_attribute(store, root, "complete", H5T_STD_I32LE, 0, H5T_NATIVE_INT, &results->complete);
    store_put_attribute(store, root, "name", results->name ? results->name : "");
    store_put_attribute(store, root, "currency", results->currency ? results->currency : "");
    store_put_number_attribute(store, root, "start_equity", H5T_IEEE_F64LE, 0, H5T_NATIVE_DOUBLE,
                               &results->start_equity);
}

/* A mode's name is the name of a group beside ours. */
static int is_group_name(const char *name) {
    return name && *name && !strchr(name, '/') && strcmp(name, ".") != 0 && !store_is_reserved(name);
}

static enum riskpool_status check_names(const struct riskpool_results *results, const char *path, char **message) {
    for (size_t m = 0; m < results->n_modes; m++)
        if (!is_group_name(results->modes[m].name)) {
            const char *name = results->modes[m].name;
            store_message(message, "%s: '%s' cannot be the name of a mode in a results file", path, name ? name : "");
            return RISKPOOL_INVALID;
        }
    return RISKPOOL_OK;
}

static void put_all(struct store *store, const struct riskpool_results *results) {
    put_root(store, results);
    for (size_t m = 0; m < results->n_modes; m++)
        put_mode(store, results, &results->modes[m]);
    put_market(store, results);
    if (results->n_modes > 1)
        put_comparison(store, results);
    if (results->risk[0])
        put_risk(store, results);
    if (results->sweep.n_points > 0)
        store_put_sweep(store, results);
    put_provenance(store, results);
}

enum riskpool_status riskpool_results_write(const struct riskpool_results *results, const char *path, char **message) {
    char *ignored = NULL;
    if (!message)
        message = &ignored;
    *message = NULL;
    enum riskpool_status status = check_names(results, path, message);
    if (status != RISKPOOL_OK)
        goto out;
    status = store_prepare(path, message);
    if (status != RISKPOOL_OK)
        goto out;
    struct store store;
    size_t n = 0;
    char *folder = store_folder(path);
    store_begin(&store);
    store.n_threads = results->n_threads > 0 ? results->n_threads : 1;
    store.values = &results->depot;
    store_create_image(&store, path, folder, results->in_memory > 0 ? results->in_memory : RISKPOOL_MEMORY);
    if (!store.error)
        put_all(&store, results);
    const void *image = store_image(&store, &n);
    if (image)
        status = store_file_replace(path, image, n, &store.image, message);
    store_end(&store);
    if (!image) {
        store_message(message, "%s: %s", path, store.error);
        status = RISKPOOL_WRITE_FAILED;
    }
    free(store.error);
    free(folder);
out:
    free(ignored);
    return status;
}
