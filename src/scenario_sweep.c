/* The sweep: parameters and their values, and the scenario at every point of the grid. A point is the resolved scenario
 * with one more assignment for each parameter, so that any key can be swept that can be assigned. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "scenario_parts.h"

/* Parameters that are no keys: multiples of something that many keys say. */
static const char *const multiples[] = {"leverage", "volatility"};

void sweep_free(struct sweep *sweep) {
    for (size_t k = 0; k < sweep->n_points; k++)
        riskpool_scenario_free(sweep->point[k]);
    for (size_t p = 0; p < sweep->n_parameters; p++) {
        struct sweep_parameter *parameter = &sweep->parameter[p];
        for (size_t i = 0; parameter->text && i < parameter->n; i++)
            free(parameter->text[i]);
        free(parameter->key);
        free(parameter->name);
        free(parameter->text);
        free(parameter->value);
    }
    free(sweep->point);
    *sweep = (struct sweep){0};
}

static int is_multiple(const struct sweep_parameter *parameter) {
    for (size_t i = 0; i < sizeof multiples / sizeof *multiples; i++)
        if (strcmp(parameter->key, multiples[i]) == 0)
            return 1;
    return 0;
}

/* A number, a percentage as fraction, or a duration in hours. */
static int value_of(const char *text, double *value) {
    double seconds;
    if (!fraction_parse(text, value))
        return 1;
    if (duration_parse(text, &seconds))
        return 0;
    *value = seconds / 3600.0;
    return 1;
}

static void read_values(struct reading *reading, const struct node *list, struct sweep_parameter *parameter) {
    struct report *report = &reading->report;
    if (list->kind != NODE_LIST || list->n < 2 || list->n > SWEEP_MOST_VALUES) {
        report_error(report, &list->place, "values: [0, 0.25, 0.5]", "'values' takes a list of 2 to %d numbers",
                     SWEEP_MOST_VALUES);
        return;
    }
    parameter->text = scenario_allocate(reading, list->n, sizeof *parameter->text);
    parameter->value = scenario_allocate(reading, list->n, sizeof *parameter->value);
    if (!parameter->text || !parameter->value)
        return;
    parameter->n = list->n;
    for (size_t i = 0; i < list->n; i++) {
        const struct node *item = list->item[i];
        const char *text = item->kind == NODE_SCALAR ? item->text : "";
        parameter->text[i] = scenario_copy(reading, text);
        if (item->quoted || !value_of(text, &parameter->value[i])) {
            field_mismatch("values", item, "a number, a percentage or a duration", report);
            continue;
        }
        for (size_t k = 0; k < i; k++)
            if (parameter->value[k] == parameter->value[i])
                report_error(report, &item->place, NULL, "%s stands in this list twice", text);
        if (is_multiple(parameter) && !(parameter->value[i] > 0.0))
            report_error(report, &item->place, NULL, "a multiple of the %s must be above 0", parameter->key);
    }
}

/* The last part of the key, or all of it where another parameter ends likewise. */
static char *name_of(struct reading *reading, const struct sweep *sweep, const char *key) {
    const char *dot = strrchr(key, '.'), *last = dot ? dot + 1 : key;
    const int taken = sweep->n_parameters > 0 && strcmp(sweep->parameter[0].name, last) == 0;
    char *name = scenario_copy(reading, taken ? key : last);
    for (char *c = name; c && *c; c++)
        *c = *c == '.' ? '_' : *c;
    return name;
}

static void read_parameter(struct reading *reading, struct sweep *sweep, const struct sweep_keys *keys) {
    if (!keys->parameter || !keys->values)
        return; /* reported */
    struct sweep_parameter *parameter = &sweep->parameter[sweep->n_parameters];
    parameter->key = scenario_copy(reading, keys->parameter);
    parameter->name = name_of(reading, sweep, keys->parameter);
    sweep->n_parameters++;
    if (!parameter->key || !parameter->name)
        return;
    if (strncmp(parameter->key, "sweep", 5) == 0 || strcmp(parameter->key, "name") == 0 ||
        strcmp(parameter->key, "paths") == 0)
        report_error(&reading->report, node_place(keys->node, "parameter"), NULL, "'%s' cannot be swept",
                     parameter->key);
    if (sweep->n_parameters == 2 && strcmp(sweep->parameter[0].key, parameter->key) == 0)
        report_error(&reading->report, node_place(keys->node, "parameter"), NULL, "'%s' is swept twice",
                     parameter->key);
    read_values(reading, keys->values, parameter);
}

void scenario_sweep(struct reading *reading) {
    const struct item_list *list = &reading->keys.sweep;
    struct sweep *sweep = &reading->scenario->sweep;
    for (size_t i = 0; i < list->n && i < SWEEP_MOST_PARAMETERS; i++)
        read_parameter(reading, sweep, (const struct sweep_keys *)list->items + i);
}

size_t sweep_size(const struct sweep *sweep) {
    size_t n = sweep->n_parameters > 0;
    for (size_t p = 0; p < sweep->n_parameters; p++)
        n *= sweep->parameter[p].n;
    return n;
}

size_t sweep_index(const struct sweep *sweep, size_t point, size_t parameter) {
    const size_t inner = sweep->n_parameters == 2 ? sweep->parameter[1].n : 1;
    return parameter == 0 ? point / inner : point % inner;
}

/* Every position so many times as large, on the same cash and margins. */
static void scale_leverage(struct riskpool_scenario *point, double multiple) {
    for (size_t i = 0; i < point->book.n_positions; i++)
        point->book.positions[i].quantity *= multiple;
}

/* One more factor of stress, from the start to the horizon: it acts on every model. */
static void scale_volatility(struct reading *reading, struct riskpool_scenario *point, double multiple) {
    struct stress *stress = &point->market.stress;
    struct stress_factor *factors = realloc(stress->factors, (stress->n_factors + 1) * sizeof *factors);
    reading->report.no_memory |= !factors;
    if (!factors)
        return;
    factors[stress->n_factors++] =
        (struct stress_factor){.last_step = point->market.n_steps - 1, .volatility = multiple};
    stress->factors = factors;
}

/* Reports the first mistake of a point at the value of its first parameter. */
static void report_point(struct reading *reading, const char *assignments, char *messages) {
    const char *first = messages ? strstr(messages, "error: ") : NULL;
    first = first ? first + strlen("error: ") : "it cannot be read";
    const struct node *list = reading->keys.sweep.node;
    report_error(&reading->report, list ? &list->place : &reading->keys.node->place, NULL, "with %s: %.*s", assignments,
                 (int)strcspn(first, "\n"), first);
}

static void read_point(struct reading *reading, struct sweep *sweep, size_t point) {
    const struct riskpool_scenario *scenario = reading->scenario;
    char *assignment[SWEEP_MOST_PARAMETERS + 1] = {strdup("sweep=[]")};
    size_t n = 1;
    struct text told = {0};
    for (size_t p = 0; p < sweep->n_parameters; p++) {
        const struct sweep_parameter *parameter = &sweep->parameter[p];
        const char *value = parameter->text[sweep_index(sweep, point, p)];
        text_add(&told, "%s%s=%s", p ? " and " : "", parameter->key, value);
        if (!is_multiple(parameter) && asprintf(&assignment[n], "%s=%s", parameter->key, value) >= 0)
            n++;
    }
    char *messages = NULL, *name = text_take(&told);
    const enum riskpool_status status =
        scenario_read_text(scenario->resolved, strlen(scenario->resolved), reading->path,
                           (const char *const *)assignment, n, 0, &sweep->point[point], &messages);
    if (status != RISKPOOL_OK)
        report_point(reading, name ? name : "", messages);
    for (size_t p = 0; status == RISKPOOL_OK && p < sweep->n_parameters; p++) {
        const struct sweep_parameter *parameter = &sweep->parameter[p];
        const double multiple = parameter->value[sweep_index(sweep, point, p)];
        if (strcmp(parameter->key, multiples[0]) == 0)
            scale_leverage(sweep->point[point], multiple);
        else if (strcmp(parameter->key, multiples[1]) == 0)
            scale_volatility(reading, sweep->point[point], multiple);
    }
    free(messages);
    free(name);
    for (size_t i = 0; i < n; i++)
        free(assignment[i]);
}

void scenario_sweep_points(struct reading *reading) {
    struct sweep *sweep = &reading->scenario->sweep;
    const size_t n = sweep_size(sweep);
    if (n == 0)
        return;
    if (n > SWEEP_MOST_POINTS) {
        report_error(&reading->report, &reading->keys.sweep.node->place, NULL,
                     "the grid has %zu points; at most %d are allowed", n, SWEEP_MOST_POINTS);
        return;
    }
    sweep->point = scenario_allocate(reading, n, sizeof(struct riskpool_scenario *));
    if (!sweep->point)
        return;
    sweep->n_points = n;
    for (size_t k = 0; k < n && reading->report.n_errors == 0; k++)
        read_point(reading, sweep, k);
}
