/* The market side by itself: paths by number, moments, gaps, spread stress, bridge normals. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "market.h"

enum { ASSETS = 3 };

struct rig {
    struct asset asset[ASSETS];
    double correlation[ASSETS * ASSETS];
    struct stress_return stress[2];
    struct market market;
    struct market_steps *steps;
    struct arena arena;
    struct market_block block;
};

static void rig_init(struct rig *rig, const struct model *model, size_t n_stress) {
    static const double correlation[] = {1.0, 0.8, 1.0, 0.8, 1.0, 0.8, 1.0, 0.8, 1.0};
    rig->asset[0] = (struct asset){.name = "a", .price = 60000.0, .volatility = 0.6, .drift = 0.5};
    rig->asset[1] = (struct asset){.name = "b", .price = 3000.0, .volatility = 0.9};
    rig->asset[2] = (struct asset){.name = "c", .price = 1.0, .volatility = 0.6, .drift = 0.5};
    memcpy(rig->correlation, correlation, sizeof correlation);
    rig->market = (struct market){.model = model,
                                  .n_assets = ASSETS,
                                  .assets = rig->asset,
                                  .correlation = rig->correlation,
                                  .stress = {n_stress, rig->stress},
                                  .dt = 1.0 / 365.0,
                                  .n_steps = 10,
                                  .seed = 3,
                                  .bridge = 1};
    rig->arena = (struct arena){0};
    assert_int_equal(market_steps_create(&rig->market, &rig->steps), RISKPOOL_OK);
    assert_int_equal(market_block_init(&rig->block, &rig->market, rig->steps, 1, &rig->arena), RISKPOOL_OK);
}

static void rig_free(struct rig *rig) {
    market_steps_free(rig->steps);
    arena_free(&rig->arena);
}

static void starts_at_the_initial_prices(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig, &model_gbm, 0);
    const struct slice *slice = market_start(&rig.block, 512);
    for (size_t i = 0; i < ASSETS; ++i)
        for (size_t p = 0; p < BLOCK; ++p)
            assert_true(slice->price[i * BLOCK + p] == rig.asset[i].price);
    rig_free(&rig);
}

static void a_block_depends_on_its_number_alone(void **state) {
    (void)state;
    struct rig rig;
    static double first[ASSETS * BLOCK];
    rig_init(&rig, &model_gbm, 0);
    const struct slice *slice = market_start(&rig.block, 1024);
    for (int step = 0; step < 5; ++step)
        slice = market_step(&rig.block);
    memcpy(first, slice->price, sizeof first);
    market_start(&rig.block, 0);
    for (int step = 0; step < 9; ++step)
        market_step(&rig.block);
    slice = market_start(&rig.block, 1024);
    for (int step = 0; step < 5; ++step)
        slice = market_step(&rig.block);
    assert_memory_equal(first, slice->price, sizeof first);
    slice = market_start(&rig.block, 1280);
    for (int step = 0; step < 5; ++step)
        slice = market_step(&rig.block);
    assert_memory_not_equal(first, slice->price, sizeof first);
    rig_free(&rig);
}

/* Antithetic path 2k is path k of a run without, and 2k + 1 its mirror image, bridge included; whatever the block,
 * and whichever half of a pair is asked for first. */
static void antithetic_paths_are_mirror_images(void **state) {
    (void)state;
    const struct path_set everyone = path_set_all(), some = {{1 << 3, 0, 6, UINT64_C(1) << 63}};
    for (int single = 0; single <= 1; ++single) {
        struct rig plain, paired;
        rig_init(&plain, &model_bachelier, 0);
        rig_init(&paired, &model_bachelier, 0);
        plain.market.single = paired.market.single = single;
        paired.market.antithetic = 1;
        for (size_t i = 0; i < ASSETS; ++i) /* no drift: moves are the normals times a constant */
            plain.asset[i].drift = paired.asset[i].drift = 0.0;
        market_start(&plain.block, 512);
        market_start(&paired.block, 1024 + BLOCK); /* paths 640 .. 767 of the plain run, the second half of its block */
        for (int step = 0; step < 4; ++step) {
            const struct slice *one = market_step(&plain.block), *two = market_step(&paired.block);
            slice_draw(one, &everyone);
            slice_draw(two, &some);
            slice_draw(two, &everyone);
            for (size_t i = 0; i < ASSETS; ++i)
                for (size_t k = 0; k < BLOCK / 2; ++k) {
                    const size_t from = i * BLOCK + BLOCK / 2 + k, to = i * BLOCK + 2 * k;
                    assert_true(two->end[to] == one->end[from] && two->end[to + 1] == -one->end[from]);
                    assert_true(two->bridge[to] == one->bridge[from] && two->bridge[to + 1] == -one->bridge[from]);
                    assert_true(one->end[from] != 0.0);
                }
        }
        rig_free(&plain);
        rig_free(&paired);
    }
}

static void correlation_of_one_moves_together(void **state) {
    (void)state;
    struct rig rig;
    rig_init(&rig, &model_gbm, 0);
    market_start(&rig.block, 0);
    const struct slice *slice = market_step(&rig.block);
    const struct path_set everyone = path_set_all();
    slice_draw(slice, &everyone);
    assert_memory_equal(slice->end, slice->end + 2 * BLOCK, BLOCK * sizeof(double));
    assert_memory_equal(slice->bridge, slice->bridge + 2 * BLOCK, BLOCK * sizeof(double));
    rig_free(&rig);
}

static void a_bridge_does_not_depend_on_who_else_asks(void **state) {
    (void)state;
    struct rig rig;
    double alone[2];
    rig_init(&rig, &model_gbm, 0);
    market_start(&rig.block, 512);
    const struct slice *slice = market_step(&rig.block);
    slice_draw(slice, &(struct path_set){{0, UINT64_C(1) << 13}});
    alone[0] = slice->bridge[77];
    slice_draw(slice, &(struct path_set){{8, UINT64_C(1) << 13, 0, 1}});
    alone[1] = slice->bridge[BLOCK + 3];
    assert_true(slice->bridge[77] == alone[0]);
    market_start(&rig.block, 512);
    slice = market_step(&rig.block);
    const struct path_set everyone = path_set_all();
    slice_draw(slice, &everyone);
    assert_true(slice->bridge[77] == alone[0] && slice->bridge[BLOCK + 3] == alone[1]);
    rig_free(&rig);
}

static void moments_are_those_of_the_model(void **state) {
    (void)state;
    struct rig rig;
    const double n = 400.0 * BLOCK, t = 10.0 / 365.0;
    double mean = 0, square = 0, cross = 0, bridge = 0;
    const struct path_set everyone = path_set_all();
    rig_init(&rig, &model_gbm, 0);
    for (uint64_t block = 0; block < 400; ++block) {
        const struct slice *slice = market_start(&rig.block, block * BLOCK);
        for (int step = 0; step < 10; ++step)
            slice = market_step(&rig.block);
        slice_draw(slice, &everyone);
        for (size_t p = 0; p < BLOCK; ++p) {
            double x = slice->end[p] - (0.5 - 0.5 * 0.36) * t, y = slice->end[BLOCK + p] + 0.5 * 0.81 * t;
            mean += slice->price[p] / 60000.0;
            square += x * x;
            cross += x * y;
            bridge += slice->bridge[p] * slice->bridge[BLOCK + p];
        }
    }
    double growth = exp(0.5 * t), variance = 0.36 * t, covariance = 0.8 * 0.6 * 0.9 * t;
    assert_true(fabs(mean / n - growth) < 4.0 * growth * sqrt(expm1(variance) / n));
    assert_true(fabs(square / n - variance) < 4.0 * variance * sqrt(2.0 / n));
    assert_true(fabs(cross / n - covariance) < 4.0 * 0.6 * 0.9 * t * sqrt(1.64 / n));
    assert_true(fabs(bridge / n - 0.8) < 4.0 * sqrt(1.64 / n));
    rig_free(&rig);
}

static void a_gap_comes_after_the_diffusive_move(void **state) {
    (void)state;
    struct rig rig = {.stress = {{.asset = 1, .first_step = 2, .last_step = 2, .gap = 1, .simple_return = -0.3}}};
    rig_init(&rig, &model_gbm, 1);
    market_start(&rig.block, 0);
    market_step(&rig.block);
    assert_true(market_step(&rig.block)->final == rig.block.slice.end);
    const struct slice *slice = market_step(&rig.block);
    static double after[ASSETS * BLOCK];
    memcpy(after, slice->final, sizeof after);
    assert_true(slice->final != slice->end);
    for (size_t p = 0; p < BLOCK; ++p) {
        assert_true(fabs(slice->price[BLOCK + p] / slice->end_price[BLOCK + p] - 0.7) < 1e-14);
        assert_true(slice->price[p] == slice->end_price[p]);
    }
    slice = market_step(&rig.block);
    assert_true(slice->final == slice->end);
    assert_memory_equal(slice->start, after, sizeof after);
    rig_free(&rig);
}

static void spread_stress_adds_up(void **state) {
    (void)state;
    struct rig calm, rig = {.stress = {{.asset = 0, .first_step = 1, .last_step = 4, .simple_return = -0.5}}};
    rig_init(&calm, &model_gbm, 0);
    rig_init(&rig, &model_gbm, 1);
    market_start(&calm.block, 0);
    market_start(&rig.block, 0);
    for (int step = 0; step < 10; ++step) {
        const struct slice *a = market_step(&calm.block), *b = market_step(&rig.block);
        double pieces = step < 1 ? 0.0 : step > 4 ? 4.0 : (double)step;
        for (size_t p = 0; p < BLOCK; ++p)
            assert_true(fabs(b->end[p] - a->end[p] - pieces / 4.0 * log(0.5)) < 1e-13);
        assert_memory_equal(a->end + BLOCK, b->end + BLOCK, BLOCK * sizeof(double));
    }
    rig_free(&rig);
    rig_free(&calm);
}

static void bachelier_adds_to_the_price(void **state) {
    (void)state;
    struct rig rig = {.stress = {{.asset = 1, .first_step = 0, .last_step = 0, .gap = 1, .simple_return = -0.3}}};
    rig_init(&rig, &model_bachelier, 1);
    market_start(&rig.block, 0);
    const struct slice *slice = market_step(&rig.block);
    for (size_t p = 0; p < BLOCK; ++p) {
        assert_true(fabs(slice->end_price[p] - 60000.0 * (1.0 + slice->end[p])) < 1e-9);
        assert_true(fabs(slice->price[BLOCK + p] - 0.7 * slice->end_price[BLOCK + p]) < 1e-9);
        assert_true(slice->start_slope[p] == 60000.0);
    }
    rig_free(&rig);
}

/* A model of its own: a volatility that rises with time, known in every step. */
static void rising_law(struct model_step *step) {
    const struct model_setting *setting = step->setting;
    for (size_t i = 0; i < setting->n_assets; ++i) {
        step->mean[i] = 0.0;
        step->deviation[i] =
            setting->asset[i].volatility * (1.0 + 50.0 * (double)step->step * setting->dt) * sqrt(setting->dt);
    }
}

static void a_model_may_change_with_time(void **state) {
    (void)state;
    static const struct model rising = {.scale = PRICE_LOG, .law = rising_law};
    struct rig rig, flat;
    rig_init(&rig, &rising, 0);
    rig_init(&flat, &rising, 0);
    for (uint64_t block = 0; block < 2; ++block) { /* the second block starts anew */
        const struct slice *slice = market_start(&rig.block, block * BLOCK);
        for (int step = 0; step < 10; ++step) {
            slice = market_step(&rig.block);
            const double expected = 0.9 * (1.0 + 50.0 * step / 365.0) * sqrt(1.0 / 365.0);
            assert_true(fabs(slice->deviation[1] - expected) < 1e-15);
        }
    }
    /* The same normals move a later step further. */
    market_start(&flat.block, 0);
    const struct slice *first = market_step(&flat.block);
    double early = first->end[0] / first->deviation[0];
    assert_true(fabs(early - flat.block.normal[0]) < 1e-12);
    rig_free(&rig);
    rig_free(&flat);
}

/* Paths with laws of their own: odd paths twice as wide, the upper half of the block under the opposite correlation, a
 * jump of the second asset in step 3. */
static const double opposite[] = {1.0, 0.8,  1.0, 0.8,  1.0, 0.8,  1.0, 0.8,  1.0,
                                  1.0, -0.8, 1.0, -0.8, 1.0, -0.8, 1.0, -0.8, 1.0};

static size_t two_regimes(const struct model_setting *setting, const void *made, const double **correlation) {
    (void)setting;
    (void)made;
    *correlation = opposite;
    return 2;
}

static void own_law(struct model_step *step) {
    for (size_t i = 0; i < ASSETS; ++i) {
        step->mean[i] = 0.001;
        step->deviation[i] = 0.0;
        for (size_t p = 0; p < BLOCK; ++p) {
            step->spread[i * BLOCK + p] = p % 2 ? 0.02 : 0.01;
            step->own_mean[i * BLOCK + p] = i == 2 ? 0.1 : 0.0;
            step->regime[p] = p >= BLOCK / 2;
            step->jump[i * BLOCK + p] = i == 1 ? -0.3 : 0.0;
        }
    }
    step->has_jump = step->step == 3;
}

static void paths_may_have_laws_of_their_own(void **state) {
    (void)state;
    static const struct model own = {.scale = PRICE_LOG, .spreads = 1, .regimes = two_regimes, .law = own_law};
    struct rig rig;
    rig_init(&rig, &own, 0);
    double cross[2] = {0, 0}, bridge[2] = {0, 0}, square[2] = {0, 0};
    const struct path_set everyone = path_set_all();
    for (uint64_t block = 0; block < 200; ++block) {
        market_start(&rig.block, block * BLOCK);
        for (int step = 0; step < 5; ++step) {
            const struct slice *slice = market_step(&rig.block);
            slice_draw(slice, &everyone);
            for (size_t p = 0; p < BLOCK; ++p) {
                const double own_deviation = slice_deviation(slice, 0, p);
                const double x = (slice->end[p] - slice->start[p] - 0.001) / own_deviation;
                const double y = (slice->end[BLOCK + p] - slice->start[BLOCK + p] - 0.001) / own_deviation;
                const double z = (slice->end[2 * BLOCK + p] - slice->start[2 * BLOCK + p] - 0.101) / own_deviation;
                assert_true(fabs(z - x) < 1e-10);
                assert_true(slice->final[BLOCK + p] - slice->end[BLOCK + p] ==
                            (step == 3 ? slice->end[BLOCK + p] - 0.3 - slice->end[BLOCK + p] : 0.0));
                assert_true(slice_correlation(slice, p)[1] == (p < BLOCK / 2 ? 0.8 : -0.8));
                cross[p >= BLOCK / 2] += x * y;
                bridge[p >= BLOCK / 2] += slice->bridge[p] * slice->bridge[BLOCK + p];
                square[p % 2] += x * x;
            }
        }
    }
    const double n = 200.0 * 5.0 * BLOCK / 2;
    for (int half = 0; half < 2; ++half) {
        assert_true(fabs(cross[half] / n - (half ? -0.8 : 0.8)) < 4.0 * sqrt(1.64 / n));
        assert_true(fabs(bridge[half] / n - (half ? -0.8 : 0.8)) < 4.0 * sqrt(1.64 / n));
        assert_true(fabs(square[half] / n - 1.0) < 4.0 * sqrt(2.0 / n));
    }
    rig_free(&rig);
}

/* A model whose moves are given has no law inside a step. */
static void given_law(struct model_step *step) {
    for (size_t i = 0; i < ASSETS * BLOCK; ++i)
        step->own_mean[i] = 0.01 * (double)(step->step + i % BLOCK);
}

static void given_moves_are_taken_as_they_are(void **state) {
    (void)state;
    static const struct model given = {.scale = PRICE_LOG, .spreads = 1, .given = 1, .law = given_law};
    struct rig rig;
    rig_init(&rig, &given, 0);
    market_start(&rig.block, 0);
    const struct slice *slice = market_step(&rig.block);
    slice = market_step(&rig.block);
    assert_null(slice->bridge);
    for (size_t p = 0; p < BLOCK; ++p)
        assert_true(fabs(slice->end[p] - 0.01 * (double)(1 + 2 * p)) < 1e-12);
    rig_free(&rig);
}

/* Without prices at every step there are none, not old ones. */
static void prices_are_there_or_not(void **state) {
    (void)state;
    struct rig rig;
    struct market_block block;
    rig_init(&rig, &model_gbm, 0);
    assert_int_equal(market_block_init(&block, &rig.market, rig.steps, 0, &rig.arena), RISKPOOL_OK);
    market_start(&rig.block, 0);
    market_start(&block, 0);
    for (uint64_t step = 0; step < 10; ++step) {
        const struct slice *full = market_step(&rig.block), *bare = market_step(&block);
        const double *now[] = {bare->start_price, bare->end_price, bare->price};
        const double *expected[] = {full->start_price, full->end_price, full->price};
        for (int i = 0; i < 3; ++i)
            assert_true(!now[i] || memcmp(now[i], expected[i], ASSETS * BLOCK * sizeof(double)) == 0);
        assert_int_equal(bare->price != NULL, step == 9);
        assert_true(slice_price(bare, 1, 7) == full->price[BLOCK + 7]);
    }
    rig_free(&rig);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_at_the_initial_prices),
        cmocka_unit_test(a_block_depends_on_its_number_alone),
        cmocka_unit_test(antithetic_paths_are_mirror_images),
        cmocka_unit_test(correlation_of_one_moves_together),
        cmocka_unit_test(a_bridge_does_not_depend_on_who_else_asks),
        cmocka_unit_test(moments_are_those_of_the_model),
        cmocka_unit_test(a_gap_comes_after_the_diffusive_move),
        cmocka_unit_test(spread_stress_adds_up),
        cmocka_unit_test(bachelier_adds_to_the_price),
        cmocka_unit_test(a_model_may_change_with_time),
        cmocka_unit_test(paths_may_have_laws_of_their_own),
        cmocka_unit_test(given_moves_are_taken_as_they_are),
        cmocka_unit_test(prices_are_there_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
