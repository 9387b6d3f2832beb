/* Exact binomial intervals against figures computed independently (inverse incomplete beta; binomial distribution
 * function), at the edges, and against their definition. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>

#include "interval.h"

static void assert_near(double value, double expected, double relative) {
    if (!(fabs(value - expected) <= relative * fabs(expected)))
        fail_msg("%.17g, expected %.17g", value, expected);
}

static void proportion_matches_reference(void **state) {
    (void)state;
    static const struct {
        uint64_t count, n;
        double low, high;
    } cases[] = {
        {0, 1000, 0, 0.0036820838968666704},
        {0, 1000000, 0, 3.6888726502871497e-06},
        {1, 10000, 2.5317775934619624e-06, 0.000557036997946958},
        {3, 10000, 6.187148574826356e-05, 0.0008764745225154913},
        {37, 100000, 0.0002605271060849107, 0.0005099605611573743},
        {500, 10000, 0.04580994219877326, 0.05445452702837872},
        {10000, 10000, 0.9996311800853808, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double low = -1, high = -1;
        interval_proportion(cases[i].count, cases[i].n, &low, &high);
        assert_near(low, cases[i].low, 1e-9);
        assert_near(high, cases[i].high, 1e-9);
    }
}

static void proportion_is_exact_at_the_edges(void **state) {
    (void)state;
    double low = -1, high = -1;
    interval_proportion(0, 0, &low, &high);
    assert_true(isnan(low) && isnan(high));
    interval_proportion(0, 1, &low, &high);
    assert_true(low == 0);
    assert_near(high, 0.975, 1e-12);
    interval_proportion(1, 1, &low, &high);
    assert_near(low, 0.025, 1e-12);
    assert_true(high == 1);
    interval_proportion(10000000, 10000000, &low, &high);
    assert_near(1 - low, 3.688878737e-07, 1e-8); /* 1 - 0.025^(1/n) */
    assert_true(high == 1);
}

/* The bounds put 2.5 % on either side by GSL's binomial law, over all sizes for which that is accurate. */
static void proportion_meets_its_definition(void **state) {
    (void)state;
    for (uint64_t n = 2; n <= 30000; n = n * 3 + 1)
        for (uint64_t count = 1; count < n; count += 1 + n / 7) {
            double low = 0, high = 0;
            interval_proportion(count, n, &low, &high);
            assert_near(gsl_cdf_binomial_Q((unsigned)count - 1, low, (unsigned)n), 0.025, 1e-8);
            assert_near(gsl_cdf_binomial_P((unsigned)count, high, (unsigned)n), 0.025, 1e-8);
        }
}

static void proportion_is_symmetric_and_nested(void **state) {
    (void)state;
    double before = 0;
    for (uint64_t count = 0; count <= 200; count++) {
        double low = 0, high = 0, other_low = 0, other_high = 0;
        interval_proportion(count, 200, &low, &high);
        interval_proportion(200 - count, 200, &other_low, &other_high);
        assert_near(1 - other_low, high, 1e-12);
        assert_true(low <= (double)count / 200 && (double)count / 200 <= high);
        assert_true(low >= before);
        before = low;
    }
}

static void large_counts_approach_the_normal_interval(void **state) {
    (void)state;
    const uint64_t n = 10000000, count = 4000000;
    double low = 0, high = 0;
    interval_proportion(count, n, &low, &high);
    const double half = INTERVAL_95 * sqrt(0.4 * 0.6 / (double)n);
    assert_near(high - low, 2 * half, 1e-3);
}

static void ranks_match_reference(void **state) {
    (void)state;
    static const struct {
        uint64_t n;
        double level;
        uint64_t low, high;
    } cases[] = {
        {1000, 0.95, 936, 964},          {1000, 0.99, 983, 997},          {1000, 0.999, 997, 1001},
        {10000, 0.95, 9457, 9543},       {10000, 0.99, 9880, 9920},       {10000, 0.999, 9983, 9997},
        {100000, 0.95, 94864, 95136},    {100000, 0.99, 98938, 99062},    {100000, 0.999, 99880, 99920},
        {1000000, 0.95, 949572, 950428}, {1000000, 0.99, 989805, 990196}, {1000000, 0.999, 998938, 999062},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t low = 0, high = 0;
        interval_ranks(cases[i].n, cases[i].level, &low, &high);
        assert_int_equal(low, cases[i].low);
        assert_int_equal(high, cases[i].high);
    }
}

static void ranks_without_a_bound(void **state) {
    (void)state;
    uint64_t low = 9, high = 9;
    interval_ranks(1, 0.5, &low, &high);
    assert_int_equal(low, 0);
    assert_int_equal(high, 2);
    interval_ranks(100, 0.999, &low, &high);
    assert_int_equal(high, 101);
    assert_int_equal(low, 99); /* P(X <= 98) = 0.0046, P(X <= 99) = 0.095 */
    interval_ranks(100, 0.001, &low, &high);
    assert_int_equal(low, 0);
    assert_int_equal(high, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proportion_matches_reference),
        cmocka_unit_test(proportion_is_exact_at_the_edges),
        cmocka_unit_test(proportion_meets_its_definition),
        cmocka_unit_test(proportion_is_symmetric_and_nested),
        cmocka_unit_test(large_counts_approach_the_normal_interval),
        cmocka_unit_test(ranks_match_reference),
        cmocka_unit_test(ranks_without_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
