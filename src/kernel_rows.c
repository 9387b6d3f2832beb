/* The vector kernels of one instruction set; the build compiles this file once for each. */
#include <math.h>

#include "kernel_level.h"
#include "lanes.h"
#include "vmath.h"

static void rows_move(size_t n, const double *shift, const double *own_mean, const double *spread, const double *shock,
                      const double *from, double *restrict out) {
    for (size_t i = 0; i < n; ++i) {
        const double common = shift[i], *mean = own_mean ? own_mean + i * BLOCK : NULL, *own = spread + i * BLOCK;
        const double *drawn = shock + i * BLOCK, *start = from + i * BLOCK;
        double *restrict end = out + i * BLOCK;
        if (mean)
            ROWS end[p] = start[p] + vmath_fma(own[p], drawn[p], common + mean[p]);
        else
            ROWS end[p] = start[p] + vmath_fma(own[p], drawn[p], common);
    }
}

static void rows_price(size_t n, enum price_scale scale, const double *initial, const double *x,
                       double *restrict price) {
    for (size_t i = 0; i < n; ++i) {
        const double start = initial[i], *from = x + i * BLOCK;
        double *restrict to = price + i * BLOCK;
        if (scale == PRICE_LOG)
            ROWS to[p] = start * vmath_exp(from[p]);
        else
            ROWS to[p] = start * (1.0 + from[p]);
    }
}

static void rows_path_price(size_t n, enum price_scale scale, const double *initial, const double *x,
                            double *restrict price) {
    for (size_t i = 0; i < n; ++i)
        price[i] = initial[i] * (scale == PRICE_LOG ? vmath_exp(x[i * BLOCK]) : 1.0 + x[i * BLOCK]);
}

static inline double smaller(double a, double b) {
    return a < b ? a : b;
}

/* Vectors that a loop over pools or legs keeps in registers. */
enum { AT_ONCE = 4 };
#define EACH_VECTOR _Pragma("GCC unroll 4") for (size_t v = 0; v < AT_ONCE; ++v)

static inline void least_distance(const double *from, const double *to, real_lanes least[AT_ONCE]) {
    EACH_VECTOR least[v] = lanes_smaller(lanes_load(to + v * LANES) - lanes_load(from + v * LANES), least[v]);
}

static void rows_barriers(size_t n, const struct barrier *barrier, const double *x, const double *low,
                          const double *high, double *restrict slack) {
    for (size_t first = 0; first < BLOCK; first += AT_ONCE * LANES) {
        real_lanes least[AT_ONCE];
        EACH_VECTOR least[v] = lanes_all(INFINITY);
        for (size_t b = 0; b < n; ++b) {
            const double *at = x + barrier[b].asset * BLOCK + first;
            if (barrier[b].below)
                least_distance(low + barrier[b].pool * BLOCK + first, at, least);
            if (barrier[b].above)
                least_distance(at, high + barrier[b].pool * BLOCK + first, least);
        }
        EACH_VECTOR lanes_store(slack + first + v * LANES, least[v]);
    }
}

static struct path_set rows_spent(const double *slack) {
    const real_lanes zero = {0};
    struct path_set spent;
    for (size_t word = 0; word < BLOCK_WORDS; ++word) {
        uint64_t bits = 0;
        for (size_t p = 0; p < 64; p += LANES)
            bits |= lanes_signs((lanes)(lanes_load(slack + word * 64 + p) <= zero)) << p;
        spent.word[word] = bits;
    }
    return spent;
}

/* Room for the tier of every path's notional. */
struct tier_room {
    double rate[BLOCK], offset[BLOCK];
};

/* One rate for every notional: the loops below need no rows of tiers. */
static inline int is_flat(const struct leg *leg) {
    return leg->n_tiers == 1 && leg->tier[0].offset == 0.0 && !(leg->face > 0.0);
}

/* As leg_tier, in rows. */
static void tier_rows(const struct leg *leg, const double *remaining, const double *price,
                      struct tier_room *restrict room) {
    const struct leg own = *leg;
    const int has_face = own.face > 0.0;
    double most[BLOCK];
    ROWS most[p] = room->rate[p] = room->offset[p] = 0.0;
    for (size_t k = 0; k < leg->n_tiers; ++k) {
        const struct leg_tier tier = leg->tier[k];
        ROWS {
            double amount = has_face ? remaining[p] * own.face : leg_value(&own, remaining[p], price[p]);
            double need = tier.rate * amount - tier.offset;
            int more = need > most[p];
            room->rate[p] = more ? tier.rate : room->rate[p];
            room->offset[p] = more ? tier.offset : room->offset[p];
            most[p] = more ? need : most[p];
        }
    }
    if (has_face)
        ROWS {
            const struct leg_tier tier = {room->rate[p], room->offset[p]};
            const struct leg_tier of_face = leg_tier_of_face(&own, tier, remaining[p] * own.face);
            room->rate[p] = of_face.rate;
            room->offset[p] = of_face.offset;
        }
}

/* The tier of path p; `flat` is known when the loop around it is compiled. */
static inline struct leg_tier tier_in(const struct leg *leg, const struct tier_room *room, int flat, size_t p) {
    struct leg_tier tier = {flat ? leg->tier[0].rate : room->rate[p], flat ? 0.0 : room->offset[p]};
    return tier;
}

static inline void add_sides(const struct leg *leg, const struct tier_room *room, int flat, const double *remaining,
                             const double *price, double *restrict side, double *restrict constant) {
    const struct leg own = *leg;
    ROWS {
        const struct leg_tier tier = tier_in(&own, room, flat, p);
        side[p] += leg_side(&own, tier, remaining[p], price[p]);
        constant[p] += leg_constant(&own, tier, remaining[p]);
    }
}

static void rows_sides(size_t n, const struct leg *leg, const double *cash, const double *remaining,
                       const double *price, double *restrict positive, double *restrict negative) {
    double constant[BLOCK];
    ROWS {
        positive[p] = negative[p] = 0.0;
        constant[p] = cash[p];
    }
    struct tier_room room;
    for (size_t i = 0; i < n; ++i) {
        const double *f = remaining + leg[i].position * BLOCK, *at = price + leg[i].asset * BLOCK;
        double *restrict side = leg[i].quantity < 0.0 ? negative : positive;
        if (is_flat(leg + i)) {
            add_sides(leg + i, &room, 1, f, at, side, constant);
        } else {
            tier_rows(leg + i, f, at, &room);
            add_sides(leg + i, &room, 0, f, at, side, constant);
        }
    }
    ROWS {
        positive[p] += constant[p] > 0.0 ? constant[p] : 0.0;
        negative[p] -= constant[p] > 0.0 ? 0.0 : constant[p];
    }
}

static void rows_distance(enum price_scale scale, const double *positive, const double *negative,
                          double *restrict distance) {
    if (scale == PRICE_LOG)
        ROWS {
            int owed = negative[p] > 0.0, owned = positive[p] > 0.0;
            double ratio = positive[p] / (owed ? negative[p] : 1.0);
            double logarithm = vmath_log(owned ? ratio : 1.0);
            distance[p] = owed ? (owned ? logarithm : -INFINITY) : INFINITY;
        }
    else
        ROWS distance[p] = positive[p] == 0.0 && negative[p] == 0.0 ? INFINITY : positive[p] - negative[p];
}

static void rows_excess(const double *positive, const double *negative, double *restrict slack) {
    ROWS {
        /* Nothing on either side: closed, or without debts and above water. Prices below zero can sink a pool that
         * owes nothing. */
        int safe = (negative[p] <= 0.0) & (positive[p] >= 0.0);
        double excess = safe ? INFINITY : positive[p] - negative[p];
        slack[p] = smaller(excess, slack[p]);
    }
}

static inline void add_value(const struct leg *leg, const struct tier_room *room, int flat, const double *remaining,
                             const double *price, double *restrict profit, double *restrict requirement,
                             double *restrict used) {
    const struct leg own = *leg;
    if (own.coin) {
        ROWS profit[p] += leg_profit(&own, remaining[p], price[p]) -
                          leg_requirement(&own, tier_in(&own, room, flat, p), remaining[p], price[p]);
        return;
    }
    ROWS {
        profit[p] += leg_profit(&own, remaining[p], price[p]);
        requirement[p] += leg_requirement(&own, tier_in(&own, room, flat, p), remaining[p], price[p]);
        used[p] += remaining[p] * own.used;
    }
}

static void rows_value(size_t n, const struct leg *leg, const double *cash, const double *remaining,
                       const double *price, double *restrict equity, double *restrict requirement,
                       double *restrict used) {
    double profit[BLOCK];
    ROWS {
        equity[p] = cash[p];
        requirement[p] = used[p] = profit[p] = 0.0;
    }
    struct tier_room room;
    for (size_t i = 0; i < n; ++i) {
        const double *f = remaining + leg[i].position * BLOCK, *at = price + leg[i].asset * BLOCK;
        if (is_flat(leg + i)) {
            add_value(leg + i, &room, 1, f, at, profit, requirement, used);
        } else {
            tier_rows(leg + i, f, at, &room);
            add_value(leg + i, &room, 0, f, at, profit, requirement, used);
        }
        if (i + 1 == n || leg[i + 1].asset != leg[i].asset)
            ROWS {
                equity[p] += profit[p];
                profit[p] = 0.0;
            }
    }
}

/* Adds up in registers, where a loop of the compiler's would go through memory. */
static void rows_equities(size_t n_pools, const struct legs *pool, const struct holding *holding, const double *price,
                          double *restrict total, double *restrict level) {
    for (size_t first = 0; first < BLOCK; first += AT_ONCE * LANES) {
        real_lanes sum[AT_ONCE], least[AT_ONCE], equity[AT_ONCE];
        EACH_VECTOR sum[v] = lanes_all(0.0);
        EACH_VECTOR least[v] = lanes_all(INFINITY);
        for (size_t k = 0; k < n_pools; ++k) {
            const double *constant = holding->constant + k * BLOCK + first;
            const double *per_used = holding->per_used + k * BLOCK + first;
            EACH_VECTOR equity[v] = lanes_load(constant + v * LANES);
            for (size_t i = 0; i < pool[k].n; ++i) {
                const double *size = holding->size + pool[k].leg[i].position * BLOCK + first;
                const double *at = price + pool[k].leg[i].asset * BLOCK + first;
                EACH_VECTOR equity[v] = lanes_fma(lanes_load(size + v * LANES), lanes_load(at + v * LANES), equity[v]);
            }
            EACH_VECTOR sum[v] += equity[v];
            /* A closed pool has no level: NaN is not smaller. */
            EACH_VECTOR least[v] = lanes_smaller(equity[v] * lanes_load(per_used + v * LANES), least[v]);
        }
        EACH_VECTOR lanes_store(total + first + v * LANES, sum[v]);
        EACH_VECTOR lanes_store(level + first + v * LANES, least[v]);
    }
}

/* Fractions are compared crosswise, so that an account costs one division a path and not one a pool. */
static void rows_utilisation(size_t n_pools, const struct legs *pool, const double *cash, const double *remaining,
                             const double *price, double *restrict utilisation) {
    const double tiny = 0x1p-1000;
    double need[BLOCK], backing[BLOCK], equity[BLOCK], requirement[BLOCK], used[BLOCK];
    ROWS {
        need[p] = 0.0;
        backing[p] = 1.0;
    }
    for (size_t k = 0; k < n_pools; ++k) {
        if (pool[k].n == 0)
            continue;
        rows_value(pool[k].n, pool[k].leg, cash + k * BLOCK, remaining, price, equity, requirement, used);
        ROWS {
            const double own = equity[p] > tiny ? equity[p] : tiny;
            const int higher = (used[p] > 0.0) & (requirement[p] * backing[p] > need[p] * own);
            need[p] = higher ? requirement[p] : need[p];
            backing[p] = higher ? own : backing[p];
        }
    }
    ROWS utilisation[p] = 100.0 * need[p] / backing[p];
}

static void rows_extremes(const double *total, const double *level, double *restrict peak, double *restrict drawdown,
                          double *restrict lowest) {
    ROWS {
        double top = total[p] > peak[p] ? total[p] : peak[p];
        double fall = top - total[p];
        peak[p] = top;
        drawdown[p] = fall > drawdown[p] ? fall : drawdown[p];
        lowest[p] = smaller(level[p], lowest[p]);
    }
}

static void rows_first_at_least(const double *value, double threshold, double now, double *restrict when) {
    ROWS when[p] = value[p] >= threshold && when[p] != when[p] ? now : when[p];
}

static void rows_first_at_most(const double *value, double threshold, double now, double *restrict when) {
    ROWS when[p] = value[p] <= threshold && when[p] != when[p] ? now : when[p];
}

extern const struct kernel LEVEL(kernel);

const struct kernel LEVEL(kernel) = {
#if defined(__x86_64__)
    .name = "x86-64-" LEVEL_TEXT(KERNEL_LEVEL),
#else
    .name = LEVEL_TEXT(KERNEL_LEVEL),
#endif
    .normals = LEVEL(rows_normals),
    .mirror = LEVEL(rows_mirror),
    .quantile = LEVEL(rows_quantile),
    .correlate = LEVEL(rows_correlate),
    .correlate_regime = LEVEL(rows_correlate_regime),
    .uniforms = LEVEL(rows_uniforms),
    .marks = LEVEL(rows_marks),
    .heston = LEVEL(rows_heston),
    .move = rows_move,
    .curve = LEVEL(rows_curve),
    .spread = LEVEL(rows_spread),
    .change = LEVEL(rows_change),
    .clusters = LEVEL(rows_clusters),
    .cluster = LEVEL(rows_cluster),
    .price = rows_price,
    .path_price = rows_path_price,
    .barriers = rows_barriers,
    .bridge_barriers = LEVEL(rows_bridge_barriers),
    .safe = LEVEL(rows_safe),
    .sides = rows_sides,
    .distance = rows_distance,
    .bridge_distance = LEVEL(rows_bridge_distance),
    .excess = rows_excess,
    .screen = LEVEL(rows_screen),
    .spent = rows_spent,
    .equities = rows_equities,
    .value = rows_value,
    .utilisation = rows_utilisation,
    .extremes = rows_extremes,
    .first_at_least = rows_first_at_least,
    .first_at_most = rows_first_at_most,
};
