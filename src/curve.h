/* A smooth function of one variable as a table: values and slopes at the ends of equal cells, a cubic in between
 * (Hermite). Outside its range it stays what it is at the end. It knows nothing of what the function means; whoever
 * fills the nodes does. kernel->curve evaluates it. */
#ifndef CURVE_H
#define CURVE_H

#include <stddef.h>

#include "riskpool.h"

struct curve {
    double low, width; /* first node, and between two of them */
    size_t n_cells;
    double *node; /* [n_cells + 1][2]: value, and slope times width */
};

/* Zero at n_cells + 1 nodes from low to high. */
enum riskpool_status curve_init(struct curve *curve, double low, double high, size_t n_cells);
/* Legal on a zeroed or failed curve. */
void curve_free(struct curve *curve);

/* Where node `i` is. */
static inline double curve_at(const struct curve *curve, size_t i) {
    return curve->low + curve->width * (double)i;
}

static inline void curve_set(struct curve *curve, size_t i, double value, double slope) {
    curve->node[2 * i] = value;
    curve->node[2 * i + 1] = slope * curve->width;
}

/* Between two nodes, at the fraction u of the cell. */
static inline double curve_cubic(double value, double slope, double next, double next_slope, double u) {
    const double rise = next - value;
    return value + u * (slope + u * ((3.0 * rise - 2.0 * slope - next_slope) + u * (slope + next_slope - 2.0 * rise)));
}

/* The value at low + width * place, `most` being the number of cells. */
static inline double curve_value(const double *node, int most, double place) {
    place = place > 0.0 ? place : 0.0;
    place = place < most ? place : most;
    int cell = (int)place;
    cell = cell < most ? cell : most - 1;
    const double *at = node + 2 * cell;
    return curve_cubic(at[0], at[1], at[2], at[3], place - cell);
}

#endif
