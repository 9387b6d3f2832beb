/* The models with t innovations: the law of a step, what paths and assets share, and how variances follow moves. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>

#include "market.h"

enum { ASSETS = 3, BLOCKS = 400, SAMPLE = BLOCKS * BLOCK };

struct rig {
    struct asset asset[ASSETS];
    struct market market;
    struct market_steps *steps;
    struct arena arena;
    struct market_block block;
};

static const double correlation[] = {1.0, 0.8, 0.8, 0.8, 1.0, 0.8, 0.8, 0.8, 1.0};
static const double dt = 1.0 / 365.0;

/* Assets and terms may be changed between the two halves. */
static void rig_begin(struct rig *rig, const struct model *model, double degrees_of_freedom) {
    *rig = (struct rig){0};
    for (size_t i = 0; i < ASSETS; ++i)
        rig->asset[i] = (struct asset){.name = "a",
                                       .price = 100.0,
                                       .volatility = 0.5 + 0.1 * (double)i,
                                       .alpha = 0.15,
                                       .beta = 0.7,
                                       .start_volatility = 0.5 + 0.1 * (double)i};
    rig->market = (struct market){.model = model,
                                  .n_assets = ASSETS,
                                  .assets = rig->asset,
                                  .correlation = (double *)correlation,
                                  .terms = {.degrees_of_freedom = degrees_of_freedom, .garch_steps = 1},
                                  .dt = dt,
                                  .n_steps = 40,
                                  .seed = 5,
                                  .bridge = 1};
}

static void rig_end(struct rig *rig) {
    assert_int_equal(market_steps_create(&rig->market, &rig->steps), RISKPOOL_OK);
    assert_int_equal(market_block_init(&rig->block, &rig->market, rig->steps, 1, &rig->arena), RISKPOOL_OK);
}

static void rig_free(struct rig *rig) {
    market_steps_free(rig->steps);
    arena_free(&rig->arena);
}

/* The standardised move of an asset since `from`. */
static double moved(const struct rig *rig, const struct slice *slice, size_t asset, size_t path, double from,
                    double steps) {
    const double s = rig->asset[asset].volatility;
    return (slice->end[asset * BLOCK + path] - from + 0.5 * s * s * dt * steps) / (s * sqrt(dt * steps));
}

/* sqrt(n) times Kolmogorov's distance to a t of unit variance; above 2.2 with probability 1e-4. */
static double distance(double *x, double nu) {
    double most = 0.0;
    gsl_sort(x, 1, SAMPLE);
    for (size_t k = 0; k < SAMPLE; ++k) {
        const double p = gsl_cdf_tdist_P(x[k] * sqrt(nu / (nu - 2.0)), nu);
        most = fmax(most, fmax(p - (double)k / SAMPLE, (double)(k + 1) / SAMPLE - p));
    }
    return most * sqrt((double)SAMPLE);
}

static double sample[ASSETS][SAMPLE];

/* Fills `sample` with the moves of the steps first .. last. */
static void take_sample(struct rig *rig, int first, int last) {
    for (uint64_t block = 0; block < BLOCKS; ++block) {
        static double from[ASSETS * BLOCK];
        const struct slice *slice = market_start(&rig->block, block * BLOCK);
        for (int step = 0; step <= last; ++step) {
            slice = market_step(&rig->block);
            if (step == first)
                memcpy(from, slice->start, sizeof from);
        }
        for (size_t i = 0; i < ASSETS; ++i)
            for (size_t p = 0; p < BLOCK; ++p)
                sample[i][block * BLOCK + p] = moved(rig, slice, i, p, from[i * BLOCK + p], last - first + 1);
    }
}

static void a_step_is_t(void **state) {
    (void)state;
    static const double degrees[] = {2.5, 4.0, 30.0};
    for (size_t k = 0; k < 3; ++k)
        for (int step = 0; step < 6; step += 5) {
            struct rig rig;
            rig_begin(&rig, &model_student_t, degrees[k]);
            rig_end(&rig);
            take_sample(&rig, step, step);
            for (size_t i = 0; i < ASSETS; ++i)
                assert_true(distance(sample[i], degrees[k]) < 2.2);
            assert_true(degrees[k] > 10.0 || distance(sample[0], 2.0 * degrees[k]) > 3.0); /* another law is seen */
            rig_free(&rig);
        }
}

static void assets_are_wide_together(void **state) {
    (void)state;
    struct rig rig;
    double cross = 0.0, bridge = 0.0;
    const struct path_set everyone = path_set_all();
    rig_begin(&rig, &model_student_t, 3.0);
    rig_end(&rig);
    for (uint64_t block = 0; block < BLOCKS; ++block) {
        market_start(&rig.block, block * BLOCK);
        const struct slice *slice = market_step(&rig.block);
        slice_draw(slice, &everyone);
        for (size_t p = 0; p < BLOCK; ++p) {
            const double width = slice_deviation(slice, 0, p) / slice->deviation[0];
            assert_true(fabs(slice_deviation(slice, 1, p) / slice->deviation[1] / width - 1.0) < 1e-14);
            cross += moved(&rig, slice, 0, p, 0.0, 1) * moved(&rig, slice, 1, p, 0.0, 1) / (width * width);
            bridge += slice->bridge[p] * slice->bridge[BLOCK + p];
        }
    }
    assert_true(fabs(cross / SAMPLE - 0.8) < 4.0 * sqrt(1.64 / SAMPLE));
    assert_true(fabs(bridge / SAMPLE - 0.8) < 4.0 * sqrt(1.64 / SAMPLE));
    rig_free(&rig);
}

/* Of one path its steps are wide independently of each other. */
static void steps_are_wide_alone(void **state) {
    (void)state;
    struct rig rig;
    static double width[10][SAMPLE];
    rig_begin(&rig, &model_student_t, 4.0);
    rig_end(&rig);
    for (uint64_t block = 0; block < BLOCKS; ++block) {
        market_start(&rig.block, block * BLOCK);
        for (int step = 0; step < 10; ++step) {
            const struct slice *slice = market_step(&rig.block);
            for (size_t p = 0; p < BLOCK; ++p)
                width[step][block * BLOCK + p] = slice_deviation(slice, 0, p) > 0.8 * slice->deviation[0];
        }
    }
    for (int a = 0; a < 10; ++a)
        for (int b = 0; b < a; ++b) {
            double both = 0, one = 0, other = 0;
            for (size_t k = 0; k < SAMPLE; ++k) {
                both += width[a][k] * width[b][k] / SAMPLE;
                one += width[a][k] / SAMPLE;
                other += width[b][k] / SAMPLE;
            }
            assert_true(fabs(both - one * other) < 4.5 * sqrt(one * (1 - one) * other * (1 - other) / SAMPLE));
        }
    rig_free(&rig);
}

static void a_path_is_its_number(void **state) {
    (void)state;
    static const struct model *const both[] = {&model_student_t, &model_garch_t};
    static double first[ASSETS * BLOCK];
    for (size_t k = 0; k < 2; ++k) {
        struct rig rig;
        rig_begin(&rig, both[k], 4.0);
        rig.asset[1].degrees_of_freedom = 3.0;
        rig.market.terms.garch_steps = 3;
        rig_end(&rig);
        const struct slice *slice = market_start(&rig.block, 1024);
        for (int step = 0; step < 18; ++step)
            slice = market_step(&rig.block);
        memcpy(first, slice->price, sizeof first);
        market_start(&rig.block, 0);
        for (int step = 0; step < 7; ++step)
            slice = market_step(&rig.block);
        assert_memory_not_equal(first, slice->price, sizeof first);
        market_start(&rig.block, 1024);
        for (int step = 0; step < 18; ++step)
            slice = market_step(&rig.block);
        assert_memory_equal(first, slice->price, sizeof first);
        rig_free(&rig);
    }
}

static void pairs_mirror_moves_and_not_widths(void **state) {
    (void)state;
    struct rig rig;
    rig_begin(&rig, &model_student_t, 4.0);
    rig.market.antithetic = 1;
    rig_end(&rig);
    market_start(&rig.block, 256);
    market_step(&rig.block);
    const struct slice *slice = market_step(&rig.block);
    for (size_t p = 0; p < BLOCK; p += 2) {
        const double one = slice->spread[p], other = slice->spread[p + 1];
        const double a = moved(&rig, slice, 0, p, slice->start[p], 1) / one;
        const double b = moved(&rig, slice, 0, p + 1, slice->start[p + 1], 1) / other;
        assert_true(one != other && fabs(a + b) < 1e-9 * (1.0 + fabs(a)));
    }
    rig_free(&rig);
}

static void many_degrees_of_freedom_are_gbm(void **state) {
    (void)state;
    struct rig t, normal;
    rig_begin(&t, &model_student_t, 1e7);
    rig_begin(&normal, &model_gbm, 0.0);
    rig_end(&t);
    rig_end(&normal);
    for (uint64_t block = 0; block < 4; ++block) {
        market_start(&t.block, block * BLOCK);
        market_start(&normal.block, block * BLOCK);
        for (int step = 0; step < 40; ++step) {
            const struct slice *a = market_step(&t.block), *b = market_step(&normal.block);
            for (size_t p = 0; p < ASSETS * BLOCK; ++p) {
                const double move = b->end[p] - b->start[p] - normal.block.law.mean[p / BLOCK];
                const double other = a->end[p] - a->start[p] - t.block.law.mean[p / BLOCK];
                assert_true(fabs(other - move) < 2e-3 * fabs(move) + 1e-15);
            }
        }
    }
    rig_free(&t);
    rig_free(&normal);
}

/* A copula: every asset has the law of its own, and ranks are those without them. */
static void marginals_keep_their_ranks(void **state) {
    (void)state;
    static const double own[ASSETS] = {3.0, 0.0, 12.0};
    static double plain[ASSETS][SAMPLE];
    struct rig rig;
    rig_begin(&rig, &model_student_t, 5.0);
    rig_end(&rig);
    take_sample(&rig, 1, 1);
    memcpy(plain, sample, sizeof plain);
    rig_free(&rig);
    rig_begin(&rig, &model_student_t, 5.0);
    for (size_t i = 0; i < ASSETS; ++i)
        rig.asset[i].degrees_of_freedom = own[i];
    rig_end(&rig);
    take_sample(&rig, 1, 1);
    for (size_t i = 0; i < ASSETS; ++i) {
        const double nu = own[i] > 0.0 ? own[i] : 5.0;
        for (size_t k = 0; k < SAMPLE; k += 97) {
            const double p = gsl_cdf_tdist_P(plain[i][k] * sqrt(5.0 / 3.0), 5.0);
            const double q = gsl_cdf_tdist_P(sample[i][k] * sqrt(nu / (nu - 2.0)), nu);
            assert_true(fabs(p - q) < 1e-7);
        }
        assert_true(distance(sample[i], nu) < 2.2);
    }
    rig_free(&rig);
}

/* Steps of one variance add up to a t of that variance. */
static void steps_share_a_variance(void **state) {
    (void)state;
    struct rig rig;
    rig_begin(&rig, &model_garch_t, 4.0);
    rig.market.terms.garch_steps = 5;
    rig_end(&rig);
    take_sample(&rig, 0, 4);
    for (size_t i = 0; i < ASSETS; ++i)
        assert_true(distance(sample[i], 4.0) < 2.2);
    rig_free(&rig);
}

/* Mean and mean square of h after n updates, by the recursion, V = 1; kappa is the fourth moment of an innovation. */
static void exact_moments(const struct asset *asset, double kappa, int n, double *mean, double *square) {
    const double a = asset->alpha, b = asset->beta, rest = 1.0 - a - b,
                 ratio = asset->start_volatility / asset->volatility;
    *mean = ratio * ratio;
    *square = *mean * *mean;
    for (int k = 0; k < n; ++k) {
        *square = rest * rest + 2.0 * rest * (a + b) * *mean + (kappa * a * a + 2.0 * a * b + b * b) * *square;
        *mean = rest + (a + b) * *mean;
    }
}

struct average {
    double sum, squares;
};

static void add(struct average *average, double x) {
    average->sum += x / SAMPLE;
    average->squares += x * x / SAMPLE;
}

static void check(struct average average, double expected) {
    const double error = sqrt((average.squares - average.sum * average.sum) / SAMPLE);
    assert_true(fabs(average.sum - expected) < 4.0 * error);
    assert_true(error < 0.1 * expected);
}

/* E[e^2], E[e^4] and E[e^2 e'^2] against the recursion: how far, how fat, how clustered. */
static void variances_follow_moves(void **state) {
    (void)state;
    static const double degrees[] = {0.0, 20.0}, starts[] = {1.0, 1.6};
    for (size_t run = 0; run < 4; ++run) {
        const int n = 6;
        const double nu = degrees[run % 2], kappa = nu > 0.0 ? 3.0 * (nu - 2.0) / (nu - 4.0) : 3.0;
        struct rig rig;
        struct average e2 = {0}, e4 = {0}, cross = {0};
        rig_begin(&rig, &model_garch_t, nu);
        rig.asset[0].start_volatility *= starts[run / 2];
        rig_end(&rig);
        for (uint64_t block = 0; block < BLOCKS; ++block) {
            double before[BLOCK] = {0};
            market_start(&rig.block, block * BLOCK);
            for (int step = 0; step <= n + 1; ++step) {
                const struct slice *slice = market_step(&rig.block);
                for (size_t p = 0; p < BLOCK && step >= n; ++p) {
                    const double e = moved(&rig, slice, 0, p, slice->start[p], 1);
                    if (step == n) {
                        before[p] = e;
                        add(&e2, e * e);
                        add(&e4, e * e * e * e);
                    } else {
                        add(&cross, before[p] * before[p] * e * e);
                    }
                }
            }
        }
        const struct asset *own = &rig.asset[0];
        double mean, square;
        exact_moments(own, kappa, n, &mean, &square);
        check(e2, mean);
        check(e4, kappa * square);
        check(cross, (1.0 - own->alpha - own->beta) * mean + (own->alpha * kappa + own->beta) * square);
        rig_free(&rig);
    }
}

static void prices_without_a_mean(void **state) {
    (void)state;
    struct rig rig;
    rig_begin(&rig, &model_student_t, 50.0);
    rig.asset[1].volatility = 0.0;
    rig_end(&rig);
    assert_false(market_has_mean(rig.steps, 0));
    assert_true(market_has_mean(rig.steps, 1));
    rig_free(&rig);
    rig_begin(&rig, &model_garch_t, 0.0);
    rig.asset[1].alpha = 0.0;
    rig.market.n_steps = 3;
    rig_end(&rig);
    assert_false(market_has_mean(rig.steps, 0));
    assert_true(market_has_mean(rig.steps, 1));
    rig_free(&rig);
    rig_begin(&rig, &model_garch_t, 0.0);
    rig.market.n_steps = 2;
    rig_end(&rig);
    assert_true(market_has_mean(rig.steps, 0));
    rig_free(&rig);
    rig_begin(&rig, &model_gbm, 0.0);
    rig_end(&rig);
    assert_true(market_has_mean(rig.steps, 0));
    rig_free(&rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_is_t),
        cmocka_unit_test(assets_are_wide_together),
        cmocka_unit_test(steps_are_wide_alone),
        cmocka_unit_test(a_path_is_its_number),
        cmocka_unit_test(pairs_mirror_moves_and_not_widths),
        cmocka_unit_test(many_degrees_of_freedom_are_gbm),
        cmocka_unit_test(marginals_keep_their_ranks),
        cmocka_unit_test(steps_share_a_variance),
        cmocka_unit_test(variances_follow_moves),
        cmocka_unit_test(prices_without_a_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
