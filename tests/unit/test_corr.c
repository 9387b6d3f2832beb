/* Factors of definite and semidefinite correlations, smallest eigenvalues, and the nearest correlation matrix. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "corr.h"

enum { MOST = 60 };

/* Largest entry of |L L' - a|; asserts the zeros above the diagonal. */
static double product_error(size_t n, const double *a, const double *lower) {
    double worst = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t k = 0; k < n; k++)
                sum += lower[i * n + k] * lower[j * n + k];
            worst = fmax(worst, fabs(sum - a[i * n + j]));
            assert_true(j <= i || lower[i * n + j] == 0);
        }
    }
    return worst;
}

static double uniform(uint64_t *x) {
    *x ^= *x << 13, *x ^= *x >> 7, *x ^= *x << 17;
    return (double)(*x >> 11) * 0x1p-52 - 1;
}

/* A random correlation of rank `rank`. */
static void random_correlation(size_t n, size_t rank, uint64_t *x, double *a) {
    double f[MOST * MOST];
    for (size_t i = 0; i < n; i++) {
        double square = 0;
        for (size_t k = 0; k < rank; k++) {
            f[i * rank + k] = uniform(x);
            square += f[i * rank + k] * f[i * rank + k];
        }
        for (size_t k = 0; k < rank; k++)
            f[i * rank + k] /= sqrt(square);
    }
    for (size_t i = 0; i < n * n; i++) {
        double sum = 0;
        for (size_t k = 0; k < rank; k++)
            sum += f[i / n * rank + k] * f[i % n * rank + k];
        a[i] = i % (n + 1) == 0 ? 1 : sum;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            a[i * n + j] = a[j * n + i];
}

static void factor_of_a_pair(void **state) {
    (void)state;
    const double a[4] = {1, 0.6, 0.6, 1};
    double lower[4];
    assert_int_equal(corr_factor(2, a, lower), RISKPOOL_OK);
    assert_true(lower[0] == 1 && lower[1] == 0 && lower[2] == 0.6);
    assert_true(fabs(lower[3] - 0.8) < 1e-15);
}

static void factors_multiply_back(void **state) {
    (void)state;
    static double a[MOST * MOST], lower[MOST * MOST];
    uint64_t x = 88172645463325252u;
    for (size_t n = 1; n <= MOST; n += n < 8 ? 1 : 13) {
        for (size_t rank = 1; rank <= n; rank++) {
            random_correlation(n, rank, &x, a);
            assert_int_equal(corr_factor(n, a, lower), RISKPOOL_OK);
            assert_true(product_error(n, a, lower) < 1e-9);
        }
    }
}

static void perfect_correlation_gives_equal_rows(void **state) {
    (void)state;
    const double r = 0.83;
    const double a[16] = {1, r, r, -r, r, 1, 1, -1, r, 1, 1, -1, -r, -1, -1, 1};
    double lower[16];
    assert_int_equal(corr_factor(4, a, lower), RISKPOOL_OK);
    for (size_t k = 0; k < 4; k++) {
        assert_true(lower[2 * 4 + k] == lower[4 + k]);
        assert_true(lower[3 * 4 + k] == -lower[4 + k]);
    }
    assert_true(product_error(4, a, lower) < 1e-15);
}

static void indefinite_is_refused(void **state) {
    (void)state;
    const double a[9] = {1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1};
    double lower[9], least;
    assert_int_equal(corr_factor(3, a, lower), RISKPOOL_INVALID);
    assert_int_equal(corr_smallest_eigenvalue(3, a, &least), RISKPOOL_OK);
    assert_true(fabs(least + 0.8) < 1e-14); /* 1 - 2 * 0.9 */
    const double one_but_different[9] = {1, 1, 0.5, 1, 1, 0.3, 0.5, 0.3, 1};
    assert_int_equal(corr_factor(3, one_but_different, lower), RISKPOOL_INVALID);
}

static void assert_nearest(size_t n, const double *a, const double *expected, double tolerance, double distance) {
    double nearest[MOST * MOST], least, square = 0;
    assert_int_equal(corr_nearest(n, a, nearest), RISKPOOL_OK);
    for (size_t i = 0; i < n * n; i++) {
        assert_true(fabs(nearest[i] - expected[i]) <= tolerance);
        assert_true(nearest[i] == nearest[i % n * n + i / n]);
        square += (nearest[i] - a[i]) * (nearest[i] - a[i]);
    }
    for (size_t i = 0; i < n; i++)
        assert_true(nearest[i * (n + 1)] == 1);
    assert_true(fabs(sqrt(square) - distance) < 1e-8);
    assert_int_equal(corr_smallest_eigenvalue(n, nearest, &least), RISKPOOL_OK);
    assert_true(least >= -1e-12);
    double again[MOST * MOST];
    assert_int_equal(corr_nearest(n, nearest, again), RISKPOOL_OK);
    assert_memory_equal(again, nearest, n * n * sizeof *again);
}

/* Higham 2002, section 4; and the NAG library's example of g02aac (tridiagonal), with more digits from QuantLib. */
static void nearest_of_published_examples(void **state) {
    (void)state;
    const double higham[9] = {1, 1, 0, 1, 1, 1, 0, 1, 1};
    const double p = 0.7606898534, q = 0.1572981061;
    const double higham_nearest[9] = {1, p, q, p, 1, p, q, p, 1};
    assert_nearest(3, higham, higham_nearest, 1e-9, 0.52779046358);
    const double nag[16] = {2, -1, 0, 0, -1, 2, -1, 0, 0, -1, 2, -1, 0, 0, -1, 2};
    const double a = -0.8084124981, b = 0.1915875019, c = 0.1067750490, d = -0.6562326948;
    const double nag_nearest[16] = {1, a, b, c, a, 1, d, b, b, d, 1, a, c, b, a, 1};
    assert_nearest(4, nag, nag_nearest, 1e-9, 2.1337291087);
}

static void nearest_of_a_valid_matrix_is_itself(void **state) {
    (void)state;
    static double a[MOST * MOST], nearest[MOST * MOST];
    uint64_t x = 4101842887655102017u;
    for (size_t rank = 2; rank < 20; rank += 4) {
        random_correlation(20, rank, &x, a);
        assert_int_equal(corr_nearest(20, a, nearest), RISKPOOL_OK);
        assert_memory_equal(a, nearest, 20 * 20 * sizeof *a);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(factor_of_a_pair),
        cmocka_unit_test(factors_multiply_back),
        cmocka_unit_test(perfect_correlation_gives_equal_rows),
        cmocka_unit_test(indefinite_is_refused),
        cmocka_unit_test(nearest_of_published_examples),
        cmocka_unit_test(nearest_of_a_valid_matrix_is_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
