/* The summary as JSON and as CSV, by the tables of results.h: every statistic by its name. */
#include "summary_json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "summary_risk.h"

json_t *json_number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *numbers(const double *values, size_t n) {
    json_t *array = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(array, json_number(values[i]));
    return array;
}

json_t *json_whole(uint64_t value) {
    char digits[24];
    if (value <= INT64_MAX)
        return json_integer((json_int_t)value);
    snprintf(digits, sizeof digits, "%" PRIu64, value);
    return json_string(digits);
}

static json_t *mode_object(const struct riskpool_results *results, const struct mode_results *mode) {
    json_t *object = json_object();
    for (size_t i = 0; i < STAT_COUNT; i++) {
        const struct result_field *field = &statistic_fields[i];
        if (field->dim[0] == DIM_NONE)
            json_object_set_new(object, field->name, json_number(mode->statistic[i][0]));
        else if (field->dim[0] == DIM_CONFIDENCE)
            json_object_set_new(object, field->name, numbers(mode->statistic[i], results->size[DIM_CONFIDENCE]));
    }
    return object;
}

static json_t *pair_object(const struct riskpool_results *results, size_t pair) {
    json_t *object = json_object();
    for (size_t i = 0; i < COMP_COUNT; i++)
        if (comparison_fields[i].dim[1] == DIM_NONE)
            json_object_set_new(object, comparison_fields[i].name, json_number(results->comparison[i][pair]));
    return object;
}

static json_t *limit_object(const struct limit_result *limit) {
    return json_pack("{s:s, s:o, s:o, s:b}", "key", limit->key, "bound", json_number(limit->bound), "value",
                     json_number(limit->value), "breached", limit->breached);
}

static json_t *root_object(const struct riskpool_results *results) {
    json_t *root = json_object(), *modes = json_object(), *pairs = json_object(), *limits = json_array();
    for (size_t m = 0; m < results->n_modes; m++)
        json_object_set_new(modes, results->modes[m].name, mode_object(results, &results->modes[m]));
    for (size_t pair = 0; pair < results->size[DIM_PAIR]; pair++)
        json_object_set_new(pairs, results->pair[pair], pair_object(results, pair));
    for (size_t i = 0; i < results->n_limits; i++)
        json_array_append_new(limits, limit_object(&results->limits[i]));
    json_object_set_new(root, "name", json_string(results->name));
    json_object_set_new(root, "seed", json_whole(results->seed));
    json_object_set_new(root, "paths", json_whole(results->n_paths));
    json_object_set_new(root, "currency", json_string(results->currency));
    json_object_set_new(root, "confidence", numbers(results->confidence, results->size[DIM_CONFIDENCE]));
    json_object_set_new(root, "modes", modes);
    json_object_set_new(root, "comparison", pairs);
    json_object_set_new(root, "limits", limits);
    if (results->risk[0])
        json_object_set_new(root, "correlation_risk", risk_object(results));
    return root;
}

enum riskpool_status summary_json(FILE *out, const struct riskpool_results *results) {
    json_t *root = root_object(results);
    const int failed = json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) != 0 || fputc('\n', out) == EOF;
    json_decref(root);
    return failed ? RISKPOOL_WRITE_FAILED : RISKPOOL_OK;
}

void csv_text(FILE *out, const char *text) {
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

/* Where along a dimension: the label, the number, or the index. */
static void csv_place(FILE *out, const struct riskpool_results *results, enum dimension dim, size_t i) {
    char **labels = results_labels(results, dim);
    const double *coordinate = results_coordinate(results, dim);
    if (labels)
        csv_text(out, labels[i]);
    else if (coordinate)
        fprintf(out, "%.15g", coordinate[i]);
    else if (dim != DIM_NONE)
        fprintf(out, "%zu", i);
}

/* The places of value `i` along the dimensions from `axis` on, and past them. */
static void csv_rest(FILE *out, const struct riskpool_results *results, const struct result_field *field, int axis,
                     size_t i) {
    size_t row = 1;
    for (int next = axis + 1; next < FIELD_DIMENSIONS && field->dim[next] != DIM_NONE; next++)
        row *= results->size[field->dim[next]];
    csv_place(out, results, field->dim[axis], i / row);
    if (axis + 1 == FIELD_DIMENSIONS || field->dim[axis + 1] == DIM_NONE)
        return;
    fputc(' ', out);
    csv_rest(out, results, field, axis + 1, i % row);
}

static void csv_field(FILE *out, const struct riskpool_results *results, const char *group,
                      const struct result_field *field, const double *values) {
    const size_t n = result_field_size(results, field);
    const size_t first = field->dim[0] == DIM_NONE ? 1 : results->size[field->dim[0]], row = first ? n / first : 1;
    for (size_t i = 0; i < n; i++) {
        csv_text(out, group);
        fprintf(out, ",%s,", field->name);
        csv_place(out, results, field->dim[0], i / row);
        fputc(',', out);
        csv_rest(out, results, field, 1, i % row);
        if (isfinite(values[i]))
            fprintf(out, ",%.17g\n", values[i]);
        else
            fputs(",\n", out);
    }
}

void summary_csv(FILE *out, const struct riskpool_results *results) {
    fputs("group,variable,at,at_2,value\n", out);
    for (size_t m = 0; m < results->n_modes; m++)
        for (size_t i = 0; i < STAT_COUNT; i++)
            csv_field(out, results, results->modes[m].name, &statistic_fields[i], results->modes[m].statistic[i]);
    for (size_t i = 0; results->size[DIM_PAIR] > 0 && i < COMP_COUNT; i++)
        csv_field(out, results, "comparison", &comparison_fields[i], results->comparison[i]);
    for (size_t i = 0; results->risk[0] && i < RISK_COUNT; i++)
        csv_field(out, results, "correlation_risk", &risk_fields[i], results->risk[i]);
}
