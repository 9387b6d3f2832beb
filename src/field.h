/* Tables that describe structs: what a map in a scenario may hold, and where each value goes. One table reads, checks,
 * fills in defaults, suggests names, and is printed as the reference, the template and the resolved scenario. */
#ifndef FIELD_H
#define FIELD_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "node.h"
#include "report.h"

enum field_type {
    FIELD_TEXT,      /* char *; NULL: not given */
    FIELD_NAME,      /* char *: a text that can name something */
    FIELD_NUMBER,    /* double; NaN: not given */
    FIELD_FRACTION,  /* double, 0.44 or 44% */
    FIELD_WHOLE,     /* uint64_t */
    FIELD_DURATION,  /* double, seconds */
    FIELD_CHOICE,    /* int, index into `choices`; -1: not given */
    FIELD_FLAG,      /* int, true or false */
    FIELD_TEXTS,     /* struct text_list */
    FIELD_FRACTIONS, /* struct number_list */
    FIELD_PERCENTS,  /* struct number_list, percent */
    FIELD_MAP,       /* a struct that starts with `const struct node *node`, described by `fields` */
    FIELD_MAPS,      /* struct item_list of such structs */
    FIELD_NODE       /* const struct node *: read by whoever knows; NULL: not given */
};

struct number_list {
    size_t n;
    double *value;
    const struct node *node; /* the list, for places; NULL for a default */
};

struct text_list {
    size_t n;
    char **value;
    const struct node *node; /* the list, or the one text; NULL when it was not given */
};

struct item_list {
    size_t n;
    void *items;
    const struct node *node; /* the list; NULL when it was not given */
};

struct choice {
    const char *name; /* NULL ends the list */
    const char *sentence;
    int later; /* documented, but not in this version */
};

enum { OPEN_LOW = 1, OPEN_HIGH = 2 };

struct bounds {
    double low, high; /* both 0: no range */
    int open;         /* OPEN_LOW, OPEN_HIGH: the bound itself is outside */
};

struct field {
    const char *name; /* NULL ends the table */
    enum field_type type;
    size_t offset; /* of the member */
    int required;
    int alternative;      /* 1: commented out in the template, for another key stands for it there */
    const char *rival;    /* the key that is given instead of this one */
    const char *standard; /* the default as it would be written (lists: with commas); NULL: none */
    const char *unit;
    struct bounds range; /* of every number */
    const char *sentence;
    const char *example; /* for the template, when there is no default; lines after the first are indented there */
    const struct choice *choices;
    const struct field *fields; /* of maps */
    size_t size;                /* of one struct of a list of maps */
    size_t most;                /* entries that a list may have; 0: any number */
};

#define RANGE_ABOVE(bound) \
    { bound, HUGE_VAL, OPEN_LOW }
#define RANGE_FROM(bound) \
    { bound, HUGE_VAL, 0 }
#define RANGE_BETWEEN(low, high) \
    { low, high, 0 }
#define RANGE_OPEN(low, high) \
    { low, high, OPEN_LOW | OPEN_HIGH }

/* Reads `map` into `target` by the table; what is wrong goes to the report and leaves the member as not given (or at
 * its default). All memory that the target points at belongs to the tree. */
void field_read(const struct field *fields, const struct node *map, void *target, struct tree *tree,
                struct report *report);
/* One number of a node, by the type and range of `field`; NaN when it is wrong. `name` names it in messages. */
double field_number(const struct field *field, const char *name, const struct node *node, struct report *report);
/* Reports that `node` is not what is due ("'x' is a list; a number is due"). */
void field_mismatch(const char *name, const struct node *node, const char *due, struct report *report);
/* What was read, as a map with every default. */
struct node *field_node(const struct field *fields, const void *target, struct tree *tree);

/* "number above 0", "one of gbm, bachelier": what a field takes. */
void field_describe(const struct field *field, struct text *out);

#endif
