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

/* The requirements of a group of notionals, leg by leg. */
static inline void group_requirements(const struct leg *leg, const double *notional, double *restrict need) {
    GROUPED need[p] = 0.0;
    for (size_t k = 0; k < leg->n_tiers; ++k) {
        const struct leg_tier tier = leg->tier[k];
        GROUPED {
            const double here = tier.rate * notional[p] - tier.offset;
            need[p] = here > need[p] ? here : need[p];
        }
    }
}

static inline int has_one_rate(const struct leg *leg) {
    return leg->n_tiers <= 1 || leg->face > 0.0;
}

/* measure_leg of a leg with a face: its requirement is a constant, or one rate of its value. */
static void measure_face(const struct leg *leg, double scale, const double *value, const double *remaining,
                         double *restrict weight, double *restrict side, double *restrict constant) {
    const double sign = leg->quantity < 0.0 ? -1.0 : 1.0;
    for (size_t p = 0; p < GROUP; ++p) {
        const struct leg_tier tier = leg_tier(leg, remaining[p], 1.0);
        const double share = scale * (1.0 - sign * tier.rate);
        side[p] += share * value[p];
        constant[p] += tier.offset - remaining[p] * (leg->quantity * leg->entry + leg->fixed);
        weight[p] = sign * share * value[p];
    }
}

/* One leg at one group of paths: adds its side of G and its constant, and notes slopes of that side in x: `weight`
 * towards higher prices and `down` towards lower ones, which are those of the last and of the first tier; of a leg of
 * one rate, also the value of its tangent at x = 0. */
static inline void measure_leg(const struct leg *leg, double scale, double initial, const double *x,
                               const double *remaining, double *restrict weight, double *restrict down,
                               double *restrict reference, double *restrict side, double *restrict constant,
                               double *restrict offset) {
    const double size = fabs(leg->quantity), sign = leg->quantity < 0.0 ? -1.0 : 1.0;
    const double cost = leg->quantity * leg->entry + leg->fixed;
    const double first = leg->n_tiers ? leg->tier[0].rate : 0.0;
    const double last = leg->n_tiers ? leg->tier[leg->n_tiers - 1].rate : 0.0;
    double notional[GROUP], need[GROUP];
    GROUPED notional[p] = remaining[p] * size * (initial * vmath_exp(x[p]));
    GROUPED reference[p] = x[p];
    if (leg->face > 0.0) {
        measure_face(leg, scale, notional, remaining, weight, side, constant);
    } else {
        group_requirements(leg, notional, need);
        GROUPED {
            side[p] += scale * (notional[p] - sign * need[p]);
            constant[p] -= remaining[p] * cost;
            weight[p] = sign * scale * (1.0 - sign * last) * notional[p];
            down[p] = sign * scale * (1.0 - sign * first) * notional[p];
        }
    }
    if (has_one_rate(leg))
        GROUPED offset[p] = vmath_fma(-weight[p], x[p], offset[p]);
}

/* Values a group of paths exactly, and starts their bound anew from there. The margins cover the rounding of bound and
 * value; who is called spent is judged once more, path by path. */
static void measure(size_t n, const struct leg *leg, const double *initial, const double *x, const double *cash,
                    const double *remaining, const struct screen *screen, size_t first, double *restrict slack) {
    double positive[GROUP] = {0.0}, negative[GROUP] = {0.0}, offset[GROUP] = {0.0}, constant[GROUP];
    double *restrict base = screen->base + first;
    GROUPED constant[p] = cash[first + p];
    for (size_t i = 0; i < n; ++i) {
        const size_t row = leg[i].position * BLOCK + first;
        measure_leg(leg + i, screen->scale[leg[i].position], initial[leg[i].asset], x + leg[i].asset * BLOCK + first,
                    remaining + row, screen->weight + row, screen->down + row, screen->reference + row,
                    leg[i].quantity < 0.0 ? negative : positive, constant, offset);
    }
    GROUPED {
        double a = positive[p] + screen->owned * (constant[p] > 0.0 ? constant[p] : 0.0);
        double b = negative[p] - screen->owed * (constant[p] > 0.0 ? 0.0 : constant[p]);
        int safe = (b <= 0.0) & (a >= 0.0);
        double excess = safe ? INFINITY : (a - b) - 1e-13 * (a + b);
        slack[p] = excess < slack[p] ? excess : slack[p];
        base[p] = safe ? INFINITY : ((a - b) - 1e-11 * (a + b)) + offset[p];
    }
}

/* G changes by at least min(weight q, down q) when x moves by d from the reference: for a long leg q = d, as the
 * notional is convex in x and its excess over the requirement concave; for a short one q = d + d^2, as
 * e^d <= 1 + d + d^2 for d <= 1.79. A leg of one rate has one slope, whose part in the reference is in the base. */
static inline void add_leg(const struct leg *leg, const struct screen *screen, const double *x, size_t row,
                           real_lanes bound[VECTORS]) {
    const double *weight = screen->weight + row, *down = screen->down + row, *reference = screen->reference + row;
    const int is_short = leg->quantity < 0.0, one_rate = has_one_rate(leg);
    if (one_rate)
        EACH_VECTOR bound[v] = lanes_fma(lanes_load(weight + v * LANES), lanes_load(x + v * LANES), bound[v]);
    if (one_rate && !is_short)
        return;
    EACH_VECTOR {
        const real_lanes w = lanes_load(weight + v * LANES);
        const real_lanes d = lanes_load(x + v * LANES) - lanes_load(reference + v * LANES);
        const real_lanes q = is_short ? lanes_fma(d, d, d) : d;
        bound[v] += one_rate ? w * d * d : lanes_smaller(w * q, lanes_load(down + v * LANES) * q);
        if (is_short)
            bound[v] = lanes_choose((lanes)(d < lanes_all(1.75)), bound[v], lanes_all(-INFINITY));
    }
}

/* 1 when the bound leaves any path of the group unsettled. */
static int bound_spent(size_t n, const struct leg *leg, const double *x, const struct screen *screen, size_t first) {
    real_lanes bound[VECTORS];
    lanes spent = {0};
    EACH_VECTOR bound[v] = lanes_load(screen->base + first + v * LANES);
    for (size_t i = 0; i < n; ++i)
        add_leg(leg + i, screen, x + leg[i].asset * BLOCK + first, leg[i].position * BLOCK + first, bound);
    EACH_VECTOR spent |= ~(lanes)(bound[v] > lanes_all(0.0));
    return lanes_signs(spent) != 0;
}

void LEVEL(rows_screen)(size_t n, const struct leg *leg, const double *initial, const double *x, const double *cash,
                        const double *remaining, const struct screen *screen, double *restrict slack) {
    for (size_t first = 0; first < BLOCK; first += GROUP)
        if (bound_spent(n, leg, x, screen, first))
            measure(n, leg, initial, x, cash, remaining, screen, first, slack + first);
}
