/* Rounds of a liquidation on pools written by hand: what is closed, and every amount of money. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "procedure.h"

enum { LEGS = 3, ASSETS = 2 };

/* Two positions on the first asset, long 10 and short 4, and long 100 on the second; tiers 1 % and 2 % from 500, 4 %
 * from 2000. */
struct rig {
    struct tier tier[3];
    struct tiers of_asset[ASSETS];
    struct rule rule;
    struct position position[LEGS];
    size_t index[LEGS];
    struct book book;
    struct surface surface;
    struct procedure procedure;
    double depth[ASSETS];
    struct impact impact;
    double remaining[LEGS], price[ASSETS], volume[ASSETS], room[4 * LEGS];
    struct cut cut[LEGS];
    struct closing closing;
};

static void rig_init(struct rig *rig, size_t first, size_t n, double cash, double one, double two) {
    *rig = (struct rig){.tier = {{0.0, 0.01, 0.0}, {500.0, 0.02, 0.0}, {2000.0, 0.04, 0.0}}};
    const struct position positions[LEGS] = {
        {.name = "a", .asset = 0, .quantity = 10.0, .entry = 100.0, .margin = 50.0},
        {.name = "b", .asset = 0, .quantity = -4.0, .entry = 100.0, .margin = 50.0},
        {.name = "c", .asset = 1, .quantity = 100.0, .entry = 30.0, .margin = 90.0}};
    memcpy(rig->position, positions, sizeof positions);
    for (size_t j = 0; j < ASSETS; ++j) {
        rig->of_asset[j] = (struct tiers){3, rig->tier};
        rig->depth[j] = 1000.0;
    }
    tiers_complete(&rig->of_asset[0]);
    for (size_t i = 0; i < LEGS; ++i) {
        rig->index[i] = i;
        rig->remaining[i] = 1.0;
    }
    rig->rule = (struct rule){.n_assets = ASSETS, .of_asset = rig->of_asset};
    rig->book = (struct book){.n_positions = LEGS, .positions = rig->position};
    const struct pool pool = {.n_positions = n, .positions = rig->index + first};
    assert_int_equal(surface_init(&rig->surface, &rig->book, &pool, &rig->rule), RISKPOOL_OK);
    rig->impact = (struct impact){IMPACT_LINEAR, 1.0, ASSETS, rig->depth};
    rig->price[0] = one;
    rig->price[1] = two;
    rig->procedure = (struct procedure){.tier_steps = 1, .fraction = 0.2, .restore_to = 1.05};
    rig->closing = (struct closing){.procedure = &rig->procedure,
                                    .rule = &rig->rule,
                                    .thinned = 1.0,
                                    .surface = &rig->surface,
                                    .cash = cash,
                                    .remaining = rig->remaining,
                                    .price = rig->price,
                                    .volume = rig->volume,
                                    .cut = rig->cut,
                                    .room = rig->room};
}

static double equity(const struct rig *rig) {
    const struct stand stand = {.cash = rig->closing.cash, .remaining = rig->remaining, .price = rig->price};
    return surface_equity(&rig->surface, &stand);
}

static double requirement(const struct rig *rig) {
    const struct stand stand = {.cash = rig->closing.cash, .remaining = rig->remaining, .price = rig->price};
    return surface_requirement(&rig->surface, &stand);
}

static int same(double a, double b) {
    return fabs(a - b) <= 1e-9 * fmax(1.0, fabs(b));
}

/* A round, and that its money balances: what the marks of what stays have moved is no cost. */
static enum round_kind round_of(struct rig *rig, int reduced) {
    double profit = 0.0, before = equity(rig), was[ASSETS] = {rig->price[0], rig->price[1]};
    const enum round_kind kind = closing_round(&rig->closing, reduced);
    const struct bill *bill = &rig->closing.bill;
    for (size_t i = 0; i < rig->surface.n_legs; ++i) {
        const struct leg *leg = &rig->surface.leg[i];
        profit += rig->remaining[leg->position] * leg->quantity * (rig->price[leg->asset] - was[leg->asset]);
    }
    for (size_t k = 0; k < rig->closing.n_cuts; ++k) { /* legs that went later in the round had moved marks, too */
        const struct cut *cut = &rig->closing.cut[k];
        profit += cut->quantity * (cut->price - was[rig->surface.leg[cut->leg].asset]);
    }
    assert_true(same(equity(rig) + bill->returned,
                     before + profit - bill->fee - bill->slippage - bill->forfeited + bill->shortfall));
    assert_true(bill->fee >= 0.0 && bill->slippage >= 0.0 && bill->forfeited >= 0.0 && bill->shortfall >= 0.0);
    return kind;
}

static void one_by_one_goes_in_its_order(void **state) {
    (void)state;
    /* Profits -50, +20, -100; notionals 950, 380, 2900; one position each round. */
    static const struct {
        enum close_order order;
        size_t first;
    } cases[] = {{CLOSE_LARGEST_LOSS, 2}, {CLOSE_LARGEST_MAINTENANCE, 2}, {CLOSE_LARGEST_NOTIONAL, 2}};
    for (size_t k = 0; k < 3; ++k) {
        static struct rig rig;
        rig_init(&rig, 0, 3, 200.0, 95.0, 29.0);
        rig.procedure.amount = CLOSE_ONE_BY_ONE;
        rig.procedure.order = cases[k].order;
        assert_int_equal(round_of(&rig, 0), ROUND_PART);
        assert_int_equal(rig.closing.n_cuts, 1);
        assert_int_equal(rig.cut[0].leg, cases[k].first);
        assert_true(rig.remaining[2] == 0.0 && rig.remaining[0] == 1.0 && rig.closing.cash == 100.0);
        surface_free(&rig.surface);
    }
    static struct rig rig;
    rig_init(&rig, 0, 2, 200.0, 110.0, 29.0); /* +100, -40: the short loses, the long is larger */
    rig.procedure.amount = CLOSE_ONE_BY_ONE;
    round_of(&rig, 0);
    assert_int_equal(rig.cut[0].leg, 1);
    rig.remaining[1] = 1.0;
    rig.procedure.order = CLOSE_LARGEST_NOTIONAL;
    assert_int_equal(round_of(&rig, 0), ROUND_PART);
    assert_int_equal(rig.cut[0].leg, 0);
    assert_int_equal(round_of(&rig, 0), ROUND_WHOLE);
    surface_free(&rig.surface);
}

static void equal_ranks_go_by_position(void **state) {
    (void)state;
    static struct rig rig;
    rig_init(&rig, 0, 3, 200.0, 100.0, 30.0); /* nobody has lost anything */
    rig.procedure.amount = CLOSE_ONE_BY_ONE;
    for (size_t k = 0; k < LEGS; ++k) {
        round_of(&rig, 0);
        assert_int_equal(rig.cut[0].leg, k);
    }
    surface_free(&rig.surface);
}

static void bankruptcy_allots_equity_by_maintenance(void **state) {
    (void)state;
    static struct rig rig;
    rig_init(&rig, 0, 3, 120.0, 95.0, 30.0); /* equity 90; needs 14, 3.8, 75 */
    rig.procedure.amount = CLOSE_ONE_BY_ONE;
    rig.procedure.price = CLOSE_AT_BANKRUPTCY;
    rig.procedure.fee = 0.01;
    const double need = requirement(&rig), all = equity(&rig);
    assert_true(same(need, 92.8) && same(all, 90.0));
    assert_int_equal(round_of(&rig, 0), ROUND_PART);
    assert_int_equal(rig.cut[0].leg, 0);
    assert_true(same(rig.closing.bill.forfeited, all * 14.0 / need) && rig.closing.bill.fee == 0.0);
    round_of(&rig, 0);
    assert_int_equal(round_of(&rig, 0), ROUND_WHOLE);
    assert_true(rig.closing.cash == 0.0 && rig.closing.bill.returned == 0.0);
    surface_free(&rig.surface);
}

static void tier_shares_end_at_upper_bounds(void **state) {
    (void)state;
    static struct rig rig;
    rig_init(&rig, 0, 3, 0.0, 1.0, 1.0);
    const struct tiers *tiers = &rig.of_asset[0];
    assert_true(procedure_tier_share(tiers, 2500.0, 1) == 1.0 - 2000.0 / 2500.0);
    assert_true(procedure_tier_share(tiers, 2500.0, 2) == 1.0 - 500.0 / 2500.0);
    assert_true(procedure_tier_share(tiers, 2500.0, 3) == 1.0);
    assert_true(procedure_tier_share(tiers, 2000.0 * (1.0 + 1e-12), 1) == 1.0 - 500.0 / (2000.0 * (1.0 + 1e-12)));
    assert_true(procedure_tier_share(tiers, 2000.0, 1) == 1.0 - 500.0 / 2000.0);
    assert_true(procedure_tier_share(tiers, 500.0, 1) == 1.0 && procedure_tier_share(tiers, 3.0, 2) == 1.0);
    surface_free(&rig.surface);
}

static void tier_steps_go_down_until_nothing_is_left(void **state) {
    (void)state;
    static struct rig rig;
    rig_init(&rig, 2, 1, 170.0, 1.0, 29.0); /* 100 at 29: notional 2900, need 71, equity 70 */
    rig.procedure.amount = CLOSE_TIER_STEPS;
    assert_int_equal(round_of(&rig, 0), ROUND_PART);
    assert_true(same(rig.remaining[2] * 2900.0, 2000.0) && same(rig.closing.bill.notional, 900.0));
    assert_true(same(equity(&rig), 70.0) && same(requirement(&rig), 35.0));
    assert_int_equal(round_of(&rig, 0), ROUND_PART);
    assert_true(same(rig.remaining[2] * 2900.0, 500.0));
    assert_int_equal(round_of(&rig, 0), ROUND_WHOLE);
    assert_true(rig.remaining[2] == 0.0 && same(rig.closing.bill.returned, 70.0) && rig.closing.cash == 0.0);
    surface_free(&rig.surface);
}

/* The same with a fee above the highest rate: a part would leave the pool less healthy. */
static void a_part_that_cannot_help_is_all(void **state) {
    (void)state;
    for (double fee = 0.0; fee < 0.2; fee += 0.05) {
        static struct rig rig;
        rig_init(&rig, 2, 1, 170.0, 1.0, 29.0);
        rig.procedure.amount = CLOSE_FRACTION;
        rig.procedure.fee = fee;
        const enum round_kind kind = round_of(&rig, 0);
        assert_int_equal(kind, fee > 0.04 ? ROUND_WHOLE : ROUND_SHARE);
        assert_true(same(rig.closing.bill.fee, fee > 0.04 ? 70.0 : 0.0)); /* as far as cash goes */
        surface_free(&rig.surface);
    }
}

static void a_fraction_first_then_all(void **state) {
    (void)state;
    static struct rig rig;
    rig_init(&rig, 0, 3, 200.0, 95.0, 29.0);
    rig.procedure.amount = CLOSE_FRACTION;
    assert_int_equal(round_of(&rig, 0), ROUND_SHARE);
    for (size_t i = 0; i < LEGS; ++i)
        assert_true(same(rig.remaining[i], 0.8));
    assert_true(same(rig.closing.bill.notional, 0.2 * (950.0 + 380.0 + 2900.0)));
    assert_int_equal(round_of(&rig, 1), ROUND_WHOLE);
    assert_true(same(rig.closing.bill.returned, 70.0));
    surface_free(&rig.surface);
    rig_init(&rig, 0, 3, 200.0, 95.0, 29.0);
    rig.procedure.amount = CLOSE_FRACTION;
    rig.procedure.full_below = 4230.0;
    assert_int_equal(round_of(&rig, 0), ROUND_WHOLE);
    surface_free(&rig.surface);
}

static void restoring_takes_the_least_that_does(void **state) {
    (void)state;
    for (int shape = 0; shape < 3; ++shape) {
        static struct rig rig;
        rig_init(&rig, 2, 1, 165.0, 1.0, 29.0); /* equity 65, need 71 */
        rig.procedure.amount = CLOSE_RESTORE;
        rig.procedure.restore_to = 1.2;
        rig.procedure.fee = 0.001;
        if (shape > 0) {
            rig.closing.impact = &rig.impact;
            rig.impact.shape = shape == 1 ? IMPACT_LINEAR : IMPACT_SQUARE_ROOT;
        }
        assert_int_equal(round_of(&rig, 0), ROUND_PART);
        assert_true(fabs(equity(&rig) / requirement(&rig) - 1.2) < 1e-9);
        assert_true(equity(&rig) >= 1.2 * requirement(&rig));
        if (shape == 0) /* 65 - 0.001 c = 1.2 (0.04 (2900 - c) - 45) */
            assert_true(fabs(rig.closing.bill.notional - 20.2 / 0.047) < 1e-9 * 2900.0);
        else
            assert_true(rig.closing.bill.slippage > 0.0);
        surface_free(&rig.surface);
    }
}

static void backstop_and_bankruptcy_take_everything(void **state) {
    (void)state;
    static struct rig rig;
    for (int k = 0; k < 3; ++k) {
        rig_init(&rig, 2, 1, k == 1 ? 90.0 : 140.0, 1.0, 29.0); /* equity 40 or -10, need 71 */
        rig.procedure.amount = CLOSE_FRACTION;
        rig.procedure.fee = 0.002;
        rig.procedure.backstop = k < 2 ? 2.0 / 3.0 : 0.5;
        rig.closing.impact = &rig.impact;
        const enum round_kind kind = round_of(&rig, 0);
        const struct bill *bill = &rig.closing.bill;
        assert_int_equal(kind, k < 2 ? ROUND_WHOLE : ROUND_SHARE);
        assert_true((bill->slippage == 0.0 && bill->fee == 0.0) == (k < 2));
        assert_true(k == 2 ||
                    (same(bill->forfeited, k == 0 ? 40.0 : 0.0) && same(bill->shortfall, k == 0 ? 0.0 : 10.0)));
        surface_free(&rig.surface);
    }
    rig_init(&rig, 2, 1, 90.0, 1.0,
             29.0); /* sunk: all of it, whatever the amount, and the fund bears what is missing */
    rig.procedure.amount = CLOSE_TIER_STEPS;
    rig.closing.impact = &rig.impact;
    assert_int_equal(round_of(&rig, 0), ROUND_WHOLE);
    assert_true(same(rig.closing.bill.shortfall, 10.0 + rig.closing.bill.slippage) && rig.closing.bill.slippage > 0.0);
    surface_free(&rig.surface);
}

/* With a limit a pool of one position pays at most its equity for slippage, of several each at most what it is
 * allotted. */
static void the_limit_is_the_bankruptcy_price(void **state) {
    (void)state;
    for (int n = 1; n <= 3; n += 2)
        for (int limited = 0; limited < 2; ++limited) {
            static struct rig rig;
            rig_init(&rig, n == 1 ? 2 : 0, (size_t)n, n == 1 ? 165.0 : 210.0, 95.0, 29.0);
            for (size_t j = 0; j < ASSETS; ++j)
                rig.depth[j] = 5.0; /* selling everything moves the second asset by 20 % */
            rig.procedure.limit_bankruptcy = limited;
            rig.closing.impact = &rig.impact;
            assert_int_equal(round_of(&rig, 0), ROUND_WHOLE);
            const struct bill *bill = &rig.closing.bill;
            assert_true(bill->slippage > 200.0 && bill->shortfall > 100.0 && bill->returned < 20.0);
            if (n == 1) /* all its equity is slippage, with the limit or without */
                assert_true(same(bill->shortfall, bill->slippage - 65.0));
            surface_free(&rig.surface);
        }
}

static void fees_follow_their_base(void **state) {
    (void)state;
    static struct rig rig;
    rig_init(&rig, 2, 1, 170.0, 1.0, 29.0);
    rig.procedure.amount = CLOSE_TIER_STEPS;
    rig.procedure.fee = 0.5;
    rig.procedure.fee_base = FEE_ON_MAINTENANCE; /* half of the 36 that are released */
    assert_int_equal(round_of(&rig, 0), ROUND_PART);
    assert_true(same(rig.closing.bill.fee, 0.5 * (71.0 - 35.0)));
    surface_free(&rig.surface);
}

/* Selling an asset takes down what the pool still holds of it; a holder's order has no fee. */
static void orders_of_the_holder_move_prices_too(void **state) {
    (void)state;
    static struct rig rig;
    rig_init(&rig, 0, 2, 300.0, 100.0, 1.0);
    rig.procedure.fee = 0.01;
    rig.procedure.remainder = REMAINDER_FORFEITED;
    rig.closing.impact = &rig.impact;
    closing_sell(&rig.closing, 0, 0.5);
    assert_true(same(rig.remaining[0], 0.5) && same(rig.price[0], 100.0 * exp(-0.01 * 5.0 / 1000.0)));
    closing_sell(&rig.closing, 1, 1.0);
    closing_sell(&rig.closing, 0, 1.0);
    const struct bill *bill = &rig.closing.bill;
    assert_true(bill->fee == 0.0 && bill->forfeited == 0.0 && rig.closing.cash == 0.0);
    /* Six units net from where it was: 1000 / 0.01 F (1 - e^-x) for 600. */
    const double cash = 100.0 * 1000.0 / 0.01 * -expm1(-0.01 * 6.0 / 1000.0);
    assert_true(same(bill->returned, 300.0 + cash - 600.0));
    surface_free(&rig.surface);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_by_one_goes_in_its_order),
        cmocka_unit_test(equal_ranks_go_by_position),
        cmocka_unit_test(bankruptcy_allots_equity_by_maintenance),
        cmocka_unit_test(tier_shares_end_at_upper_bounds),
        cmocka_unit_test(tier_steps_go_down_until_nothing_is_left),
        cmocka_unit_test(a_part_that_cannot_help_is_all),
        cmocka_unit_test(a_fraction_first_then_all),
        cmocka_unit_test(restoring_takes_the_least_that_does),
        cmocka_unit_test(backstop_and_bankruptcy_take_everything),
        cmocka_unit_test(the_limit_is_the_bankruptcy_price),
        cmocka_unit_test(fees_follow_their_base),
        cmocka_unit_test(orders_of_the_holder_move_prices_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
