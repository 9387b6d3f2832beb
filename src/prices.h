/* A table of prices: a row an instant, a column an asset. */
#ifndef PRICES_H
#define PRICES_H

#include "node.h"
#include "report.h"

struct prices {
    size_t n_rows, n_columns;
    const char **name; /* of the columns, as assets may be named: dashes for / and the like */
    double *time;      /* seconds since 1970-01-01 UTC, strictly rising */
    double *price;     /* [row][column]; NaN: missing, else above 0 */
    size_t *line;      /* of the rows in the file, from 1 */
    const char *path;
    struct tree tree; /* owns all of the above */
};

/* Reads the CSV file `path`: a row of names, then rows that start with a date or a time (instant.h). Empty cells and
 * NA, NaN, null are missing prices. `columns` are the names that are wanted, in their order; with n_columns = 0 all
 * are. What is in other columns is not looked at. `asked` is where the file was asked for, or NULL. Not OK when the
 * report says what is wrong. */
enum riskpool_status prices_init(struct prices *prices, const char *path, const char *const *columns, size_t n_columns,
                                 const struct place *asked, struct report *report);
void prices_free(struct prices *prices);

/* The place of a whole table, for messages about what is in it. */
struct place prices_place(const struct report *report);

#endif
