/* Log returns between neighbouring rows of a table of prices. */
#ifndef RETURNS_H
#define RETURNS_H

#include "prices.h"

/* A stretch of time; a return belongs to the time it ends at. */
struct window {
    const char *name;
    double from, to; /* seconds; from <= t < to; infinite: no bound */
};

/* How the rows of a table follow each other. Neighbours are a step apart when their distance is within half of the
 * median distance; in a daily table without Saturdays and Sundays also when it is at most five days (a weekend with
 * holidays). */
struct calendar {
    double median; /* seconds between neighbours */
    double step;   /* mean seconds between neighbours that are a step apart */
    int weekdays;  /* 1: a daily table without Saturdays and Sundays */
};

struct returns {
    size_t n, n_assets;
    const char **name; /* of the assets; the table's */
    double *value;     /* [n][n_assets] */
    double *time;      /* seconds; where each return ends */
    char *fresh;       /* 1: the return does not begin where the one before it ended */
    double *last;      /* price of each asset in the last complete row */
    double last_time;
    double step_years;   /* years of 365 days that a return takes, on average */
    double first, final; /* seconds: the first and the last row that was looked at */
    struct calendar calendar;
    size_t n_rows;    /* rows whose time is in the window */
    size_t n_missing; /* returns left out because a price is missing at either end */
    size_t n_gaps;    /* returns left out because rows are missing between the ends */
    size_t *n_empty;  /* missing prices of each asset in those rows */
};

/* Only returns between complete neighbouring rows are used; nothing is filled in. An empty result is legal. */
enum riskpool_status returns_init(struct returns *returns, const struct prices *prices, const struct window *window);
void returns_free(struct returns *returns);

/* Column `asset` of the returns, into x[n]. */
void returns_column(const struct returns *returns, size_t asset, double *x);

#endif
