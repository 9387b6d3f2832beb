/* The normal quantile: against GSL and against Newton's step in long double on the whole range, symmetric, monotone,
 * and the same bits in scalars and on every instruction set. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>

#include "kernel.h"
#include "vmath.h"

static const double smallest = 0x1p-1022, largest = 1.0 - 0x1p-53;
static const double far_tail = 1.3887943864964021e-11; /* e^-25, where Wichura's last region begins */

/* The quantile from erf and erfc in long double, by a step from a value that is good to 1e-12 already. */
static double newton(double u, double near) {
    const long double root_half = 0.70710678118654752440084436210485L, z = near;
    const long double density = expl(-0.5L * z * z) * 0.39894228040143267793994605993438L;
    long double excess;
    if (u < 0.25)
        excess = 0.5L * erfcl(-z * root_half) - u;
    else if (u <= 0.75)
        excess = 0.5L * erfl(z * root_half) - ((long double)u - 0.5L);
    else
        excess = (1.0L - u) - 0.5L * erfcl(z * root_half);
    return (double)(z - excess / density);
}

static double worst_newton, worst_gsl;

static void check_accuracy(double u) {
    const double gsl = gsl_cdf_ugaussian_Pinv(u), z = vmath_quantile(u);
    if (u == 0.5) {
        assert_true(z == 0.0);
        return;
    }
    worst_gsl = fmax(worst_gsl, fabs(z / gsl - 1.0));
    worst_newton = fmax(worst_newton, fabs(z / newton(u, gsl) - 1.0));
}

/* Every argument and its four neighbours on either side. */
static void check_around(double u) {
    double below = u, above = u;
    check_accuracy(u);
    for (int i = 0; i < 4; ++i) {
        below = fmax(nextafter(below, 0.0), smallest);
        above = fmin(nextafter(above, 1.0), largest);
        check_accuracy(below);
        check_accuracy(above);
    }
}

static void quantile_is_accurate_everywhere(void **state) {
    (void)state;
    const double special[] = {smallest, 1e-300, far_tail, 0.075, 0.25, 0.5, 0.75, 0.925, 1.0 - far_tail, largest};
    for (size_t i = 0; i < sizeof special / sizeof *special; ++i)
        check_around(special[i]);
    for (int k = 2; k <= 53; ++k) {
        check_around(0.5 - ldexp(1.0, -k));
        check_around(0.5 + ldexp(1.0, -k));
        check_around(1.0 - ldexp(1.0, -k));
    }
    for (int i = 0; i < 100000; ++i) {
        check_accuracy(exp(-708.3 + 0.007076 * i));
        check_accuracy(1.0 - exp(-36.7 + 0.00036 * i));
        check_accuracy((i + 0.5) * 1e-5);
    }
    print_message("worst relative difference: %.2g from long double, %.2g from GSL\n", worst_newton, worst_gsl);
    assert_true(worst_newton < 2e-15);
    assert_true(worst_gsl < 1e-14);
}

static uint64_t next_word(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*state ^ (*state >> 29)) * UINT64_C(0x9e3779b97f4a7c15);
}

static void uniforms_are_symmetric_and_inside(void **state) {
    (void)state;
    uint64_t random = 1;
    assert_true(vmath_uniform(0) == 0x1p-53);
    assert_true(vmath_uniform(UINT64_MAX) == largest);
    assert_true(vmath_uniform(UINT64_C(1) << 63) == 0.5 + 0x1p-53);
    for (int i = 0; i < 1000000; ++i) {
        const uint64_t word = next_word(&random) >> (i % 64);
        const double u = vmath_uniform(word);
        assert_true(fabs(u - ((double)(word >> 12) + 0.5) * 0x1p-52) == 0.0);
        assert_true(vmath_uniform(~word) == 1.0 - u);
        assert_true(vmath_quantile(1.0 - u) == -vmath_quantile(u));
    }
}

/* Between cells of 2^-32 the quantile grows strictly; between neighbouring doubles it may fall by the rounding of the
 * last operations, but never by more. */
static void quantile_is_monotone(void **state) {
    (void)state;
    const double cell = 0x1p-32, slack = 4.0 * 0x1p-52;
    const double start[] = {0.075, 0.5, 0.925, 0.3, 0.07, 0.01, 1e-4, 1e-8};
    for (size_t i = 0; i < sizeof start / sizeof *start; ++i) {
        const double first = fmax((floor(start[i] / cell) - 50000.0) * cell + 0.5 * cell, 0.5 * cell);
        double before = vmath_quantile(first), close = vmath_quantile(start[i]), u = start[i];
        for (int k = 1; k <= 100000; ++k) {
            const double here = vmath_quantile(first + k * cell);
            assert_true(here > before);
            before = here;
            u = nextafter(u, 1.0);
            const double next = vmath_quantile(u);
            assert_true(next >= close - slack * fabs(close));
            close = next;
        }
    }
    double before = -INFINITY;
    for (int i = 0; i < 1000000; ++i) {
        const double u = exp(-708.39 + 0.0007083 * i), z = vmath_quantile(u);
        assert_true(z > before);
        before = z;
    }
    const double edge[] = {far_tail, 0.075, 0.925};
    for (size_t i = 0; i < sizeof edge / sizeof *edge; ++i)
        for (double step = 1e-14; step < 1e-2; step *= 2.0)
            assert_true(vmath_quantile(edge[i] * (1.0 - step)) < vmath_quantile(edge[i] * (1.0 + step)));
}

/* Rows without tails, with some, with one alone, near or far, with nothing else. */
static void fill_row(unsigned kind, uint64_t *random, double u[BLOCK]) {
    const double lone = kind % 4 == 0 ? 0.01 : far_tail * (1.0 - vmath_uniform(next_word(random)));
    for (size_t p = 0; p < BLOCK; ++p) {
        const double any = vmath_uniform(next_word(random));
        const double edge[] = {0.075, 0.925, nextafter(0.075, 0.0), nextafter(0.925, 1.0), 0.5, smallest, largest, any};
        switch (kind % 6) {
        case 0:
            u[p] = any;
            break;
        case 1:
            u[p] = 0.075 + 0.85 * any;
            break;
        case 2:
            u[p] = p % 2 ? 0.07 * any : 1.0 - 0.07 * any;
            break;
        case 3:
            u[p] = exp(-708.0 * any);
            break;
        case 4:
            u[p] = p == (kind / 6) % BLOCK ? lone : 0.5 * any + 0.25;
            break;
        default:
            u[p] = edge[(size_t)(any * 8.0)];
            break;
        }
    }
}

static void rows_are_the_scalar_function_on_every_instruction_set(void **state) {
    (void)state;
    static const char *const forced[] = {"v2", "v3", "v4"};
    for (size_t i = 0; i < sizeof forced / sizeof *forced; ++i) {
        setenv("RISKPOOL_ISA", forced[i], 1);
        const struct kernel *kernel = kernel_choose();
        uint64_t random = 7;
        print_message("%s\n", kernel->name);
        for (unsigned kind = 0; kind < 6 * BLOCK; ++kind) {
            double u[BLOCK], z[BLOCK + 1];
            fill_row(kind, &random, u);
            z[BLOCK] = 0.25;
            kernel->quantile(u, z);
            for (size_t p = 0; p < BLOCK; ++p)
                assert_true(vmath_to_bits(z[p]) == vmath_to_bits(vmath_quantile(u[p])));
            assert_true(z[BLOCK] == 0.25);
        }
    }
    unsetenv("RISKPOOL_ISA");
}

/* e^-a and the quantile of it, where both functions can be asked. */
static void both_quantiles_agree(void **state) {
    (void)state;
    for (int i = 1; i < 100000; ++i) {
        const double a = 0.00708 * i, u = vmath_exp(-a);
        const double direct = vmath_quantile(u), by_log = vmath_quantile_of_exp(a);
        /* 1 ulp of u moves the quantile by u / density. */
        const double density = exp(-0.5 * direct * direct) * 0.3989422804014327;
        assert_true(fabs(direct - by_log) <= 4e-15 * fabs(direct) + 4e-16 * u / density);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantile_is_accurate_everywhere),
        cmocka_unit_test(uniforms_are_symmetric_and_inside),
        cmocka_unit_test(quantile_is_monotone),
        cmocka_unit_test(rows_are_the_scalar_function_on_every_instruction_set),
        cmocka_unit_test(both_quantiles_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
