/* The engine on slices written by hand: one account, three longs, prices told step by step. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine.h"
#include "vmath.h"

enum { ASSETS = 3, TIMES = 3 };
enum { ISOLATED, CROSS, MODES };

struct rig {
    struct position position[ASSETS];
    size_t index[ASSETS];
    struct mode mode[MODES];
    struct book book;
    struct tier tier[1];
    struct tiers tiers[ASSETS];
    struct rule rule;
    struct procedure procedure;
    double initial[ASSETS];
    struct alert alert[2];
    uint64_t time_step[TIMES];
    struct engine engine;
    struct arena arena;
    struct accounts *accounts;
    struct outcome outcome[MODES];
    double x[2][ASSETS * BLOCK], price[2][ASSETS * BLOCK];
    struct slice slice;
};

static double *rows(struct rig *rig, size_t n) {
    double *row = arena_take(&rig->arena, n * BATCH);
    assert_non_null(row);
    return row;
}

static void open_accounts(struct rig *rig) {
    const struct engine_terms terms = {.book = &rig->book,
                                       .rule = &rig->rule,
                                       .procedure = &rig->procedure,
                                       .n_assets = ASSETS,
                                       .initial = rig->initial,
                                       .scale = PRICE_LOG,
                                       .trajectories = 1,
                                       .n_alerts = 2,
                                       .alerts = rig->alert,
                                       .n_times = TIMES,
                                       .time_step = rig->time_step};
    assert_int_equal(engine_init(&rig->engine, &terms), RISKPOOL_OK);
    rig->accounts = accounts_create(&rig->engine, &rig->arena);
    assert_non_null(rig->accounts);
    for (size_t m = 0; m < MODES; ++m) {
        for (size_t c = 0; c < OUTCOME_COUNT; ++c)
            rig->outcome[m].column[c] = rows(rig, 1);
        rig->outcome[m].liquidation_time = rows(rig, ASSETS);
        rig->outcome[m].alert_time = rows(rig, 2);
        rig->outcome[m].equity_at = rows(rig, TIMES);
        rig->outcome[m].margin_level_at = rows(rig, TIMES);
    }
    for (size_t i = 0; i < ASSETS * BLOCK; ++i)
        rig->price[1][i] = rig->initial[i / BLOCK];
    rig->slice = (struct slice){.n_assets = ASSETS,
                                .scale = PRICE_LOG,
                                .initial = rig->initial,
                                .start = rig->x[0],
                                .end = rig->x[1],
                                .final = rig->x[1],
                                .start_price = rig->price[0],
                                .end_price = rig->price[1],
                                .price = rig->price[1],
                                .start_slope = rig->price[0]};
    accounts_open(rig->accounts, &rig->slice, rig->outcome, 0);
}

/* 10,000 balance and three longs of one coin at 20,000 with 2,000 margin each. */
static void rig_init(struct rig *rig, double rate) {
    memset(rig, 0, sizeof *rig);
    static char *const names[] = {"btc", "eth", "sol"};
    for (size_t i = 0; i < ASSETS; ++i) {
        rig->position[i] =
            (struct position){.name = names[i], .asset = i, .quantity = 1.0, .entry = 20000.0, .margin = 2000.0};
        rig->index[i] = i;
        rig->initial[i] = 20000.0;
        rig->tiers[i] = (struct tiers){1, rig->tier};
    }
    rig->tier[0].rate = rate;
    rig->rule = (struct rule){.n_assets = ASSETS, .of_asset = rig->tiers};
    rig->alert[0] = (struct alert){ALERT_MARGIN_LEVEL, 100.0, NULL};
    rig->alert[1] = (struct alert){ALERT_UTILISATION, 60.0, NULL};
    rig->time_step[1] = 1;
    rig->time_step[2] = 2;
    rig->book = (struct book){
        .balance = 10000.0, .n_positions = ASSETS, .positions = rig->position, .n_modes = MODES, .modes = rig->mode};
    struct pool_request request[ASSETS];
    for (size_t i = 0; i < ASSETS; ++i)
        request[i] = (struct pool_request){names[i], 1, &rig->index[i], NAN};
    assert_int_equal(book_divide(&rig->book, "isolated", ASSETS, request, &rig->mode[ISOLATED]), RISKPOOL_OK);
    assert_int_equal(book_divide(&rig->book, "cross", 0, NULL, &rig->mode[CROSS]), RISKPOOL_OK);
}

static void rig_free(struct rig *rig) {
    for (size_t m = 0; m < MODES; ++m)
        mode_free(&rig->mode[m]);
    engine_free(&rig->engine);
    arena_free(&rig->arena);
}

/* One step of one hour to the given profits of the three positions. */
static void step_to(struct rig *rig, double btc, double eth, double sol) {
    const double profit[] = {btc, eth, sol};
    memcpy(rig->x[0], rig->x[1], sizeof rig->x[0]);
    memcpy(rig->price[0], rig->price[1], sizeof rig->price[0]);
    for (size_t i = 0; i < ASSETS * BLOCK; ++i) {
        rig->price[1][i] = 20000.0 + profit[i / BLOCK];
        rig->x[1][i] = vmath_log(rig->price[1][i] / 20000.0);
    }
    rig->slice.start_hour = rig->slice.end_hour;
    rig->slice.end_hour += 1.0;
    accounts_step(rig->accounts, &rig->slice);
}

static double end_equity(const struct rig *rig, int mode) {
    return 10000.0 - rig->outcome[mode].column[OUTCOME_loss][7];
}

static double liquidated(const struct rig *rig, int mode, size_t position) {
    return rig->outcome[mode].liquidation_time[position * BATCH + 7];
}

static void isolated_loses_btc_only_and_cross_nothing(void **state) {
    (void)state;
    static struct rig rig;
    rig_init(&rig, 0.0);
    open_accounts(&rig);
    step_to(&rig, -2000.0, -1500.0, -1000.0);
    accounts_close(rig.accounts, &rig.slice);
    assert_true(fabs(liquidated(&rig, ISOLATED, 0) - 1.0) < 1e-12);
    assert_true(isnan(liquidated(&rig, ISOLATED, 1)) && isnan(liquidated(&rig, ISOLATED, 2)));
    for (size_t i = 0; i < ASSETS; ++i)
        assert_true(isnan(liquidated(&rig, CROSS, i)));
    assert_true(fabs(end_equity(&rig, ISOLATED) - 5500.0) < 1e-9);
    assert_true(fabs(end_equity(&rig, CROSS) - 5500.0) < 1e-9);
    rig_free(&rig);
}

static void btc_falls_further(void **state) {
    (void)state;
    for (double fall = 1000.0; fall <= 6000.0; fall += 1000.0) {
        static struct rig rig;
        rig_init(&rig, 0.0);
        open_accounts(&rig);
        step_to(&rig, -2000.0, -1500.0, -1000.0);
        step_to(&rig, -2000.0 - fall, -1500.0, -1000.0);
        accounts_close(rig.accounts, &rig.slice);
        const double owed = fmax(fall - 5500.0, 0.0);
        assert_true(fabs(end_equity(&rig, ISOLATED) - 5500.0) < 1e-9);
        assert_true(fabs(end_equity(&rig, CROSS) - (5500.0 - fall + owed)) < 1e-9);
        assert_true(fabs(rig.outcome[CROSS].column[OUTCOME_shortfall][7] - owed) < 1e-9);
        assert_int_equal(!isnan(liquidated(&rig, CROSS, 2)), owed > 0.0);
        rig_free(&rig);
    }
}

static void trajectories_are_recorded(void **state) {
    (void)state;
    static struct rig rig;
    rig_init(&rig, 0.01);
    open_accounts(&rig);
    step_to(&rig, 1000.0, 0.0, 0.0);
    step_to(&rig, -4000.0, 0.0, 0.0);
    accounts_close(rig.accounts, &rig.slice);
    const struct outcome *cross = &rig.outcome[CROSS], *isolated = &rig.outcome[ISOLATED];
    assert_true(fabs(cross->column[OUTCOME_max_drawdown][7] - 5000.0) < 1e-9);
    assert_true(fabs(cross->column[OUTCOME_lowest_margin_level][7] - 100.0) < 1e-9);
    assert_true(fabs(cross->alert_time[7] - 2.0) < 1e-12);
    assert_true(isnan(cross->alert_time[BATCH + 7]));
    assert_true(fabs(cross->equity_at[7] - 10000.0) < 1e-9);
    assert_true(fabs(cross->equity_at[BATCH + 7] - 11000.0) < 1e-9);
    assert_true(fabs(cross->margin_level_at[2 * BATCH + 7] - 100.0) < 1e-9);
    /* The isolated position is closed at -2,000 of its 2,000 margin or below: level 100 (2000 - 4000) / 2000 %. */
    assert_true(fabs(isolated->column[OUTCOME_lowest_margin_level][7] + 100.0) < 1e-9);
    assert_true(fabs(isolated->column[OUTCOME_shortfall][7] - 2000.0) < 1e-9);
    assert_true(fabs(isolated->alert_time[7] - 0.0) < 1e-12); /* 100 % at the start already */
    assert_true(fabs(end_equity(&rig, ISOLATED) - 8000.0) < 1e-9);
    rig_free(&rig);
}

/* Cash at the start + profit - fees + shortfall = cash at the end. */
static void money_is_conserved(void **state) {
    (void)state;
    static struct rig rig;
    rig_init(&rig, 0.02);
    rig.procedure = (struct procedure){.price = CLOSE_AT_MARK, .remainder = REMAINDER_RETURNED, .fee = 0.001};
    open_accounts(&rig);
    step_to(&rig, -1650.0, 300.0, 0.0);
    accounts_close(rig.accounts, &rig.slice);
    const double fee = 0.001 * 18350.0;
    assert_true(fabs(rig.outcome[ISOLATED].column[OUTCOME_fees][7] - fee) < 1e-9);
    assert_true(fabs(end_equity(&rig, ISOLATED) - (10000.0 - 1650.0 + 300.0 - fee)) < 1e-9);
    rig_free(&rig);
}

static void remainder_is_forfeited(void **state) {
    (void)state;
    static struct rig rig;
    rig_init(&rig, 0.02);
    rig.procedure.remainder = REMAINDER_FORFEITED;
    open_accounts(&rig);
    step_to(&rig, -1650.0, 300.0, 0.0);
    accounts_close(rig.accounts, &rig.slice);
    assert_true(fabs(end_equity(&rig, ISOLATED) - (10000.0 - 2000.0 + 300.0)) < 1e-9);
    rig_free(&rig);
}

/* The wallet pool takes what an isolated pool leaves, and is judged with it. */
static void returned_cash_backs_pool_zero(void **state) {
    (void)state;
    static struct rig rig;
    rig_init(&rig, 0.1);
    mode_free(&rig.mode[ISOLATED]);
    const struct pool_request request = {"btc", 1, &rig.index[0], 5000.0};
    assert_int_equal(book_divide(&rig.book, "hybrid", 1, &request, &rig.mode[ISOLATED]), RISKPOOL_OK);
    open_accounts(&rig);
    /* btc: 5000 - 3400 = 1600 <= 1660: closed, 1600 returned; the rest: 5000 - 3000 = 2000 > 3700 is false. */
    step_to(&rig, -3400.0, -1500.0, -1500.0);
    accounts_close(rig.accounts, &rig.slice);
    assert_true(!isnan(liquidated(&rig, ISOLATED, 0)));
    assert_true(!isnan(liquidated(&rig, ISOLATED, 1)));
    assert_true(fabs(end_equity(&rig, ISOLATED) - 3600.0) < 1e-9);
    rig_free(&rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(isolated_loses_btc_only_and_cross_nothing),
        cmocka_unit_test(btc_falls_further),
        cmocka_unit_test(trajectories_are_recorded),
        cmocka_unit_test(money_is_conserved),
        cmocka_unit_test(remainder_is_forfeited),
        cmocka_unit_test(returned_cash_backs_pool_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
