/* Partitions, order, dominance, modes of choices, and errors of differences: by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "advise_parts.h"

static void partitions_by_bit(void **state) {
    (void)state;
    struct partition partition = partition_all(130);
    assert_int_equal(partition_count(&partition), 130);
    assert_true(partition_has(&partition, 129) && !partition_has(&partition, 130));
    partition_flip(&partition, 129);
    partition_flip(&partition, 64);
    assert_int_equal(partition_count(&partition), 128);
    assert_true(!partition_has(&partition, 129) && !partition_has(&partition, 64) && partition_has(&partition, 63));
}

static struct position positions[3] = {{.name = "a", .quantity = 1, .margin = 100},
                                       {.name = "b", .quantity = 1, .margin = 200},
                                       {.name = "c", .quantity = 1, .margin = 300}};
static const struct book book = {.balance = 1000, .n_positions = 3, .positions = positions};

static struct choice choice_alone(uint64_t mask, double margin, double pooled, double budget) {
    return (struct choice){.alone = {{mask}}, .margin = margin, .pooled = pooled, .leverage = 1, .budget = budget};
}

static void modes_by_hand(void **state) {
    (void)state;
    struct mode mode;
    enum advise_fault fault;
    struct choice choice = choice_alone(1, 2, 0, 1000); /* a alone with 200; the others with the wallet */
    assert_int_equal(advise_mode(&book, &choice, &mode, &fault), RISKPOOL_OK);
    assert_int_equal(mode.n_pools, 2);
    assert_true(mode.pools[0].cash == 800 && mode.pools[0].n_positions == 2 && mode.pools[1].cash == 200);
    mode_free(&mode);
    choice = choice_alone(1, 1, 0, 700); /* the rest of the budget is a pool, the wallet backs nothing */
    assert_int_equal(advise_mode(&book, &choice, &mode, &fault), RISKPOOL_OK);
    assert_int_equal(mode.n_pools, 3);
    assert_true(mode.pools[0].cash == 300 && mode.pools[0].n_positions == 0 && mode.pools[1].cash == 100);
    assert_true(mode.pools[2].cash == 600 && mode.pool_of[0] == 1 && mode.pool_of[1] == 2 && mode.pool_of[2] == 2);
    mode_free(&mode);
    choice = choice_alone(4, 1, 0.5, 1000); /* c alone, the others with half of their margins */
    assert_int_equal(advise_mode(&book, &choice, &mode, &fault), RISKPOOL_OK);
    assert_true(mode.pools[0].cash == 550 && mode.pools[1].cash == 300 && mode.pools[2].cash == 150);
    mode_free(&mode);
    choice = choice_alone(7, 2, 0, 1000);
    assert_int_equal(advise_mode(&book, &choice, &mode, &fault), RISKPOOL_OK);
    assert_int_equal(fault, ADVISE_FAULT_CASH);
    choice = choice_alone(7, 1, 0, 599);
    assert_int_equal(advise_mode(&book, &choice, &mode, &fault), RISKPOOL_OK);
    assert_int_equal(fault, ADVISE_FAULT_CASH);
    choice = choice_alone(6, 2, 0, 1000); /* nothing is left for a: no more than there is, and the start is a breach */
    assert_int_equal(advise_mode(&book, &choice, &mode, &fault), RISKPOOL_OK);
    mode_free(&mode);
}

static void choices_that_are_the_same(void **state) {
    (void)state;
    struct candidates list = {0};
    const struct choice cross = choice_alone(0, 2, 0, 1000), isolated = choice_alone(7, 1, 2, 1000);
    const struct choice plain = choice_alone(0, 1, 0, 1000);
    assert_true(candidates_add(&list, &book, &cross) && candidates_add(&list, &book, &isolated));
    assert_ptr_equal(candidates_find(&list, &plain), &list.item[0]);
    assert_true(choice_is_plain(&list.item[1].choice));
    free(list.item);
}

static void put(struct candidate *candidate, size_t order, double value, double capital, double leverage) {
    *candidate = (struct candidate){.order = order, .capital = capital, .choice.leverage = leverage};
    candidate->of[ADVISE_SHORTFALL].value = value;
}

static void order_and_frontier(void **state) {
    (void)state;
    const struct riskpool_scenario scenario = {.book = book};
    const struct advise_request request = {
        .scenario = &scenario, .objective = ADVISE_SHORTFALL, .axis = ADVISE_CAPITAL};
    struct candidates list = {.n = 7, .room = 7, .item = calloc(7, sizeof *list.item)};
    assert_non_null(list.item);
    put(&list.item[0], 0, 50, 100, 1);
    put(&list.item[1], 1, 40, 200, 1);
    put(&list.item[2], 2, 45, 200, 1);        /* dominated by 1 */
    put(&list.item[3], 3, 40 - 1e-9, 200, 1); /* the same as 1 but for rounding */
    put(&list.item[4], 4, 60, 100, 2);        /* larger positions */
    put(&list.item[5], 5, 50, 100, 0.5);      /* dominated by 0: smaller, and no better */
    put(&list.item[6], 6, 0, 0, 4);
    list.item[6].fault = ADVISE_FAULT_BREACH;
    frontier_mark(&request, list.item, list.n);
    static const int expected[7] = {1, 0, 0, 1, 1, 0, 0};
    for (int i = 0; i < 7; ++i)
        assert_int_equal(list.item[i].is_frontier, expected[i]);
    candidates_sort(&list, &request);
    static const size_t order[7] = {1, 3, 2, 0, 5, 4, 6};
    for (int i = 0; i < 7; ++i)
        assert_int_equal(list.item[i].order, order[i]);
    frontier_sort(&request, &list);
    assert_int_equal(list.item[0].order, 0);
    assert_int_equal(list.item[1].order, 4);
    assert_int_equal(list.item[2].order, 3);
    free(list.item);
}

static void thinned(void **state) {
    (void)state;
    for (size_t n = 1; n <= 40; ++n) {
        struct candidate candidate[42];
        for (size_t i = 0; i < n; ++i) {
            put(&candidate[i], i, 1, 1, 1);
            candidate[i].is_frontier = 1;
        }
        put(&candidate[n], n, 1, 1, 2);
        candidate[n].is_frontier = 1;
        frontier_thin(candidate, n + 1, 1, 5);
        size_t kept = 0;
        for (size_t i = 0; i < n; ++i)
            kept += (size_t)candidate[i].is_frontier;
        assert_int_equal(kept, n < 5 ? n : 5);
        assert_true(candidate[0].is_frontier && candidate[n - 1].is_frontier && candidate[n].is_frontier);
    }
}

static void assert_near(double value, double expected) {
    if (!(fabs(value - expected) <= 1e-14 * fabs(expected)))
        fail_msg("%.17g, expected %.17g", value, expected);
}

static void errors_by_hand(void **state) {
    (void)state;
    const double loss[4] = {0, 10, 20, 90}, other[4] = {0, 0, 0, 100};
    const uint8_t liquidated[4] = {0, 0, 1, 1}, spared[4] = {0, 0, 0, 1};
    const struct record a = {.loss = loss, .liquidated = liquidated, .value_at_risk = 20};
    const struct record b = {.loss = other, .liquidated = spared, .value_at_risk = 0};
    const struct record_terms terms = {.n_paths = 4, .confidence = 0.75, .wipeout = 99};
    assert_near(record_error(&terms, ADVISE_MEAN_LOSS, &a, NULL), sqrt((900 + 400 + 100 + 3600) / 3.0 / 4));
    /* differences 0, 10, 20, -10, mean 5 */
    assert_near(record_error(&terms, ADVISE_MEAN_LOSS, &a, &b), sqrt((25 + 25 + 225 + 225) / 3.0 / 4));
    /* 0, 0, 1, 0 */
    assert_near(record_error(&terms, ADVISE_ANY_LIQUIDATION, &a, &b), sqrt((3 / 16.0 + 9 / 16.0) / 3 / 4));
    /* 0, 0, 0, -1 */
    assert_near(record_error(&terms, ADVISE_WIPEOUT, &a, &b), sqrt((3 / 16.0 + 9 / 16.0) / 3 / 4));
    /* influences beyond 20 and 0, over 1/4: 0, 0, 0, 280 - 400 */
    assert_near(record_error(&terms, ADVISE_SHORTFALL, &a, &b), 120 * sqrt((3 / 16.0 + 9 / 16.0) / 3 / 4));
    assert_true(record_error(&terms, ADVISE_SHORTFALL, &a, &a) == 0);
    const struct record_terms pairs = {.n_paths = 4, .confidence = 0.75, .wipeout = 99, .antithetic = 1};
    assert_near(record_error(&pairs, ADVISE_MEAN_LOSS, &a, &b), 0); /* pairs have 5 and 5 */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(partitions_by_bit),
        cmocka_unit_test(modes_by_hand),
        cmocka_unit_test(choices_that_are_the_same),
        cmocka_unit_test(order_and_frontier),
        cmocka_unit_test(thinned),
        cmocka_unit_test(errors_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
