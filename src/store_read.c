/* Reading a results file back, by the same tables that write it: the statistics, not the columns per path. The file
 * may be foreign, damaged or hostile; whatever is not as it should be ends in a message. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "results.h"
#include "store.h"
#include "store_file.h"
#include "store_format.h"
#include "store_heap.h"
#include "store_node.h"
#include "store_sweep.h"

enum {
    MOST_GROUPS = 1000,
    MOST_VALUES = 1 << 24 /* of one variable that is read */
};

/* A text attribute, to be freed; NULL after a failure. */
static char *text_attribute(struct store *store, hid_t object, const char *name) {
    char *text = NULL;
    store_get_text_attributes(store, object, name, 1, &text);
    return text;
}

static void copy_attribute(struct store *store, const char *name, char *to, size_t size) {
    char *text = text_attribute(store, store->file, name);
    if (text && strlen(text) >= size)
        store_refuse(store, "the attribute %s is too long", name);
    else if (text)
        memcpy(to, text, strlen(text) + 1);
    free(text);
}

/* Whether it is our kind of file, in a format that this version understands. */
static void check_format(struct store *store) {
    int version[2] = {0, 0};
    if (store_attribute_length(store, store->file, "filetype") == 0)
        store_refuse(store, "it does not say that it holds riskpool results");
    char *filetype = text_attribute(store, store->file, "filetype");
    if (filetype && strcmp(filetype, STORE_FILETYPE) != 0)
        store_refuse(store, "it does not say that it holds riskpool results");
    free(filetype);
    store_get_number_attribute(store, store->file, "format_version", 2, H5T_NATIVE_INT, version);
    if (version[0] != STORE_FORMAT_MAJOR)
        store_refuse(store, "its format is version %d.%d, this program reads version %d", version[0], version[1],
                     STORE_FORMAT_MAJOR);
}

static void read_identity(struct store *store, struct store_identity *identity) {
    copy_attribute(store, "scenario_sha256", identity->scenario_sha256, sizeof identity->scenario_sha256);
    copy_attribute(store, "source", identity->source, sizeof identity->source);
    store_get_number_attribute(store, store->file, "seed", 1, H5T_NATIVE_UINT64, &identity->seed);
    store_get_number_attribute(store, store->file, "n_paths", 1, H5T_NATIVE_UINT64, &identity->n_paths);
    store_get_number_attribute(store, store->file, "complete", 1, H5T_NATIVE_INT, &identity->complete);
}

/* Opens `path` after a look at what it is. */
static enum riskpool_status open_results(struct store *store, const char *path, char **message) {
    struct stat status;
    store_begin(store);
    if (stat(path, &status) != 0) {
        store_message(message, "%s: %s", path, strerror(errno));
        return RISKPOOL_INPUT_MISSING;
    }
    if (!S_ISREG(status.st_mode))
        store_refuse(store, "it is not a file");
    else if (H5Fis_hdf5(path) <= 0)
        store_refuse(store, "it is not an HDF5 file, or cannot be read");
    else if (!store_heaps_are_sound(path))
        store_refuse(store, "its texts are damaged");
    store_open(store, path);
    check_format(store);
    return RISKPOOL_OK;
}

/* Closes the file; says what went wrong, if anything did. */
static enum riskpool_status close_results(struct store *store, enum riskpool_status status, const char *path,
                                          char **message) {
    store_end(store);
    if (store->error && status == RISKPOOL_OK) {
        store_message(message, "%s: not a usable results file: %s", path, store->error);
        status = RISKPOOL_INVALID;
    }
    free(store->error);
    return status;
}

enum riskpool_status store_identity(const char *path, struct store_identity *identity, char **message) {
    struct store store;
    *message = NULL;
    *identity = (struct store_identity){.complete = 0};
    enum riskpool_status status = open_results(&store, path, message);
    if (status == RISKPOOL_OK)
        read_identity(&store, identity);
    return close_results(&store, status, path, message);
}

static void read_root(struct store *store, struct riskpool_results *results) {
    struct store_identity identity = {.complete = 0};
    read_identity(store, &identity);
    memcpy(results->scenario_sha256, identity.scenario_sha256, sizeof results->scenario_sha256);
    results->seed = identity.seed;
    results->n_paths = identity.n_paths;
    results->complete = identity.complete;
    results->title = text_attribute(store, store->file, "title");
    results->source = text_attribute(store, store->file, "source");
    results->name = text_attribute(store, store->file, "name");
    results->currency = text_attribute(store, store->file, "currency");
    store_get_number_attribute(store, store->file, "start_equity", 1, H5T_NATIVE_DOUBLE, &results->start_equity);
}

/* Names of the groups that are modes; the others are freed. */
static char **mode_names(struct store *store, size_t *n_modes) {
    size_t n = 0;
    char **names = store_group_names(store, store->file, MOST_GROUPS, &n);
    *n_modes = 0;
    for (size_t i = 0; i < n; i++)
        if (store_is_reserved(names[i]))
            free(names[i]);
        else
            names[(*n_modes)++] = names[i];
    if (*n_modes == 0)
        store_refuse(store, "it holds no mode");
    return names;
}

/* The length of a dimension in a group; 0 when the group does not have it. */
static size_t dimension_length(struct store *store, hid_t group, enum dimension dim) {
    const char *name = dimension_fields[dim].name;
    if (!store_has(store, group, name))
        return 0;
    const hid_t dataset = store_open_object(store, group, name);
    const struct store_shape shape = store_shape_of(store, dataset);
    store_close(store, dataset);
    if (shape.rank != 1 || shape.length[0] > MOST_VALUES)
        store_refuse(store, "the dimension %s is not one", name);
    return shape.rank == 1 ? (size_t)shape.length[0] : 0;
}

static void check_sizes(struct store *store, const struct riskpool_results *results) {
    static const struct result_field position_pairs = {"position", {DIM_POSITION, DIM_POSITION}, UNIT_ONE, ""};
    static const struct result_field asset_pairs = {"asset", {DIM_ASSET, DIM_ASSET}, UNIT_ONE, ""};
    static const struct result_field fan = {"quantile", {DIM_TIME, DIM_QUANTILE}, UNIT_ONE, ""};
    const struct result_field *const fields[] = {&position_pairs, &asset_pairs, &fan};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (result_field_size(results, fields[i]) > MOST_VALUES)
            store_refuse(store, "the dimension %s is too long", fields[i]->name);
}

static void read_sizes(struct store *store, const char *mode, struct riskpool_results *results) {
    static const enum dimension dims[] = {DIM_POSITION, DIM_CONFIDENCE, DIM_TIME, DIM_QUANTILE, DIM_BIN, DIM_ALERT};
    const hid_t group = store_open_object(store, store->file, mode);
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++)
        results->size[dims[i]] = dimension_length(store, group, dims[i]);
    store_close(store, group);
    const hid_t market = store_open_object(store, store->file, "market");
    results->size[DIM_ASSET] = dimension_length(store, market, DIM_ASSET);
    store_close(store, market);
    check_sizes(store, results);
}

static void read_coordinate(struct store *store, hid_t group, struct riskpool_results *results, enum dimension dim) {
    const struct store_shape shape = {1, {results->size[dim], 0}};
    if (shape.length[0] == 0)
        return;
    if (results_labels(results, dim))
        store_get_texts(store, group, dimension_fields[dim].name, shape, results_labels(results, dim));
    else
        store_get_numbers(store, group, dimension_fields[dim].name, shape, H5T_NATIVE_DOUBLE,
                          (double *)results_coordinate(results, dim));
}

static void read_coordinates(struct store *store, struct riskpool_results *results) {
    static const enum dimension dims[] = {DIM_POSITION, DIM_CONFIDENCE, DIM_TIME, DIM_QUANTILE,
                                          DIM_BIN,      DIM_BIN_EDGE,   DIM_ALERT};
    const hid_t group = store_open_object(store, store->file, results->modes[0].name);
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++)
        read_coordinate(store, group, results, dims[i]);
    store_close(store, group);
}

static void read_variable(struct store *store, hid_t group, const struct riskpool_results *results,
                          const struct result_field *field, double *values) {
    struct store_shape shape = {0, {0, 0}};
    if (result_field_size(results, field) == 0)
        return;
    for (int axis = 0; axis < FIELD_DIMENSIONS && field->dim[axis] != DIM_NONE; axis++)
        shape.length[shape.rank++] = results->size[field->dim[axis]];
    store_get_numbers(store, group, field->name, shape, H5T_NATIVE_DOUBLE, values);
}

/* Adds the limits that are attributes of a variable. */
static void read_limits(struct store *store, hid_t group, const char *name, struct riskpool_results *results) {
    if (!store_has(store, group, name))
        return;
    const hid_t dataset = store_open_object(store, group, name);
    const size_t n = store_attribute_length(store, dataset, "limit"), before = results->n_limits;
    struct limit_result *limits = NULL;
    double *bound = calloc(n + 1, sizeof *bound), *value = calloc(n + 1, sizeof *value);
    int *breached = calloc(n + 1, sizeof *breached);
    char **key = calloc(n + 1, sizeof *key);
    if (n > 0 && n <= MOST_VALUES && bound && value && breached && key) {
        store_get_number_attribute(store, dataset, "limit", n, H5T_NATIVE_DOUBLE, bound);
        store_get_number_attribute(store, dataset, "limit_value", n, H5T_NATIVE_DOUBLE, value);
        store_get_number_attribute(store, dataset, "limit_breached", n, H5T_NATIVE_INT, breached);
        store_get_text_attributes(store, dataset, "limit_key", n, key);
        limits = realloc(results->limits, (before + n) * sizeof *limits);
    }
    for (size_t i = 0; limits && i < n; i++)
        limits[before + i] = (struct limit_result){key[i], bound[i], value[i], breached[i]};
    if (limits) {
        results->limits = limits;
        results->n_limits = before + n;
    } else if (n > 0) {
        store_refuse(store, "out of memory");
    }
    free(bound);
    free(value);
    free(breached);
    free(key);
    store_close(store, dataset);
}

static void read_mode(struct store *store, struct riskpool_results *results, struct mode_results *mode) {
    const hid_t group = store_open_object(store, store->file, mode->name);
    for (size_t i = 0; i < STAT_COUNT && !store->error; i++) {
        read_variable(store, group, results, &statistic_fields[i], mode->statistic[i]);
        read_limits(store, group, statistic_fields[i].name, results);
    }
    store_close(store, group);
}

static void read_market(struct store *store, struct riskpool_results *results) {
    const hid_t group = store_open_object(store, store->file, "market");
    const size_t n = results->size[DIM_ASSET];
    if (store_has(store, group, store_market_fields[MARKET_correlation_requested].name))
        results->correlation_requested = calloc(n * n + 1, sizeof *results->correlation_requested);
    double *const values[MARKET_COUNT] = {results->price, results->volatility, results->drift, results->correlation,
                                          results->correlation_requested};
    read_coordinate(store, group, results, DIM_ASSET);
    for (size_t i = 0; i < MARKET_COUNT; i++)
        if (values[i])
            read_variable(store, group, results, &store_market_fields[i], values[i]);
    store_close(store, group);
}

static void read_comparison(struct store *store, struct riskpool_results *results) {
    const hid_t group = store_open_object(store, store->file, "comparison");
    read_coordinate(store, group, results, DIM_PAIR);
    for (size_t i = 0; i < COMP_COUNT; i++)
        read_variable(store, group, results, &comparison_fields[i], results->comparison[i]);
    store_close(store, group);
}

/* Whether a variable of these sizes can be read. */
static int fits(const struct riskpool_results *results, const struct result_field *field) {
    size_t size = 1;
    for (int axis = 0; axis < FIELD_DIMENSIONS && field->dim[axis] != DIM_NONE && size <= MOST_VALUES; axis++)
        size *= results->size[field->dim[axis]];
    return size <= MOST_VALUES;
}

/* Every method is one of those there are. */
static void check_methods(struct store *store, const struct riskpool_results *results, const struct result_field *field,
                          const double *values) {
    int known = 1;
    for (size_t i = 0; i < result_field_size(results, field); i++) {
        int is_one = 0;
        for (int method = 0; method < SLOPE_METHODS; method++)
            is_one |= values[i] == method;
        known &= is_one;
    }
    if (field->unit == UNIT_METHOD && !known)
        store_refuse(store, "%s holds a method that there is not", field->name);
}

static void read_risk(struct store *store, struct riskpool_results *results) {
    if (!store_has(store, store->file, "correlation_risk"))
        return;
    for (size_t i = 0; i < RISK_COUNT; i++)
        if (!fits(results, &risk_fields[i]))
            store_refuse(store, "the variable %s is too long", risk_fields[i].name);
    if (!store->error && results_allocate_risk(results) != RISKPOOL_OK)
        store_refuse(store, "out of memory");
    const hid_t group = store_open_object(store, store->file, "correlation_risk");
    for (size_t i = 0; i < RISK_COUNT && !store->error; i++) {
        read_variable(store, group, results, &risk_fields[i], results->risk[i]);
        check_methods(store, results, &risk_fields[i], results->risk[i]);
    }
    store_close(store, group);
}

static void read_provenance(struct store *store, struct riskpool_results *results) {
    static const struct store_shape scalar = {0, {0, 0}};
    const hid_t group = store_open_object(store, store->file, "provenance");
    store_get_texts(store, group, "scenario", scalar, &results->scenario_text);
    store_get_texts(store, group, "resolved_scenario", scalar, &results->resolved_scenario);
    store_close(store, group);
}

static void read_all(struct store *store, struct riskpool_results *results) {
    size_t n_modes = 0;
    char **names = mode_names(store, &n_modes);
    read_root(store, results);
    if (n_modes > 0 && !store->error)
        read_sizes(store, names[0], results);
    results->n_modes = store->error ? 0 : n_modes;
    if (!store->error && results_allocate(results, 0) != RISKPOOL_OK)
        store_refuse(store, "out of memory");
    for (size_t m = 0; m < n_modes; m++)
        if (results->modes && m < results->n_modes)
            results->modes[m].name = names[m];
        else
            free(names[m]);
    free(names);
    if (store->error)
        return;
    results_label_modes(results);
    read_coordinates(store, results);
    for (size_t m = 0; m < n_modes; m++)
        read_mode(store, results, &results->modes[m]);
    read_market(store, results);
    if (n_modes > 1)
        read_comparison(store, results);
    read_risk(store, results);
    store_get_sweep(store, results);
    read_provenance(store, results);
}

enum riskpool_status riskpool_results_read(const char *path, struct riskpool_results **results, char **message) {
    struct store store;
    char *said = NULL;
    struct riskpool_results *found = calloc(1, sizeof *found);
    *results = NULL;
    if (message)
        *message = NULL;
    if (!found)
        return RISKPOOL_NO_MEMORY;
    enum riskpool_status status = open_results(&store, path, &said);
    if (status == RISKPOOL_OK && !store.error)
        read_all(&store, found);
    status = close_results(&store, status, path, &said);
    if (status == RISKPOOL_OK)
        *results = found;
    else
        riskpool_results_free(found);
    if (message)
        *message = said;
    else
        free(said);
    return status;
}
