/* Reads a batch file and crosses its lists. */
#include "night.h"

#include <inttypes.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "night_keys.h"
#include "yaml_tree.h"

const char *const night_axis_names[NIGHT_AXES] = {
    [NIGHT_BOOK] = "book", [NIGHT_STRESS] = "stress", [NIGHT_VENUE] = "venue"};

static const char nothing[] = "none";

struct night_reading {
    struct night *night;
    struct night_keys keys;
    struct report report;
    const char *path;
    size_t n_common; /* overrides of every run */
    char **common;
};

/* Text of the night's own; NULL when out of memory. */
__attribute__((format(printf, 2, 3))) static char *night_text(struct night *night, const char *format, ...) {
    struct text text = {0};
    va_list arguments;
    va_start(arguments, format);
    text_add_list(&text, format, arguments);
    va_end(arguments);
    char *copy = text.failed ? NULL : tree_allocate(&night->tree, text.length + 1);
    if (copy)
        memcpy(copy, text.bytes ? text.bytes : "", text.length + 1);
    night->tree.failed |= !copy;
    text_free(&text);
    return copy;
}

/* A file that the batch file names. */
static char *beside(struct night_reading *reading, const char *file) {
    const char *slash = file[0] == '/' ? NULL : strrchr(reading->path, '/');
    const int folder = slash ? (int)(slash - reading->path) + 1 : 0;
    return night_text(reading->night, "%.*s%s", folder, reading->path, file);
}

/* "a/ftx-2022.yaml": "ftx-2022". */
static char *label_of(struct night *night, const char *file) {
    const char *slash = strrchr(file, '/'), *begin = slash ? slash + 1 : file;
    size_t n = strlen(begin);
    for (size_t i = 4; i < 6; i++)
        if (n > i && strcmp(begin + n - i, i == 4 ? ".yml" : ".yaml") == 0) {
            n -= i;
            break;
        }
    return night_text(night, "%.*s", (int)n, begin);
}

/* 1 when one of the first `n` labels is the `n`-th. */
static int is_repeated(char *const *labels, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(labels[i], labels[n]) == 0)
            return 1;
    return 0;
}

/* Entries must have file names, and other ones. */
static void check_axis(struct night_reading *reading, const char *name, const struct text_list *list) {
    struct tree *tree = &reading->night->tree;
    char **labels = tree_allocate(tree, (list->n + 1) * sizeof *labels);
    if (!list->node || (list->node->kind == NODE_LIST && list->node->n != list->n))
        return;
    for (size_t i = 0; labels && i < list->n; i++) {
        const struct node *node = list->node->kind == NODE_LIST ? list->node->item[i] : list->node;
        labels[i] = label_of(reading->night, list->value[i]);
        if (!labels[i])
            return;
        if (labels[i][0] == '\0')
            report_error(&reading->report, &node->place, NULL, "'%s': '%.60s' names no file", name, list->value[i]);
        else if (is_repeated(labels, i))
            report_error(&reading->report, &node->place, "the results of both would have the same file name",
                         "'%s': another entry is called '%s' as well", name, labels[i]);
    }
}

static void check_output(struct night_reading *reading) {
    const char *output = reading->keys.output;
    if (output && output[0] == '\0')
        report_error(&reading->report, node_place(reading->keys.node, "output"), NULL, "'output' names no folder");
}

static void check_set(struct night_reading *reading) {
    const struct node *set = reading->keys.set;
    if (set && set->kind != NODE_MAP)
        field_mismatch("set", set, "a map (key.path: value)", &reading->report);
    for (size_t i = 0; set && set->kind == NODE_MAP && i < set->n; i++) {
        const char *key = set->key[i]->text;
        if (key[0] == '\0' || strpbrk(key, "=+"))
            report_error(&reading->report, &set->key[i]->place, "market.assets.BTC.volatility: 80%",
                         "'%s' cannot be the path of a key", key);
        else if (node_is_nothing(set->item[i]))
            field_mismatch(key, set->item[i], "a value", &reading->report);
    }
}

static void check_modes(struct night_reading *reading) {
    const struct node *modes = reading->keys.modes;
    if (modes && (modes->kind == NODE_MAP || node_is_nothing(modes)))
        field_mismatch("modes", modes, "a list", &reading->report);
    else if (modes && modes->kind == NODE_LIST && modes->n == 0)
        report_error(&reading->report, &modes->place, NULL, "'modes' is empty");
}

static size_t entries(const struct text_list *list) {
    return list->node ? list->n : 1;
}

static void check_size(struct night_reading *reading) {
    const struct night_keys *keys = &reading->keys;
    const double n = (double)keys->books.n * (double)entries(&keys->stresses) * (double)entries(&keys->venues);
    if (n > NIGHT_MOST)
        report_error(&reading->report, &keys->books.node->place, NULL, "these are %.0f runs; at most %d are allowed", n,
                     NIGHT_MOST);
}

static char *assignment(struct night *night, const char *key, const struct node *value) {
    struct text text = {0};
    node_write_flow(value, &text);
    char *whole = text.failed ? NULL : night_text(night, "%s=%s", key, text.bytes ? text.bytes : "");
    night->tree.failed |= text.failed;
    text_free(&text);
    return whole;
}

static void add_common(struct night_reading *reading, char *override) {
    reading->common[reading->n_common++] = override;
}

/* What the file says of all runs. */
static void collect_common(struct night_reading *reading) {
    const struct night_keys *keys = &reading->keys;
    struct night *night = reading->night;
    const size_t n_set = keys->set ? keys->set->n : 0;
    reading->common = tree_allocate(&night->tree, (n_set + 3) * sizeof *reading->common);
    if (!reading->common)
        return;
    if (node_find(keys->node, "paths"))
        add_common(reading, night_text(night, "paths=%" PRIu64, keys->paths));
    if (node_find(keys->node, "seed"))
        add_common(reading, night_text(night, "seed=%" PRIu64, keys->seed));
    if (keys->modes)
        add_common(reading, assignment(night, "modes", keys->modes));
    for (size_t i = 0; i < n_set; i++)
        add_common(reading, assignment(night, keys->set->key[i]->text, keys->set->item[i]));
}

/* The entry `i` of an axis: its text, or NULL for "none", which an axis that is not there has alone. */
static const char *entry(const struct text_list *list, size_t i) {
    return list->node && strcmp(list->value[i], nothing) != 0 ? list->value[i] : NULL;
}

/* A venue comes with all its rules, in the place of the book's; what the file sets comes after it. */
static void fill_run(struct night_reading *reading, struct night_run *run, size_t book, size_t stress, size_t venue) {
    const struct night_keys *keys = &reading->keys;
    struct night *night = reading->night;
    const char *layer = entry(&keys->stresses, stress), *place = entry(&keys->venues, venue);
    run->path = beside(reading, keys->books.value[book]);
    run->label[NIGHT_BOOK] = label_of(night, keys->books.value[book]);
    run->label[NIGHT_STRESS] = layer ? label_of(night, layer) : nothing;
    run->label[NIGHT_VENUE] = place ? label_of(night, place) : nothing;
    run->overrides = tree_allocate(&night->tree, (reading->n_common + 3) * sizeof *run->overrides);
    if (night->tree.failed)
        return;
    run->name = night_text(night, "%s%s%s%s%s", run->label[NIGHT_BOOK], keys->stresses.node ? "+" : "",
                           keys->stresses.node ? run->label[NIGHT_STRESS] : "", keys->venues.node ? "+" : "",
                           keys->venues.node ? run->label[NIGHT_VENUE] : "");
    if (place) {
        run->overrides[run->n_overrides++] = night_text(night, "liquidation={}");
        run->overrides[run->n_overrides++] = night_text(night, "venue=%s", place);
    }
    for (size_t i = 0; i < reading->n_common; i++)
        run->overrides[run->n_overrides++] = reading->common[i];
    if (layer)
        run->overrides[run->n_overrides++] = night_text(night, "stress+=%s", beside(reading, layer));
}

static void cross(struct night_reading *reading) {
    const struct night_keys *keys = &reading->keys;
    struct night *night = reading->night;
    const size_t n_stresses = entries(&keys->stresses), n_venues = entries(&keys->venues);
    night->name = keys->name;
    night->output = keys->output ? keys->output : night_text(night, "results/%s", keys->name);
    collect_common(reading);
    night->runs = tree_allocate(&night->tree, keys->books.n * n_stresses * n_venues * sizeof *night->runs);
    for (size_t b = 0; b < keys->books.n; b++)
        for (size_t s = 0; s < n_stresses; s++)
            for (size_t v = 0; v < n_venues && !night->tree.failed; v++)
                fill_run(reading, &night->runs[night->n++], b, s, v);
}

static void read_source(struct night_reading *reading, const struct source *source) {
    struct tree *tree = &reading->night->tree;
    const struct node *root = yaml_read(source, NULL, tree, &reading->report);
    if (!root)
        return;
    field_read(night_fields, root, &reading->keys, tree, &reading->report);
    check_axis(reading, "books", &reading->keys.books);
    check_axis(reading, "stresses", &reading->keys.stresses);
    check_axis(reading, "venues", &reading->keys.venues);
    check_output(reading);
    check_modes(reading);
    check_set(reading);
    if (report_status(&reading->report) == RISKPOOL_OK)
        check_size(reading);
    if (report_status(&reading->report) == RISKPOOL_OK)
        cross(reading);
    reading->report.no_memory |= tree->failed;
}

enum riskpool_status night_read(const char *path, struct night *night, char **messages) {
    struct night_reading reading = {.night = night, .path = path};
    *night = (struct night){0};
    *messages = NULL;
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (plain == (locale_t)0)
        return RISKPOOL_NO_MEMORY;
    locale_t before = uselocale(plain);
    const struct source *source = report_file(&reading.report, path, NULL);
    if (source)
        read_source(&reading, source);
    enum riskpool_status status = report_status(&reading.report);
    if (status != RISKPOOL_NO_MEMORY && report_render(&reading.report, messages) != RISKPOOL_OK)
        status = RISKPOOL_NO_MEMORY;
    report_free(&reading.report);
    uselocale(before);
    freelocale(plain);
    return status;
}

void night_free(struct night *night) {
    tree_free(&night->tree);
    *night = (struct night){0};
}
