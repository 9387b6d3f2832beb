/* YAML text to a tree of nodes with places. */
#ifndef YAML_TREE_H
#define YAML_TREE_H

#include "node.h"
#include "report.h"

/* Reads the one document of `source` into `tree`. Returns its root, or NULL when the report says why there is none.
 * Refused: nesting deeper than 64, more than 2 million values once aliases are expanded, aliases to an ancestor,
 * duplicate keys, keys that are no scalars, tags, a second document. `assignment`: the source of an assignment on the
 * command line that the text stands in, or NULL; it takes the place of `source` in all places. */
struct node *yaml_read(const struct source *source, const struct source *assignment, struct tree *tree,
                       struct report *report);
/* The version of libyaml that runs. */
const char *yaml_library_version(void);

#endif
