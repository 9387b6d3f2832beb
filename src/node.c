/* The tree of nodes: building, looking up, printing as YAML. It knows nothing of parsing and of what keys mean. */
#include "node.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "number.h"

enum { CHUNK_SIZE = 65536, ALIGNMENT = 16 };

struct chunk {
    struct chunk *next;
    size_t used, size;
    _Alignas(ALIGNMENT) char bytes[];
};

void tree_free(struct tree *tree) {
    while (tree->chunks) {
        struct chunk *next = tree->chunks->next;
        free(tree->chunks);
        tree->chunks = next;
    }
    *tree = (struct tree){0};
}

void *tree_allocate(struct tree *tree, size_t size) {
    size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    struct chunk *chunk = tree->chunks;
    if (tree->failed || size > SIZE_MAX / 2) {
        tree->failed = 1;
        return NULL;
    }
    if (!chunk || chunk->size - chunk->used < rounded) {
        size_t room = rounded > CHUNK_SIZE ? rounded : CHUNK_SIZE;
        chunk = calloc(1, sizeof *chunk + room);
        if (!chunk) {
            tree->failed = 1;
            return NULL;
        }
        *chunk = (struct chunk){.next = tree->chunks, .size = room};
        tree->chunks = chunk;
    }
    void *memory = chunk->bytes + chunk->used;
    chunk->used += rounded;
    return memory;
}

struct node *node_new(struct tree *tree, enum node_kind kind, const struct place *place) {
    struct node *node = tree_allocate(tree, sizeof *node);
    if (node) {
        *node = (struct node){.kind = kind, .place = place ? *place : (struct place){0}};
        tree->n_nodes++;
    }
    return node;
}

struct node *node_scalar(struct tree *tree, const char *text, size_t n, const struct place *place) {
    struct node *node = node_new(tree, NODE_SCALAR, place);
    char *copy = node ? tree_allocate(tree, n + 1) : NULL;
    if (!copy)
        return NULL;
    memcpy(copy, text, n);
    node->text = copy;
    return node;
}

struct node *node_number(struct tree *tree, double value) {
    char text[NUMBER_SIZE];
    number_format(value, text);
    return node_scalar(tree, text, strlen(text), NULL);
}

struct node *node_text(struct tree *tree, const char *text) {
    struct node *node = node_scalar(tree, text, strlen(text), NULL);
    if (node)
        node->quoted = 1;
    return node;
}

struct node *node_copy(struct tree *tree, const struct node *node) {
    struct node *copy = node->kind == NODE_SCALAR ? node_scalar(tree, node->text, strlen(node->text), &node->place)
                                                  : node_new(tree, node->kind, &node->place);
    if (!copy)
        return NULL;
    copy->quoted = node->quoted;
    for (size_t i = 0; i < node->n; i++)
        if (node->kind == NODE_MAP)
            node_set(tree, copy, node_copy(tree, node->key[i]), node_copy(tree, node->item[i]));
        else
            node_append(tree, copy, node_copy(tree, node->item[i]));
    return copy;
}

static struct node **grow(struct tree *tree, struct node **old, size_t n, size_t capacity) {
    struct node **grown = tree_allocate(tree, capacity * sizeof *grown);
    if (grown && n > 0)
        memcpy(grown, old, n * sizeof *grown);
    return grown;
}

static int node_reserve(struct tree *tree, struct node *node) {
    if (node->n < node->capacity)
        return 1;
    size_t capacity = node->capacity > 0 ? 2 * node->capacity : 4;
    struct node **item = grow(tree, node->item, node->n, capacity);
    struct node **key = node->kind == NODE_MAP ? grow(tree, node->key, node->n, capacity) : NULL;
    if (tree->failed)
        return 0;
    node->item = item;
    node->key = key;
    node->capacity = capacity;
    return 1;
}

void node_append(struct tree *tree, struct node *list, struct node *item) {
    if (list && item && node_reserve(tree, list))
        list->item[list->n++] = item;
}

void node_set(struct tree *tree, struct node *map, struct node *key, struct node *item) {
    if (map && key && item && node_reserve(tree, map) && map->key) {
        map->key[map->n] = key;
        map->item[map->n++] = item;
    }
}

void node_put(struct tree *tree, struct node *map, const char *key, struct node *item) {
    node_set(tree, map, node_text(tree, key), item);
}

size_t node_index(const struct node *map, const char *key) {
    size_t i = 0;
    while (i < map->n && strcmp(map->key[i]->text, key) != 0)
        i++;
    return i;
}

const struct node *node_find(const struct node *map, const char *key) {
    if (!map || map->kind != NODE_MAP)
        return NULL;
    size_t i = node_index(map, key);
    return i < map->n ? map->item[i] : NULL;
}

const struct place *node_place(const struct node *map, const char *key) {
    const struct node *value = node_find(map, key);
    return value ? &value->place : &map->place;
}

int node_is_nothing(const struct node *node) {
    return node->kind == NODE_SCALAR && !node->quoted &&
           (node->text[0] == '\0' || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0);
}

void node_describe(const struct node *node, char *text, size_t size) {
    if (node->kind != NODE_SCALAR)
        snprintf(text, size, "%s", node->kind == NODE_LIST ? "a list" : "a map");
    else if (node_is_nothing(node))
        snprintf(text, size, "nothing");
    else
        snprintf(text, size, "'%.60s%s'", node->text, strlen(node->text) > 60 ? "..." : "");
}

/* Words that YAML 1.1 reads as something else than text. */
static int is_reserved(const char *text) {
    static const char *const words[] = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasecmp(text, words[i]) == 0)
            return 1;
    return 0;
}

static int is_plain(const char *text) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char more[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./%";
    return text[0] != '\0' && strchr(letters, text[0]) && text[strspn(text, more)] == '\0' && !is_reserved(text);
}

/* Writes a text, quoted when YAML could read it as something else. */
static void scalar_write(const char *text, struct text *out) {
    if (is_plain(text)) {
        text_add(out, "%s", text);
        return;
    }
    text_add(out, "\"");
    for (const char *s = text; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            text_add(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            text_add(out, "\\x%02X", c);
        else
            text_add_bytes(out, s, 1);
    }
    text_add(out, "\"");
}

static void write_scalar_node(const struct node *node, struct text *out) {
    if (node->quoted)
        scalar_write(node->text, out);
    else
        text_add(out, "%s", node->text);
}

void node_write_flow(const struct node *node, struct text *out) {
    if (node->kind == NODE_SCALAR) {
        write_scalar_node(node, out);
        return;
    }
    text_add(out, "%c", node->kind == NODE_LIST ? '[' : '{');
    for (size_t i = 0; i < node->n; i++) {
        text_add(out, "%s", i > 0 ? ", " : "");
        if (node->kind == NODE_MAP) {
            scalar_write(node->key[i]->text, out);
            text_add(out, ": ");
        }
        node_write_flow(node->item[i], out);
    }
    text_add(out, "%c", node->kind == NODE_LIST ? ']' : '}');
}

static int is_flat(const struct node *node) {
    for (size_t i = 0; i < node->n; i++)
        if (node->item[i]->kind != NODE_SCALAR)
            return 0;
    return 1;
}

/* A map or list whose entries stand on lines of their own. */
static void write_block(const struct node *node, int indent, struct text *out) {
    for (size_t i = 0; i < node->n; i++) {
        text_add(out, "%*s", indent, "");
        if (node->kind == NODE_MAP) {
            scalar_write(node->key[i]->text, out);
            text_add(out, ":");
            node_write(node->item[i], indent + 2, out);
        } else {
            text_add(out, "- ");
            node_write_flow(node->item[i], out);
            text_add(out, "\n");
        }
    }
}

void node_write(const struct node *node, int indent, struct text *out) {
    if (is_flat(node)) {
        text_add(out, " ");
        node_write_flow(node, out);
        text_add(out, "\n");
    } else {
        text_add(out, "\n");
        write_block(node, indent, out);
    }
}
