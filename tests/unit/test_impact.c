/* The impact curve: its integral against quadrature, that orders cost money and cannot make any, how it fades. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "impact.h"

enum { SHAPES = 2 };
static const enum impact_shape shapes[SHAPES] = {IMPACT_LINEAR, IMPACT_SQUARE_ROOT};

static double depth_of_one[] = {50.0};

static struct impact impact_of(enum impact_shape shape) {
    return (struct impact){.shape = shape, .half_life = 2.0, .n_assets = 1, .depth = depth_of_one};
}

/* The integral of e^-x(u) over [a, b] by Gauss-Legendre with two points in many cells, spaced as squares from zero,
 * where the square root is not smooth. */
static double quadrature(const struct impact *impact, double a, double b) {
    const int cells = 20000;
    const double root_a = a < 0.0 ? -sqrt(-a) : sqrt(a), root_b = b < 0.0 ? -sqrt(-b) : sqrt(b);
    const double width = (root_b - root_a) / cells, node = 0.5 / sqrt(3.0);
    double sum = 0.0;
    for (int i = 0; i < cells; ++i)
        for (int side = -1; side <= 1; side += 2) {
            const double root = root_a + (i + 0.5 + side * node) * width;
            sum += 0.5 * width * 2.0 * fabs(root) * exp(-impact_displacement(impact, root * fabs(root)));
        }
    return sum;
}

static void a_sale_brings_the_area_under_the_curve(void **state) {
    (void)state;
    static const double ends[][2] = {{0.0, 1e-9}, {0.0, 0.1},   {0.0, 40.0},  {3.0, 3.001}, {3.0, 200.0}, {-2.0, 5.0},
                                     {5.0, -2.0}, {0.0, -30.0}, {-7.0, -1.0}, {40.0, 1.0},  {0.0, 290.0}};
    for (size_t s = 0; s < SHAPES; ++s)
        for (size_t k = 0; k < sizeof ends / sizeof *ends; ++k) {
            const struct impact impact = impact_of(shapes[s]);
            const double from = ends[k][0], to = ends[k][1], thinned = 0.5, clean = 200.0;
            const double quantity = (to - from) * depth_of_one[0] * thinned;
            const double mark = clean * exp(-impact_displacement(&impact, from));
            double volume = from, price = mark;
            const double slippage = impact_sell(&impact, 0, thinned, quantity, &volume, &price);
            const double cash = clean * depth_of_one[0] * thinned * quadrature(&impact, from, to);
            assert_true(fabs(quantity * mark - slippage - cash) <= 1e-8 * fabs(cash) + 1e-15);
            assert_true(slippage >= 0.0);
            assert_true(fabs(volume - to) <= 1e-12 * (1.0 + fabs(to)));
            assert_true(fabs(price - clean * exp(-impact_displacement(&impact, to))) <= 1e-12 * price);
        }
}

static void nobody_falls_below_the_bound(void **state) {
    (void)state;
    for (size_t s = 0; s < SHAPES; ++s) {
        const struct impact impact = impact_of(shapes[s]);
        double volume = 0.0, price = 100.0;
        const double huge = 1e12, slippage = impact_sell(&impact, 0, 1.0, huge, &volume, &price);
        assert_true(fabs(price - 100.0 * exp(-3.0)) < 1e-10);
        assert_true(fabs((huge * 100.0 - slippage) / (huge * price) - 1.0) < 1e-2);
        assert_true(impact_displacement(&impact, -1e9) == -3.0 && impact_displacement(&impact, 1e9) == 3.0);
    }
}

/* In parts or at once; and back to where it was: the cash is the same, nothing is won. */
static void the_way_does_not_matter(void **state) {
    (void)state;
    for (size_t s = 0; s < SHAPES; ++s) {
        const struct impact impact = impact_of(shapes[s]);
        double once = 0.0, price = 100.0, whole = 700.0 * 100.0;
        whole -= impact_sell(&impact, 0, 1.0, 700.0, &once, &price);
        double volume = 0.0, mark = 100.0, parts = 0.0;
        static const double quantities[] = {100.0, 350.0, -50.0, 300.0};
        for (size_t k = 0; k < 4; ++k) {
            const double before = mark;
            parts += quantities[k] * before - impact_sell(&impact, 0, 1.0, quantities[k], &volume, &mark);
        }
        assert_true(fabs(parts - whole) < 1e-9 * whole && fabs(mark - price) < 1e-12 * price);
        const double before = mark;
        parts += -700.0 * before - impact_sell(&impact, 0, 1.0, -700.0, &volume, &mark);
        assert_true(fabs(parts) < 1e-9 * whole && fabs(mark - 100.0) < 1e-10);
    }
}

static void volumes_fade_by_halves(void **state) {
    (void)state;
    for (size_t s = 0; s < SHAPES; ++s) {
        const struct impact impact = impact_of(shapes[s]);
        assert_true(fabs(impact_decayed(&impact, 8.0, 6.0) - 1.0) < 1e-14);
        assert_true(fabs(impact_decayed(&impact, -8.0, 2.0) + 4.0) < 1e-14);
        assert_true(impact_decayed(&impact, 8.0, 0.0) == 8.0 && impact_decayed(&impact, 0.0, 1.0) == 0.0);
    }
}

/* All the equity of a position with this leverage is just what its sale costs. */
static void the_limit_leverage_sells_to_nothing(void **state) {
    (void)state;
    for (size_t s = 0; s < SHAPES; ++s) {
        const struct impact impact = impact_of(shapes[s]);
        for (double quantity = 10.0; quantity < 3000.0; quantity *= 5.0) {
            const double limit = impact_leverage_limit(&impact, 0, quantity);
            double volume = 0.0, price = 100.0;
            const double slippage = impact_sell(&impact, 0, 1.0, quantity, &volume, &price);
            const double x = impact_displacement(&impact, volume);
            /* The square root's is the leading term of a small displacement: A = 1 - 2 x / 3 + x^2 / 4 ... */
            const double tolerance = shapes[s] == IMPACT_LINEAR ? 1e-9 : 0.5 * x;
            assert_true(fabs(quantity * 100.0 / limit / slippage - 1.0) <= tolerance);
        }
        assert_true(impact_leverage_limit(&impact, 0, 100.0) == impact_leverage_limit(&impact, 0, -100.0));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sale_brings_the_area_under_the_curve),
        cmocka_unit_test(nobody_falls_below_the_bound),
        cmocka_unit_test(the_way_does_not_matter),
        cmocka_unit_test(volumes_fade_by_halves),
        cmocka_unit_test(the_limit_leverage_sells_to_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
