/* The venue of a scenario: finds the file with its rules and makes them the defaults of `liquidation`. Nothing later
 * knows whether a rule was written in the scenario or came from there. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "instant.h"
#include "scenario_parts.h"
#include "yaml_tree.h"

static const char suffix[] = ".yaml";

enum { FOLDERS = 3, SUFFIX = sizeof suffix - 1 };

static int ends_in_suffix(const char *name) {
    const size_t n = strlen(name);
    return n > SUFFIX && strcmp(name + n - SUFFIX, suffix) == 0;
}

static char *in_folder(struct reading *reading, const char *folder, const char *name) {
    char *path = tree_allocate(&reading->tree, strlen(folder) + strlen(name) + SUFFIX + 2);
    if (path)
        strcat(strcat(strcat(strcpy(path, folder), "/"), name), suffix);
    return path;
}

/* `file` in the folder of the scenario. */
static char *beside(struct reading *reading, const char *file) {
    const char *slash = file[0] == '/' ? NULL : strrchr(reading->path, '/');
    char *path = tree_allocate(&reading->tree, strlen(reading->path) + strlen(file) + 1);
    if (path)
        strcat(strncat(path, reading->path, slash ? (size_t)(slash - reading->path) + 1 : 0), file);
    return path;
}

static int by_name(const void *a, const void *b) {
    return strcmp((*(struct node *const *)a)->text, (*(struct node *const *)b)->text);
}

static void collect_names(struct reading *reading, const char *folder, struct node *names) {
    DIR *open_folder = folder ? opendir(folder) : NULL;
    for (struct dirent *entry; open_folder && (entry = readdir(open_folder));) {
        if (!ends_in_suffix(entry->d_name))
            continue;
        const size_t length = strlen(entry->d_name) - SUFFIX;
        node_append(&reading->tree, names, node_scalar(&reading->tree, entry->d_name, length, NULL));
    }
    if (open_folder)
        closedir(open_folder);
}

static void refuse_name(struct reading *reading, const char *const folder[FOLDERS]) {
    struct suggestion suggestion = {.nearest.word = reading->venue->text};
    struct node *names = node_new(&reading->tree, NODE_LIST, NULL);
    for (size_t i = 0; names && i < FOLDERS; i++)
        collect_names(reading, folder[i], names);
    if (names && names->n > 0)
        qsort(names->item, names->n, sizeof *names->item, by_name);
    for (size_t i = 0; names && i < names->n; i++)
        if (i == 0 || strcmp(names->item[i - 1]->text, names->item[i]->text) != 0)
            suggestion_offer(&suggestion, names->item[i]->text);
    report_unknown(&reading->report, &reading->venue->place, "venue", &suggestion);
}

/* The file of the venue; NULL when there is none (reported). */
static const char *find_file(struct reading *reading) {
    const char *name = reading->venue->text;
    if (strchr(name, '/') || ends_in_suffix(name))
        return beside(reading, name);
    const char *const folder[FOLDERS] = {beside(reading, "venues"), SOURCE_VENUES, INSTALLED_VENUES};
    for (size_t i = 0; i < FOLDERS; i++) {
        const char *path = folder[i] ? in_folder(reading, folder[i], name) : NULL;
        if (path && access(path, F_OK) == 0)
            return path;
    }
    refuse_name(reading, folder);
    return NULL;
}

static void check_source(struct reading *reading, const struct node *source) {
    int texts = source->kind == NODE_SCALAR ? !node_is_nothing(source) : source->kind == NODE_LIST && source->n > 0;
    for (size_t i = 0; source->kind == NODE_LIST && i < source->n; i++)
        texts = texts && source->item[i]->kind == NODE_SCALAR && !node_is_nothing(source->item[i]);
    if (!texts)
        field_mismatch("source", source, "a text, or a list of texts", &reading->report);
}

static void check_venue(struct reading *reading, const struct venue_keys *keys) {
    struct instant instant;
    const char *why = keys->date ? instant_parse(keys->date, &instant) : NULL;
    if (keys->date && (why || !instant.is_day))
        report_error(&reading->report, node_place(keys->node, "date"), "a day: 2025-10-09", "'date': '%.60s' %s",
                     keys->date, why ? why : "is not a day");
    if (keys->source)
        check_source(reading, keys->source);
    reading->scenario->venue.name = scenario_copy(reading, keys->name);
    reading->scenario->venue.date = scenario_copy(reading, keys->date);
}

/* The rates of maintenance among the keys of `liquidation`, inside {tiers: ...} where they stand so; NULL: none. */
static struct node *rates_of(const struct node *map) {
    size_t i = node_index(map, "tiers");
    i = i < map->n ? i : node_index(map, "maintenance");
    struct node *rates = i < map->n ? map->item[i] : NULL;
    while (rates && rates->kind == NODE_MAP && rates->n == 1 && strcmp(rates->key[0]->text, "tiers") == 0)
        rates = rates->item[0];
    return rates;
}

/* Rates of the scenario that are by asset, without a default, leave other assets to the venue. */
static void complete_rates(struct reading *reading, struct node *own, const struct node *liquidation) {
    struct node *rates = rates_of(liquidation);
    if (!rates || own->kind != NODE_MAP || node_find(own, "default"))
        return;
    if (rates->kind != NODE_MAP)
        node_put(&reading->tree, own, "default", rates);
    for (size_t k = 0; rates->kind == NODE_MAP && k < rates->n; k++)
        if (!node_find(own, rates->key[k]->text))
            node_set(&reading->tree, own, rates->key[k], rates->item[k]);
}

/* The map `liquidation` of the scenario, made when there is none; NULL when it is something else, which others report.
 */
static struct node *own_rules(struct reading *reading, struct node *root) {
    const size_t i = node_index(root, "liquidation");
    if (i == root->n)
        node_put(&reading->tree, root, "liquidation", node_new(&reading->tree, NODE_MAP, &root->place));
    return i < root->n && root->item[i]->kind == NODE_MAP ? root->item[i] : NULL;
}

/* The names of the keys that stand in the scenario, but for `venue`. */
static void name_own(struct reading *reading, const struct node *own) {
    struct text names = {0};
    for (size_t k = 0; k < own->n; k++)
        if (strcmp(own->key[k]->text, "venue") != 0)
            text_add(&names, "%s%s", names.length > 0 ? ", " : "", own->key[k]->text);
    if (names.length > 0)
        reading->scenario->venue.own = scenario_copy(reading, names.bytes);
    reading->report.no_memory |= names.failed;
    text_free(&names);
}

static void lay_under(struct reading *reading, struct node *own, const struct node *liquidation) {
    struct node *rates = rates_of(own);
    name_own(reading, own);
    for (size_t k = 0; k < liquidation->n; k++) {
        struct node *key = liquidation->key[k];
        const int is_rates = strcmp(key->text, "tiers") == 0 || strcmp(key->text, "maintenance") == 0;
        if (strcmp(key->text, "venue") == 0)
            report_error(&reading->report, &key->place, NULL, "the rules of a venue name no other venue");
        else if (is_rates ? !rates : !node_find(own, key->text))
            node_set(&reading->tree, own, key, liquidation->item[k]);
    }
    if (rates)
        complete_rates(reading, rates, liquidation);
    else if (!rates_of(liquidation))
        report_error(&reading->report, &reading->venue->place,
                     "liquidation: {maintenance: 0.5%}, or 'tiers', which venues list for their contracts",
                     "the rules of venue '%s' have no rates of maintenance", reading->venue->text);
}

/* What names the venue: the key at the top or in `liquidation`; of both, the one on the command line. */
static const struct node *choose_venue(struct reading *reading, const struct node *root) {
    const struct node *top = node_find(root, "venue"), *inner = node_find(node_find(root, "liquidation"), "venue");
    const int top_last = top && top->place.source && top->place.source->assignment;
    const int inner_last = inner && inner->place.source && inner->place.source->assignment;
    if (top && inner && top_last == inner_last)
        report_error(&reading->report, &inner->place, "remove one of them",
                     "'venue' is given in 'liquidation', and at the top of the scenario as well");
    return top && (!inner || top_last >= inner_last) ? top : inner;
}

void scenario_venue(struct reading *reading, struct node *root) {
    struct venue_file_keys keys = {0};
    const struct node *venue = choose_venue(reading, root);
    if (!venue || venue->kind != NODE_SCALAR || node_is_nothing(venue))
        return;
    reading->venue = venue;
    const char *path = find_file(reading);
    const struct source *source = path ? report_file(&reading->report, path, &venue->place) : NULL;
    const struct node *file = source ? yaml_read(source, NULL, &reading->tree, &reading->report) : NULL;
    if (!file)
        return;
    field_read(venue_file_fields, file, &keys, &reading->tree, &reading->report);
    if (keys.venue.node && keys.venue.node->kind == NODE_MAP)
        check_venue(reading, &keys.venue);
    struct node *own = keys.liquidation ? own_rules(reading, root) : NULL;
    if (own && keys.liquidation->kind == NODE_MAP)
        lay_under(reading, own, keys.liquidation);
    else if (own)
        field_mismatch("liquidation", keys.liquidation, "a map (key: value)", &reading->report);
}
