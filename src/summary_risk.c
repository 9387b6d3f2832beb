#include "summary_risk.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "summary_json.h"
#include "summary_number.h"

/* Something the tail depends on: by a correlation, or (i == j) a volatility; how much it matters for the order. */
struct driver {
    size_t i, j;
    double size;
};

static size_t slope_at(const struct riskpool_results *results, size_t mode, const struct driver *driver) {
    const size_t n = results->size[DIM_ASSET], row = mode * n + driver->i;
    const size_t at = driver->i == driver->j ? row : row * n + driver->j;
    return at * results->size[DIM_CONFIDENCE] + shown_level(results);
}

static enum risk slope_of(const struct driver *driver) {
    return driver->i == driver->j ? RISK_d_expected_shortfall_by_volatility : RISK_d_expected_shortfall;
}

static int larger_first(const void *a, const void *b) {
    const struct driver *x = a, *y = b;
    if (x->size < y->size || x->size > y->size)
        return x->size > y->size ? -1 : 1;
    return x->i != y->i ? (x->i > y->i) - (x->i < y->i) : (x->j > y->j) - (x->j < y->j);
}

static void weigh(const struct riskpool_results *results, struct driver *driver) {
    for (size_t m = 0; m < results->n_modes; m++) {
        const double size = fabs(results->risk[slope_of(driver)][slope_at(results, m, driver)]);
        driver->size = size > driver->size ? size : driver->size;
    }
}

static void add_slope_row(struct table *table, const struct riskpool_results *results, const struct driver *driver) {
    const enum risk first = slope_of(driver);
    char *cell = table_add(table);
    if (cell && driver->i == driver->j)
        snprintf(cell, TABLE_CELL, "+0.01 volatility of %s", results->asset[driver->i]);
    else if (cell)
        snprintf(cell, TABLE_CELL, "+0.01 correlation of %s and %s", results->asset[driver->i],
                 results->asset[driver->j]);
    struct look look = look_of(results, UNIT_MONEY);
    look.factor *= 0.01;
    for (size_t m = 0; m < results->n_modes; m++) {
        const size_t at = slope_at(results, m, driver);
        add_with_error(table, look, results->risk[first][at], results->risk[first + 1][at]);
    }
}

static void add_drivers(struct table *table, const struct riskpool_results *results, struct driver *driver, size_t n) {
    for (size_t k = 0; k < n; k++)
        weigh(results, &driver[k]);
    qsort(driver, n, sizeof *driver, larger_first);
    for (size_t k = 0; k < n && k < RISK_ROWS; k++)
        add_slope_row(table, results, &driver[k]);
}

/* The first column says what the others are changes or parts of. */
static void add_heads(struct table *table, const struct riskpool_results *results, const char *text) {
    char *cell;
    table->n_columns = 1 + results->n_modes;
    if ((cell = table_add(table)))
        snprintf(cell, TABLE_CELL, "%s expected shortfall %.6g %%", text,
                 100 * results->confidence[shown_level(results)]);
    for (size_t m = 0; m < results->n_modes; m++)
        table_text(table, results->modes[m].name);
}

void risk_slopes(struct table *table, const struct riskpool_results *results) {
    const size_t n = results->size[DIM_ASSET];
    size_t n_pairs = 0;
    struct driver *driver = calloc(n * n + 1, sizeof *driver);
    table->failed |= !driver;
    add_heads(table, results, "what it does to");
    for (size_t i = 0; driver && i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            driver[n_pairs++] = (struct driver){i, j, 0.0};
    if (driver)
        add_drivers(table, results, driver, n_pairs);
    for (size_t i = 0; driver && i < n; i++)
        driver[i] = (struct driver){i, i, 0.0};
    if (driver)
        add_drivers(table, results, driver, n);
    free(driver);
}

static void add_contribution_row(struct table *table, const struct riskpool_results *results, size_t position) {
    const struct look look = look_of(results, UNIT_MONEY);
    const size_t n = results->size[DIM_POSITION], levels = results->size[DIM_CONFIDENCE];
    const size_t level = shown_level(results);
    table_text(table, results->position[position]);
    for (size_t m = 0; m < results->n_modes; m++) {
        const size_t at = (m * levels + level) * n + position;
        add_with_error(table, look, results->risk[RISK_expected_shortfall_contribution][at],
                       results->risk[RISK_expected_shortfall_contribution_se][at]);
    }
}

void risk_contributions(struct table *table, const struct riskpool_results *results) {
    const struct look look = look_of(results, UNIT_MONEY);
    const size_t levels = results->size[DIM_CONFIDENCE], level = shown_level(results);
    char *cell;
    add_heads(table, results, "parts of");
    for (size_t i = 0; i < results->size[DIM_POSITION]; i++)
        add_contribution_row(table, results, i);
    table_text(table, "of no position");
    for (size_t m = 0; m < results->n_modes; m++)
        add_with_error(table, look, results->risk[RISK_expected_shortfall_contribution_other][m * levels + level],
                       results->risk[RISK_expected_shortfall_contribution_other_se][m * levels + level]);
    for (size_t i = 0; i < results->size[DIM_POSITION]; i++) {
        if ((cell = table_add(table)))
            snprintf(cell, TABLE_CELL, "mean loss where %s is liquidated", results->position[i]);
        for (size_t m = 0; m < results->n_modes; m++) {
            const size_t at = m * results->size[DIM_POSITION] + i;
            add_with_error(table, look, results->risk[RISK_expected_loss_given_liquidation][at],
                           results->risk[RISK_expected_loss_given_liquidation_se][at]);
        }
    }
}

/* The values from `*values` on along the dimensions from `axis` on; moves `*values` behind them. */
static json_t *nested(const struct riskpool_results *results, const struct result_field *field, int axis,
                      const double **values) {
    if (axis == FIELD_DIMENSIONS || field->dim[axis] == DIM_NONE) {
        const double value = *(*values)++;
        return field->unit == UNIT_METHOD ? json_string(slope_method_names[(size_t)value]) : json_number(value);
    }
    json_t *list = json_array();
    for (size_t i = 0; i < results->size[field->dim[axis]]; i++)
        json_array_append_new(list, nested(results, field, axis + 1, values));
    return list;
}

static json_t *texts(char *const *labels, size_t n) {
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_string(labels[i]));
    return list;
}

json_t *risk_object(const struct riskpool_results *results) {
    json_t *object = json_object();
    json_object_set_new(object, "mode", texts(results->mode, results->n_modes));
    json_object_set_new(object, "asset", texts(results->asset, results->size[DIM_ASSET]));
    json_object_set_new(object, "position", texts(results->position, results->size[DIM_POSITION]));
    for (int i = 0; i < RISK_COUNT; i++) {
        const double *values = results->risk[i];
        json_object_set_new(object, risk_fields[i].name, nested(results, &risk_fields[i], 0, &values));
    }
    return object;
}
