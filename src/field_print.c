/* Tables as text and structs as nodes: what a field takes, in words, and what was read, as a tree to print. */
#include <stdio.h>
#include <string.h>

#include "field.h"
#include "number.h"

static const void *const_member(const void *target, const struct field *field) {
    return (const char *)target + field->offset;
}

static void describe_range(const struct field *field, struct text *out) {
    const struct bounds *range = &field->range;
    char low[NUMBER_SIZE], high[NUMBER_SIZE];
    const char *unit = field->type == FIELD_PERCENTS ? "%" : "";
    if (range->low == 0 && range->high == 0)
        return;
    number_format(range->low, low);
    number_format(range->high, high);
    text_add(out, range->open & OPEN_LOW ? " above %s%s" : " from %s%s", low, unit);
    if (range->high < HUGE_VAL)
        text_add(out, range->open & OPEN_HIGH ? " and below %s%s" : " to %s%s", high, unit);
}

static void describe_choices(const struct field *field, struct text *out) {
    text_add(out, "one of ");
    for (const struct choice *choice = field->choices; choice->name; choice++)
        if (!choice->later)
            text_add(out, "%s%s", choice == field->choices ? "" : ", ", choice->name);
}

void field_describe(const struct field *field, struct text *out) {
    static const char *const names[] = {
        [FIELD_TEXT] = "text",
        [FIELD_NAME] = "name",
        [FIELD_NUMBER] = "number",
        [FIELD_FRACTION] = "fraction",
        [FIELD_WHOLE] = "whole number",
        [FIELD_DURATION] = "duration",
        [FIELD_FLAG] = "true or false",
        [FIELD_TEXTS] = "list of texts",
        [FIELD_FRACTIONS] = "list of fractions",
        [FIELD_PERCENTS] = "list of fractions",
        [FIELD_MAP] = "map",
        [FIELD_MAPS] = "list of maps",
    };
    if (field->type == FIELD_CHOICE) {
        describe_choices(field, out);
    } else if (field->type < FIELD_NODE) {
        text_add(out, "%s", names[field->type]);
        describe_range(field, out);
    }
}

static struct node *numbers_node(const struct field *field, const struct number_list *list, struct tree *tree) {
    struct node *node = node_new(tree, NODE_LIST, NULL);
    for (size_t i = 0; i < list->n; i++) {
        char text[NUMBER_SIZE];
        number_format(list->value[i], text);
        strcat(text, field->type == FIELD_PERCENTS ? "%" : "");
        node_append(tree, node, node_scalar(tree, text, strlen(text), NULL));
    }
    return node;
}

/* NULL when it was not given. */
static struct node *texts_node(const struct text_list *list, struct tree *tree) {
    struct node *node = list->node ? node_new(tree, NODE_LIST, NULL) : NULL;
    for (size_t i = 0; node && i < list->n; i++)
        node_append(tree, node, node_text(tree, list->value[i]));
    return node;
}

static struct node *items_node(const struct field *field, const struct item_list *list, struct tree *tree) {
    struct node *node = node_new(tree, NODE_LIST, NULL);
    if (list->n == 0 && !field->standard)
        return NULL;
    for (size_t i = 0; i < list->n; i++)
        node_append(tree, node, field_node(field->fields, (const char *)list->items + i * field->size, tree));
    return node;
}

static struct node *duration_node(double seconds, struct tree *tree) {
    char text[NUMBER_SIZE];
    duration_format(seconds, text);
    return node_scalar(tree, text, strlen(text), NULL);
}

static struct node *word_node(const char *word, struct tree *tree) {
    return node_scalar(tree, word, strlen(word), NULL);
}

static struct node *whole_node(uint64_t value, struct tree *tree) {
    char text[NUMBER_SIZE];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return word_node(text, tree);
}

/* NULL for a map of which nothing was given and nothing has a default. */
static struct node *map_node(const struct field *field, const void *value, struct tree *tree) {
    struct node *map = field_node(field->fields, value, tree);
    return map && map->n > 0 ? map : NULL;
}

/* NULL for what was not given and has no default. */
static struct node *value_node(const struct field *field, const void *value, struct tree *tree) {
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_NAME:
        return *(char *const *)value ? node_text(tree, *(char *const *)value) : NULL;
    case FIELD_NUMBER:
    case FIELD_FRACTION:
        return isnan(*(const double *)value) ? NULL : node_number(tree, *(const double *)value);
    case FIELD_DURATION:
        return isnan(*(const double *)value) ? NULL : duration_node(*(const double *)value, tree);
    case FIELD_WHOLE:
        return whole_node(*(const uint64_t *)value, tree);
    case FIELD_CHOICE:
        return *(const int *)value < 0 ? NULL : word_node(field->choices[*(const int *)value].name, tree);
    case FIELD_FLAG:
        return word_node(*(const int *)value ? "true" : "false", tree);
    case FIELD_FRACTIONS:
    case FIELD_PERCENTS:
        return numbers_node(field, value, tree);
    case FIELD_TEXTS:
        return texts_node(value, tree);
    case FIELD_MAP:
        return map_node(field, value, tree);
    case FIELD_MAPS:
        return items_node(field, value, tree);
    case FIELD_NODE:
        return *(const struct node *const *)value ? node_copy(tree, *(const struct node *const *)value) : NULL;
    }
    return NULL;
}

struct node *field_node(const struct field *fields, const void *target, struct tree *tree) {
    struct node *map = node_new(tree, NODE_MAP, NULL);
    for (const struct field *field = fields; field->name; field++)
        node_put(tree, map, field->name, value_node(field, const_member(target, field), tree));
    return map;
}
