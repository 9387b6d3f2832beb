/* Errors of antithetic pairs: by hand, against what is known of the dependence, and against the spread of many samples
 * whose law is known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "interval.h"
#include "pair.h"

static void assert_near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.17g, expected %.17g within %g", value, expected, tolerance);
}

static struct order *selection; /* of all tests */

static struct tail_estimate tail_of(const double *x, size_t n, double confidence) {
    const struct sample sample = sample_of(x, n);
    struct tail_estimate tail;
    pair_tails(selection, &sample, &confidence, 1, &tail);
    return tail;
}

static double mean_error(const double *x, size_t n, double mean) {
    const struct sample sample = sample_of(x, n);
    return pair_mean_error(&sample, mean);
}

static void errors_by_hand(void **state) {
    (void)state;
    const double x[6] = {1, 5, 2, 3, 4, 9}; /* pair means 3, 2.5, 6.5; mean 4, squares 1 + 2.25 + 6.25 */
    assert_near(mean_error(x, 6, 4), sqrt(9.5 / 2 / 3), 1e-15);
    assert_true(isnan(mean_error(x, 2, 3)));
    const double mirrored[6] = {-1, 1, 2, -2, 7, -7};
    assert_true(mean_error(mirrored, 6, 0) == 0);
    /* 1 .. 10 at 80 %: value at risk 8, influence 5 and 10 for 9 and 10, mean 1.5 */
    const double loss[10] = {10, 1, 2, 9, 3, 8, 4, 7, 5, 6};
    struct tail_estimate t = tail_of(loss, 10, 0.8);
    assert_true(t.value_at_risk == 8);
    assert_near(t.expected_shortfall, 9.5, 1e-14);
    assert_near(t.error, sqrt((7 * 7 + 2 * 2 + 3 * 9) / 4.0 / 5) / 2, 1e-14);
    const double together[10] = {10, 9, 1, 2, 3, 4, 5, 6, 7, 8};
    t = tail_of(together, 10, 0.8);
    assert_near(t.error, sqrt((12 * 12 + 4 * 9) / 4.0 / 5) / 2, 1e-14);
}

static void effective_sizes_of_known_dependence(void **state) {
    (void)state;
    const uint64_t n = 2000000, m = n / 2;
    assert_near(pair_effective_size(n / 2, m / 4, n) / (double)n, 1, 1e-5); /* independent: p^2 of the pairs */
    assert_near(pair_effective_size(n / 10, m / 100, n) / (double)n, 1, 1e-4);
    assert_near(pair_effective_size(n / 10, m / 10, n) / (double)n, 0.5, 1e-12);           /* both or none */
    assert_near(pair_effective_size(n / 10, 0, n) / (double)n, 1 / (1 - 0.1 / 0.9), 1e-4); /* never both */
    assert_true(pair_effective_size(n / 2, 0, n) == 16.0 * (double)n);                     /* always one: bounded */
    assert_true(pair_effective_size(0, 0, n) == (double)m && pair_effective_size(n, m, n) == (double)m);
    assert_near(pair_effective_size(3, 0, 10), pair_effective_size(7, 2, 10), 1e-12); /* the complement */
    assert_true(pair_effective_size(2, 1, 2) == 1 && pair_effective_size(0, 0, 2) == 1);
}

static void intervals_of_nothing_are_those_of_pairs(void **state) {
    (void)state;
    double low, high, expected, unused;
    pair_proportion(0, 0, 2000, &low, &high);
    interval_proportion(0, 1000, &unused, &expected);
    assert_true(low == 0 && high == expected);
    pair_proportion(2000, 1000, 2000, &low, &high);
    interval_proportion(1000, 1000, &expected, &unused);
    assert_true(high == 1 && low == expected);
    pair_proportion(0, 0, 0, &low, &high);
    assert_true(isnan(low) && isnan(high));
    for (uint64_t count = 1; count <= 20; count++) { /* never narrower than a plain sample where it cannot be known */
        pair_proportion(count, 0, 2000, &low, &high);
        interval_proportion(count, 2000, &expected, &unused);
        assert_true(low <= expected);
        interval_proportion(count, 2000, &unused, &expected);
        assert_true(high >= expected);
    }
}

static void tails_agree_with_sorting(void **state) {
    (void)state;
    enum { N = 5004 };
    static double x[N];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    for (int kind = 0; kind < 3; kind++) /* smooth, tied, all the same */
        for (int k = 1; k < 100; k += 7) {
            for (size_t i = 0; i < N; i++) {
                const double z = i % 2 ? -x[i - 1] : gsl_ran_ugaussian(rng);
                x[i] = kind == 0 ? z : kind == 1 ? rint(z) : 1;
            }
            const struct tail_estimate t = tail_of(x, N, k / 100.0);
            const struct sample sample = sample_of(x, N);
            struct tail_estimate plain;
            estimate_tails(selection, &sample, &(double){k / 100.0}, 1, &plain);
            assert_true(t.value_at_risk == plain.value_at_risk && t.expected_shortfall == plain.expected_shortfall);
            assert_true(t.low <= t.value_at_risk && t.value_at_risk <= t.high);
            if (kind == 0) { /* each bound is a value of the sample, and narrower in the middle */
                int found = 0;
                for (size_t i = 0; i < N; i++)
                    found += (x[i] == t.low) + (x[i] == t.high);
                assert_int_equal(found, 2);
                if (k > 25 && k < 75)
                    assert_true(t.high - t.low < plain.high - plain.low && t.error < plain.error);
            } else if (kind == 2)
                assert_true(t.low == 1 && t.high == 1 && t.error == 0);
        }
    gsl_rng_free(rng);
}

/* What many samples of one law say of themselves: how often an interval holds the truth, how far estimates spread. */
struct tale {
    int runs;
    int frequency, quantile, mean, shortfall; /* intervals that hold the truth */
    double spread, claimed;                   /* sums of squares of errors of the expected shortfall */
};

/* Normal losses whose halves correlate with `rho`, and the event of the worst `p` of them. */
static struct tale tell(double rho, double p, unsigned long seed) {
    enum { N = 1000, RUNS = 2000 };
    static double x[N];
    const double value = gsl_cdf_ugaussian_Qinv(p), shortfall = gsl_ran_ugaussian_pdf(value) / p;
    struct tale tale = {.runs = RUNS};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    gsl_rng_set(rng, seed);
    for (int run = 0; run < RUNS; run++) {
        uint64_t count = 0, twice = 0;
        double sum = 0, low, high;
        for (size_t i = 0; i < N; i += 2) {
            x[i] = gsl_ran_ugaussian(rng);
            x[i + 1] = rho * x[i] + sqrt(1 - rho * rho) * gsl_ran_ugaussian(rng);
            const int first = x[i] > value, second = x[i + 1] > value;
            count += (uint64_t)(first + second);
            twice += (uint64_t)(first && second);
            sum += x[i] + x[i + 1];
        }
        const struct tail_estimate t = tail_of(x, N, 1 - p);
        pair_proportion(count, twice, N, &low, &high);
        tale.frequency += low <= p && p <= high;
        tale.quantile += t.low <= value && value <= t.high;
        tale.mean += fabs(sum / N) <= INTERVAL_95 * mean_error(x, N, sum / N);
        tale.shortfall += fabs(t.expected_shortfall - shortfall) <= INTERVAL_95 * t.error;
        tale.spread += pow(t.expected_shortfall - shortfall, 2);
        tale.claimed += t.error * t.error;
    }
    gsl_rng_free(rng);
    return tale;
}

/* 95 % of 2,000 within four standard errors (0.93 to 0.97); where counts are whole, or events few, more is right. The
 * error of a tail of 50 or more losses is known to about 15 %. */
static void claims_are_true(void **state) {
    (void)state;
    static const double rho[] = {-1, -0.7, 0, 0.6, 1}, p[] = {0.5, 0.3, 0.05};
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 3; k++) {
            const struct tale tale = tell(rho[i], p[k], 100 * i + k);
            print_message("rho %.1f p %.2f: frequency %d, quantile %d, mean %d, shortfall %d, claimed/true %.3f\n",
                          rho[i], p[k], tale.frequency, tale.quantile, tale.mean, tale.shortfall,
                          sqrt(tale.claimed / tale.spread));
            assert_true(tale.frequency >= 1861 && tale.quantile >= 1861 && tale.shortfall >= 1820);
            if (rho[i] > -1) /* else the mean is exact */
                assert_true(tale.mean >= 1861 && tale.mean <= 1939);
            assert_true(tale.quantile <= 1975 || rho[i] < -0.9);
            assert_true(fabs(sqrt(tale.claimed / tale.spread) - 1) < 0.15);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_by_hand),
        cmocka_unit_test(effective_sizes_of_known_dependence),
        cmocka_unit_test(intervals_of_nothing_are_those_of_pairs),
        cmocka_unit_test(tails_agree_with_sorting),
        cmocka_unit_test(claims_are_true),
    };
    selection = order_create();
    const int failed = selection ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
    order_free(selection);
    return failed;
}
