/* Reads YAML through libyaml's events, so that a hostile file is refused as soon as it grows too deep or too large, and
 * not after it was loaded. It knows nothing of what keys mean. */
#include "yaml_tree.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { DEPTH = 64, VALUES = 2000000, ANCHORS = 1000 };

struct anchor {
    const char *name;
    struct node *node;
    int open; /* still being read: an alias to it would contain itself */
};

struct reader {
    struct tree *tree;
    struct report *report;
    const struct source *source, *shown_source;
    yaml_parser_t parser;
    struct node *root;
    size_t depth;
    struct node *open[DEPTH];
    struct node *key[DEPTH]; /* the key that waits for its value, in an open map */
    size_t n_anchors;
    struct anchor anchors[ANCHORS];
    size_t n_documents;
    int stopped;
};

static struct place place_of(const struct reader *reader, yaml_mark_t start, yaml_mark_t end) {
    return (struct place){.source = reader->shown_source,
                          .line = start.line + 1,
                          .column = start.column + 1,
                          .width = end.line == start.line && end.column > start.column ? end.column - start.column : 1};
}

static void stop(struct reader *reader, const struct place *place, const char *help, const char *message) {
    report_error(reader->report, place, help, "%s", message);
    reader->stopped = 1;
}

/* Line and column of a byte offset, for errors of libyaml's decoder, which gives no mark. */
static struct place place_of_byte(const struct reader *reader, size_t offset) {
    struct place place = {.source = reader->shown_source, .line = 1, .column = 1, .width = 1};
    for (size_t i = 0; i < offset && i < reader->source->size; i++) {
        char c = reader->source->text[i];
        place.column = c == '\n' ? 1 : place.column + ((c & 0xc0) != 0x80);
        place.line += c == '\n';
    }
    return place;
}

static void report_parser(struct reader *reader) {
    const yaml_parser_t *parser = &reader->parser;
    const char *problem = parser->problem ? parser->problem : "not readable as YAML";
    reader->stopped = 1;
    if (parser->error == YAML_MEMORY_ERROR) {
        reader->report->no_memory = 1;
        return;
    }
    if (parser->error == YAML_READER_ERROR) {
        struct place place = place_of_byte(reader, parser->problem_offset);
        report_error(reader->report, &place, "a scenario is plain text in UTF-8", "not text: %s", problem);
        return;
    }
    struct place place = place_of(reader, parser->problem_mark, parser->problem_mark);
    const char *line_start = strstr(problem, "cannot start any token");
    const char *help = line_start ? "indent with spaces, never with tabs; quote texts that start with @, ` or %" : NULL;
    if (parser->context)
        report_error(reader->report, &place, help, "not YAML: %s (%s)", problem, parser->context);
    else
        report_error(reader->report, &place, help, "not YAML: %s", problem);
}

static void attach(struct reader *reader, struct node *node) {
    if (reader->depth == 0) {
        reader->root = node;
        return;
    }
    struct node *parent = reader->open[reader->depth - 1];
    struct node **key = &reader->key[reader->depth - 1];
    if (parent->kind == NODE_LIST) {
        node_append(reader->tree, parent, node);
    } else if (*key) {
        node_set(reader->tree, parent, *key, node);
        *key = NULL;
    } else if (node->kind == NODE_SCALAR) {
        *key = node;
    } else {
        stop(reader, &node->place, NULL, "a key must be a word, not a list or a map");
    }
}

static void remember_anchor(struct reader *reader, const yaml_char_t *name, struct node *node) {
    if (!name)
        return;
    if (reader->n_anchors == ANCHORS) {
        stop(reader, &node->place, NULL, "more than 1000 anchors");
        return;
    }
    size_t n = strlen((const char *)name);
    char *copy = tree_allocate(reader->tree, n + 1);
    if (copy) {
        memcpy(copy, name, n);
        reader->anchors[reader->n_anchors++] = (struct anchor){copy, node, node->kind != NODE_SCALAR};
    }
}

static void close_anchor(struct reader *reader, const struct node *node) {
    for (size_t i = 0; i < reader->n_anchors; i++)
        if (reader->anchors[i].node == node)
            reader->anchors[i].open = 0;
}

static size_t count_values(const struct node *node) {
    size_t n = 1;
    for (size_t i = 0; i < node->n; i++)
        n += count_values(node->item[i]) + (node->kind == NODE_MAP);
    return n;
}

static size_t node_height(const struct node *node) {
    size_t height = 0;
    for (size_t i = 0; i < node->n; i++) {
        size_t below = node_height(node->item[i]);
        height = below > height ? below : height;
    }
    return height + 1;
}

static void read_alias(struct reader *reader, const yaml_event_t *event) {
    struct place place = place_of(reader, event->start_mark, event->end_mark);
    const char *name = (const char *)event->data.alias.anchor;
    size_t i = reader->n_anchors;
    while (i > 0 && strcmp(reader->anchors[i - 1].name, name) != 0)
        i--;
    if (i == 0) {
        stop(reader, &place, NULL, "an alias to an anchor that does not exist");
    } else if (reader->anchors[i - 1].open) {
        stop(reader, &place, NULL, "an alias to something that contains it");
    } else if (reader->tree->n_nodes + count_values(reader->anchors[i - 1].node) > VALUES) {
        stop(reader, &place, NULL, "more than 2 million values, with aliases counted as what they stand for");
    } else if (reader->depth + node_height(reader->anchors[i - 1].node) > DEPTH) {
        stop(reader, &place, NULL, "nested deeper than 64 levels");
    } else {
        struct node *copy = node_copy(reader->tree, reader->anchors[i - 1].node);
        if (copy)
            attach(reader, copy);
    }
}

static void read_scalar(struct reader *reader, const yaml_event_t *event) {
    struct place place = place_of(reader, event->start_mark, event->end_mark);
    const char *value = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    if (memchr(value, '\0', length)) {
        stop(reader, &place, NULL, "a text with a zero byte");
        return;
    }
    struct node *node = node_scalar(reader->tree, value, length, &place);
    if (node) {
        node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        remember_anchor(reader, event->data.scalar.anchor, node);
        attach(reader, node);
    }
}

static void open_node(struct reader *reader, const yaml_event_t *event, enum node_kind kind) {
    struct place place = place_of(reader, event->start_mark, event->end_mark);
    struct node *node = node_new(reader->tree, kind, &place);
    if (!node)
        return;
    attach(reader, node);
    if (reader->depth == DEPTH)
        stop(reader, &place, NULL, "nested deeper than 64 levels");
    if (reader->stopped)
        return;
    const yaml_char_t *anchor =
        kind == NODE_LIST ? event->data.sequence_start.anchor : event->data.mapping_start.anchor;
    remember_anchor(reader, anchor, node);
    reader->open[reader->depth] = node;
    reader->key[reader->depth++] = NULL;
}

static int compare_keys(const void *a, const void *b) {
    const struct node *x = *(const struct node *const *)a, *y = *(const struct node *const *)b;
    int order = strcmp(x->text, y->text);
    if (order != 0)
        return order;
    if (x->place.line != y->place.line)
        return x->place.line < y->place.line ? -1 : 1;
    return (x->place.column > y->place.column) - (x->place.column < y->place.column);
}

/* Reports every key of the map that was there before. */
static void check_duplicates(struct reader *reader, const struct node *map) {
    const struct node **keys = calloc(map->n + 1, sizeof *keys);
    if (!keys) {
        reader->tree->failed = 1;
        return;
    }
    for (size_t i = 0; i < map->n; i++)
        keys[i] = map->key[i];
    qsort(keys, map->n, sizeof *keys, compare_keys);
    for (size_t i = 1; i < map->n; i++) {
        if (strcmp(keys[i]->text, keys[i - 1]->text) == 0) {
            report_error(reader->report, &keys[i]->place, NULL, "'%s' is given twice; first on line %zu", keys[i]->text,
                         keys[i - 1]->place.line);
        }
    }
    free(keys);
}

static void close_node(struct reader *reader) {
    const struct node *node = reader->open[--reader->depth];
    close_anchor(reader, node);
    if (node->kind == NODE_MAP)
        check_duplicates(reader, node);
}

static const yaml_char_t *tag_of(const yaml_event_t *event) {
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return event->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.tag;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.tag;
    default:
        return NULL;
    }
}

static void take_event(struct reader *reader, const yaml_event_t *event) {
    struct place place = place_of(reader, event->start_mark, event->end_mark);
    if (tag_of(event))
        stop(reader, &place, "remove the word that starts with '!'", "tags are not read");
    else if (reader->tree->n_nodes > VALUES)
        stop(reader, &place, NULL, "more than 2 million values");
    else if (event->type == YAML_DOCUMENT_START_EVENT && ++reader->n_documents > 1)
        stop(reader, &place, "one file is one scenario", "a second document");
    else if (event->type == YAML_ALIAS_EVENT)
        read_alias(reader, event);
    else if (event->type == YAML_SCALAR_EVENT)
        read_scalar(reader, event);
    else if (event->type == YAML_SEQUENCE_START_EVENT || event->type == YAML_MAPPING_START_EVENT)
        open_node(reader, event, event->type == YAML_MAPPING_START_EVENT ? NODE_MAP : NODE_LIST);
    else if (event->type == YAML_SEQUENCE_END_EVENT || event->type == YAML_MAPPING_END_EVENT)
        close_node(reader);
}

static void read_events(struct reader *reader) {
    int ended = 0;
    while (!ended && !reader->stopped && !reader->tree->failed) {
        yaml_event_t event;
        if (!yaml_parser_parse(&reader->parser, &event)) {
            report_parser(reader);
            return;
        }
        ended = event.type == YAML_STREAM_END_EVENT;
        take_event(reader, &event);
        yaml_event_delete(&event);
    }
    if (ended && !reader->root && !reader->stopped)
        report_error(reader->report, &(struct place){.source = reader->shown_source}, NULL, "the file is empty");
}

struct node *yaml_read(const struct source *source, const struct source *assignment, struct tree *tree,
                       struct report *report) {
    struct reader *reader = calloc(1, sizeof *reader);
    struct node *root = NULL;
    if (!reader || !yaml_parser_initialize(&reader->parser)) {
        report->no_memory = 1;
        free(reader);
        return NULL;
    }
    reader->tree = tree;
    reader->report = report;
    reader->source = source;
    reader->shown_source = assignment ? assignment : source;
    yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
    /* With the encoding given, libyaml takes a byte order mark for text. */
    const size_t mark = source->size >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    yaml_parser_set_input_string(&reader->parser, (const unsigned char *)source->text + mark, source->size - mark);
    read_events(reader);
    report->no_memory |= tree->failed;
    root = reader->stopped || tree->failed ? NULL : reader->root;
    yaml_parser_delete(&reader->parser);
    free(reader);
    return root;
}

const char *yaml_library_version(void) {
    return yaml_get_version_string();
}
