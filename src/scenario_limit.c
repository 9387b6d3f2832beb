/* What a scenario wants to know: alerts, confidence levels, and limits on the statistics of its modes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "results.h"
#include "scenario_parts.h"

static void add_alerts(struct reading *reading, enum alert_kind kind, const char *name,
                       const struct number_list *list) {
    struct riskpool_scenario *scenario = reading->scenario;
    for (size_t i = 0; i < list->n; i++) {
        char threshold[NUMBER_SIZE], text[NUMBER_SIZE + 32];
        number_format(list->value[i], threshold);
        snprintf(text, sizeof text, "%s %s%%", name, threshold);
        for (size_t k = 0; k < i; k++)
            if (list->value[k] == list->value[i])
                report_error(&reading->report, &list->node->place, NULL, "the alert '%s' is listed twice", text);
        scenario->alerts[scenario->n_alerts++] =
            (struct alert){.kind = kind, .threshold = list->value[i], .name = scenario_copy(reading, text)};
    }
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void read_confidence(struct reading *reading) {
    struct riskpool_scenario *scenario = reading->scenario;
    struct number_list *list = &reading->keys.confidence;
    const struct place *place = list->node ? &list->node->place : &reading->keys.node->place;
    scenario->confidence = scenario_allocate(reading, list->n, sizeof *scenario->confidence);
    if (!scenario->confidence || !list->value)
        return;
    if (list->node && list->node->kind == NODE_LIST && list->node->n == 0)
        report_error(&reading->report, place, NULL, "'confidence' needs at least one level");
    qsort(list->value, list->n, sizeof *list->value, ascending);
    for (size_t i = 0; i < list->n; i++) {
        if (i > 0 && list->value[i] == list->value[i - 1])
            report_error(&reading->report, place, NULL, "the level %g is listed twice", list->value[i]);
        scenario->confidence[scenario->n_confidence++] = list->value[i];
    }
}

void scenario_alerts(struct reading *reading) {
    struct riskpool_scenario *scenario = reading->scenario;
    const struct alert_keys *keys = &reading->keys.alerts;
    scenario->alerts = scenario_allocate(reading, keys->margin_level.n + keys->utilisation.n, sizeof *scenario->alerts);
    if (scenario->alerts) {
        add_alerts(reading, ALERT_MARGIN_LEVEL, "margin_level", &keys->margin_level);
        add_alerts(reading, ALERT_UTILISATION, "utilisation", &keys->utilisation);
    }
    read_confidence(reading);
}

/* Entries of a dimension that a limit can name. */
static size_t dimension_size(const struct riskpool_scenario *scenario, enum dimension dimension) {
    switch (dimension) {
    case DIM_CONFIDENCE:
        return scenario->n_confidence;
    case DIM_POSITION:
    case DIM_POSITION_2:
        return scenario->book.n_positions;
    case DIM_ALERT:
        return scenario->n_alerts;
    case DIM_LIQUIDATED:
        return scenario->book.n_positions + 1;
    default:
        return 0;
    }
}

static void dimension_entry(const struct riskpool_scenario *scenario, enum dimension dimension, size_t i,
                            char text[128]) {
    const char *name = "";
    text[0] = '\0';
    if (dimension == DIM_CONFIDENCE) {
        percent_format(scenario->confidence[i], text);
    } else if (dimension == DIM_LIQUIDATED) {
        snprintf(text, 128, "%zu", i);
    } else {
        name = dimension == DIM_ALERT ? scenario->alerts[i].name : scenario->book.positions[i].name;
        snprintf(text, 128, "%s", name ? name : "");
    }
}

/* The entry of `dimension` that *rest starts with; moves *rest past it. */
static int find_entry(const struct riskpool_scenario *scenario, enum dimension dimension, const char **rest,
                      size_t *index) {
    size_t best = 0;
    for (size_t i = 0; i < dimension_size(scenario, dimension); i++) {
        char text[128];
        dimension_entry(scenario, dimension, i, text);
        size_t n = strlen(text);
        char after = strncmp(*rest, text, n) == 0 ? (*rest)[n] : 'x';
        if ((after == '\0' || after == '.') && n > best) {
            best = n;
            *index = i;
        }
    }
    double level;
    if (best == 0 && dimension == DIM_CONFIDENCE && !fraction_parse(*rest, &level)) {
        for (size_t i = 0; i < scenario->n_confidence; i++) {
            best = scenario->confidence[i] == level ? strlen(*rest) : best;
            *index = scenario->confidence[i] == level ? i : *index;
        }
    }
    *rest += best + ((*rest)[best] == '.');
    return best > 0;
}

static void refuse_entry(struct reading *reading, const struct node *key, const struct result_field *field,
                         enum dimension dimension, const char *rest) {
    struct suggestion suggestion = {.nearest.word = rest};
    for (size_t i = 0; i < dimension_size(reading->scenario, dimension); i++) {
        char text[128];
        dimension_entry(reading->scenario, dimension, i, text);
        char *kept = tree_allocate(&reading->tree, strlen(text) + 1);
        if (kept)
            suggestion_offer(&suggestion, strcpy(kept, text));
    }
    char kind[160];
    snprintf(kind, sizeof kind, "entry of '%s':", field->name);
    report_unknown(&reading->report, &key->place, kind, &suggestion);
}

/* The index that follows MODE.STATISTIC in a key; 0 when it is wrong (reported). */
static int read_index(struct reading *reading, const struct node *key, const char *rest, struct limit *limit) {
    const struct result_field *field = &statistic_fields[limit->statistic];
    for (int d = 0; d < 2 && field->dim[d] != DIM_NONE; d++) {
        size_t index = 0, size = dimension_size(reading->scenario, field->dim[d]);
        if (size == 0) {
            report_error(&reading->report, &key->place, NULL, "'%s' cannot have a limit", field->name);
            return 0;
        }
        if (!find_entry(reading->scenario, field->dim[d], &rest, &index)) {
            refuse_entry(reading, key, field, field->dim[d], rest);
            return 0;
        }
        limit->index = limit->index * size + index;
    }
    if (*rest != '\0')
        report_error(&reading->report, &key->place, NULL, "'%s' has no entry '%s'", field->name, rest);
    return *rest == '\0';
}

static int find_mode(struct reading *reading, const struct node *key, const char *name, size_t *mode) {
    const struct book *book = &reading->scenario->book;
    struct suggestion suggestion = {.nearest.word = name};
    for (*mode = 0; *mode < book->n_modes; ++*mode) {
        if (strcmp(book->modes[*mode].name, name) == 0) {
            text_free(&suggestion.allowed);
            return 1;
        }
        suggestion_offer(&suggestion, book->modes[*mode].name);
    }
    report_unknown(&reading->report, &key->place, "mode", &suggestion);
    return 0;
}

static int find_statistic(struct reading *reading, const struct node *key, const char *name, int *statistic) {
    struct suggestion suggestion = {.nearest.word = name};
    for (*statistic = 0; *statistic < STAT_COUNT; ++*statistic) {
        if (strcmp(statistic_fields[*statistic].name, name) == 0) {
            text_free(&suggestion.allowed);
            return 1;
        }
        suggestion_offer(&suggestion, statistic_fields[*statistic].name);
    }
    report_unknown(&reading->report, &key->place, "statistic", &suggestion);
    return 0;
}

/* A part of a key up to the next dot, or all of it. */
static char *cut(struct reading *reading, const char **rest) {
    size_t n = strcspn(*rest, ".");
    char *part = tree_allocate(&reading->tree, n + 1);
    if (part) {
        memcpy(part, *rest, n);
        *rest += n + ((*rest)[n] == '.');
    }
    return part;
}

/* MODE.STATISTIC[.ENTRY...], with levels in one spelling. */
static char *limit_key(struct reading *reading, const struct limit *limit) {
    const struct riskpool_scenario *scenario = reading->scenario;
    const struct result_field *field = &statistic_fields[limit->statistic];
    size_t second = field->dim[1] == DIM_NONE ? 1 : dimension_size(scenario, field->dim[1]);
    size_t index[2] = {second > 0 ? limit->index / second : 0, second > 0 ? limit->index % second : 0};
    struct text text = {0};
    text_add(&text, "%s.%s", scenario->book.modes[limit->mode].name, field->name);
    for (int d = 0; d < 2 && field->dim[d] != DIM_NONE; d++) {
        char entry[128];
        dimension_entry(scenario, field->dim[d], index[d], entry);
        text_add(&text, ".%s", entry);
    }
    return text_take(&text);
}

static void read_limit(struct reading *reading, const struct node *key, const struct node *value) {
    struct riskpool_scenario *scenario = reading->scenario;
    struct limit limit = {.bound = field_number(&limit_bound, key->text, value, &reading->report)};
    const char *rest = key->text;
    const char *mode = cut(reading, &rest);
    if (!mode || !find_mode(reading, key, mode, &limit.mode))
        return;
    const char *statistic = cut(reading, &rest);
    if (!statistic || !find_statistic(reading, key, statistic, &limit.statistic) ||
        !read_index(reading, key, rest, &limit))
        return;
    for (size_t i = 0; i < scenario->n_limits; i++) {
        const struct limit *other = &scenario->limits[i];
        if (other->mode == limit.mode && other->statistic == limit.statistic && other->index == limit.index)
            report_error(&reading->report, &key->place, NULL, "'%s' is limited twice", other->key);
    }
    limit.key = limit_key(reading, &limit);
    reading->report.no_memory |= !limit.key;
    scenario->limits[scenario->n_limits++] = limit;
}

static int by_statistic(const void *a, const void *b) {
    const struct limit *x = a, *y = b;
    if (x->mode != y->mode)
        return x->mode < y->mode ? -1 : 1;
    if (x->statistic != y->statistic)
        return x->statistic - y->statistic;
    return (x->index > y->index) - (x->index < y->index);
}

void scenario_limits(struct reading *reading) {
    struct riskpool_scenario *scenario = reading->scenario;
    const struct node *map = reading->keys.limits;
    struct node *resolved = node_new(&reading->tree, NODE_MAP, NULL);
    if (map && (map->kind != NODE_MAP || map->n > 1000)) {
        field_mismatch("limits", map, "a map of up to 1000 entries {MODE.STATISTIC: bound}", &reading->report);
        map = NULL;
    }
    scenario->limits = scenario_allocate(reading, map ? map->n : 0, sizeof *scenario->limits);
    for (size_t i = 0; map && scenario->limits && i < map->n; i++)
        read_limit(reading, map->key[i], map->item[i]);
    if (reading->report.no_memory || !scenario->limits)
        return;
    qsort(scenario->limits, scenario->n_limits, sizeof *scenario->limits, by_statistic);
    for (size_t i = 0; i < scenario->n_limits; i++) {
        node_put(&reading->tree, resolved, scenario->limits[i].key,
                 node_number(&reading->tree, scenario->limits[i].bound));
    }
    reading->keys.limits = resolved;
}
