/* The breach surface of a pool: known liquidation prices, tiers, hedges, and the bridge's crossings. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>

#include "draws.h"
#include "kernel.h"
#include "surface.h"
#include "vmath.h"

enum { ASSETS = 2 };

static struct tier flat_tier[] = {{0.0, 0.005, 0.0}};
static struct tiers flat[ASSETS] = {{1, flat_tier}, {1, flat_tier}};
static const struct rule flat_rule = {.n_assets = ASSETS, .of_asset = flat, .base = BASE_MARK};

struct rig {
    struct position position[2];
    size_t index[2];
    struct book book;
    struct pool pool;
    struct surface surface;
    double remaining[2], price[ASSETS];
    struct stand stand;
};

static void rig_init(struct rig *rig, size_t n, const struct position *positions, double cash,
                     const struct rule *rule) {
    *rig = (struct rig){.index = {0, 1}, .remaining = {1.0, 1.0}, .price = {100.0, 100.0}};
    memcpy(rig->position, positions, n * sizeof *positions);
    rig->book = (struct book){.n_positions = n, .positions = rig->position};
    rig->pool = (struct pool){.cash = cash, .n_positions = n, .positions = rig->index};
    assert_int_equal(surface_init(&rig->surface, &rig->book, &rig->pool, rule), RISKPOOL_OK);
    rig->stand = (struct stand){.cash = cash, .remaining = rig->remaining, .price = rig->price};
}

static struct range range_of(const struct rig *rig, enum surface_level level) {
    return surface_range(&rig->surface, &rig->stand, 0, level, 0);
}

static void assert_near(double value, double expected) {
    if (!(fabs(value - expected) <= 1e-12 * fabs(expected)))
        fail_msg("%.17g, expected %.17g", value, expected);
}

static void isolated_prices_are_the_closed_form(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig, 1, &(struct position){.quantity = 10.0, .entry = 100.0, .margin = 100.0}, 100.0, &flat_rule);
    assert_near(range_of(&rig, SURFACE_REQUIREMENT).low, 90.0 / 0.995);
    assert_near(range_of(&rig, SURFACE_BANKRUPTCY).low, 90.0);
    assert_true(range_of(&rig, SURFACE_REQUIREMENT).high == INFINITY);
    surface_free(&rig.surface);
    rig_init(&rig, 1, &(struct position){.quantity = -10.0, .entry = 100.0, .margin = 100.0}, 100.0, &flat_rule);
    assert_near(range_of(&rig, SURFACE_REQUIREMENT).high, 110.0 / 1.005);
    assert_near(range_of(&rig, SURFACE_BANKRUPTCY).high, 110.0);
    assert_true(range_of(&rig, SURFACE_REQUIREMENT).low == -INFINITY);
    surface_free(&rig.surface);
}

static void a_fully_paid_long_cannot_be_reached(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig, 1, &(struct position){.quantity = 10.0, .entry = 100.0, .margin = 1100.0}, 1100.0, &flat_rule);
    assert_true(range_of(&rig, SURFACE_REQUIREMENT).low == -INFINITY);
    surface_free(&rig.surface);
}

static void maintenance_on_entry_is_fixed(void **state) {
    (void)state;
    struct rig rig;
    struct rule rule = flat_rule;
    rule.base = BASE_ENTRY;
    rig_init(&rig, 1, &(struct position){.quantity = 10.0, .entry = 100.0, .margin = 100.0}, 100.0, &rule);
    assert_near(range_of(&rig, SURFACE_REQUIREMENT).low, 90.5);
    surface_free(&rig.surface);
}

/* A long of 1,000,000 at 10x: tiers 0.4 % from 0, 1 % from 250,000, 5 % from 950,000. At the root the notional lies in
 * the second tier: q (P - E) + C = 0.01 q P - 1,500. */
static void tiers_follow_the_current_notional(void **state) {
    (void)state;
    struct rig rig;
    struct tier tier[] = {{0.0, 0.004, 0.0}, {250000.0, 0.01, 0.0}, {950000.0, 0.05, 0.0}};
    struct tiers tiers[ASSETS] = {{3, tier}, {3, tier}};
    tiers_complete(&tiers[0]);
    const struct rule rule = {.n_assets = ASSETS, .of_asset = tiers};
    rig_init(&rig, 1, &(struct position){.quantity = 10000.0, .entry = 100.0, .margin = 1e5}, 1e5, &rule);
    assert_near(range_of(&rig, SURFACE_REQUIREMENT).low, (900000.0 - 1500.0) / (10000.0 * 0.99));
    rig.price[0] = range_of(&rig, SURFACE_REQUIREMENT).low;
    assert_true(fabs(surface_equity(&rig.surface, &rig.stand) - surface_requirement(&rig.surface, &rig.stand)) < 1e-9);
    surface_free(&rig.surface);
}

static void a_perfect_hedge_dies_only_of_its_maintenance(void **state) {
    (void)state;
    struct rig rig;
    const struct position pair[] = {{.quantity = 10.0, .entry = 100.0}, {.quantity = -10.0, .entry = 100.0}};
    rig_init(&rig, 2, pair, 200.0, &flat_rule);
    struct range range = range_of(&rig, SURFACE_REQUIREMENT);
    assert_true(range.low == -INFINITY);
    assert_near(range.high, 200.0 / (2.0 * 0.005 * 10.0));
    for (double price = 1.0; price < 1e6; price *= 1.7) {
        rig.price[0] = price;
        assert_true(surface_equity(&rig.surface, &rig.stand) == 200.0);
    }
    surface_free(&rig.surface);
}

static void an_empty_or_closed_pool_is_never_in_breach(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig, 1, &(struct position){.quantity = 10.0, .entry = 100.0, .margin = 100.0}, 0.0, &flat_rule);
    rig.remaining[0] = 0.0;
    assert_false(surface_breached(&rig.surface, &rig.stand));
    struct range safe = surface_safe(&rig.surface, &rig.stand, PRICE_LOG);
    assert_true(safe.low == -INFINITY && safe.high == INFINITY);
    rig.remaining[0] = 1.0;
    rig.price[0] = 99.0;
    assert_true(surface_breached(&rig.surface, &rig.stand));
    surface_free(&rig.surface);
}

static void equality_breaches_unless_strict(void **state) {
    (void)state;
    struct tier none[] = {{0.0, 0.0, 0.0}};
    struct tiers tiers[ASSETS] = {{1, none}, {1, none}};
    for (int strict = 0; strict < 2; ++strict) {
        struct rig rig;
        const struct rule rule = {.n_assets = ASSETS, .of_asset = tiers, .strict = strict};
        rig_init(&rig, 1, &(struct position){.quantity = 1.0, .entry = 100.0}, 10.0, &rule);
        rig.price[0] = 90.0;
        assert_int_equal(surface_breached(&rig.surface, &rig.stand), !strict);
        rig.price[0] = 100.0;
        double low = surface_safe(&rig.surface, &rig.stand, PRICE_LOG).low;
        assert_int_equal(vmath_log(90.0 / 100.0) <= low, !strict);
        surface_free(&rig.surface);
    }
}

/* One path of a slice, with the bridge normal to choose. */
struct cut {
    double start[ASSETS * BLOCK], end[ASSETS * BLOCK], start_price[ASSETS * BLOCK], end_price[ASSETS * BLOCK];
    double bridge[ASSETS * BLOCK], initial[ASSETS], correlation[ASSETS * ASSETS], deviation[ASSETS];
    double room[6][ASSETS];
    struct slice slice;
    struct surface_room surface_room;
};

static void cut_init(struct cut *cut, double x1, double y1, double v, double w) {
    memset(cut, 0, sizeof *cut);
    const double sd[] = {0.02, 0.03}, end[] = {x1, y1}, normal[] = {v, w};
    for (size_t i = 0; i < ASSETS; ++i) {
        cut->initial[i] = 100.0;
        cut->deviation[i] = sd[i];
        cut->correlation[i * ASSETS + i] = 1.0;
        cut->end[i * BLOCK] = end[i];
        cut->start_price[i * BLOCK] = 100.0;
        cut->end_price[i * BLOCK] = 100.0 * exp(end[i]);
        cut->bridge[i * BLOCK] = normal[i];
    }
    cut->correlation[1] = cut->correlation[2] = 0.5;
    cut->slice = (struct slice){.n_assets = ASSETS,
                                .scale = PRICE_LOG,
                                .initial = cut->initial,
                                .start = cut->start,
                                .end = cut->end,
                                .final = cut->end,
                                .start_price = cut->start_price,
                                .end_price = cut->end_price,
                                .price = cut->end_price,
                                .start_slope = cut->start_price,
                                .correlation = cut->correlation,
                                .deviation = cut->deviation,
                                .bridge = cut->bridge};
    cut->surface_room = (struct surface_room){kernel_choose(), cut->room[0], cut->room[1], cut->room[2],
                                              cut->room[3],    cut->room[4], cut->room[5]};
}

static int crosses(struct rig *rig, struct cut *cut, double *theta) {
    rig->price[0] = rig->price[1] = 100.0;
    rig->stand.safe = surface_safe(&rig->surface, &rig->stand, PRICE_LOG);
    return surface_crossing(&rig->surface, &rig->stand, &cut->slice, 0, &cut->surface_room, theta);
}

/* The crossing of a level of one log price: probability exp(-2 d0 d1 / s^2), decided by Phi(V). */
static void single_pool_crosses_with_the_bridge_probability(void **state) {
    (void)state;
    struct rig rig;
    struct cut cut;
    double theta;
    rig_init(&rig, 1, &(struct position){.quantity = 10.0, .entry = 100.0}, 50.0, &flat_rule);
    const double level = 95.0 / 0.995, d0 = -log(level / 100.0), d1 = -0.02 + d0;
    const double p = exp(-2.0 * d0 * d1 / (0.02 * 0.02)), edge = gsl_cdf_ugaussian_Pinv(p);
    cut_init(&cut, -0.02, 0.0, edge - 1e-9, 0.0);
    assert_true(crosses(&rig, &cut, &theta));
    assert_near(theta, d0 / (d0 + d1));
    assert_near(cut.surface_room.price[0], level);
    cut_init(&cut, -0.02, 0.0, edge + 1e-9, 0.0);
    assert_false(crosses(&rig, &cut, &theta));
    cut_init(&cut, -0.08, 0.0, 5.0, 0.0);
    assert_true(crosses(&rig, &cut, &theta));
    assert_near(cut.surface_room.price[0], level);
    surface_free(&rig.surface);
}

/* Long one asset, short the other, equity a multiple of the two prices alone: the surface is a level of the log ratio,
 * whose bridge is exact. */
static void price_ratio_crosses_with_the_bridge_probability(void **state) {
    (void)state;
    struct rig rig;
    struct cut cut;
    double theta;
    const struct position pair[] = {{.asset = 0, .quantity = 1.0, .entry = 100.0},
                                    {.asset = 1, .quantity = -0.8, .entry = 100.0}};
    rig_init(&rig, 2, pair, 20.0, &flat_rule);
    const double variance = 0.02 * 0.02 + 0.03 * 0.03 - 0.02 * 0.03;
    const double d0 = -log(0.8 * 1.005 / 0.995), d1 = d0 - 0.1 - 0.08;
    const double p = exp(-2.0 * d0 * d1 / variance), edge = gsl_cdf_ugaussian_Pinv(p);
    /* V_p = (0.02 V - 0.03 W) / sqrt(variance) with W = 0. */
    const double v = edge * sqrt(variance) / 0.02;
    cut_init(&cut, -0.1, 0.08, v - 1e-7, 0.0);
    assert_true(crosses(&rig, &cut, &theta));
    assert_near(theta, d0 / (d0 + d1));
    const double *price = cut.surface_room.price;
    assert_near(price[0] * 0.995, 0.8 * 1.005 * price[1]);
    cut_init(&cut, -0.1, 0.08, v + 1e-7, 0.0);
    assert_false(crosses(&rig, &cut, &theta));
    surface_free(&rig.surface);
}

/* Wherever a joint pool is said to cross, it is on its surface; also where the straight way there misses it (opposite
 * moves, steps as long as the distance). */
static void joint_crossings_are_on_the_surface(void **state) {
    (void)state;
    static struct cut cut;
    static double z[8 * BLOCK];
    const struct kernel *kernel = kernel_choose();
    const double sides[][2] = {{10.0, 10.0}, {10.0, -9.0}, {-10.0, -10.0}};
    size_t crossings = 0;
    for (size_t book = 0; book < 3; ++book) {
        struct rig rig;
        const struct position pair[] = {{.asset = 0, .quantity = sides[book][0], .entry = 100.0},
                                        {.asset = 1, .quantity = sides[book][1], .entry = 100.0}};
        rig_init(&rig, 2, pair, 40.0, &flat_rule);
        for (uint32_t trial = 0; trial < 20000; ++trial) {
            if (trial % BLOCK == 0)
                draw_block(kernel, 9, 0, trial, RNG_SHOCK, 0, 8, z);
            const double *path = z + trial % BLOCK, scale = trial % 3 ? 0.3 : 0.03;
            double theta;
            cut_init(&cut, scale * path[0], -scale * path[0] + 0.01 * path[BLOCK], path[2 * BLOCK], path[3 * BLOCK]);
            cut.correlation[1] = cut.correlation[2] = -0.999;
            if (!crosses(&rig, &cut, &theta))
                continue;
            ++crossings;
            const struct stand there = {.cash = 40.0, .remaining = rig.remaining, .price = cut.surface_room.price};
            double equity = surface_equity(&rig.surface, &there), need = surface_requirement(&rig.surface, &there);
            assert_true(theta >= 0.0 && theta <= 1.0);
            assert_true(fabs(equity - need) <= 1e-9 * surface_notional(&rig.surface, &there));
            assert_true(surface_notional(&rig.surface, &there) < 1e5);
        }
        surface_free(&rig.surface);
    }
    assert_true(crossings > 10000);
}

/* Every path of a block that crosses is singled out by the vector bound, and few others are. */
static void the_filter_misses_no_joint_crossing(void **state) {
    (void)state;
    static struct cut cut;
    static double z[8 * BLOCK], remaining[2 * BLOCK];
    double cash[BLOCK], a[BLOCK], b[BLOCK], c[BLOCK], d[BLOCK], start[BLOCK], end[BLOCK], slack[BLOCK];
    const struct kernel *kernel = kernel_choose();
    const double sides[][2] = {{10.0, 10.0}, {10.0, -9.0}, {-10.0, -10.0}};
    size_t crossings = 0, flagged = 0, quiet = 0;
    for (size_t i = 0; i < 2 * BLOCK; ++i)
        remaining[i] = 1.0;
    for (uint32_t trial = 0; trial < 600; ++trial) {
        struct rig rig;
        const struct position pair[] = {{.asset = 0, .quantity = sides[trial % 3][0], .entry = 100.0},
                                        {.asset = 1, .quantity = sides[trial % 3][1], .entry = 100.0}};
        const double backing = 20.0 + 2.0 * (double)(trial % 100);
        rig_init(&rig, 2, pair, backing, &flat_rule);
        cut_init(&cut, 0.0, 0.0, 0.0, 0.0);
        draw_block(kernel, 11, 0, trial, RNG_SHOCK, 0, 8, z);
        for (size_t p = 0; p < BLOCK; ++p) {
            cash[p] = backing;
            slack[p] = INFINITY;
            for (size_t i = 0; i < ASSETS; ++i) {
                cut.start_price[i * BLOCK + p] = 100.0;
                cut.end[i * BLOCK + p] = cut.deviation[i] * z[i * BLOCK + p];
                cut.bridge[i * BLOCK + p] = z[(4 + i) * BLOCK + p];
            }
        }
        kernel->price(ASSETS, PRICE_LOG, cut.initial, cut.end, cut.end_price);
        kernel->sides(2, rig.surface.leg, cash, remaining, cut.start_price, a, b);
        kernel->sides(2, rig.surface.leg, cash, remaining, cut.end_price, c, d);
        kernel->distance(PRICE_LOG, a, b, start);
        kernel->distance(PRICE_LOG, c, d, end);
        kernel->bridge_distance(PRICE_LOG, 2, rig.surface.leg, remaining, cut.start_price, cut.start_price,
                                cut.deviation, NULL, cut.bridge, a, b, start, end, slack);
        size_t here = 0;
        for (size_t p = 0; p < BLOCK; ++p) {
            double theta;
            int crossed = surface_crossing(&rig.surface, &rig.stand, &cut.slice, p, &cut.surface_room, &theta);
            if (crossed)
                assert_true(slack[p] <= 0.0);
            crossings += (size_t)crossed;
            here += slack[p] <= 0.0;
        }
        flagged += here;
        quiet += here == 0;
        surface_free(&rig.surface);
    }
    assert_true(crossings > 5000);
    assert_true((double)flagged < 2.0 * (double)crossings);
    assert_true(quiet > 100); /* whole groups are passed over */
}

/* Rows of safe prices against the range of one path: any side, tiers, cash, what is left, multiplier. */
static void rows_of_safe_prices_are_those_of_paths(void **state) {
    (void)state;
    const struct kernel *kernel = kernel_choose();
    struct tier tier[3] = {{0.0, 0.004, 0.0}, {400.0, 0.02, 0.0}, {1500.0, 0.1, 0.0}};
    struct tiers tiers[ASSETS] = {{3, tier}, {3, tier}};
    const struct rule rule = {.n_assets = ASSETS, .of_asset = tiers, .base = BASE_MARK};
    tiers_complete(&tiers[0]);
    size_t bounded = 0;
    for (int side = -1; side <= 1; side += 2) {
        struct rig rig;
        rig_init(&rig, 1, &(struct position){.quantity = 10.0 * side, .entry = 100.0, .margin = 100.0}, 100.0, &rule);
        double cash[BLOCK], remaining[BLOCK], factor[BLOCK], low[BLOCK], high[BLOCK];
        for (size_t p = 0; p < BLOCK; ++p) {
            cash[p] = 40.0 * (double)(p % 61) - 800.0;
            remaining[p] = p % 7 == 0 ? 0.0 : 1.0 / (double)(1 + p % 5);
            factor[p] = 0.5 + 0.05 * (double)(p % 50);
        }
        kernel->safe(&rig.surface.leg[0], 100.0, cash, remaining, factor, low, high);
        for (size_t p = 0; p < BLOCK; ++p) {
            struct surface scaled;
            assert_int_equal(surface_scale_init(&scaled, &rig.surface, factor[p]), RISKPOOL_OK);
            const struct stand stand = {.cash = cash[p], .remaining = &remaining[p], .price = rig.price};
            const struct range safe = surface_safe(&scaled, &stand, PRICE_LOG);
            assert_true(safe.low == low[p] || fabs(safe.low - low[p]) <= 1e-13 * (1.0 + fabs(low[p])));
            assert_true(safe.high == high[p] || fabs(safe.high - high[p]) <= 1e-13 * (1.0 + fabs(high[p])));
            bounded += isfinite(low[p]) || isfinite(high[p]);
            surface_free(&scaled);
        }
        surface_free(&rig.surface);
    }
    assert_true(bounded > BLOCK / 2 && bounded < 2 * BLOCK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_safe_prices_are_those_of_paths),
        cmocka_unit_test(the_filter_misses_no_joint_crossing),
        cmocka_unit_test(joint_crossings_are_on_the_surface),
        cmocka_unit_test(isolated_prices_are_the_closed_form),
        cmocka_unit_test(a_fully_paid_long_cannot_be_reached),
        cmocka_unit_test(maintenance_on_entry_is_fixed),
        cmocka_unit_test(tiers_follow_the_current_notional),
        cmocka_unit_test(a_perfect_hedge_dies_only_of_its_maintenance),
        cmocka_unit_test(an_empty_or_closed_pool_is_never_in_breach),
        cmocka_unit_test(equality_breaches_unless_strict),
        cmocka_unit_test(single_pool_crosses_with_the_bridge_probability),
        cmocka_unit_test(price_ratio_crosses_with_the_bridge_probability),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
