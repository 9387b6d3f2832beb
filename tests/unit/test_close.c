/* The settlement of a pool that is closed: every amount, and that no money appears or vanishes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "close.h"

static void assert_settles(struct procedure procedure, double equity, double notional, struct settlement expected) {
    struct settlement s = procedure_settle(&procedure, equity, notional);
    assert_true(s.left == expected.left);
    assert_true(s.fee == expected.fee);
    assert_true(s.forfeited == expected.forfeited);
    assert_true(s.shortfall == expected.shortfall);
    assert_true(equity + s.shortfall == s.left + s.fee + s.forfeited);
}

static void mark_returns_the_rest(void **state) {
    (void)state;
    struct procedure p = {.price = CLOSE_AT_MARK, .remainder = REMAINDER_RETURNED, .fee = 0.0};
    assert_settles(p, 100.0, 20000.0, (struct settlement){.left = 100.0});
    assert_settles(p, 0.0, 20000.0, (struct settlement){0});
    assert_settles(p, -250.0, 20000.0, (struct settlement){.shortfall = 250.0});
}

static void mark_forfeits_the_rest(void **state) {
    (void)state;
    struct procedure p = {.price = CLOSE_AT_MARK, .remainder = REMAINDER_FORFEITED, .fee = 0.0};
    assert_settles(p, 100.0, 20000.0, (struct settlement){.forfeited = 100.0});
}

static void fee_is_paid_as_far_as_cash_goes(void **state) {
    (void)state;
    struct procedure p = {.price = CLOSE_AT_MARK, .remainder = REMAINDER_RETURNED, .fee = 0.0078125};
    assert_settles(p, 1000.0, 25600.0, (struct settlement){.left = 800.0, .fee = 200.0});
    assert_settles(p, 150.0, 25600.0, (struct settlement){.fee = 150.0});
    assert_settles(p, -10.0, 25600.0, (struct settlement){.shortfall = 10.0});
}

static void takeover_leaves_nothing(void **state) {
    (void)state;
    struct procedure p = {.price = CLOSE_AT_BANKRUPTCY, .remainder = REMAINDER_RETURNED, .fee = 0.01};
    assert_settles(p, 100.0, 20000.0, (struct settlement){.forfeited = 100.0});
    assert_settles(p, -40.0, 20000.0, (struct settlement){.shortfall = 40.0});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mark_returns_the_rest),
        cmocka_unit_test(mark_forfeits_the_rest),
        cmocka_unit_test(fee_is_paid_as_far_as_cash_goes),
        cmocka_unit_test(takeover_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
