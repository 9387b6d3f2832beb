/* Rows of models whose paths have deviations of their own; compiled once for each instruction set, like kernel_rows.c.
 */
#include <math.h>

#include "kernel_level.h"
#include "vmath.h"

/* As curve_value at `place`, times `out`: cells side by side, their nodes one after the other, cubics side by side. */
static inline void times_curve(const struct curve *curve, const double *place, double *restrict out) {
    const double *node = curve->node, most = (double)curve->n_cells;
    const int last = (int)curve->n_cells - 1;
    double u[BLOCK], a[BLOCK], b[BLOCK], c[BLOCK], d[BLOCK];
    int32_t cell[BLOCK];
    ROWS {
        const double at = place[p] > 0.0 ? (place[p] < most ? place[p] : most) : 0.0;
        const int32_t whole = (int32_t)at;
        cell[p] = whole < last ? whole : last;
        u[p] = at - cell[p];
    }
    for (size_t p = 0; p < BLOCK; ++p) {
        const double *at = node + 2 * cell[p];
        a[p] = at[0];
        b[p] = at[1];
        c[p] = at[2];
        d[p] = at[3];
    }
    ROWS out[p] *= curve_cubic(a[p], b[p], c[p], d[p], u[p]);
}

void LEVEL(rows_curve)(const struct curve *curve, const double *x, double *restrict out) {
    const double per = 1.0 / curve->width, low = curve->low;
    double place[BLOCK];
    ROWS {
        place[p] = (x[p] - low) * per;
        out[p] = 1.0;
    }
    times_curve(curve, place, out);
}

void LEVEL(rows_spread)(size_t n, const double *deviation, const double *factor, double *restrict spread) {
    for (size_t i = 0; i < n; ++i) {
        const double own = deviation[i];
        double *restrict to = spread + i * BLOCK;
        ROWS to[p] = own * factor[p];
    }
}

void LEVEL(rows_change)(const struct curve *curve, double scale, const double *factor, const double *shock,
                        double *restrict spread) {
    const double per = 1.0 / curve->width;
    double place[BLOCK];
    ROWS {
        const double x = fabs(shock[p] * factor[p]) * scale;
        place[p] = vmath_log(x + sqrt(vmath_fma(x, x, 1.0))) * per;
    }
    times_curve(curve, place, spread);
}

void LEVEL(rows_clusters)(size_t n, const double *deviation, const double *factor, const double *state,
                          double *restrict spread) {
    for (size_t i = 0; i < n; ++i) {
        const double own = deviation[i], *variance = state + 2 * i * BLOCK;
        double *restrict to = spread + i * BLOCK;
        ROWS to[p] = own * (vmath_root(variance[p]) * factor[p]);
    }
}

/* The next variance, where its root can be taken. */
static inline double next_variance(double rest, double alpha, double move, double beta, double variance) {
    const double next = rest + alpha * (move * move) + beta * variance;
    return next < 1e-30 ? 1e-30 : next > 1e30 ? 1e30 : next;
}

void LEVEL(rows_cluster)(const struct cluster *cluster, const double *spread, const double *shock,
                         double *restrict state) {
    const struct cluster own = *cluster;
    const double rest = 1.0 - own.alpha - own.beta, alpha = own.alpha * own.per_steps;
    double *variance = state, *move = state + BLOCK;
    if (own.begins && own.ends)
        ROWS {
            const double moved = spread[p] * shock[p] * own.per_deviation;
            variance[p] = next_variance(rest, alpha, moved, own.beta, variance[p]);
        }
    else if (own.begins)
        ROWS move[p] = spread[p] * shock[p] * own.per_deviation;
    else
        ROWS move[p] += spread[p] * shock[p] * own.per_deviation;
    if (own.ends && !own.begins)
        ROWS variance[p] = next_variance(rest, alpha, move[p], own.beta, variance[p]);
}
