/* The statement against liquidation prices that venues and trading programs publish, and against arithmetic by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scenario.h"
#include "statement.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct model log_model = {.scale = PRICE_LOG};
static const struct model linear_model = {.scale = PRICE_LINEAR};

/* One account of at most three positions, each on the asset of its own index unless said otherwise; "isolated" and
 * "cross". Tiers are rates of the whole notional unless a test replaces them. */
struct account {
    struct riskpool_scenario scenario;
    struct position positions[3];
    struct asset assets[3];
    struct tier flat[3];
    struct tiers tiers[3];
    struct mode modes[2];
    struct statement statement;
};

static void account_open(struct account *a, double balance, size_t n, const struct position *positions,
                         const double *prices, const double *rates) {
    memset(a, 0, sizeof *a);
    for (size_t i = 0; i < n; ++i) {
        a->positions[i] = positions[i];
        a->assets[i].price = prices[i];
        a->flat[i].rate = rates[i];
        a->tiers[i] = (struct tiers){1, &a->flat[i]};
    }
    a->scenario.name = "account";
    a->scenario.market = (struct market){.model = &log_model, .n_assets = n, .assets = a->assets};
    a->scenario.book = (struct book){.currency = "USDT",
                                     .balance = balance,
                                     .n_positions = n,
                                     .positions = a->positions,
                                     .n_modes = 2,
                                     .modes = a->modes};
    a->scenario.rule = (struct rule){.n_assets = n, .of_asset = a->tiers};
}

static void account_state(struct account *a) {
    size_t index[3] = {0, 1, 2};
    struct pool_request alone[3];
    for (size_t i = 0; i < a->scenario.book.n_positions; ++i)
        alone[i] = (struct pool_request){a->positions[i].name, 1, &index[i], NAN};
    assert_int_equal(book_divide(&a->scenario.book, "isolated", a->scenario.book.n_positions, alone, &a->modes[0]), 0);
    assert_int_equal(book_divide(&a->scenario.book, "cross", 0, NULL, &a->modes[1]), 0);
    for (size_t i = 0; i < a->scenario.rule.n_assets; ++i)
        tiers_complete(&a->tiers[i]);
    assert_int_equal(statement_init(&a->statement, &a->scenario), RISKPOOL_OK);
}

static void account_close(struct account *a) {
    statement_free(&a->statement);
    mode_free(&a->modes[0]);
    mode_free(&a->modes[1]);
}

/* Pool i + 1 of "isolated" holds position i. */
static const struct position_statement *isolated(const struct account *a, size_t position) {
    return &a->statement.modes[0].pools[position + 1].positions[0];
}

static const struct position_statement *cross(const struct account *a, size_t position) {
    const struct pool_statement *wallet = &a->statement.modes[1].pools[0];
    for (size_t i = 0; i < wallet->n_positions; ++i)
        if (strcmp(wallet->positions[i].name, a->positions[position].name) == 0)
            return &wallet->positions[i];
    fail_msg("no position %zu", position);
    return NULL;
}

static void assert_near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.12g instead of %.12g", value, expected);
}

/* S0 (1 -+ 1/L) / (1 -+ mmr), and the account of 15,000 with 5,000 of margin. */
static void test_single(void **state) {
    (void)state;
    const double price[] = {1.0}, rate[] = {0.005};
    const struct {
        double quantity, isolated, cross;
    } cases[] = {{50000, 0.9045226131, 0.7035175879}, {-50000, 1.0945273632, 1.2935323383}};
    for (size_t i = 0; i < COUNT(cases); ++i) {
        struct account a;
        account_open(
            &a, 15000, 1,
            &(struct position){.name = "p", .asset = 0, .quantity = cases[i].quantity, .entry = 1, .margin = 5000},
            price, rate);
        account_state(&a);
        assert_near(isolated(&a, 0)->liquidation_price, cases[i].isolated, 1e-10);
        assert_near(cross(&a, 0)->liquidation_price, cases[i].cross, 1e-10);
        assert_near(isolated(&a, 0)->bankruptcy_price, i ? 1.1 : 0.9, 1e-12);
        assert_near(cross(&a, 0)->bankruptcy_price, i ? 1.3 : 0.7, 1e-12);
        assert_near(a.statement.modes[0].pools[0].cash, 10000, 1e-9);
        assert_near(a.statement.modes[0].pools[1].margin_level, 100, 1e-9);
        assert_near(a.statement.modes[1].pools[0].margin_level, 300, 1e-9);
        assert_near(a.statement.modes[1].pools[0].utilisation, 100 * 250.0 / 15000, 1e-9);
        account_close(&a);
    }
}

/* Published one-position liquidation prices, each to its printed precision. */
static void test_published(void **state) {
    (void)state;
    const struct {
        double quantity, entry, margin, rate, liquidation, tolerance;
    } cases[] = {
        {0.5423, 1680.05, 182.81, 0.005, 1349.70, 0.005}, /* Gate, a trade reported to freqtrade */
        {1, 2279, 2279 / 3.0, 0.021, 1551.92, 0.005},     /* DeltaCalc */
        {-1, 2279, 2279 / 3.0, 0.021, 2976.17, 0.005},    /* DeltaCalc */
        {-3, 3000, 1000, 0.05, 3174.60, 0.005},           /* dYdX v4 documentation */
    };
    for (size_t i = 0; i < COUNT(cases); ++i) {
        struct account a;
        account_open(&a, cases[i].margin, 1,
                     &(struct position){.name = "p",
                                        .asset = 0,
                                        .quantity = cases[i].quantity,
                                        .entry = cases[i].entry,
                                        .margin = cases[i].margin},
                     &cases[i].entry, &cases[i].rate);
        account_state(&a);
        assert_near(isolated(&a, 0)->liquidation_price, cases[i].liquidation, cases[i].tolerance);
        account_close(&a);
    }
}

/* freqtrade's table for Binance (tests/exchange/test_exchange.py): rate 1 % less a fixed 0.01, here as a second tier.
 */
static void test_offset(void **state) {
    (void)state;
    const struct {
        double quantity, leverage, entry, liquidation;
    } cases[] = {{-1, 5, 10, 11.89108910891089},    {-1, 3, 10, 13.211221122112211}, {-1, 5, 8, 9.514851485148514},
                 {-0.6, 5, 10, 11.897689768976898}, {1, 5, 10, 8.070707070707071},   {1, 5, 8, 6.454545454545454},
                 {1, 3, 10, 6.723905723905723},     {0.6, 5, 10, 8.063973063973064}};
    for (size_t i = 0; i < COUNT(cases); ++i) {
        struct account a;
        double margin = fabs(cases[i].quantity) * cases[i].entry / cases[i].leverage;
        account_open(
            &a, margin, 1,
            &(struct position){
                .name = "p", .asset = 0, .quantity = cases[i].quantity, .entry = cases[i].entry, .margin = margin},
            &cases[i].entry, &(double){0});
        struct tier tiers[] = {{.from = 0, .rate = 0.005}, {.from = 2, .rate = 0.01}};
        a.tiers[0] = (struct tiers){2, tiers};
        account_state(&a);
        assert_near(isolated(&a, 0)->liquidation_price, cases[i].liquidation, 1e-12);
        account_close(&a);
    }
}

/* Binance's own example of two positions under the tiers of 2021. */
static void test_binance(void **state) {
    (void)state;
    const struct position positions[] = {
        {.name = "eth", .asset = 0, .quantity = 3683.979, .entry = 1456.84, .margin = 0},
        {.name = "btc", .asset = 1, .quantity = 109.488, .entry = 32481.98, .margin = 0}};
    const double price[] = {1335.18, 31967.27}, none[] = {0, 0}, wallet = 1535443.01;
    struct tier eth[] = {{.from = 0, .rate = 0.005},     {.from = 10000, .rate = 0.0065},
                         {.from = 100000, .rate = 0.01}, {.from = 500000, .rate = 0.02},
                         {.from = 1e6, .rate = 0.05},    {.from = 2e6, .rate = 0.1}};
    struct tier btc[] = {{.from = 0, .rate = 0.004},   {.from = 50000, .rate = 0.005}, {.from = 250000, .rate = 0.01},
                         {.from = 1e6, .rate = 0.025}, {.from = 1e7, .rate = 0.05},    {.from = 2e7, .rate = 0.1}};
    struct account a;
    account_open(&a, wallet, 2, positions, price, none);
    a.tiers[0] = (struct tiers){COUNT(eth), eth};
    a.tiers[1] = (struct tiers){COUNT(btc), btc};
    account_state(&a);
    assert_near(cross(&a, 0)->maintenance_margin, 356512.508, 5e-4);
    assert_near(cross(&a, 1)->maintenance_margin, 71200.81144, 5e-6);
    assert_near(cross(&a, 0)->unrealised_profit, -448192.89, 5e-3);
    assert_near(cross(&a, 1)->unrealised_profit, -56354.57, 5e-3);
    assert_near(cross(&a, 0)->liquidation_price, 1153.26, 5e-3);
    assert_near(cross(&a, 1)->liquidation_price, 26316.89, 5e-3);
    account_close(&a);

    const double alone[] = {1114.78, 18778.73};
    for (size_t i = 0; i < 2; ++i) {
        struct position only = positions[i];
        only.asset = 0;
        account_open(&a, wallet, 1, &only, &price[i], none);
        a.tiers[0] = i ? (struct tiers){COUNT(btc), btc} : (struct tiers){COUNT(eth), eth};
        account_state(&a);
        assert_near(cross(&a, 0)->liquidation_price, alone[i], 5e-3);
        account_close(&a);
    }
}

/* dYdX v4 documentation: short 1.5 ETH and long 1,000 STRK with an equity of 1,000; equity there = 428.571. */
static void test_two_assets(void **state) {
    (void)state;
    const struct position positions[] = {{.name = "eth", .asset = 0, .quantity = -1.5, .entry = 3000, .margin = 0},
                                         {.name = "strk", .asset = 1, .quantity = 1000, .entry = 1.75, .margin = 0}};
    struct account a;
    account_open(&a, 1000, 2, positions, (double[]){3000, 1.75}, (double[]){0.05, 0.1});
    account_state(&a);
    assert_near(cross(&a, 0)->liquidation_price, 3380.95, 5e-3);
    assert_near(1000 - 1.5 * (cross(&a, 0)->liquidation_price - 3000), 428.571, 5e-4);
    account_close(&a);

    /* Reported to TorchTrade: equity 5 behind one unit at 100, and 4 of maintenance elsewhere: 99.40, not 95.40. */
    const struct position burdened[] = {{.name = "p", .asset = 0, .quantity = 1, .entry = 100, .margin = 5},
                                        {.name = "other", .asset = 1, .quantity = 40, .entry = 1, .margin = 0}};
    account_open(&a, 5, 2, burdened, (double[]){100, 1}, (double[]){0.004, 0.1});
    account_state(&a);
    assert_near(cross(&a, 0)->liquidation_price, 99.40, 5e-3);
    assert_near(isolated(&a, 0)->liquidation_price, 95.38, 5e-3);
    account_close(&a);
}

/* BitMEX: 20 ETH at 1,000 in an account of 10,000 with a maintenance of 200 that is fixed at the entry. */
static void test_entry_base(void **state) {
    (void)state;
    struct account a;
    account_open(&a, 10000, 1,
                 &(struct position){.name = "eth", .asset = 0, .quantity = 20, .entry = 1000, .margin = 400},
                 (double[]){900}, (double[]){0.01});
    a.scenario.rule.base = BASE_ENTRY;
    account_state(&a);
    assert_near(cross(&a, 0)->maintenance_margin, 200, 1e-12);
    assert_near(cross(&a, 0)->liquidation_price, 510, 1e-9);
    assert_near(cross(&a, 0)->bankruptcy_price, 500, 1e-9);
    account_close(&a);
}

/* Positions on one asset share the price that moves; what is hedged has no bankruptcy price. */
static void test_one_asset(void **state) {
    (void)state;
    const struct position positions[] = {{.name = "long", .asset = 0, .quantity = 2, .entry = 100, .margin = 20},
                                         {.name = "short", .asset = 0, .quantity = -1, .entry = 100, .margin = 10}};
    struct account a;
    account_open(&a, 40, 2, positions, (double[]){100, 1}, (double[]){0.01, 0});
    account_state(&a);
    for (size_t i = 0; i < 2; ++i) {
        assert_near(cross(&a, i)->liquidation_price, 60 / 0.97, 1e-12);
        assert_near(cross(&a, i)->bankruptcy_price, 60, 1e-12);
    }
    assert_near(isolated(&a, 0)->liquidation_price, 90 / 0.99, 1e-12);
    assert_near(isolated(&a, 1)->liquidation_price, 110 / 1.01, 1e-12);
    account_close(&a);

    const struct position hedged[] = {{.name = "long", .asset = 0, .quantity = 1, .entry = 100, .margin = 5},
                                      {.name = "short", .asset = 0, .quantity = -1, .entry = 100, .margin = 5}};
    account_open(&a, 10, 2, hedged, (double[]){100, 1}, (double[]){0.005, 0});
    account_state(&a);
    assert_near(cross(&a, 0)->liquidation_price, 1000, 1e-9);
    assert_true(isnan(cross(&a, 0)->bankruptcy_price));
    account_close(&a);
}

/* Long without leverage: zero is never reached by a log price; a linear one goes on below it. */
static void test_unreachable(void **state) {
    (void)state;
    const struct position position = {.name = "p", .asset = 0, .quantity = 1, .entry = 100, .margin = 100};
    const double balances[] = {100, 150}, below[] = {0, -50};
    for (size_t i = 0; i < 2; ++i) {
        struct account a;
        account_open(&a, balances[i], 1, &position, (double[]){100}, (double[]){0.005});
        account_state(&a);
        assert_true(isnan(cross(&a, 0)->liquidation_price));
        assert_true(isnan(cross(&a, 0)->bankruptcy_price));
        account_close(&a);
        account_open(&a, balances[i], 1, &position, (double[]){100}, (double[]){0.005});
        a.scenario.market.model = &linear_model;
        account_state(&a);
        assert_near(cross(&a, 0)->liquidation_price, below[i] / 1.005, 1e-12);
        assert_near(cross(&a, 0)->bankruptcy_price, below[i], 1e-12);
        account_close(&a);
    }
}

/* 10,000, three longs of 2,000 with open profits of -2,000, -1,500 and -1,000: equity 5,500 whatever the walls, the
 * first position bankrupt behind its own, the account far from a breach without them. */
static void test_breach(void **state) {
    (void)state;
    const struct position positions[] = {{.name = "btc", .asset = 0, .quantity = 1, .entry = 20000, .margin = 2000},
                                         {.name = "eth", .asset = 1, .quantity = 10, .entry = 2000, .margin = 2000},
                                         {.name = "sol", .asset = 2, .quantity = 200, .entry = 100, .margin = 2000}};
    struct account a;
    account_open(&a, 10000, 3, positions, (double[]){18000, 1850, 95}, (double[]){0.005, 0.005, 0.005});
    account_state(&a);
    const struct mode_statement *modes = a.statement.modes;
    assert_near(modes[0].equity, 5500, 1e-9);
    assert_near(modes[1].equity, 5500, 1e-9);
    assert_near(modes[0].pools[0].equity, 4000, 1e-9);
    assert_true(isnan(modes[0].pools[0].margin_level));
    assert_near(modes[0].pools[0].utilisation, 0, 0);
    assert_near(modes[0].pools[1].equity, 0, 1e-9);
    assert_near(modes[0].pools[1].margin_level, 0, 1e-9);
    assert_true(isnan(modes[0].pools[1].utilisation));
    assert_near(modes[0].pools[2].equity, 500, 1e-9);
    /* Closed long ago: the price at which it would have been lies above the present one. */
    assert_near(isolated(&a, 0)->liquidation_price, 18000 / 0.995, 1e-9);
    assert_near(isolated(&a, 0)->bankruptcy_price, 18000, 1e-9);
    assert_near(modes[1].pools[0].initial_margin, 6000, 1e-9);
    assert_near(modes[1].pools[0].maintenance_margin, 0.005 * 55500, 1e-9);
    assert_near(modes[1].pools[0].utilisation, 100 * 277.5 / 5500, 1e-9);
    account_close(&a);
}

static void test_released(void **state) {
    (void)state;
    struct statement statement = {0};
    statement_free(&statement);
    statement_free(&statement);
    assert_null(statement.modes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single),    cmocka_unit_test(test_published),   cmocka_unit_test(test_offset),
        cmocka_unit_test(test_binance),   cmocka_unit_test(test_two_assets),  cmocka_unit_test(test_entry_base),
        cmocka_unit_test(test_one_asset), cmocka_unit_test(test_unreachable), cmocka_unit_test(test_breach),
        cmocka_unit_test(test_released),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
