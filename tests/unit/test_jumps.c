/* Jumps: the law of counts, where their numbers come from, who takes part, how they unfold, and what excites what. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "market.h"
#include "model_jumps.h"

enum { ASSETS = 3 };

struct rig {
    struct asset asset[ASSETS];
    double correlation[ASSETS * ASSETS];
    struct market market;
    struct market_steps *steps;
    struct arena arena;
    struct market_block block;
};

/* Jumps of one size and no diffusion: the gap of a step counts them. */
static const struct jump_stream ticks = {.mean = 0.001};

static void rig_prepare(struct rig *rig, const struct model *model, double expected) {
    static const double correlation[] = {1.0, 0.8, 0.5, 0.8, 1.0, 0.3, 0.5, 0.3, 1.0};
    *rig = (struct rig){0};
    for (size_t i = 0; i < ASSETS; ++i)
        rig->asset[i] = (struct asset){.name = "a", .price = 100.0, .jump_probability = 1.0, .jump_beta = 1.0};
    memcpy(rig->correlation, correlation, sizeof correlation);
    rig->market = (struct market){.model = model,
                                  .n_assets = ASSETS,
                                  .assets = rig->asset,
                                  .correlation = rig->correlation,
                                  .terms = {.jumps = ticks, .jump_steps = 1, .half_life = 3.0 / 365.0},
                                  .dt = 1.0 / 365.0,
                                  .n_steps = 1000,
                                  .seed = 5};
    rig->market.terms.jumps.intensity = expected * 365.0;
}

static void rig_start(struct rig *rig) {
    assert_int_equal(market_steps_create(&rig->market, &rig->steps), RISKPOOL_OK);
    assert_int_equal(market_block_init(&rig->block, &rig->market, rig->steps, 1, &rig->arena), RISKPOOL_OK);
}

static void rig_free(struct rig *rig) {
    market_steps_free(rig->steps);
    arena_free(&rig->arena);
}

static double gap(const struct slice *slice, size_t asset, size_t path) {
    return slice->final[asset * BLOCK + path] - slice->end[asset * BLOCK + path];
}

static double count_of(const struct slice *slice, size_t path) {
    return round(gap(slice, 0, path) / 0.001);
}

/* Chi-square of counts against Poisson, bins of at least ten expected. */
static void counts_are_poisson(void **state) {
    (void)state;
    static const double rates[] = {0.01, 0.7, 20.0, 90.0};
    enum { BLOCKS = 400, MOST = 200 };
    for (size_t r = 0; r < sizeof rates / sizeof *rates; ++r) {
        struct rig rig;
        double seen[MOST] = {0}, rest_seen = 0.0, rest = 0.0, chi = 0.0;
        int bins = 0;
        rig_prepare(&rig, &model_jump_diffusion, rates[r]);
        rig_start(&rig);
        for (uint64_t b = 0; b < BLOCKS; ++b) {
            market_start(&rig.block, b * BLOCK);
            const struct slice *slice = market_step(&rig.block);
            for (size_t p = 0; p < BLOCK; ++p)
                seen[(size_t)count_of(slice, p)] += 1.0;
        }
        for (unsigned k = 0; k < MOST; ++k) {
            const double expected = BLOCKS * BLOCK * gsl_ran_poisson_pdf(k, rates[r]);
            if (expected >= 10.0) {
                chi += (seen[k] - expected) * (seen[k] - expected) / expected;
                ++bins;
            } else {
                rest += expected;
                rest_seen += seen[k];
            }
        }
        chi += rest > 1.0 ? (rest_seen - rest) * (rest_seen - rest) / rest : 0.0;
        assert_true(rest_seen <= rest + 6.0 * sqrt(rest) + 6.0);
        const double tail = gsl_cdf_chisq_Q(chi, bins - (rest > 1.0 ? 0 : 1));
        assert_true(tail > 1e-5 && tail < 1.0 - 1e-5);
        rig_free(&rig);
    }
}

/* Above 500 a step: mean, variance and third moment; a rounded normal alone would miss that by seven of its errors. */
static void large_counts_keep_their_moments(void **state) {
    (void)state;
    const double rate = 510.0, n = 1600.0 * BLOCK;
    double sum = 0.0, square = 0.0, cube = 0.0;
    struct rig rig;
    rig_prepare(&rig, &model_jump_diffusion, rate);
    rig_start(&rig);
    for (uint64_t b = 0; b < 1600; ++b) {
        market_start(&rig.block, b * BLOCK);
        const struct slice *slice = market_step(&rig.block);
        for (size_t p = 0; p < BLOCK; ++p) {
            const double d = (count_of(slice, p) - rate) / sqrt(rate);
            sum += d;
            square += d * d;
            cube += d * d * d;
        }
    }
    assert_true(fabs(sum / n) < 4.0 / sqrt(n));
    assert_true(fabs(square / n - 1.0) < 4.0 * sqrt(2.0 / n));
    assert_true(fabs(cube / n - 1.0 / sqrt(rate)) < 4.0 * sqrt(15.0 / n));
    rig_free(&rig);
}

/* Numbers of a listed set are those of its address, whatever else is in the list. */
static void marks_are_drawn_at_their_addresses(void **state) {
    (void)state;
    enum { NORMALS = 6, UNIFORMS = 5, FIRST = 77 };
    static double normal[8 * BLOCK], uniform[6 * BLOCK], alone[8 * BLOCK];
    uint64_t path[64], number[64];
    const uint64_t seed = UINT64_C(0x123456789abcdef);
    for (size_t c = 0; c < 64; ++c) {
        path[c] = (UINT64_C(3) << 32) + 1000 + c * c % 17;
        number[c] = c / 5;
    }
    static const char *const sets[] = {"v2", "v3", "v4"};
    for (int set = 0; set < 3; ++set) {
        setenv("RISKPOOL_ISA", sets[set], 1);
        const struct kernel *kernel = kernel_choose();
        const struct marks marks = {64, path, number, FIRST};
        kernel->marks(seed, 9, &marks, NORMALS, normal, UNIFORMS, uniform);
        for (size_t c = 0; c < 64; ++c) {
            const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
            for (uint32_t i = 0; i < UNIFORMS; ++i) {
                const uint32_t index = (1U << 23) + 1 + FIRST + (uint32_t)number[c] * 3 + i / 2;
                const uint32_t counter[4] = {(uint32_t)path[c], 3, 9, rng_counter_tail(RNG_MODEL, index)};
                uint32_t out[4];
                rng_philox(counter, key, out);
                const uint64_t word = out[i % 2 * 2] | (uint64_t)out[i % 2 * 2 + 1] << 32;
                assert_true(uniform[i * BLOCK + c] == vmath_uniform(word));
            }
            for (uint32_t i = 0; i < NORMALS; ++i) {
                const uint32_t index = FIRST + (uint32_t)number[c] * 2 + i / 4;
                const uint32_t counter[4] = {(uint32_t)path[c], 3, 9, rng_counter_tail(RNG_MODEL, index)};
                uint32_t out[4];
                double pair[2];
                rng_philox(counter, key, out);
                vmath_normal_pair(out[i % 4 / 2 * 2] | (uint64_t)out[i % 4 / 2 * 2 + 1] << 32, &pair[0], &pair[1]);
                assert_true(normal[i * BLOCK + c] == pair[i % 2]);
            }
        }
        if (set == 0)
            memcpy(alone, normal, sizeof alone);
        assert_memory_equal(alone, normal, sizeof alone);
    }
    unsetenv("RISKPOOL_ISA");
}

static void no_jumps_are_gbm_bit_for_bit(void **state) {
    (void)state;
    struct rig with, without;
    rig_prepare(&with, &model_jump_diffusion, 0.0);
    rig_prepare(&without, &model_gbm, 0.0);
    for (size_t i = 0; i < ASSETS; ++i) {
        with.asset[i].volatility = without.asset[i].volatility = 0.3 + 0.1 * (double)i;
        with.asset[i].drift = without.asset[i].drift = 0.1;
    }
    rig_start(&with);
    rig_start(&without);
    market_start(&with.block, 512);
    market_start(&without.block, 512);
    for (int step = 0; step < 20; ++step) {
        const struct slice *one = market_step(&with.block), *two = market_step(&without.block);
        assert_true(one->final == one->end);
        assert_memory_equal(one->end, two->end, ASSETS * BLOCK * sizeof(double));
    }
    rig_free(&with);
    rig_free(&without);
}

/* Of one size for all: gaps are beta times it, for who takes part; half of the chances. Of own jumps: one asset alone.
 */
static void those_jump_who_take_part(void **state) {
    (void)state;
    struct rig rig;
    rig_prepare(&rig, &model_jump_diffusion, 0.02);
    rig.market.terms.jumps.deviation = 0.05;
    rig.market.terms.common_sizes = 1;
    rig.asset[1].jump_beta = -2.0;
    rig.asset[2].jump_probability = 0.5;
    rig_start(&rig);
    double jumps = 0.0, taken = 0.0, twice = 0.0;
    for (uint64_t b = 0; b < 400; ++b) {
        market_start(&rig.block, b * BLOCK);
        const struct slice *slice = market_step(&rig.block);
        for (size_t p = 0; p < BLOCK; ++p) {
            const double size = gap(slice, 0, p), third = gap(slice, 2, p);
            assert_true(fabs(gap(slice, 1, p) + 2.0 * size) < 1e-15);
            jumps += size != 0.0;
            taken += third != 0.0;
            twice += third != 0.0 && fabs(third - size) > 1e-12;
        }
    }
    assert_true(fabs(taken / jumps - 0.5) < 4.0 * sqrt(0.26 / jumps));
    assert_true(twice > 0.0 && twice / jumps < 0.02); /* two in a step, of which it took one */
    rig_free(&rig);
}

static void own_jumps_come_alone(void **state) {
    (void)state;
    struct rig rig;
    rig_prepare(&rig, &model_jump_diffusion, 0.0);
    rig.asset[0].own_jumps = (struct jump_stream){0.01 * 365.0, 0.001, 0.0};
    rig.asset[2].own_jumps = (struct jump_stream){0.03 * 365.0, -0.001, 0.0};
    rig_start(&rig);
    double count[ASSETS] = {0}, both = 0.0;
    const double n = 400.0 * BLOCK;
    for (uint64_t b = 0; b < 400; ++b) {
        market_start(&rig.block, b * BLOCK);
        const struct slice *slice = market_step(&rig.block);
        for (size_t p = 0; p < BLOCK; ++p) {
            for (size_t i = 0; i < ASSETS; ++i)
                count[i] += fabs(round(gap(slice, i, p) / 0.001));
            both += gap(slice, 0, p) != 0.0 && gap(slice, 2, p) != 0.0;
        }
    }
    assert_true(fabs(count[0] / n - 0.01) < 4.0 * sqrt(0.01 / n));
    assert_true(count[1] == 0.0);
    assert_true(fabs(count[2] / n - 0.03) < 4.0 * sqrt(0.03 / n));
    assert_true(fabs(both / n - 0.0003) < 4.0 * sqrt(0.0003 / n));
    rig_free(&rig);
}

/* The pieces of a jump over four steps are those of the whole one, and a block starts without those of the one before.
 */
static void a_jump_unfolds_in_equal_pieces(void **state) {
    (void)state;
    enum { STEPS = 12, SPAN = 4 };
    static double whole[STEPS][BLOCK];
    struct rig at_once, slow;
    rig_prepare(&at_once, &model_jump_diffusion, 0.05);
    rig_prepare(&slow, &model_jump_diffusion, 0.05);
    slow.market.terms.jump_steps = SPAN;
    rig_start(&at_once);
    rig_start(&slow);
    for (uint64_t b = 0; b < 3; ++b) {
        market_start(&at_once.block, b * BLOCK);
        market_start(&slow.block, b * BLOCK);
        for (size_t step = 0; step < STEPS; ++step) {
            const struct slice *slice = market_step(&at_once.block);
            for (size_t p = 0; p < BLOCK; ++p)
                whole[step][p] = gap(slice, 1, p);
            slice = market_step(&slow.block);
            for (size_t p = 0; p < BLOCK; ++p) {
                double expected = 0.0;
                for (size_t k = 0; k < SPAN && k <= step; ++k)
                    expected += whole[step - k][p] / SPAN;
                assert_true(fabs(gap(slice, 1, p) - expected) < 1e-15);
            }
        }
    }
    rig_free(&at_once);
    rig_free(&slow);
}

/* Without branching the paths are those of jump-diffusion, up to rounding. */
static void without_branching_hawkes_is_poisson(void **state) {
    (void)state;
    for (size_t span = 1; span <= 3; span += 2) {
        struct rig one, two;
        rig_prepare(&one, &model_jump_diffusion, 0.3);
        rig_prepare(&two, &model_hawkes, 0.3);
        one.market.terms.jump_steps = two.market.terms.jump_steps = span;
        one.market.terms.jumps.deviation = two.market.terms.jumps.deviation = 0.2;
        one.asset[1].volatility = two.asset[1].volatility = 0.7;
        rig_start(&one);
        rig_start(&two);
        market_start(&one.block, 256);
        market_start(&two.block, 256);
        for (int step = 0; step < 10; ++step) {
            const struct slice *a = market_step(&one.block), *b = market_step(&two.block);
            for (size_t i = 0; i < ASSETS * BLOCK; ++i)
                assert_true(fabs(a->final[i] - b->final[i]) < 1e-13);
        }
        rig_free(&one);
        rig_free(&two);
    }
}

/* The count N of a step given the ones before is Poisson with the mean that the recursion gives. Hence, with phi =
 * decay
 * + branching (1 - decay) and c = branching (1 - decay), paths that start at the mean r have
 * cov(N(t), N(t + k)) = phi^(k - 1) (phi v + c r), v = var of the mean of step t = r c^2 (1 - phi^2t) / (1 - phi^2),
 * and the total over T steps the variance r sum of (1 + c (1 - phi^s) / (1 - phi))^2, s < T. */
static void excited_counts_have_the_moments_of_their_law(void **state) {
    (void)state;
    enum { STEPS = 400, BLOCKS = 60, AT = 40, LAGS = 3 };
    const double rate = 0.4, branching = 0.6, n = BLOCKS * BLOCK;
    const double decay = exp2(-1.0 / 3.0), c = branching * (1.0 - decay), phi = decay + c;
    const double v = rate * c * c * (1.0 - pow(phi, 2 * AT)) / (1.0 - phi * phi);
    static double count[STEPS][BLOCK];
    double sum = 0.0, square = 0.0, lagged[LAGS + 1] = {0}, lagged_square[LAGS + 1] = {0}, variance = 0.0;
    struct rig rig;
    rig_prepare(&rig, &model_hawkes, rate);
    rig.market.terms.branching = branching;
    rig_start(&rig);
    for (uint64_t b = 0; b < BLOCKS; ++b) {
        market_start(&rig.block, b * BLOCK);
        for (size_t step = 0; step < STEPS; ++step) {
            const struct slice *slice = market_step(&rig.block);
            for (size_t p = 0; p < BLOCK; ++p)
                count[step][p] = count_of(slice, p);
        }
        for (size_t p = 0; p < BLOCK; ++p) {
            double total = -rate * STEPS;
            for (size_t step = 0; step < STEPS; ++step)
                total += count[step][p];
            sum += total;
            square += total * total;
            for (size_t k = 0; k <= LAGS; ++k) {
                const double product = (count[AT][p] - rate) * (count[AT + k][p] - rate);
                lagged[k] += product / n;
                lagged_square[k] += product * product / n;
            }
        }
    }
    for (int s = 0; s < STEPS; ++s)
        variance += rate * pow(1.0 + c * (1.0 - pow(phi, s)) / (1.0 - phi), 2);
    assert_true(fabs(sum / n) < 4.0 * sqrt(variance / n));
    /* the fourth moment is above that of a normal: skewed totals */
    assert_true(fabs(square / n - variance) < 4.0 * variance * sqrt(2.5 / n));
    /* close to the limit of long times, 1 / (1 - branching)^2 = 6.25 */
    assert_true(variance / (rate * STEPS) > 5.9 && variance / (rate * STEPS) < 6.25);
    for (size_t k = 0; k <= LAGS; ++k) {
        const double expected = k == 0 ? rate + v : pow(phi, (double)k - 1.0) * (phi * v + c * rate);
        assert_true(fabs(lagged[k] - expected) < 4.0 * sqrt((lagged_square[k] - lagged[k] * lagged[k]) / n));
    }
    rig_free(&rig);
}

/* Nor on what the block held before. */
static void a_path_depends_on_its_number_alone(void **state) {
    (void)state;
    const struct model *const all[] = {&model_jump_diffusion, &model_hawkes};
    for (size_t m = 0; m < 2; ++m) {
        struct rig rig;
        static double first[ASSETS * BLOCK];
        rig_prepare(&rig, all[m], 0.4);
        rig.market.terms.jump_steps = 3;
        rig.market.terms.jumps.deviation = 0.1;
        rig.market.terms.branching = 0.5;
        rig_start(&rig);
        for (int again = 0; again < 2; ++again) {
            market_start(&rig.block, 1024);
            const struct slice *slice = NULL;
            for (int step = 0; step < 7; ++step)
                slice = market_step(&rig.block);
            if (!again)
                memcpy(first, slice->final, sizeof first);
            assert_memory_equal(first, slice->final, sizeof first);
            market_start(&rig.block, 0);
            for (int step = 0; step < 5; ++step)
                market_step(&rig.block);
        }
        rig_free(&rig);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_poisson),
        cmocka_unit_test(large_counts_keep_their_moments),
        cmocka_unit_test(marks_are_drawn_at_their_addresses),
        cmocka_unit_test(no_jumps_are_gbm_bit_for_bit),
        cmocka_unit_test(those_jump_who_take_part),
        cmocka_unit_test(own_jumps_come_alone),
        cmocka_unit_test(a_jump_unfolds_in_equal_pieces),
        cmocka_unit_test(without_branching_hawkes_is_poisson),
        cmocka_unit_test(excited_counts_have_the_moments_of_their_law),
        cmocka_unit_test(a_path_depends_on_its_number_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
