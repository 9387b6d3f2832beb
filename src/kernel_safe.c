/* Where pools of one position are safe, in rows: for what changes cash or requirements on every path at once. Compiled
 * once for each instruction set, like kernel_rows.c. */
#include <math.h>

#include "kernel_level.h"
#include "lanes.h"
#include "vmath.h"

/* The nearest root of the lines whose least is G, one line a tier; `sign` +1 below a long leg, -1 above a short one.
 * The expressions are those of leg.h, in rows. */
static void nearest_root(const struct leg *leg, double sign, const double *cash, const double *remaining,
                         const double *factor, double *restrict root) {
    const double quantity = leg->quantity, cost = leg->quantity * leg->entry, fixed = leg->fixed;
    ROWS root[p] = -INFINITY;
    for (size_t k = 0; k <= leg->n_tiers; ++k) {
        const double rate = k < leg->n_tiers ? leg->tier[k].rate : 0.0;
        const double offset = k < leg->n_tiers ? leg->tier[k].offset : 0.0;
        ROWS {
            const double constant = cash[p] + (factor[p] * offset - remaining[p] * (cost + factor[p] * fixed));
            const double value = remaining[p] * quantity, size = value < 0.0 ? -value : value;
            const double found = sign * (-constant / (value - factor[p] * rate * size));
            root[p] = found > root[p] ? found : root[p];
        }
    }
}

void LEVEL(rows_safe)(const struct leg *leg, double initial, const double *cash, const double *remaining,
                      const double *factor, double *restrict low, double *restrict high) {
    const int is_long = leg->quantity > 0.0;
    const double sign = is_long ? 1.0 : -1.0, far = -sign * INFINITY;
    double root[BLOCK], x[BLOCK];
    nearest_root(leg, sign, cash, remaining, factor, root);
    ROWS {
        const double ratio = sign * root[p] / initial;
        const double logarithm = vmath_log(ratio > 0.0 ? ratio : 1.0);
        x[p] = ratio > 0.0 ? logarithm : -INFINITY;
        x[p] = remaining[p] > 0.0 ? x[p] : far;
    }
    ROWS {
        /* Short, with nothing above zero to lose: no price is safe. */
        const int sunk = !is_long & (x[p] == -INFINITY);
        low[p] = is_long ? x[p] : sunk ? INFINITY : -INFINITY;
        high[p] = is_long ? INFINITY : x[p];
    }
}
