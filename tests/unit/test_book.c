/* Dividing a book into pools: cash, order of positions, the balance as a bound. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "book.h"

static struct position positions[] = {
    {.name = (char *)"a", .asset = 2, .quantity = 1, .entry = 10, .margin = 100},
    {.name = (char *)"b", .asset = 0, .quantity = -2, .entry = 20, .margin = 200},
    {.name = (char *)"c", .asset = 2, .quantity = 3, .entry = 30, .margin = 300},
    {.name = (char *)"d", .asset = 1, .quantity = 4, .entry = 40, .margin = 400},
};
static const struct book book = {.balance = 1000, .n_positions = 4, .positions = positions};

static void without_requests_all_share_the_wallet(void **state) {
    (void)state;
    struct mode mode;
    assert_int_equal(book_divide(&book, "cross", 0, NULL, &mode), RISKPOOL_OK);
    assert_string_equal(mode.name, "cross");
    assert_int_equal(mode.n_pools, 1);
    assert_string_equal(mode.pools[0].name, "wallet");
    assert_true(mode.pools[0].cash == 1000);
    const size_t expected[4] = {1, 3, 0, 2}; /* by asset, then as listed */
    assert_int_equal(mode.pools[0].n_positions, 4);
    assert_memory_equal(mode.pools[0].positions, expected, sizeof expected);
    mode_free(&mode);
    mode_free(&mode);
}

static void singles_bring_their_margin(void **state) {
    (void)state;
    const size_t index[4] = {0, 1, 2, 3};
    const struct pool_request requests[4] = {
        {"a", 1, index, NAN}, {"b", 1, index + 1, NAN}, {"c", 1, index + 2, NAN}, {"d", 1, index + 3, NAN}};
    struct mode mode;
    assert_int_equal(book_divide(&book, "isolated", 4, requests, &mode), RISKPOOL_OK);
    assert_int_equal(mode.n_pools, 5);
    assert_true(mode.pools[0].cash == 0 && mode.pools[0].n_positions == 0);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(mode.pool_of[i], i + 1);
        assert_string_equal(mode.pools[i + 1].name, positions[i].name);
        assert_true(mode.pools[i + 1].cash == positions[i].margin);
        assert_int_equal(mode.pools[i + 1].positions[0], i);
    }
    mode_free(&mode);
}

static void named_pools_bring_their_cash(void **state) {
    (void)state;
    const size_t index[3] = {0, 1, 3};
    const struct pool_request requests[2] = {{"x", 2, index, 250}, {"y", 1, index + 2, NAN}};
    struct mode mode;
    assert_int_equal(book_divide(&book, "m", 2, requests, &mode), RISKPOOL_OK);
    assert_true(mode.pools[1].cash == 250 && mode.pools[2].cash == 400 && mode.pools[0].cash == 350);
    assert_int_equal(mode.pools[1].positions[0], 1);
    assert_int_equal(mode.pools[1].positions[1], 0);
    assert_int_equal(mode.pool_of[2], 0);
    mode_free(&mode);
}

static void balance_bounds_the_cash(void **state) {
    (void)state;
    const size_t index = 0;
    struct pool_request request = {"x", 1, &index, 1000 * (1 + 5e-10)};
    struct mode mode;
    assert_int_equal(book_divide(&book, "m", 1, &request, &mode), RISKPOOL_OK);
    assert_true(mode.pools[0].cash == 0); /* rounding, not a debt */
    mode_free(&mode);
    request.cash = 1000 * (1 + 2e-9);
    assert_int_equal(book_divide(&book, "m", 1, &request, &mode), RISKPOOL_INVALID);
    assert_int_equal(mode.n_pools, 2); /* filled all the same */
    assert_true(mode.pools[0].cash < 0);
    mode_free(&mode);
}

static void freeing_nothing_is_fine(void **state) {
    (void)state;
    struct book empty = {0};
    struct mode mode = {0};
    book_free(&empty);
    mode_free(&mode);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_requests_all_share_the_wallet),
        cmocka_unit_test(singles_bring_their_margin),
        cmocka_unit_test(named_pools_bring_their_cash),
        cmocka_unit_test(balance_bounds_the_cash),
        cmocka_unit_test(freeing_nothing_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
