/* Fits on returns that were drawn from the model: the parameters come back within their errors, and the errors are of
 * the right size: over all samples the sum of squared deviations in standard errors is a chi-square. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>

#include "fit.h"
#include "fit_normal.h"

/* Deviations in standard errors, each and together. */
struct verdict {
    double squares;
    size_t n;
};

static void judge(struct verdict *verdict, struct measured found, double truth) {
    double z = (found.value - truth) / found.error;
    if (!(fabs(z) <= 4))
        fail_msg("%g ± %g, but it is %g", found.value, found.error, truth);
    verdict->squares += z * z;
    verdict->n++;
}

/* Errors too small by a third or too large by a half are found with 30 values. */
static void conclude(const struct verdict *verdict) {
    double low = gsl_cdf_chisq_Pinv(1e-4, (double)verdict->n), high = gsl_cdf_chisq_Pinv(1 - 1e-4, (double)verdict->n);
    if (verdict->squares < low || verdict->squares > high)
        fail_msg("sum of squares %g of %zu outside %g to %g", verdict->squares, verdict->n, low, high);
}

static gsl_rng *generator(unsigned long seed) {
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, seed);
    return rng;
}

/* Three correlated normals: 0.8, 0.5, 0.4. */
static void draw_normals(gsl_rng *rng, double *x) {
    double a = gsl_ran_gaussian(rng, 1), b = gsl_ran_gaussian(rng, 1), c = gsl_ran_gaussian(rng, 1);
    x[0] = a;
    x[1] = 0.8 * a + 0.6 * b;
    x[2] = 0.5 * a + sqrt(0.75) * c;
}

/* t with `dof`, standard deviations 1 % to 3 %, location 0.1 %. */
static void draw_t(gsl_rng *rng, size_t n, double dof, double *x) {
    for (size_t t = 0; t < n; t++) {
        double scale = sqrt((dof - 2) / gsl_ran_chisq(rng, dof));
        draw_normals(rng, x + 3 * t);
        for (size_t i = 0; i < 3; i++)
            x[3 * t + i] = 0.001 + 0.01 * (double)(i + 1) * scale * x[3 * t + i];
    }
}

static void degrees_of_freedom_come_back(void **state) {
    (void)state;
    enum { N = 2000, SAMPLES = 10 };
    static const double truth[] = {3, 5, 8};
    static double x[3 * N], one[N];
    gsl_rng *rng = generator(1);
    struct verdict joint = {0}, single = {0}, given = {0};
    for (size_t s = 0; s < SAMPLES * 3; s++) {
        const double dof = truth[s / SAMPLES];
        struct t_fit fit;
        draw_t(rng, N, dof, x);
        assert_int_equal(fit_t(N, 3, x, &fit), RISKPOOL_OK);
        judge(&joint, fit.dof, dof);
        assert_true(fit.likelihood > fit.gaussian);
        for (size_t t = 0; t < N; t++)
            one[t] = x[3 * t + 1];
        assert_int_equal(fit_t(N, 1, one, &fit), RISKPOOL_OK);
        judge(&single, fit.dof, dof);
        if (dof < 4.5) /* the sample covariance has no variance: nothing to measure by */
            continue;
        assert_int_equal(fit_t_given(N, 3, x, &fit), RISKPOOL_OK);
        judge(&given, fit.dof, dof);
    }
    conclude(&joint);
    conclude(&single);
    conclude(&given);
    gsl_rng_free(rng);
}

static void normal_returns_have_no_tails(void **state) {
    (void)state;
    enum { N = 2000 };
    static double x[3 * N];
    gsl_rng *rng = generator(2);
    struct t_fit fit;
    double correlation[9], likelihood;
    for (size_t t = 0; t < N; t++)
        draw_normals(rng, x + 3 * t);
    assert_int_equal(fit_t(N, 3, x, &fit), RISKPOOL_OK);
    assert_true(fit.dof.value > 40);
    assert_true(fit.likelihood - fit.gaussian < 8 && fit.likelihood - fit.gaussian > -1);
    assert_int_equal(normal_likelihood(N, 3, x, &likelihood), RISKPOOL_OK);
    assert_true(likelihood == fit.gaussian);
    assert_int_equal(fit_copula(N, 3, x, &fit, correlation), RISKPOOL_OK);
    assert_true(fit.dof.value > 30);
    assert_true(fabs(correlation[1] - 0.8) < 0.04 && fabs(correlation[2] - 0.5) < 0.07);
    gsl_rng_free(rng);
}

/* Any rising function of each column leaves the copula alone, bit for bit. */
static void copula_does_not_see_marginals(void **state) {
    (void)state;
    enum { N = 2000, SAMPLES = 20 };
    static double x[3 * N], y[3 * N];
    gsl_rng *rng = generator(3);
    struct verdict verdict = {0};
    for (size_t s = 0; s < SAMPLES; s++) {
        struct t_fit fit, again;
        double correlation[9];
        draw_t(rng, N, 5, x);
        assert_int_equal(fit_copula(N, 3, x, &fit, correlation), RISKPOOL_OK);
        judge(&verdict, fit.dof, 5);
        for (size_t k = 0; k < 3 * N; k++)
            y[k] = k % 3 == 0 ? exp(20 * x[k]) : k % 3 == 1 ? cbrt(x[k]) : 7 * x[k] + 1;
        assert_int_equal(fit_copula(N, 3, y, &again, correlation), RISKPOOL_OK);
        assert_true(fit.dof.value == again.dof.value && fit.likelihood == again.likelihood);
    }
    conclude(&verdict);
    gsl_rng_free(rng);
}

static double slow_kendall(size_t n, const double *x, const double *y) {
    double agree = 0, pairs_x = 0, pairs_y = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            int a = (x[i] > x[j]) - (x[i] < x[j]), b = (y[i] > y[j]) - (y[i] < y[j]);
            agree += a * b;
            pairs_x += a != 0;
            pairs_y += b != 0;
        }
    return agree / sqrt(pairs_x * pairs_y);
}

static void kendall_by_counting_pairs(void **state) {
    (void)state;
    gsl_rng *rng = generator(4);
    for (size_t n = 2; n < 60; n++) {
        double x[60], y[60], tau;
        for (size_t i = 0; i < n; i++) { /* many ties */
            x[i] = (double)gsl_rng_uniform_int(rng, 10) + 10 * (double)(i == 0);
            y[i] = 0.5 * x[i] + (double)gsl_rng_uniform_int(rng, 7) + 10 * (double)(i == 0);
        }
        assert_int_equal(fit_kendall(n, x, y, &tau), RISKPOOL_OK);
        assert_true(fabs(tau - slow_kendall(n, x, y)) < 1e-12);
    }
    gsl_rng_free(rng);
}

static void hill_finds_the_index_of_a_pareto_tail(void **state) {
    (void)state;
    enum { N = 4000, K = 400, SAMPLES = 20 };
    static double x[N];
    gsl_rng *rng = generator(5);
    struct verdict lower = {0}, upper = {0};
    for (size_t s = 0; s < SAMPLES; s++) {
        for (size_t t = 0; t < N; t++)
            x[t] = t % 2 ? gsl_ran_pareto(rng, 3, 0.01) : -gsl_ran_pareto(rng, 2, 0.01);
        judge(&lower, fit_hill(N, x, -1, K), 2);
        judge(&upper, fit_hill(N, x, 1, K), 3);
    }
    conclude(&lower);
    conclude(&upper);
    assert_true(isnan(fit_hill(5, x, 1, 3).value)); /* two of five are above 0 */
    static const double few[] = {1, 8, -3, 4, 2};
    assert_true(fabs(fit_hill(5, few, 1, 2).value - 2 / (3 * log(2))) < 1e-14); /* 8 and 4 over 2 */
    gsl_rng_free(rng);
}

static void draw_garch(gsl_rng *rng, size_t n, double alpha, double beta, double dof, double *x) {
    const double variance = 4e-4;
    double h = variance, e = 0;
    for (size_t t = 0; t < n + 500; t++) {
        h = (1 - alpha - beta) * variance + alpha * e * e + beta * h;
        e = sqrt(h * (dof - 2) / dof) * gsl_ran_tdist(rng, dof);
        if (t >= 500)
            x[t - 500] = e;
    }
}

static void garch_comes_back(void **state) {
    (void)state;
    enum { N = 1000, SAMPLES = 30 };
    static double x[N], residual[N];
    gsl_rng *rng = generator(6);
    struct verdict alpha = {0}, beta = {0}, dof = {0};
    for (size_t s = 0; s < SAMPLES; s++) {
        struct garch_fit fit;
        struct t_fit tails;
        draw_garch(rng, N, 0.15, 0.75, 8, x);
        assert_int_equal(fit_garch(N, x, NULL, &fit, residual), RISKPOOL_OK);
        judge(&alpha, fit.alpha, 0.15);
        judge(&beta, fit.beta, 0.75);
        judge(&dof, fit.dof, 8);
        assert_int_equal(fit_t(N, 1, residual, &tails), RISKPOOL_OK); /* what is left is a t of the same tails */
        assert_true(fabs(tails.dof.value - fit.dof.value) < fit.dof.error);
        double mean, variance;
        normal_moments(N, 1, residual, NULL, &mean, &variance);
        assert_true(fabs(variance - 1) < 0.1);
    }
    conclude(&alpha);
    conclude(&beta);
    conclude(&dof);
    gsl_rng_free(rng);
}

/* After a gap the variance is the long-run one: independent returns of two variances must not be mixed up. */
static void garch_starts_again_after_a_gap(void **state) {
    (void)state;
    enum { N = 400 };
    static double x[N], residual[N];
    static char fresh[N];
    struct garch_fit fit;
    gsl_rng *rng = generator(7);
    draw_garch(rng, N, 0.3, 0.6, 6, x);
    fresh[0] = fresh[200] = 1;
    assert_int_equal(fit_garch(N, x, fresh, &fit, residual), RISKPOOL_OK);
    double mean = 0;
    for (size_t t = 0; t < N; t++)
        mean += x[t] / N;
    assert_true(fabs(residual[200] - (x[200] - mean) / sqrt(fit.variance)) < 1e-12);
    assert_true(fabs(residual[201] - (x[201] - mean) / sqrt(fit.variance)) > 1e-6);
    gsl_rng_free(rng);
}

static void draw_jumps(gsl_rng *rng, size_t n, double *x) {
    for (size_t t = 0; t < n; t++) {
        unsigned jumps = gsl_ran_poisson(rng, 0.08);
        draw_normals(rng, x + 3 * t);
        for (size_t i = 0; i < 3; i++) {
            x[3 * t + i] *= 0.01 * (double)(i + 1);
            for (unsigned k = 0; k < jumps; k++)
                x[3 * t + i] += -0.02 + gsl_ran_gaussian(rng, 0.06);
        }
    }
}

static void jumps_come_back(void **state) {
    (void)state;
    enum { N = 1500, SAMPLES = 20 };
    static double x[3 * N];
    gsl_rng *rng = generator(8);
    struct verdict intensity = {0}, size = {0}, deviation = {0};
    double covariance[9];
    struct jump_fit fit = {.covariance = covariance};
    for (size_t s = 0; s < SAMPLES; s++) {
        draw_jumps(rng, N, x);
        assert_int_equal(fit_jumps(N, 3, x, &fit), RISKPOOL_OK);
        judge(&intensity, fit.intensity, 0.08);
        judge(&size, fit.size, -0.02);
        judge(&deviation, fit.deviation, 0.06);
        for (size_t i = 0; i < 3; i++)
            assert_true(fabs(sqrt(covariance[4 * i]) / (0.01 * (double)(i + 1)) - 1) < 0.12);
        assert_true(fabs(covariance[1] / sqrt(covariance[0] * covariance[4]) - 0.8) < 0.06);
        assert_true(fit.likelihood > fit.gaussian + 100);
    }
    conclude(&intensity);
    conclude(&size);
    conclude(&deviation);
    gsl_rng_free(rng);
}

/* The mixture itself for one asset: q is ln intensity, size, ln variance of a jump, ln variance of the rest, its mean.
 */
static double jump_likelihood(size_t n, const double *x, const double *q) {
    double sum = 0;
    for (size_t t = 0; t < n; t++) {
        double density = 0;
        for (unsigned k = 0; k < 6; k++)
            density += gsl_ran_poisson_pdf(k, exp(q[0])) *
                       gsl_ran_gaussian_pdf(x[t] - q[4] - k * q[1], sqrt(exp(q[3]) + k * exp(q[2])));
        sum += log(density);
    }
    return sum;
}

/* EM ends where the likelihood is largest, by every parameter, and says what it is there. */
static void jumps_are_the_most_likely(void **state) {
    (void)state;
    enum { N = 1500, PARAMETERS = 5 };
    static double x[N];
    static const double step[PARAMETERS] = {0.1, 0.002, 0.1, 0.03, 0.0003};
    gsl_rng *rng = generator(12);
    double variance;
    struct jump_fit fit = {.covariance = &variance};
    for (size_t t = 0; t < N; t++) {
        unsigned jumps = gsl_ran_poisson(rng, 0.1);
        x[t] = 0.001 + gsl_ran_gaussian(rng, 0.01) - 0.02 * jumps + sqrt(jumps) * gsl_ran_gaussian(rng, 0.05);
    }
    assert_int_equal(fit_jumps(N, 1, x, &fit), RISKPOOL_OK);
    double q[PARAMETERS] = {log(fit.intensity.value), fit.size.value, 2 * log(fit.deviation.value), log(variance), 0};
    double best = -HUGE_VAL, mean = 0;
    for (double m = -0.003; m < 0.005; m += 0.00001) { /* the fit does not tell the mean */
        q[4] = m;
        double here = jump_likelihood(N, x, q);
        mean = here > best ? m : mean;
        best = fmax(here, best);
    }
    q[4] = mean;
    assert_true(fabs(best - fit.likelihood) < 0.01);
    for (size_t k = 0; k < PARAMETERS; k++) {
        double value[2];
        for (int side = 0; side < 2; side++) {
            double moved[PARAMETERS];
            memcpy(moved, q, sizeof moved);
            moved[k] += side ? step[k] : -step[k];
            value[side] = jump_likelihood(N, x, moved);
        }
        double top = 0.25 * (value[1] - value[0]) / (best - 0.5 * (value[0] + value[1])); /* of a parabola, in steps */
        if (!(value[0] < best && value[1] < best && fabs(top) < 0.1))
            fail_msg("parameter %zu: likelihoods %.6f, %.6f, %.6f", k, value[0], best, value[1]);
    }
    gsl_rng_free(rng);
}

/* Calm: the three correlated normals of 1 %; crisis: 3 %, all correlations 0.9. */
static void draw_regimes(gsl_rng *rng, size_t n, double stay_calm, double stay_crisis, double *x) {
    int crisis = 0;
    for (size_t t = 0; t < n; t++) {
        double common = gsl_ran_gaussian(rng, 1), *row = x + 3 * t;
        draw_normals(rng, row);
        for (size_t i = 0; i < 3; i++)
            row[i] = crisis ? 0.03 * (sqrt(0.9) * common + sqrt(0.1) * gsl_ran_gaussian(rng, 1)) : 0.01 * row[i];
        crisis = gsl_rng_uniform(rng) < (crisis ? stay_crisis : stay_calm) ? crisis : !crisis;
    }
}

static void regimes_come_back(void **state) {
    (void)state;
    enum { N = 1500, SAMPLES = 40 };
    static double x[3 * N];
    gsl_rng *rng = generator(9);
    struct verdict stay = {0}, scale = {0};
    double calm[9], crisis[9];
    struct regime_fit fit = {.covariance = {calm, crisis}};
    for (size_t s = 0; s < SAMPLES; s++) {
        draw_regimes(rng, N, 0.98, 0.92, x);
        assert_int_equal(fit_regimes(N, 3, x, &fit), RISKPOOL_OK);
        for (int k = 0; k < 2; k++) { /* near 1: the logarithm of leaving is the normal one */
            const double leave = 1 - fit.stay[k].value;
            judge(&stay, (struct measured){log(leave), fit.stay[k].error / leave}, log(k ? 0.08 : 0.02));
        }
        judge(&scale, (struct measured){sqrt(calm[0]), sqrt(calm[0]) * fit.scale_error[0]}, 0.01);
        judge(&scale, (struct measured){sqrt(crisis[4]), sqrt(crisis[4]) * fit.scale_error[1]}, 0.03);
        assert_true(fabs(calm[1] / sqrt(calm[0] * calm[4]) - 0.8) < 0.04);
        assert_true(fabs(crisis[1] / sqrt(crisis[0] * crisis[4]) - 0.9) < 0.04);
        assert_true(fabs(fit.share[0] - 0.8) < 0.2);
    }
    conclude(&stay);
    conclude(&scale);
    gsl_rng_free(rng);
}

/* The filter itself for one asset. */
static double regime_likelihood(size_t n, const double *x, const double *stay, const double *deviation) {
    double p = (1 - stay[0]) / (2 - stay[0] - stay[1]), mean = 0, sum = 0; /* p: of the second regime */
    for (size_t t = 0; t < n; t++)
        mean += x[t] / (double)n;
    for (size_t t = 0; t < n; t++) {
        double calm = (1 - p) * gsl_ran_gaussian_pdf(x[t] - mean, deviation[0]);
        double crisis = p * gsl_ran_gaussian_pdf(x[t] - mean, deviation[1]);
        sum += log(calm + crisis);
        p = ((1 - stay[0]) * calm + stay[1] * crisis) / (calm + crisis);
    }
    return sum;
}

static void regimes_are_the_most_likely(void **state) {
    (void)state;
    enum { N = 1500 };
    static double all[3 * N], x[N];
    gsl_rng *rng = generator(13);
    double calm, crisis;
    struct regime_fit fit = {.covariance = {&calm, &crisis}};
    draw_regimes(rng, N, 0.97, 0.9, all);
    for (size_t t = 0; t < N; t++)
        x[t] = all[3 * t];
    assert_int_equal(fit_regimes(N, 1, x, &fit), RISKPOOL_OK);
    const double q[4] = {fit.stay[0].value, fit.stay[1].value, sqrt(calm), sqrt(crisis)};
    const double step[4] = {0.3 * (1 - q[0]), 0.3 * (1 - q[1]), 0.03 * q[2], 0.03 * q[3]};
    double best = regime_likelihood(N, x, q, q + 2);
    assert_true(fabs(best - fit.likelihood) < 0.01);
    for (size_t k = 0; k < 4; k++)
        for (int side = -1; side <= 1; side += 2) {
            double moved[4];
            memcpy(moved, q, sizeof moved);
            moved[k] += side * step[k];
            if (!(regime_likelihood(N, x, moved, moved + 2) < best))
                fail_msg("parameter %zu could be better", k);
        }
    double covariance[8], likelihood, one = fit.likelihood, noise[N]; /* a column of noise adds its own likelihood */
    struct regime_fit both = {.covariance = {covariance, covariance + 4}};
    for (size_t t = 0; t < N; t++) {
        all[2 * t] = x[t];
        all[2 * t + 1] = noise[t] = gsl_ran_gaussian(rng, 0.02);
    }
    assert_int_equal(fit_regimes(N, 2, all, &both), RISKPOOL_OK);
    assert_int_equal(normal_likelihood(N, 1, noise, &likelihood), RISKPOOL_OK);
    double gain = both.likelihood - one - likelihood; /* half a chi-square of three parameters */
    assert_true(gain > -1 && gain < 12);
    gsl_rng_free(rng);
}

/* Two columns that are the same have no density; too few returns have no fit. */
static void what_cannot_be_fitted_is_refused(void **state) {
    (void)state;
    enum { N = 300 };
    static double x[2 * N], residual[N];
    gsl_rng *rng = generator(10);
    struct t_fit fit;
    struct garch_fit garch;
    double covariance[8];
    struct jump_fit jumps = {.covariance = covariance};
    struct regime_fit regimes = {.covariance = {covariance, covariance + 4}};
    for (size_t t = 0; t < N; t++)
        x[2 * t] = x[2 * t + 1] = gsl_ran_gaussian(rng, 1);
    assert_int_equal(fit_t(N, 2, x, &fit), RISKPOOL_INVALID);
    assert_true(isnan(fit.dof.value));
    assert_int_equal(fit_t_given(N, 2, x, &fit), RISKPOOL_INVALID);
    assert_int_equal(fit_jumps(N, 2, x, &jumps), RISKPOOL_INVALID);
    assert_int_equal(fit_regimes(N, 2, x, &regimes), RISKPOOL_INVALID);
    assert_int_equal(fit_t(3, 2, x, &fit), RISKPOOL_INVALID);
    assert_int_equal(fit_t_given(10, 1, x, &fit), RISKPOOL_INVALID);
    assert_int_equal(fit_garch(10, x, NULL, &garch, residual), RISKPOOL_INVALID);
    assert_int_equal(fit_jumps(10, 2, x, &jumps), RISKPOOL_INVALID);
    assert_int_equal(fit_regimes(10, 2, x, &regimes), RISKPOOL_INVALID);
    assert_int_equal(fit_copula(N, 1, x, &fit, covariance), RISKPOOL_INVALID);
    memset(x, 0, sizeof x);
    assert_int_equal(fit_garch(N, x, NULL, &garch, residual), RISKPOOL_INVALID);
    gsl_rng_free(rng);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(degrees_of_freedom_come_back),
        cmocka_unit_test(normal_returns_have_no_tails),
        cmocka_unit_test(copula_does_not_see_marginals),
        cmocka_unit_test(kendall_by_counting_pairs),
        cmocka_unit_test(hill_finds_the_index_of_a_pareto_tail),
        cmocka_unit_test(garch_comes_back),
        cmocka_unit_test(garch_starts_again_after_a_gap),
        cmocka_unit_test(jumps_come_back),
        cmocka_unit_test(jumps_are_the_most_likely),
        cmocka_unit_test(regimes_come_back),
        cmocka_unit_test(regimes_are_the_most_likely),
        cmocka_unit_test(what_cannot_be_fitted_is_refused),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
