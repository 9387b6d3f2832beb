/* Reads a scenario: text to tree, overrides, tree to keys, keys to the structs of a run, and back to the resolved text.
 * It knows the order of the stages; what they do is in scenario_*.c. */
#include "scenario.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario_parts.h"
#include "yaml_tree.h"

void riskpool_scenario_free(struct riskpool_scenario *scenario) {
    if (!scenario)
        return;
    for (size_t i = 0; i < scenario->n_alerts; i++)
        free(scenario->alerts[i].name);
    for (size_t i = 0; i < scenario->n_limits; i++)
        free(scenario->limits[i].key);
    sweep_free(&scenario->sweep);
    market_free(&scenario->market);
    free(scenario->carry.rate);
    free(scenario->orders.stops);
    free(scenario->orders.reductions);
    free(scenario->orders.outages);
    rule_free(&scenario->rule);
    impact_free(&scenario->impact);
    book_free(&scenario->book);
    free(scenario->alerts);
    free(scenario->limits);
    free(scenario->confidence);
    free(scenario->venue.name);
    free(scenario->venue.date);
    free(scenario->venue.own);
    free(scenario->name);
    free(scenario->title);
    free(scenario->text);
    free(scenario->resolved);
    free(scenario);
}

const char *riskpool_scenario_name(const struct riskpool_scenario *scenario) {
    return scenario->name;
}

const char *riskpool_scenario_resolved(const struct riskpool_scenario *scenario) {
    return scenario->resolved;
}

/* Moves that a file gives have no correlation that could be another. */
static void check_output(struct reading *reading) {
    const struct market *market = &reading->scenario->market;
    if (reading->scenario->correlation_risk && market->model && market->model->given)
        report_error(&reading->report, node_place(reading->keys.output.node, "correlation_risk"),
                     "choose another model, or correlation_risk: false",
                     "'correlation_risk' needs correlations, but this model takes its moves from a file");
}

static void fill_scenario(struct reading *reading) {
    struct riskpool_scenario *scenario = reading->scenario;
    struct scenario_keys *keys = &reading->keys;
    keys->title = keys->title ? keys->title : keys->name;
    keys->venue = keys->liquidation.venue = NULL; /* its rules are in the keys by now */
    scenario->name = scenario_copy(reading, keys->name);
    scenario->title = scenario_copy(reading, keys->title);
    scenario->n_paths = keys->paths;
    scenario->paths_kept = keys->output.paths < 0 ? PATHS_ALL : (enum paths_kept)keys->output.paths;
    scenario->trajectories = keys->output.trajectories;
    scenario->correlation_risk = keys->output.correlation_risk;
    scenario_market(reading);
    scenario_model(reading);
    check_output(reading);
    scenario_holdings(reading);
    scenario_positions(reading);
    scenario_modes(reading);
    scenario_procedure(reading);
    scenario_rule(reading);
    scenario_slippage(reading);
    scenario_stress(reading);
    scenario_carry(reading);
    scenario_orders(reading);
    scenario_dynamic(reading);
    scenario_alerts(reading);
    scenario_limits(reading);
    scenario_sweep(reading);
}

static void resolve(struct reading *reading) {
    struct text text = {0};
    struct node *map = field_node(scenario_fields, &reading->keys, &reading->tree);
    for (size_t i = 0; map && i < map->n; i++) {
        text_add(&text, "%s:", map->key[i]->text);
        node_write(map->item[i], 2, &text);
    }
    reading->scenario->resolved = text_take(&text);
    reading->report.no_memory |= reading->tree.failed || !reading->scenario->resolved;
    if (!reading->report.no_memory)
        scenario_digest(reading->scenario->resolved, strlen(reading->scenario->resolved), reading->scenario->sha256);
}

/* The file that an override "stress+=FILE" names; NULL for any other. */
static const char *layer_path(const char *override) {
    static const char key[] = "stress+=";
    return strncmp(override, key, sizeof key - 1) == 0 ? override + sizeof key - 1 : NULL;
}

char *scenario_absolute_path(const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char *folder = strndup(slash ? path : "./", slash ? (size_t)(slash - path) + 1 : 2);
    char *real = folder ? realpath(folder, NULL) : NULL, *whole = NULL;
    if (real && asprintf(&whole, "%s/%s", strcmp(real, "/") == 0 ? "" : real, name) < 0)
        whole = NULL;
    free(folder);
    free(real);
    return whole ? whole : strdup(path);
}

char *scenario_absolute_override(const char *override) {
    const char *file = layer_path(override);
    char *path = file ? scenario_absolute_path(file) : NULL, *whole = NULL;
    if (!file)
        return strdup(override);
    if (path && asprintf(&whole, "%.*s%s", (int)(file - override), override, path) < 0)
        whole = NULL;
    free(path);
    return whole;
}

/* Everything after the text is there. */
static void read_source(struct reading *reading, const struct source *source, const char *const *overrides,
                        size_t n_overrides) {
    struct node *root = yaml_read(source, NULL, &reading->tree, &reading->report);
    reading->scenario = calloc(1, sizeof *reading->scenario);
    reading->report.no_memory |= !reading->scenario;
    if (!root || !reading->scenario)
        return;
    reading->scenario->text = text_copy(source->text, source->size);
    reading->report.no_memory |= !reading->scenario->text;
    for (size_t i = 0; root->kind == NODE_MAP && i < n_overrides; i++)
        if (!layer_path(overrides[i]))
            scenario_override(reading, root, overrides[i]);
    for (size_t i = 0; root->kind == NODE_MAP && i < n_overrides; i++)
        if (layer_path(overrides[i]))
            scenario_layer(reading, root, layer_path(overrides[i]));
    if (root->kind == NODE_MAP)
        scenario_venue(reading, root);
    field_read(scenario_fields, root, &reading->keys, &reading->tree, &reading->report);
    if (root->kind != NODE_MAP || reading->report.no_memory)
        return;
    fill_scenario(reading);
    reading->report.no_memory |= reading->tree.failed;
    if (report_status(&reading->report) == RISKPOOL_OK) {
        scenario_check(reading);
        resolve(reading);
    }
    if (report_status(&reading->report) == RISKPOOL_OK)
        scenario_sweep_points(reading);
}

/* Ends a reading: hands out the scenario, or nothing, and the messages. */
static enum riskpool_status finish(struct reading *reading, struct riskpool_scenario **scenario, char **messages) {
    enum riskpool_status status = report_status(&reading->report);
    if (status != RISKPOOL_NO_MEMORY && report_render(&reading->report, messages) != RISKPOOL_OK)
        status = RISKPOOL_NO_MEMORY;
    if (status == RISKPOOL_OK)
        *scenario = reading->scenario;
    else
        riskpool_scenario_free(reading->scenario);
    report_free(&reading->report);
    tree_free(&reading->tree);
    return status;
}

/* Reads from `text`, or from the file when it is NULL. Numbers are read and printed in the C locale of this thread. */
static enum riskpool_status read_from(const char *text, size_t size, const char *path, const char *const *overrides,
                                      size_t n_overrides, int lenient, struct riskpool_scenario **scenario,
                                      char **messages) {
    struct reading reading = {.path = path, .lenient = lenient};
    *scenario = NULL;
    *messages = NULL;
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (plain == (locale_t)0)
        return RISKPOOL_NO_MEMORY;
    locale_t before = uselocale(plain);
    const struct source *source =
        text ? report_text(&reading.report, path, text, size) : report_file(&reading.report, path, NULL);
    if (source)
        read_source(&reading, source, overrides, n_overrides);
    enum riskpool_status status = finish(&reading, scenario, messages);
    uselocale(before);
    freelocale(plain);
    return status;
}

enum riskpool_status scenario_read(const char *path, const char *const *overrides, size_t n_overrides, int lenient,
                                   struct riskpool_scenario **scenario, char **messages) {
    return read_from(NULL, 0, path, overrides, n_overrides, lenient, scenario, messages);
}

enum riskpool_status scenario_read_text(const char *text, size_t size, const char *path, const char *const *overrides,
                                        size_t n_overrides, int lenient, struct riskpool_scenario **scenario,
                                        char **messages) {
    return read_from(text, size, path, overrides, n_overrides, lenient, scenario, messages);
}

enum riskpool_status riskpool_scenario_load(const char *path, const char *const *overrides, size_t n_overrides,
                                            struct riskpool_scenario **scenario, char **messages) {
    char *unwanted = NULL;
    enum riskpool_status status =
        scenario_read(path, overrides, n_overrides, 0, scenario, messages ? messages : &unwanted);
    riskpool_text_free(unwanted);
    return status;
}
