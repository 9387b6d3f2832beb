/* Where pools of one position are safe, in rows: for what changes cash or requirements on every path at once. Compiled
 * once for each instruction set, like kernel_rows.c. */
#include <math.h>

#include "kernel_level.h"
#include "lanes.h"
#include "vmath.h"

static inline struct leg_tier times(struct leg_tier tier, double factor) {
    return (struct leg_tier){factor * tier.rate, factor * tier.offset};
}

/* The nearest root of the lines whose least is G, one line a tier; `sign` +1 below a long leg, -1 above a short one. */
static void nearest_root(const struct leg *leg, double sign, const double *cash, const double *remaining,
                         const double *factor, double *restrict root) {
    ROWS root[p] = -INFINITY;
    for (size_t k = 0; k <= leg->n_tiers; ++k) {
        const struct leg_tier plain = k < leg->n_tiers ? leg->tier[k] : (struct leg_tier){0.0, 0.0};
        ROWS {
            struct leg own = *leg;
            own.fixed = factor[p] * leg->fixed;
            const struct leg_tier tier = times(plain, factor[p]);
            const double constant = cash[p] + leg_constant(&own, tier, remaining[p]);
            const double slope = leg_delta(&own, tier, remaining[p], 1.0);
            const double found = sign * (-constant / slope);
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
