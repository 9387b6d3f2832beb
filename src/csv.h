/* CSV files as lists of rows. */
#ifndef CSV_H
#define CSV_H

#include "node.h"
#include "report.h"

/* A list of lists of scalars with their places in `source`. Cells are separated by commas and trimmed; a cell in double
 * quotes may hold commas and doubled quotes. Empty lines and lines that start with # are skipped. NULL when the report
 * says what is wrong. */
struct node *csv_read(const struct source *source, struct tree *tree, struct report *report);

#endif
