/* Layers: the stress of other files, laid over that of a scenario. Of such a file nothing else counts, and it may speak
 * of assets that the scenario does not have. */
#include <string.h>

#include "scenario_parts.h"
#include "yaml_tree.h"

int scenario_is_layer(const struct reading *reading, const struct node *node) {
    const struct source *source = node ? node->place.source : NULL;
    return source && !source->assignment && source != reading->keys.node->place.source;
}

static void check_keys(struct reading *reading, const struct node *map) {
    for (size_t i = 0; i < map->n; i++) {
        struct suggestion suggestion = {.nearest.word = map->key[i]->text};
        const struct field *field = scenario_fields;
        while (field->name && strcmp(field->name, map->key[i]->text) != 0)
            suggestion_offer(&suggestion, field++->name);
        if (field->name)
            text_free(&suggestion.allowed);
        else
            report_unknown(&reading->report, &map->key[i]->place, "key", &suggestion);
    }
}

/* The list of events of a scenario, made when there is none; NULL when it is something else, which others report. */
static struct node *own_events(struct reading *reading, struct node *root) {
    struct tree *tree = &reading->tree;
    size_t i = node_index(root, "stress");
    if (i == root->n)
        node_put(tree, root, "stress", node_new(tree, NODE_LIST, &root->place));
    return i < root->n && root->item[i]->kind == NODE_LIST ? root->item[i] : NULL;
}

void scenario_layer(struct reading *reading, struct node *root, const char *path) {
    struct report *report = &reading->report;
    const struct source *source = report_file(report, path, NULL);
    const struct node *layer = source ? yaml_read(source, NULL, &reading->tree, report) : NULL;
    if (!layer)
        return;
    const struct node *events = layer->kind == NODE_MAP ? node_find(layer, "stress") : NULL;
    if (layer->kind == NODE_MAP)
        check_keys(reading, layer);
    if (!events || events->kind != NODE_LIST || events->n == 0) {
        report_error(report, events ? &events->place : &layer->place, "stress: [{at: 1 d, return: {BTC: -30%}}]",
                     "the file has no list of stress events");
        return;
    }
    struct node *own = own_events(reading, root);
    for (size_t i = 0; own && i < events->n; i++)
        node_append(&reading->tree, own, events->item[i]);
}

static void collect_unknown(struct reading *reading, const struct node *map, struct node *names) {
    for (size_t k = 0; map && map->kind == NODE_MAP && k < map->n; k++) {
        const char *name = map->key[k]->text;
        if (strcmp(name, "default") != 0 && !scenario_has_asset(reading, name) && !node_find(names, name))
            node_put(&reading->tree, names, name, map->item[k]);
    }
}

/* Names the assets of the layer that starts with event `first`, and that the scenario does not have. */
static void note_layer(struct reading *reading, size_t first) {
    const struct stress_keys *keys = reading->keys.stress.items;
    const struct source *source = keys[first].node->place.source;
    struct node *names = node_new(&reading->tree, NODE_MAP, NULL);
    struct text list = {0};
    for (size_t i = first; names && i < reading->keys.stress.n; i++) {
        if (!keys[i].node || keys[i].node->place.source != source)
            continue;
        const struct node *recovery = keys[i].recovery;
        collect_unknown(reading, keys[i].returns, names);
        collect_unknown(reading, keys[i].beta, names);
        if (recovery && recovery->kind == NODE_MAP)
            collect_unknown(reading, node_find(recovery, "to"), names);
    }
    for (size_t k = 0; names && k < names->n; k++)
        text_add(&list, "%s%s", k > 0 ? ", " : "", names->key[k]->text);
    if (list.length > 0)
        report_warning(&reading->report, &(struct place){.source = source}, NULL,
                       "assets that the scenario does not have are skipped: %s", list.bytes);
    reading->report.no_memory |= list.failed;
    text_free(&list);
}

void scenario_note_layers(struct reading *reading) {
    const struct stress_keys *keys = reading->keys.stress.items;
    for (size_t i = 0; i < reading->keys.stress.n; i++)
        if (scenario_is_layer(reading, keys[i].node) &&
            (i == 0 || keys[i - 1].node->place.source != keys[i].node->place.source))
            note_layer(reading, i);
}
