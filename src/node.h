/* A tree of scalars, lists and maps, every one with the place where it was written. */
#ifndef NODE_H
#define NODE_H

#include <stddef.h>

#include "place.h"
#include "text.h"

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
    enum node_kind kind;
    struct place place;
    int quoted;         /* scalars */
    char *text;         /* scalars: zero-terminated */
    size_t n, capacity; /* entries of lists and maps */
    struct node **key;  /* maps */
    struct node **item;
};

/* Owns the memory of its nodes, and whatever else lives as long. A zeroed tree is an empty one. */
struct tree {
    struct chunk *chunks;
    size_t n_nodes;
    int failed; /* an allocation failed; what follows does nothing */
};

void tree_free(struct tree *tree);
/* Zeroed memory; NULL when there is none. */
void *tree_allocate(struct tree *tree, size_t size);

/* These return NULL, and take NULL for a node, when an allocation failed. */
struct node *node_new(struct tree *tree, enum node_kind kind, const struct place *place);
struct node *node_scalar(struct tree *tree, const char *text, size_t n, const struct place *place);
struct node *node_number(struct tree *tree, double value);
/* A scalar that is printed as text. */
struct node *node_text(struct tree *tree, const char *text);
struct node *node_copy(struct tree *tree, const struct node *node);
void node_append(struct tree *tree, struct node *list, struct node *item);
void node_set(struct tree *tree, struct node *map, struct node *key, struct node *item);
void node_put(struct tree *tree, struct node *map, const char *key, struct node *item);

/* The index of a key in a map; map->n when it is not there. */
size_t node_index(const struct node *map, const char *key);
/* The value of a key in a map, or NULL. */
const struct node *node_find(const struct node *map, const char *key);
/* Where the value of `key` stands, or the map when it is not there. */
const struct place *node_place(const struct node *map, const char *key);
/* 1 for an empty value, ~ and null. */
int node_is_nothing(const struct node *node);
/* What a node is, for messages: "a list", "'text'". */
void node_describe(const struct node *node, char *text, size_t size);

/* Writes a node on one line. */
void node_write_flow(const struct node *node, struct text *out);
/* Writes a node after "key:" at the given indentation: flat ones on the same line, others an entry a line; ends the
 * line. */
void node_write(const struct node *node, int indent, struct text *out);

#endif
