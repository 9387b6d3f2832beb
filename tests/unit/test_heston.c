/* Stochastic variances: the moments of a step from small and large variances, the upper tail of the normal that they
 * are drawn by, the expected price, limits, equal bits on all instruction sets. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "market.h"

static void upper_tail_is_as_exact_as_it_says(void **state) {
    (void)state;
    const long double root_half = 0.70710678118654752440084436210485L;
    for (int i = -8000; i <= 8000; ++i) {
        const double z = 0.001 * i, found = vmath_upper_tail(z);
        const long double expected = 0.5L * erfcl(z * root_half);
        assert_true(fabsl(found - expected) < 1e-15L);
        assert_true(fabsl(found / expected - 1.0L) < (z <= 3.0 ? 2e-14L : 1e-8L));
    }
}

struct rig {
    struct asset asset[2];
    double correlation[4];
    struct market market;
    struct market_steps *steps;
    struct arena arena;
    struct market_block block;
};

static const struct variance_law wild = {.reversion = 2.0, .level = 0.25, .volatility = 1.5, .correlation = -0.6};

static void rig_init(struct rig *rig, double volatility, const struct variance_law *law, double dt) {
    *rig = (struct rig){.correlation = {1.0, 0.6, 0.6, 1.0}};
    for (size_t i = 0; i < 2; ++i)
        rig->asset[i] =
            (struct asset){.name = "a", .price = 100.0, .volatility = volatility, .drift = 0.3, .variance = *law};
    rig->market = (struct market){.model = &model_heston,
                                  .n_assets = 2,
                                  .assets = rig->asset,
                                  .correlation = rig->correlation,
                                  .dt = dt,
                                  .n_steps = 100,
                                  .seed = 5,
                                  .bridge = 1};
    assert_int_equal(market_steps_create(&rig->market, &rig->steps), RISKPOOL_OK);
    assert_int_equal(market_block_init(&rig->block, &rig->market, rig->steps, 1, &rig->arena), RISKPOOL_OK);
}

static void rig_free(struct rig *rig) {
    market_steps_free(rig->steps);
    arena_free(&rig->arena);
}

/* Mean and variance of the square-root process over one step (Cox, Ingersoll and Ross 1985), in both branches of the
 * scheme: from variances that are large, small and zero. */
static void variances_have_their_moments(void **state) {
    (void)state;
    enum { BLOCKS = 1000 };
    static const double volatilities[] = {0.0, 0.05, 0.3, 0.9};
    static const double steps[] = {1.0 / 8760, 1.0 / 365, 0.5};
    int squares = 0, tails = 0;
    for (size_t s = 0; s < 3; ++s)
        for (size_t k = 0; k < 4; ++k) {
            struct rig rig;
            const double v = volatilities[k] * volatilities[k], e = exp(-wild.reversion * steps[s]);
            const double xi2 = wild.volatility * wild.volatility / wild.reversion;
            const double mean = wild.level + (v - wild.level) * e;
            const double variance = xi2 * (v * e * (1.0 - e) + 0.5 * wild.level * (1.0 - e) * (1.0 - e));
            double sum = 0.0, square = 0.0, fourth = 0.0, price = 0.0, price_square = 0.0;
            const double n = (double)BLOCKS * BLOCK;
            variance / (mean * mean) <= 1.5 ? ++squares : ++tails;
            rig_init(&rig, volatilities[k], &wild, steps[s]);
            for (uint64_t b = 0; b < BLOCKS; ++b) {
                market_start(&rig.block, b * BLOCK);
                const struct slice *slice = market_step(&rig.block);
                for (size_t p = 0; p < BLOCK; ++p) {
                    const double next = rig.block.law.state[p], d = next - mean;
                    assert_true(next >= 0.0);
                    sum += d;
                    square += d * d;
                    fourth += d * d * d * d;
                    price += slice->price[p] / 100.0;
                    price_square += slice->price[p] / 100.0 * slice->price[p] / 100.0;
                }
            }
            price /= n;
            assert_true(fabs(sum / n) < 4.0 * sqrt(variance / n));
            assert_true(fabs(square / n - variance) < 4.0 * sqrt((fourth / n - variance * variance) / n));
            assert_true(fabs(price - exp(0.3 * steps[s])) < 4.0 * sqrt((price_square / n - price * price) / n) + 1e-14);
            rig_free(&rig);
        }
    assert_true(squares > 2 && tails > 2);
}

/* With a variance that hardly varies the log price is that of gbm, and inside a step it varies by all of its
 * volatility, whatever the correlation with the variance. */
static void a_still_variance_is_gbm(void **state) {
    (void)state;
    const struct variance_law still = {.reversion = 1.0, .level = 0.16, .volatility = 0.001, .correlation = -0.8};
    struct rig rig;
    double sum = 0.0, square = 0.0;
    const double n = 400.0 * BLOCK, dt = 1.0 / 365.0;
    rig_init(&rig, 0.4, &still, dt);
    for (uint64_t b = 0; b < 400; ++b) {
        market_start(&rig.block, b * BLOCK);
        const struct slice *slice = market_step(&rig.block);
        for (size_t p = 0; p < BLOCK; ++p) {
            const double x = slice->end[p] - (0.3 - 0.08) * dt;
            sum += x;
            square += x * x;
            assert_true(fabs(slice->spread[p] / (0.4 * sqrt(dt)) - 1.0) < 1e-3);
        }
    }
    assert_true(fabs(sum / n) < 4.0 * 0.4 * sqrt(dt / n));
    assert_true(fabs(square / n / (0.16 * dt) - 1.0) < 4.0 * sqrt(2.0 / n));
    rig_free(&rig);
}

static void nothing_moves_without_variance(void **state) {
    (void)state;
    const struct variance_law none = {.reversion = 1.0, .level = 0.0, .volatility = 1.0, .correlation = 1.0};
    struct rig rig;
    rig_init(&rig, 0.0, &none, 0.01);
    market_start(&rig.block, 0);
    for (int step = 0; step < 3; ++step) {
        const struct slice *slice = market_step(&rig.block);
        for (size_t p = 0; p < 2 * BLOCK; ++p)
            assert_true(fabs(slice->end[p] - 0.003 * (step + 1)) < 1e-15);
    }
    rig_free(&rig);
}

static void bits_are_equal_on_all_instruction_sets(void **state) {
    (void)state;
    static const char *const sets[] = {"v2", "v3", "v4"};
    static double first[2 * BLOCK];
    for (int set = 0; set < 3; ++set) {
        struct rig rig;
        setenv("RISKPOOL_ISA", sets[set], 1);
        rig_init(&rig, 0.3, &wild, 0.01);
        const struct slice *slice = market_start(&rig.block, 768);
        for (int step = 0; step < 50; ++step)
            slice = market_step(&rig.block);
        if (set == 0)
            memcpy(first, slice->end, sizeof first);
        assert_memory_equal(first, slice->end, sizeof first);
        rig_free(&rig);
    }
    unsetenv("RISKPOOL_ISA");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(upper_tail_is_as_exact_as_it_says),
        cmocka_unit_test(variances_have_their_moments),
        cmocka_unit_test(a_still_variance_is_gbm),
        cmocka_unit_test(nothing_moves_without_variance),
        cmocka_unit_test(bits_are_equal_on_all_instruction_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
