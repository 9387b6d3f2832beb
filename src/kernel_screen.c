/* The exact filter of joint pools; compiled once for each instruction set, like kernel_rows.c. Most paths are so far
 * from their surface that a bound settles it without an exponential; the others are valued exactly. What is reported is
 * the same as without the filter. */
#include <math.h>

#include "kernel_level.h"
#include "lanes.h"
#include "vmath.h"

enum { GROUP = 16, VECTORS = GROUP / LANES };
#define GROUPED _Pragma("omp simd") for (size_t p = 0; p < GROUP; ++p)
#define EACH_VECTOR _Pragma("GCC unroll 8") for (size_t v = 0; v < VECTORS; ++v)

static inline struct leg_tier only_tier(const struct leg *leg) {
    struct leg_tier tier = {leg->n_tiers ? leg->tier[0].rate : 0.0, 0.0};
    return tier;
}

/* One leg at one group of paths: adds its side of G and its constant, and notes the tangent at the present prices. */
static inline void measure_leg(const struct leg *leg, double scale, double initial, const double *x,
                               const double *remaining, double *restrict weight, double *restrict reference,
                               double *restrict side, double *restrict constant, double *restrict offset) {
    const struct leg own = *leg;
    const struct leg_tier tier = only_tier(leg);
    const double sign = own.quantity < 0.0 ? -1.0 : 1.0;
    GROUPED {
        double value = scale * leg_side(&own, tier, remaining[p], initial * vmath_exp(x[p]));
        side[p] += value;
        constant[p] += leg_constant(&own, tier, remaining[p]);
        weight[p] = sign * value;
        reference[p] = x[p];
        offset[p] = vmath_fma(-weight[p], x[p], offset[p]);
    }
}

/* Values a group of paths exactly, and starts their bound anew from there. */
static void measure(size_t n, const struct leg *leg, const double *initial, const double *x, const double *cash,
                    const double *remaining, const struct screen *screen, size_t first, double *restrict slack) {
    double positive[GROUP] = {0.0}, negative[GROUP] = {0.0}, offset[GROUP] = {0.0}, constant[GROUP];
    double *restrict base = screen->base + first;
    GROUPED constant[p] = cash[first + p];
    for (size_t i = 0; i < n; ++i) {
        const size_t row = leg[i].position * BLOCK + first;
        measure_leg(leg + i, screen->scale[leg[i].position], initial[leg[i].asset], x + leg[i].asset * BLOCK + first,
                    remaining + row, screen->weight + row, screen->reference + row,
                    leg[i].quantity < 0.0 ? negative : positive, constant, offset);
    }
    GROUPED {
        double a = positive[p] + screen->owned * (constant[p] > 0.0 ? constant[p] : 0.0);
        double b = negative[p] - screen->owed * (constant[p] > 0.0 ? 0.0 : constant[p]);
        int safe = (b <= 0.0) & (a >= 0.0);
        double excess = safe ? INFINITY : a - b;
        slack[p] = excess < slack[p] ? excess : slack[p];
        /* The margin covers the rounding of bound and value. */
        base[p] = safe ? INFINITY : ((a - b) - 1e-11 * (a + b)) + offset[p];
    }
}

static inline void add_long(const double *weight, const double *now, real_lanes bound[VECTORS]) {
    EACH_VECTOR bound[v] = lanes_fma(lanes_load(weight + v * LANES), lanes_load(now + v * LANES), bound[v]);
}

static inline void add_short(const double *weight, const double *reference, const double *now,
                             real_lanes bound[VECTORS]) {
    EACH_VECTOR {
        const real_lanes w = lanes_load(weight + v * LANES), x = lanes_load(now + v * LANES);
        const real_lanes d = x - lanes_load(reference + v * LANES);
        const real_lanes lower = lanes_fma(w * d, d, lanes_fma(w, x, bound[v]));
        bound[v] = lanes_choose((lanes)(d < lanes_all(1.75)), lower, lanes_all(-INFINITY));
    }
}

/* A lower bound of G from the last exact value: convex legs (long) lie above their tangent, concave ones (short) above
 * the tangent less the curvature, e^d <= 1 + d + d^2 for d <= 1.79. */
static int bound_spent(size_t n, const struct leg *leg, const double *x, const struct screen *screen, size_t first) {
    real_lanes bound[VECTORS];
    lanes spent = {0};
    EACH_VECTOR bound[v] = lanes_load(screen->base + first + v * LANES);
    for (size_t i = 0; i < n; ++i) {
        const size_t row = leg[i].position * BLOCK + first;
        const double *now = x + leg[i].asset * BLOCK + first;
        if (leg[i].quantity >= 0.0)
            add_long(screen->weight + row, now, bound);
        else
            add_short(screen->weight + row, screen->reference + row, now, bound);
    }
    EACH_VECTOR spent |= ~(lanes)(bound[v] > lanes_all(0.0));
    return lanes_signs(spent) != 0;
}

void LEVEL(rows_screen)(size_t n, const struct leg *leg, const double *initial, const double *x, const double *cash,
                        const double *remaining, const struct screen *screen, double *restrict slack) {
    for (size_t first = 0; first < BLOCK; first += GROUP)
        if (bound_spent(n, leg, x, screen, first))
            measure(n, leg, initial, x, cash, remaining, screen, first, slack + first);
}
