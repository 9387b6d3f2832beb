/* The tables of t laws against GSL's quantiles, between their nodes and out to the last normal that is drawn. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>

#include "student.h"

static double value(const struct curve *curve, double x) {
    return curve_value(curve->node, (int)curve->n_cells, (x - curve->low) / curve->width);
}

static double exact_factor(double nu, double z) {
    const double chi2 =
        z < 0.0 ? gsl_cdf_chisq_Pinv(gsl_cdf_ugaussian_P(z), nu) : gsl_cdf_chisq_Qinv(gsl_cdf_ugaussian_Q(z), nu);
    return sqrt((nu - 2.0) / chi2);
}

static const double degrees[] = {2.001, 2.5, 3.0, 4.0, 6.2, 19.0, 20.5, 150.0, 600.0};
enum { DEGREES = sizeof degrees / sizeof *degrees };

static void factors_are_quantiles(void **state) {
    (void)state;
    for (size_t k = 0; k < DEGREES; ++k) {
        struct curve curve;
        assert_int_equal(student_mixing(degrees[k], &curve), RISKPOOL_OK);
        double worst[2] = {0, 0};
        for (double z = -7.54; z <= 7.54; z += 0.0313) {
            const double exact = exact_factor(degrees[k], z), error = fabs(value(&curve, z) / exact - 1.0);
            double *most = &worst[fabs(z) > 5.0];
            *most = error > *most ? error : *most;
        }
        print_message("nu %g: %.2g, beyond 5 %.2g\n", degrees[k], worst[0], worst[1]);
        assert_true(worst[0] < 1e-8 && worst[1] < 1e-7);
        curve_free(&curve);
    }
}

/* The mean square of the factor is one, to what the normals beyond 8 would add: near nu = 2 that is much. */
static void factors_have_unit_mean_square(void **state) {
    (void)state;
    for (size_t k = 2; k < DEGREES; ++k) {
        struct curve curve;
        assert_int_equal(student_mixing(degrees[k], &curve), RISKPOOL_OK);
        double sum = 0.0;
        for (double z = -8.0; z <= 8.0; z += 1.0 / 512)
            sum += pow(value(&curve, z), 2) * exp(-0.5 * z * z) / sqrt(2.0 * M_PI) / 512;
        assert_true(fabs(sum - 1.0) < (degrees[k] < 4.0 ? 1e-4 : 1e-7));
        curve_free(&curve);
    }
}

static void many_degrees_are_normal(void **state) {
    (void)state;
    struct curve curve;
    for (double nu = 1e7; nu <= STUDENT_MOST; nu *= 100) {
        assert_int_equal(student_mixing(nu, &curve), RISKPOOL_OK);
        for (double z = -7.5; z <= 7.5; z += 0.1)
            assert_true(fabs(value(&curve, z) - (1.0 - z / sqrt(2.0 * nu))) < 50.0 / nu);
        curve_free(&curve);
    }
}

static double exact_change(double from, double to, double y) {
    const double p = gsl_cdf_tdist_Q(y, from);
    return gsl_cdf_tdist_Qinv(p, to) / y * sqrt((to - 2.0) / to * from / (from - 2.0));
}

static void changes_keep_the_rank(void **state) {
    (void)state;
    for (size_t k = 1; k < DEGREES; ++k)
        for (size_t l = 1; l < DEGREES; ++l) {
            struct curve mixing, curve;
            const double from = degrees[k], to = degrees[l];
            assert_int_equal(student_mixing(from, &mixing), RISKPOOL_OK);
            assert_int_equal(student_change(from, to, &mixing, &curve), RISKPOOL_OK);
            double worst = 0.0;
            for (double y = 0.01; gsl_cdf_tdist_Q(y, from) > 1e-12; y *= 1.07) {
                const double error = fabs(value(&curve, asinh(y / sqrt(from))) / exact_change(from, to, y) - 1.0);
                worst = error > worst ? error : worst;
            }
            if (worst > 1e-8)
                print_message("from %g to %g: %.2g\n", from, to, worst);
            assert_true(worst < 1e-6);
            curve_free(&mixing);
            curve_free(&curve);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(factors_are_quantiles),
        cmocka_unit_test(factors_have_unit_mean_square),
        cmocka_unit_test(many_degrees_are_normal),
        cmocka_unit_test(changes_keep_the_rank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
