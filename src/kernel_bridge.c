/* Crossings inside a step, in rows: bounds that settle almost every path; compiled once for each instruction set, like
 * kernel_rows.c. Where they do not, bridge.c decides one path at a time. */
#include <math.h>

#include "kernel_level.h"
#include "lanes.h"
#include "vmath.h"

enum { GROUP = 32 };
#define GROUPED _Pragma("omp simd") for (size_t p = 0; p < GROUP; ++p)

static inline double smaller(double a, double b) {
    return a < b ? a : b;
}

/* A bridge crosses only where 2 d0 d1 is below this: s^2 times -ln Phi of its normal, `pull` being the normal times s.
 */
static inline double crossing_bound(double deviation, double pull) {
    return vmath_tail_bound(deviation, pull < 0.0 ? -pull : 0.0);
}

/* Sign bits where a bridge from distance d0 to d1 can have crossed: d1 <= 0, or d0 d1 <= most. */
static inline lanes can_cross(real_lanes d0, real_lanes d1, real_lanes most) {
    const real_lanes zero = {0};
    return (lanes)(d1 <= zero) | (lanes)(d0 * d1 <= most);
}

void LEVEL(rows_bridge_barriers)(size_t n, const struct barrier *barrier, const double *start, const double *end,
                                 const double *deviation, const double *spread, const double *low, const double *high,
                                 struct path_set *near) {
    for (size_t b = 0; b < n; ++b) {
        const size_t asset = barrier[b].asset * BLOCK, pool = barrier[b].pool * BLOCK;
        const real_lanes common = lanes_all(deviation[barrier[b].asset]);
        for (size_t word = 0; word < BLOCK_WORDS; ++word) {
            uint64_t bits = 0;
            for (size_t p = 0; p < 64; p += LANES) {
                const size_t at = word * 64 + p;
                const real_lanes x0 = lanes_load(start + asset + at), x1 = lanes_load(end + asset + at);
                const real_lanes from = lanes_load(low + pool + at), to = lanes_load(high + pool + at);
                const real_lanes own = spread ? lanes_load(spread + asset + at) : common;
                const real_lanes most = 0.5 * BRIDGE_MOST * own * own;
                lanes near_here = {0};
                if (barrier[b].below)
                    near_here |= can_cross(x0 - from, x1 - from, most);
                if (barrier[b].above)
                    near_here |= can_cross(to - x0, to - x1, most);
                bits |= lanes_signs(near_here) << p;
            }
            near[barrier[b].pool].word[word] = bits;
        }
    }
}

/* Rates of the tiers of a group of notionals. */
static inline void group_rates(const struct leg *leg, const double *remaining, const double *price,
                               double *restrict rate) {
    double most[GROUP];
    GROUPED most[p] = rate[p] = 0.0;
    if (leg->face > 0.0) {
        for (size_t p = 0; p < GROUP; ++p)
            rate[p] = leg_tier(leg, remaining[p], price[p]).rate;
        return;
    }
    for (size_t k = 0; k < leg->n_tiers; ++k) {
        const struct leg_tier tier = leg->tier[k];
        GROUPED {
            double need = tier.rate * leg_value(leg, remaining[p], price[p]) - tier.offset;
            rate[p] = need > most[p] ? tier.rate : rate[p];
            most[p] = need > most[p] ? need : most[p];
        }
    }
}

/* Adds one leg to the exposure of its side of G (standard deviations of the step) and to its share of the normal. */
static inline void add_exposure(const struct leg *leg, const double *deviation, const double *remaining,
                                const double *price, const double *slope, const double *bridge, double *restrict gross,
                                double *restrict pull) {
    const double size = fabs(leg->quantity), sign = leg->quantity < 0.0 ? -1.0 : 1.0;
    double rate[GROUP];
    group_rates(leg, remaining, price, rate);
    GROUPED {
        double side = price[p] < 0.0 ? -sign : sign;
        double weight = remaining[p] * (size * deviation[p]) * (1.0 - side * rate[p]) * slope[p];
        gross[p] += weight;
        pull[p] += weight * bridge[p];
    }
}

/* 1 when no path of the group can cross. Where log prices diffuse, the exposures of a side are shares of it, so the
 * distance has at most the deviation `reach`, and its normal is at most the largest of the assets'. */
static inline int group_is_far(size_t n, const struct leg *leg, double reach, const double *bridge, size_t first,
                               const double *start, const double *end) {
    double widest[GROUP];
    GROUPED widest[p] = 0.0;
    for (size_t i = 0; i < n; ++i) {
        const double *v = bridge + leg[i].asset * BLOCK + first;
        GROUPED widest[p] = fabs(v[p]) > widest[p] ? fabs(v[p]) : widest[p];
    }
    uint64_t near = 0;
    for (size_t p = 0; p < GROUP; ++p)
        near |= (uint64_t) !(2.0 * start[p] * end[p] > vmath_tail_bound(reach, reach * widest[p]) && end[p] > 0.0);
    return near == 0;
}

/* The deviations of a leg's asset on a group of paths. */
static inline void group_deviations(const struct leg *leg, const double *deviation, const double *spread, size_t first,
                                    double *restrict own) {
    const double *row = spread ? spread + leg->asset * BLOCK + first : NULL, common = deviation[leg->asset];
    GROUPED own[p] = row ? row[p] : common;
}

/* The largest deviation of a distance in a step: the largest of the long legs' assets plus that of the short ones'. */
static double reach_of(size_t n, const struct leg *leg, const double *deviation, const double *spread, size_t first) {
    double largest[2] = {0.0, 0.0};
    for (size_t i = 0; i < n; ++i) {
        double own[GROUP], *side = &largest[leg[i].quantity < 0.0];
        group_deviations(leg + i, deviation, spread, first, own);
        for (size_t p = 0; p < GROUP; ++p)
            *side = own[p] > *side ? own[p] : *side;
    }
    return largest[0] + largest[1];
}

void LEVEL(rows_bridge_distance)(enum price_scale scale, size_t n, const struct leg *leg, const double *remaining,
                                 const double *price, const double *slope, const double *deviation,
                                 const double *spread, const double *bridge, const double *positive,
                                 const double *negative, const double *start, const double *end,
                                 double *restrict slack) {
    const int log_scale = scale == PRICE_LOG;
    double reach = reach_of(n, leg, deviation, NULL, 0);
    for (size_t first = 0; first < BLOCK; first += GROUP) {
        reach = spread ? reach_of(n, leg, deviation, spread, first) : reach;
        if (log_scale && group_is_far(n, leg, reach, bridge, first, start + first, end + first))
            continue;
        double gross[2][GROUP] = {{0.0}}, pull[2][GROUP] = {{0.0}};
        for (size_t i = 0; i < n; ++i) {
            const size_t row = leg[i].asset * BLOCK + first;
            const int owed = leg[i].quantity < 0.0;
            double own[GROUP];
            group_deviations(leg + i, deviation, spread, first, own);
            add_exposure(leg + i, own, remaining + leg[i].position * BLOCK + first, price + row, slope + row,
                         bridge + row, gross[owed], pull[owed]);
        }
        GROUPED {
            const size_t q = first + p;
            double per_a = 1.0 / (log_scale ? positive[q] : 1.0), per_b = 1.0 / (log_scale ? negative[q] : 1.0);
            double width = gross[0][p] * per_a + gross[1][p] * per_b;
            double drawn = pull[0][p] * per_a - pull[1][p] * per_b;
            double margin = 2.0 * start[q] * end[q] - crossing_bound(width, drawn);
            double least = smaller(end[q], slack[q]);
            slack[q] = margin < least ? margin : least;
        }
    }
}
