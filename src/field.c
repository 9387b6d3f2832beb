/* Reads maps by their tables and turns what was read back into nodes. It knows the types, not the meaning. */
#include "field.h"

#include <stdio.h>
#include <string.h>

#include "number.h"

static void *member(void *target, const struct field *field) {
    return (char *)target + field->offset;
}

/* 1 when the text may name an asset, position, pool or mode: 1 to 64 printable bytes without '/', quotes and braces. */
static int is_name(const char *text) {
    size_t n = strlen(text);
    if (n == 0 || n > 64 || text[0] == ' ' || text[n - 1] == ' ')
        return 0;
    for (const char *s = text; *s; s++)
        if ((unsigned char)*s < 0x20 || strchr("\"'\\/{}[]\x7f", *s))
            return 0;
    return 1;
}

void field_mismatch(const char *name, const struct node *node, const char *due, struct report *report) {
    char found[80];
    node_describe(node, found, sizeof found);
    report_error(report, &node->place, NULL, "'%s' is %s; %s is due", name, found, due);
}

static const char *number_due(const struct field *field) {
    switch (field->type) {
    case FIELD_WHOLE:
        return "a whole number";
    case FIELD_DURATION:
        return "a duration";
    case FIELD_NUMBER:
        return "a number";
    default:
        return "a fraction (0.44 or 44%)";
    }
}

/* How values of the type are written. */
static const char *notation(const struct field *field) {
    switch (field->type) {
    case FIELD_DURATION:
        return "; 30 min, 1 h, 7 d, 1 y";
    case FIELD_FRACTION:
    case FIELD_FRACTIONS:
        return "; 0.44 or 44%";
    case FIELD_PERCENTS:
        return "; 150% or 1.5";
    default:
        return "";
    }
}

static int in_range(const struct bounds *range, double value) {
    if (range->low == 0 && range->high == 0)
        return 1;
    int above = range->open & OPEN_LOW ? value > range->low : value >= range->low;
    int below = range->open & OPEN_HIGH ? value < range->high : value <= range->high;
    return above && below;
}

static const char *parse_number(const struct field *field, const char *text, double *value, uint64_t *whole) {
    const char *why;
    switch (field->type) {
    case FIELD_WHOLE:
        why = whole_parse(text, whole);
        *value = why ? 0 : (double)*whole;
        return why;
    case FIELD_DURATION:
        return duration_parse(text, value);
    case FIELD_FRACTION:
    case FIELD_FRACTIONS:
        return fraction_parse(text, value);
    case FIELD_PERCENTS:
        return percent_parse(text, value);
    default:
        return number_parse(text, value);
    }
}

/* Parses and checks one number; returns 0 and reports when it is wrong. */
static int read_number(const struct field *field, const char *name, const struct node *node, double *value,
                       uint64_t *whole, struct report *report) {
    if (node->kind != NODE_SCALAR || node_is_nothing(node)) {
        field_mismatch(name, node, number_due(field), report);
        return 0;
    }
    const char *why = node->quoted ? "is in quotes; numbers are written without" : NULL;
    why = why ? why : parse_number(field, node->text, value, whole);
    if (!why && in_range(&field->range, *value))
        return 1;
    struct text help = {0};
    text_add(&help, "allowed: ");
    field_describe(field, &help);
    text_add(&help, "%s%s%s", field->unit ? ", " : "", field->unit ? field->unit : "", notation(field));
    report_error(report, &node->place, help.bytes, "'%s': '%.60s' %s", name, node->text,
                 why ? why : "is outside the allowed range");
    report->no_memory |= help.failed;
    text_free(&help);
    return 0;
}

double field_number(const struct field *field, const char *name, const struct node *node, struct report *report) {
    double value;
    uint64_t whole;
    return read_number(field, name, node, &value, &whole, report) ? value : NAN;
}

static void read_choice(const struct field *field, const struct node *node, int *value, struct report *report) {
    struct suggestion suggestion = {.nearest.word = node->text};
    if (node->kind != NODE_SCALAR) {
        field_mismatch(field->name, node, "a word", report);
        return;
    }
    for (const struct choice *choice = field->choices; choice->name; choice++) {
        if (strcmp(choice->name, node->text) != 0)
            continue;
        if (choice->later)
            report_error(report, &node->place, NULL, "this version does not have '%s: %s'", field->name, choice->name);
        else
            *value = (int)(choice - field->choices);
        return;
    }
    for (const struct choice *choice = field->choices; choice->name; choice++)
        if (!choice->later)
            suggestion_offer(&suggestion, choice->name);
    char kind[80];
    snprintf(kind, sizeof kind, "value of '%s':", field->name);
    report_unknown(report, &node->place, kind, &suggestion);
}

static void read_text(const struct field *field, const struct node *node, char **value, struct report *report) {
    if (node->kind != NODE_SCALAR || node_is_nothing(node)) {
        field_mismatch(field->name, node, "a text", report);
    } else if (field->type == FIELD_NAME && !is_name(node->text)) {
        report_error(report, &node->place, "1 to 64 printable characters without / \\ quotes, braces and brackets",
                     "'%s': '%.80s' cannot be a name", field->name, node->text);
    } else {
        *value = node->text;
    }
}

static void read_flag(const struct field *field, const struct node *node, int *value, struct report *report) {
    int yes = node->kind == NODE_SCALAR && !node->quoted && strcmp(node->text, "true") == 0;
    int no = node->kind == NODE_SCALAR && !node->quoted && strcmp(node->text, "false") == 0;
    if (!yes && !no)
        field_mismatch(field->name, node, "true or false", report);
    else
        *value = yes;
}

static int is_short_enough(const struct field *field, const struct node *node, size_t n, struct report *report) {
    if (field->most > 0 && n > field->most) {
        report_error(report, &node->place, NULL, "'%s' has %zu entries; at most %zu are allowed", field->name, n,
                     field->most);
        return 0;
    }
    return 1;
}

static void read_numbers(const struct field *field, const struct node *node, struct number_list *list,
                         struct tree *tree, struct report *report) {
    size_t n = node->kind == NODE_LIST ? node->n : 1;
    if (node->kind == NODE_MAP) {
        field_mismatch(field->name, node, "a list", report);
        return;
    }
    list->node = node;
    list->value = tree_allocate(tree, (n + 1) * sizeof *list->value);
    if (!list->value || !is_short_enough(field, node, n, report))
        return;
    for (size_t i = 0; i < n; i++) {
        const struct node *item = node->kind == NODE_LIST ? node->item[i] : node;
        double value = field_number(field, field->name, item, report);
        if (!isnan(value))
            list->value[list->n++] = value;
    }
}

static void read_texts(const struct field *field, const struct node *node, struct text_list *list, struct tree *tree,
                       struct report *report) {
    size_t n = node->kind == NODE_LIST ? node->n : 1;
    list->node = node;
    list->value = tree_allocate(tree, (n + 1) * sizeof *list->value);
    if (!list->value || !is_short_enough(field, node, n, report))
        return;
    if (n == 0)
        report_error(report, &node->place, NULL, "'%s' is empty", field->name);
    for (size_t i = 0; i < n; i++) {
        read_text(field, node->kind == NODE_LIST ? node->item[i] : node, &list->value[list->n], report);
        list->n += list->value[list->n] != NULL;
    }
}

static void read_items(const struct field *field, const struct node *node, struct item_list *list, struct tree *tree,
                       struct report *report) {
    if (node->kind != NODE_LIST) {
        field_mismatch(field->name, node, "a list", report);
        return;
    }
    list->node = node;
    if (!is_short_enough(field, node, node->n, report))
        return;
    list->items = tree_allocate(tree, (node->n + 1) * field->size);
    for (size_t i = 0; list->items && i < node->n; i++) {
        list->n++;
        field_read(field->fields, node->item[i], (char *)list->items + i * field->size, tree, report);
    }
}

static void read_value(const struct field *field, const struct node *node, void *target, struct tree *tree,
                       struct report *report) {
    void *value = member(target, field);
    double number;
    uint64_t whole;
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_NAME:
        read_text(field, node, value, report);
        break;
    case FIELD_NUMBER:
    case FIELD_FRACTION:
    case FIELD_DURATION:
        *(double *)value = field_number(field, field->name, node, report);
        break;
    case FIELD_WHOLE:
        if (read_number(field, field->name, node, &number, &whole, report))
            *(uint64_t *)value = whole;
        break;
    case FIELD_CHOICE:
        read_choice(field, node, value, report);
        break;
    case FIELD_FLAG:
        read_flag(field, node, value, report);
        break;
    case FIELD_FRACTIONS:
    case FIELD_PERCENTS:
        read_numbers(field, node, value, tree, report);
        break;
    case FIELD_TEXTS:
        read_texts(field, node, value, tree, report);
        break;
    case FIELD_MAP:
        field_read(field->fields, node, value, tree, report);
        break;
    case FIELD_MAPS:
        read_items(field, node, value, tree, report);
        break;
    case FIELD_NODE:
        *(const struct node **)value = node;
        break;
    }
}

static void set_absent(const struct field *field, void *target, struct tree *tree, struct report *report) {
    switch (field->type) {
    case FIELD_MAP:
        field_read(field->fields, NULL, member(target, field), tree, report);
        break;
    case FIELD_NUMBER:
    case FIELD_FRACTION:
    case FIELD_DURATION:
        *(double *)member(target, field) = NAN;
        break;
    case FIELD_CHOICE:
        *(int *)member(target, field) = -1;
        break;
    default:
        break;
    }
}

/* A default, as if it had been written: a scalar, or a list of what stands between commas. */
static struct node *standard_node(const struct field *field, struct tree *tree) {
    int is_list = field->type == FIELD_FRACTIONS || field->type == FIELD_PERCENTS || field->type == FIELD_MAPS;
    if (!is_list)
        return node_scalar(tree, field->standard, strlen(field->standard), NULL);
    struct node *list = node_new(tree, NODE_LIST, NULL);
    for (const char *s = field->standard; *s;) {
        size_t n = strcspn(s, ",");
        node_append(tree, list, node_scalar(tree, s, n, NULL));
        s += n + strspn(s + n, ", ");
    }
    return list;
}

/* What stands for a key that is not there: its default, an empty map, or nothing. */
static const struct node *missing_value(const struct field *field, const struct node *map, struct tree *tree) {
    if (field->type == FIELD_MAP)
        return field->required ? NULL : node_new(tree, NODE_MAP, &map->place);
    return field->standard ? standard_node(field, tree) : NULL;
}

static const struct field *find_field(const struct field *fields, const char *name) {
    for (; fields->name; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

static void check_keys(const struct field *fields, const struct node *map, struct report *report) {
    for (size_t i = 0; i < map->n; i++) {
        const struct field *field = find_field(fields, map->key[i]->text);
        if (field)
            continue;
        struct suggestion suggestion = {.nearest.word = map->key[i]->text};
        for (const struct field *known = fields; known->name; known++)
            suggestion_offer(&suggestion, known->name);
        report_unknown(report, &map->key[i]->place, "key", &suggestion);
    }
}

static int is_assigned(const struct node *node) {
    return node->place.source && node->place.source->assignment;
}

/* Of two keys that exclude each other, the one given on the command line counts. Returns the value, or NULL when the
 * rival counts; reports when both do. */
static const struct node *settle_rivalry(const struct field *field, const struct node *map, struct report *report) {
    const struct node *value = node_find(map, field->name);
    const struct node *other = field->rival ? node_find(map, field->rival) : NULL;
    if (!value || !other || (is_assigned(value) && !is_assigned(other)))
        return value;
    if (is_assigned(other) && !is_assigned(value))
        return NULL;
    if (node_index(map, field->name) > node_index(map, field->rival)) {
        char where[200];
        place_name(&other->place, where, sizeof where);
        report_error(report, &map->key[node_index(map, field->name)]->place, "remove one of them",
                     "'%s' is given, and '%s' as well (%s)", field->name, field->rival, where);
        return NULL;
    }
    return value;
}

static void check_required(const struct field *field, const struct node *map, struct report *report) {
    if (!field->required || (field->rival && node_find(map, field->rival)))
        return;
    if (field->rival)
        report_error(report, &map->place, field->sentence, "'%s' or '%s' is missing", field->name, field->rival);
    else
        report_error(report, &map->place, field->sentence, "the required key '%s' is missing", field->name);
}

void field_read(const struct field *fields, const struct node *map, void *target, struct tree *tree,
                struct report *report) {
    int is_map = map && map->kind == NODE_MAP;
    if (map && !is_map) {
        char found[80];
        node_describe(map, found, sizeof found);
        report_error(report, &map->place, NULL, "this is %s; a map (key: value) is due", found);
    }
    if (is_map)
        check_keys(fields, map, report);
    *(const struct node **)target = map;
    for (const struct field *field = fields; field->name; field++) {
        set_absent(field, target, tree, report);
        const struct node *value = is_map ? settle_rivalry(field, map, report) : NULL;
        if (is_map && !value && !node_find(map, field->name))
            check_required(field, map, report);
        value = value || !map ? value : missing_value(field, map, tree);
        if (value)
            read_value(field, value, target, tree, report);
    }
    report->no_memory |= tree->failed;
}
