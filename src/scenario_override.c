/* Assignments of the command line: finds the place that "key.path=value" names in the tree, and puts the value there.
 */
#include <stdlib.h>
#include <string.h>

#include "scenario_parts.h"
#include "yaml_tree.h"

struct override {
    struct reading *reading;
    struct place place;
    const char *path; /* what is left of it */
    int below_limits; /* the keys of `limits` contain dots */
};

static struct node *parse_value(struct override *override, const char *value) {
    struct report *report = &override->reading->report;
    if (value[strspn(value, " \t")] == '\0') {
        report_error(report, &override->place, "write it as -P key.path=value", "no value after '='");
        return NULL;
    }
    const struct source *text = report_text(report, "", value, strlen(value));
    return text ? yaml_read(text, override->place.source, &override->reading->tree, report) : NULL;
}

/* Takes the next part of the path: the longest of the keys that are there, else all up to the next dot. */
static char *next_key(struct override *override, const struct node *map) {
    size_t n = override->below_limits ? strlen(override->path) : strcspn(override->path, ".");
    for (size_t i = 0; i < map->n; i++) {
        size_t length = strlen(map->key[i]->text);
        char after = strncmp(override->path, map->key[i]->text, length) == 0 ? override->path[length] : 'x';
        n = (after == '.' || after == '\0') && length > n ? length : n;
    }
    char *key = tree_allocate(&override->reading->tree, n + 1);
    if (key) {
        memcpy(key, override->path, n);
        override->path += n + (override->path[n] == '.');
    }
    return key;
}

/* The item of a list that the path names, by its `name` or by its number from 0. */
static struct node **find_item(struct override *override, struct node *list) {
    struct suggestion suggestion = {0};
    size_t best = 0, found = list->n, digits = strspn(override->path, "0123456789");
    char word[80] = {0};
    strncat(word, override->path, strcspn(override->path, ".") < 79 ? strcspn(override->path, ".") : 79);
    suggestion.nearest.word = word;
    for (size_t i = 0; i < list->n; i++) {
        const struct node *name = node_find(list->item[i], "name");
        if (!name || name->kind != NODE_SCALAR || name->text[0] == '\0')
            continue;
        suggestion_offer(&suggestion, name->text);
        size_t length = strlen(name->text);
        char after = strncmp(override->path, name->text, length) == 0 ? override->path[length] : 'x';
        if ((after == '.' || after == '\0') && length > best) {
            best = length;
            found = i;
        }
    }
    if (best == 0 && digits > 0 && digits < 8 && (override->path[digits] == '.' || override->path[digits] == '\0')) {
        found = strtoul(override->path, NULL, 10);
        best = digits;
    }
    if (found >= list->n) {
        report_unknown(&override->reading->report, &override->place, "item", &suggestion);
        return NULL;
    }
    text_free(&suggestion.allowed);
    override->path += best + (override->path[best] == '.');
    return &list->item[found];
}

/* The slot of a key, made when it is not there: empty maps on the way, and a scalar at the end. */
static struct node **find_key(struct override *override, struct node *map) {
    struct tree *tree = &override->reading->tree;
    char *key = next_key(override, map);
    if (!key)
        return NULL;
    size_t i = node_index(map, key);
    if (i == map->n) {
        node_set(tree, map, node_scalar(tree, key, strlen(key), &override->place),
                 node_new(tree, NODE_MAP, &override->place));
    }
    return i < map->n ? &map->item[i] : NULL;
}

/* The mode that the scenario lists under a name; NULL when there is none. */
static struct node *find_mode(const struct node *listed, const char *name) {
    for (size_t i = 0; listed->kind == NODE_LIST && i < listed->n; i++) {
        const struct node *own =
            listed->item[i]->kind == NODE_MAP ? node_find(listed->item[i], "name") : listed->item[i];
        if (own && own->kind == NODE_SCALAR && strcmp(own->text, name) == 0)
            return listed->item[i];
    }
    return NULL;
}

static void add_mode(struct override *override, const struct node *listed, struct node *item, struct node *chosen) {
    struct node *found = item->kind == NODE_SCALAR ? find_mode(listed, item->text) : NULL;
    node_append(&override->reading->tree, chosen, found ? found : item);
}

/* Modes may be picked by name from those that the scenario lists: "a, b" or [a, b]. */
static struct node *choose_modes(struct override *override, const struct node *listed, struct node *value) {
    struct tree *tree = &override->reading->tree;
    struct node *chosen = node_new(tree, NODE_LIST, &override->place);
    if (!chosen || value->kind == NODE_MAP)
        return value;
    for (size_t i = 0; value->kind == NODE_LIST && i < value->n; i++)
        add_mode(override, listed, value->item[i], chosen);
    for (const char *name = value->kind == NODE_SCALAR ? value->text : NULL; name;) {
        name += strspn(name, " ");
        size_t n = strcspn(name, ",");
        size_t length = n;
        while (length > 0 && name[length - 1] == ' ')
            length--;
        struct node *item = node_scalar(tree, name, length, &override->place);
        if (!item)
            return value;
        add_mode(override, listed, item, chosen);
        name = name[n] == ',' ? name + n + 1 : NULL;
    }
    return chosen;
}

/* The number of an asset that the path names, as it stands in the market; n when there is none. */
static size_t take_asset(struct override *override, const struct node *assets) {
    size_t best = 0, found = assets->n;
    for (size_t i = 0; i < assets->n; i++) {
        const struct node *name = node_find(assets->item[i], "name");
        const size_t length = name && name->kind == NODE_SCALAR ? strlen(name->text) : 0;
        const char after = length && strncmp(override->path, name->text, length) == 0 ? override->path[length] : 'x';
        if ((after == '.' || after == '\0') && length > best) {
            best = length;
            found = i;
        }
    }
    if (found < assets->n)
        override->path += best + (override->path[best] == '.');
    return found;
}

/* market.correlation.BTC.ETH: both entries of a pair. Returns 0 when the path is something else. */
static int set_pair(struct override *override, const struct node *root, struct node *value) {
    static const char start[] = "market.correlation.";
    const struct node *market = root->kind == NODE_MAP ? node_find(root, "market") : NULL;
    const struct node *assets = market && market->kind == NODE_MAP ? node_find(market, "assets") : NULL;
    const struct node *rows = assets ? node_find(market, "correlation") : NULL;
    if (!rows || rows->kind != NODE_LIST || assets->kind != NODE_LIST || rows->n != assets->n ||
        strncmp(override->path, start, sizeof start - 1) != 0)
        return 0;
    const char *path = override->path;
    override->path += sizeof start - 1;
    const size_t i = take_asset(override, assets), k = i < assets->n ? take_asset(override, assets) : i;
    const int fits = k < assets->n && k != i && *override->path == '\0' && rows->item[i]->kind == NODE_LIST &&
                     rows->item[k]->kind == NODE_LIST && rows->item[i]->n == rows->n && rows->item[k]->n == rows->n;
    if (fits)
        rows->item[i]->item[k] = rows->item[k]->item[i] = value;
    override->path = path;
    return fits;
}

void scenario_override(struct reading *reading, struct node *root, const char *assignment) {
    struct override override = {.reading = reading, .place = {.line = 1, .column = 1, .width = 1}, .path = assignment};
    struct report *report = &reading->report;
    override.place.source = report_assignment(report, assignment);
    const char *equals = strchr(assignment, '=');
    if (!override.place.source || !equals || equals == assignment) {
        report_error(report, &override.place, "write it as -P key.path=value", "not an assignment");
        return;
    }
    char *path = tree_allocate(&reading->tree, (size_t)(equals - assignment) + 1);
    struct node *value = path ? parse_value(&override, equals + 1) : NULL;
    if (!value)
        return;
    memcpy(path, assignment, (size_t)(equals - assignment));
    override.path = path;
    if (set_pair(&override, root, value))
        return;
    struct node **slot = &root;
    while (slot && *override.path != '\0') {
        struct node *node = *slot;
        if (node->kind == NODE_SCALAR) {
            report_error(report, &override.place, NULL, "'%s' leads into a single value, which has no parts", path);
            return;
        }
        override.below_limits = node == node_find(root, "limits");
        slot = node->kind == NODE_LIST ? find_item(&override, node) : find_key(&override, node);
    }
    if (slot)
        *slot = strcmp(path, "modes") == 0 ? choose_modes(&override, *slot, value) : value;
}
