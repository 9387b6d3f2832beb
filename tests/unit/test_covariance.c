/* Estimators of covariance against sums done by hand and laws they obey; their errors against the theory of normal and
 * dependent samples; eigenvalues against the edge of noise. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>

#include "covariance.h"

static void assert_near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.17g, expected %.17g", value, expected);
}

static struct covariance estimate(size_t n, size_t d, const double *x, enum covariance_kind kind, double parameter) {
    struct covariance c;
    assert_int_equal(covariance_init(&c, n, d, x, &(struct covariance_method){kind, parameter}), RISKPOOL_OK);
    return c;
}

/* Two columns with moments that are short to work out: S = diag(2, 1/2) with divisor n. */
static const double cross[] = {2, 0, -2, 0, 0, 1, 0, -1};

static void sample_divides_by_one_less(void **state) {
    (void)state;
    struct covariance c = estimate(4, 2, cross, COVARIANCE_SAMPLE, 0);
    assert_near(c.matrix[0], 8.0 / 3, 1e-15);
    assert_near(c.matrix[3], 2.0 / 3, 1e-15);
    assert_near(c.matrix[1], 0, 0);
    assert_near(c.effective, 4, 1e-14);
    covariance_free(&c);
    covariance_free(&c);
}

static void ewma_weights_fall(void **state) {
    (void)state;
    static const double x[] = {3, 1, 2};
    struct covariance c = estimate(3, 1, x, COVARIANCE_EWMA, 0.5);
    assert_near(c.matrix[0], (4 * 1 + 1 * 0.5 + 9 * 0.25) / 1.75, 1e-14); /* about zero */
    assert_near(c.effective, 1.75 * 1.75 / (1 + 0.25 + 0.0625), 1e-14);
    covariance_free(&c);
}

/* m = 5/4; d^2 = 2 (3/4)^2 = 9/8; b^2 = (4 + 1/4) / 4 = 17/16; intensity 17/18. */
static void ledoit_wolf_by_hand(void **state) {
    (void)state;
    struct covariance c = estimate(4, 2, cross, COVARIANCE_LEDOIT_WOLF, 0);
    assert_near(c.intensity, 17.0 / 18, 1e-15);
    assert_near(c.matrix[0], 2 + 17.0 / 18 * (1.25 - 2), 1e-15);
    assert_near(c.matrix[3], 0.5 + 17.0 / 18 * (1.25 - 0.5), 1e-15);
    covariance_free(&c);
    c = estimate(4, 2, cross, COVARIANCE_LEDOIT_WOLF_CORRELATION, 0); /* two assets have one correlation: no distance */
    assert_near(c.matrix[0], 2, 1e-15);
    assert_near(c.matrix[1], 0, 1e-15);
    covariance_free(&c);
}

static double *normals(size_t n, size_t d, unsigned long seed) {
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double *x = calloc(n * d, sizeof *x);
    gsl_rng_set(rng, seed);
    for (size_t k = 0; k < n * d; k++)
        x[k] = gsl_ran_gaussian(rng, 1);
    gsl_rng_free(rng);
    return x;
}

/* Independent columns are all alike: nearly everything is shrunk. One common column makes the structure worth keeping.
 */
static void shrinking_knows_noise_from_structure(void **state) {
    (void)state;
    enum { N = 200, D = 30 };
    double *x = normals(N, D, 7);
    struct covariance c = estimate(N, D, x, COVARIANCE_LEDOIT_WOLF, 0);
    assert_true(c.intensity > 0.95 && c.intensity <= 1);
    covariance_free(&c);
    c = estimate(N, D, x, COVARIANCE_LEDOIT_WOLF_CORRELATION, 0);
    assert_true(c.intensity > 0.9 && c.intensity <= 1);
    covariance_free(&c);
    for (size_t t = 0; t < N; t++)
        for (size_t i = 0; i < D; i++)
            x[t * D + i] += (double)i / 5 * x[t * D];
    c = estimate(N, D, x, COVARIANCE_LEDOIT_WOLF, 0);
    assert_true(c.intensity < 0.1 && c.intensity > 0);
    covariance_free(&c);
    free(x);
}

static void shrink_by_intensity_is_linear(void **state) {
    (void)state;
    enum { N = 50, D = 4 };
    double *x = normals(N, D, 3), least[D];
    struct covariance none = estimate(N, D, x, COVARIANCE_SHRINK, 0), all = estimate(N, D, x, COVARIANCE_SHRINK, 1);
    struct covariance part = estimate(N, D, x, COVARIANCE_SHRINK, 0.25);
    double r = all.matrix[1] / sqrt(all.matrix[0] * all.matrix[D + 1]);
    for (size_t i = 0; i < D; i++)
        for (size_t j = 0; j < D; j++) {
            size_t k = i * D + j;
            assert_near(part.matrix[k], 0.75 * none.matrix[k] + 0.25 * all.matrix[k], 1e-14);
            if (i != j) /* equal correlations */
                assert_near(all.matrix[k] / sqrt(all.matrix[i * (D + 1)] * all.matrix[j * (D + 1)]), r, 1e-14);
        }
    assert_int_equal(covariance_spectrum(D, part.matrix, least), RISKPOOL_OK);
    assert_true(least[D - 1] > 0);
    covariance_free(&none);
    covariance_free(&all);
    covariance_free(&part);
    free(x);
}

/* Normal samples: s / sqrt(2 n) and (1 - r^2) / sqrt(n). */
static void errors_are_those_of_normal_samples(void **state) {
    (void)state;
    enum { N = 20000 };
    double *x = normals(N, 2, 11), deviation[2], correlation[4], deviation_error[2], correlation_error[4];
    for (size_t t = 0; t < N; t++)
        x[2 * t + 1] = 3 * (0.8 * x[2 * t] + 0.6 * x[2 * t + 1]);
    struct covariance c = estimate(N, 2, x, COVARIANCE_SAMPLE, 0);
    assert_true(covariance_split(2, c.matrix, deviation, correlation));
    assert_int_equal(covariance_errors(&c, x, deviation_error, correlation_error), RISKPOOL_OK);
    assert_near(deviation_error[0], 1 / sqrt(2.0 * N), 0.1 / sqrt(2.0 * N));
    assert_near(deviation_error[1], 3 / sqrt(2.0 * N), 0.3 / sqrt(2.0 * N));
    assert_near(correlation_error[1], 0.36 / sqrt(N), 0.036 / sqrt(N));
    assert_near(deviation[1], 3, 4 * deviation_error[1]);
    assert_near(correlation[1], 0.8, 4 * correlation_error[1]);
    assert_true(correlation_error[0] == 0);
    covariance_free(&c);
    free(x);
}

/* The mean of an AR(1) has 1 / (1 - a) times the error of independent terms. */
static void dependent_terms_have_larger_errors(void **state) {
    (void)state;
    enum { N = 50000 };
    double *x = normals(N, 1, 5), *weight = calloc(N, sizeof *weight);
    const double a = 0.3;
    for (size_t t = 1; t < N; t++)
        x[t] += a * x[t - 1];
    for (size_t t = 0; t < N; t++)
        weight[t] = 1.0 / N;
    assert_near(covariance_mean_error(N, weight, x) * sqrt(N), 1 / (1 - a), 0.08 / (1 - a));
    free(x);
    free(weight);
}

/* Noise stays below the edge but for fluctuations of order n^(-2/3). */
static void noise_stays_inside_its_edge(void **state) {
    (void)state;
    enum { N = 1000, D = 100 };
    double *x = normals(N, D, 13), deviation[D], value[D], sum = 0;
    double *correlation = calloc((size_t)D * D, sizeof *correlation);
    struct covariance c = estimate(N, D, x, COVARIANCE_SAMPLE, 0);
    assert_true(covariance_split(D, c.matrix, deviation, correlation));
    assert_int_equal(covariance_spectrum(D, correlation, value), RISKPOOL_OK);
    assert_near(covariance_noise_edge(D, N), 1.1 + 2 * sqrt(0.1), 1e-14);
    assert_near(value[0], covariance_noise_edge(D, N), 0.08);
    assert_near(value[D - 1], 1.1 - 2 * sqrt(0.1), 0.06);
    for (size_t i = 0; i < D; i++) {
        sum += value[i];
        assert_true(i == 0 || value[i] <= value[i - 1]);
    }
    assert_near(sum, D, 1e-10);
    covariance_free(&c);
    free(correlation);
    free(x);
}

static void still_columns_have_no_correlation(void **state) {
    (void)state;
    static const double matrix[] = {0, 0, 0, 1};
    double deviation[2], correlation[4];
    assert_false(covariance_split(2, matrix, deviation, correlation));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sample_divides_by_one_less),
        cmocka_unit_test(ewma_weights_fall),
        cmocka_unit_test(ledoit_wolf_by_hand),
        cmocka_unit_test(shrinking_knows_noise_from_structure),
        cmocka_unit_test(shrink_by_intensity_is_linear),
        cmocka_unit_test(errors_are_those_of_normal_samples),
        cmocka_unit_test(dependent_terms_have_larger_errors),
        cmocka_unit_test(noise_stays_inside_its_edge),
        cmocka_unit_test(still_columns_have_no_correlation),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
