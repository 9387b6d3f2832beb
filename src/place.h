/* Where something was written: a source (a file as read, or an assignment on the command line) and a place in it. */
#ifndef PLACE_H
#define PLACE_H

#include <stddef.h>

#include "riskpool.h"

/* No input file may be larger, bytes. */
enum { SOURCE_LIMIT = 8 * 1024 * 1024 };

struct source {
    char *name; /* the file's path, or "-P key=value" */
    char *text; /* zero-terminated; NULL for an assignment */
    size_t size;
    int assignment; /* 1: given on the command line */
};

struct place {
    const struct source *source;
    size_t line;   /* from 1; 0: the source as a whole */
    size_t column; /* from 1, in characters */
    size_t width;  /* characters to underline, at least 1 */
};

/* Reads the file `path`. On failure *why is a sentence that lives as long as the program. */
enum riskpool_status source_read(struct source *source, const char *path, const char **why);
void source_free(struct source *source);
/* The bytes of line `line` (from 1), without its end; NULL when there is none. */
const char *source_line(const struct source *source, size_t line, size_t *n);

#endif
