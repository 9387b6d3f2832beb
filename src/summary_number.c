/* How numbers look: decimals, errors, intervals. */
#include "summary_number.h"

#include <math.h>
#include <stdio.h>

#include "interval.h"

enum { NUMBER = 64 };

struct look look_of(const struct riskpool_results *results, enum unit unit) {
    return unit == UNIT_MONEY ? (struct look){1, table_money_decimals(results->start_equity)} : (struct look){100, 3};
}

static void print_number(char text[NUMBER], struct look look, double value) {
    if (!isfinite(value))
        snprintf(text, NUMBER, "-");
    else if (fabs(value) < 1e15)
        snprintf(text, NUMBER, "%.*f", look.decimals, value * look.factor);
    else
        snprintf(text, NUMBER, "%.9g", value * look.factor);
}

void add_number(struct table *table, struct look look, double value) {
    char *cell = table_add(table);
    if (cell)
        print_number(cell, look, value);
}

void add_with_error(struct table *table, struct look look, double value, double error) {
    char a[NUMBER], b[NUMBER], *cell = table_add(table);
    print_number(a, look, value);
    print_number(b, look, INTERVAL_95 * error);
    if (cell)
        snprintf(cell, TABLE_CELL, isnan(value) ? "%s" : "%s ± %s", a, b);
}

void add_with_interval(struct table *table, struct look look, double value, double low, double high) {
    char a[NUMBER], b[NUMBER], c[NUMBER], *cell = table_add(table);
    print_number(a, look, value);
    print_number(b, look, low);
    print_number(c, look, high);
    if (cell)
        snprintf(cell, TABLE_CELL, "%s (%s … %s)", a, b, c);
}

size_t shown_level(const struct riskpool_results *results) {
    size_t level = 0;
    for (size_t i = 0; i < results->size[DIM_CONFIDENCE]; i++)
        level = results->confidence[i] <= 0.99 ? i : level;
    return level;
}
