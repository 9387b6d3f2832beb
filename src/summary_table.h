/* A table of texts, drawn for a terminal or as Markdown. Inside summary only. */
#ifndef SUMMARY_TABLE_H
#define SUMMARY_TABLE_H

#include <stddef.h>
#include <stdio.h>

enum { TABLE_CELL = 256 }; /* bytes */

/* Cells in rows, the first row the heads. A zeroed table with `n_columns` is an empty one. */
struct table {
    size_t n_columns, n_cells, capacity;
    char (*cell)[TABLE_CELL];
    size_t n_left; /* columns after the first whose texts begin at the left, as those of the first do */
    int failed;    /* an allocation did; nothing is to be drawn then */
};

void table_free(struct table *table);
/* The next cell, empty, to be written; NULL when out of memory. */
char *table_add(struct table *table);
void table_text(struct table *table, const char *text);
/* Decimals that show an account's equity in at least six digits, at least two. */
int table_money_decimals(double start_equity);
void table_print(FILE *out, const struct table *table, int markdown);

#endif
