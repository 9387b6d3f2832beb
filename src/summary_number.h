/* Numbers in the cells of a table, with their errors. Inside summary only. */
#ifndef SUMMARY_NUMBER_H
#define SUMMARY_NUMBER_H

#include "results.h"
#include "summary_table.h"

/* How a number is shown: money in its decimals, a share of paths in percent. */
struct look {
    double factor;
    int decimals;
};

struct look look_of(const struct riskpool_results *results, enum unit unit);
void add_number(struct table *table, struct look look, double value);
/* The error is a standard error, shown as half of the 95 % interval. */
void add_with_error(struct table *table, struct look look, double value, double error);
void add_with_interval(struct table *table, struct look look, double value, double low, double high);
/* Where one level has to do: the highest up to 99 %, else the lowest. */
size_t shown_level(const struct riskpool_results *results);

#endif
