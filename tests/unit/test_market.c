/* The market side by itself: paths by number, moments, gaps, spread stress, bridge normals. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "market.h"
#include "market_steps.h"

enum { ASSETS = 3 };

struct rig {
    struct asset asset[ASSETS];
    double correlation[ASSETS * ASSETS];
    struct stress_return stress[2];
    struct stress_factor factor[3];
    size_t n_factors;
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
    rig->market = (struct market){
        .model = model,
        .n_assets = ASSETS,
        .assets = rig->asset,
        .correlation = rig->correlation,
        .stress = {.n_returns = n_stress, .returns = rig->stress, .n_factors = rig->n_factors, .factors = rig->factor},
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
    struct rig rig = {0};
    rig_init(&rig, &model_gbm, 0);
    const struct slice *slice = market_start(&rig.block, 512);
    for (size_t i = 0; i < ASSETS; ++i)
        for (size_t p = 0; p < BLOCK; ++p)
            assert_true(slice->price[i * BLOCK + p] == rig.asset[i].price);
    rig_free(&rig);
}

static void a_block_depends_on_its_number_alone(void **state) {
    (void)state;
    struct rig rig = {0};
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
        struct rig plain = {0}, paired = {0};
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
    struct rig rig = {0};
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
    struct rig rig = {0};
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
    struct rig rig = {0};
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
    struct rig rig = {.stress = {{.asset = 1, .first_step = 2, .last_step = 2, .gap = 1, .from = 1.0, .to = 0.7}}};
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
    struct rig calm = {0}, rig = {.stress = {{.asset = 0, .first_step = 1, .last_step = 4, .from = 1.0, .to = 0.5}}};
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
    struct rig rig = {.stress = {{.asset = 1, .first_step = 0, .last_step = 0, .gap = 1, .from = 1.0, .to = 0.7}}};
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
    struct rig rig = {0}, flat = {0};
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
    struct rig rig = {0};
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
    struct rig rig = {0};
    rig_init(&rig, &given, 0);
    market_start(&rig.block, 0);
    const struct slice *slice = market_step(&rig.block);
    slice = market_step(&rig.block);
    assert_null(slice->bridge);
    for (size_t p = 0; p < BLOCK; ++p)
        assert_true(fabs(slice->end[p] - 0.01 * (double)(1 + 2 * p)) < 1e-12);
    rig_free(&rig);
}

static const double matrix_of_a_crisis[] = {1.0, 0.1, 1.0, 0.1, 1.0, 0.1, 1.0, 0.1, 1.0};

static void factors_hold_step_by_step(void **state) {
    (void)state;
    static const double volatility[] = {1, 1, 2, 2, 6, 6, 3, 3, 1, 1};
    struct rig rig = {
        .n_factors = 3,
        .factor = {{2, 5, 2.0, 0.0, NULL}, {4, 7, 3.0, 0.5, NULL}, {5, 8, 1.0, 0.25, matrix_of_a_crisis}}};
    struct rig calm = {0};
    rig_init(&rig, &model_gbm, 0);
    rig_init(&calm, &model_gbm, 0);
    for (uint64_t block = 0; block < 2; ++block) { /* the second block starts anew */
        market_start(&rig.block, block * BLOCK);
        market_start(&calm.block, block * BLOCK);
        for (int step = 0; step < 10; ++step) {
            const struct slice *slice = market_step(&rig.block), *still = market_step(&calm.block);
            const double half = 0.5 * 0.8 + 0.5, v = volatility[step], dt = 1.0 / 365.0;
            const double expected = step < 4 || step > 8 ? 0.8
                                    : step == 4          ? half
                                    : step < 8           ? 0.75 * half + 0.25 * 0.1
                                                         : 0.75 * 0.8 + 0.25 * 0.1;
            assert_true(fabs(slice_correlation(slice, 7)[1] - expected) < 1e-15);
            assert_true(slice_correlation(slice, 7)[2] == 1.0 && slice_correlation(slice, 7)[4] == 1.0);
            for (size_t i = 0; i < ASSETS; ++i)
                assert_true(slice->deviation[i] == v * still->deviation[i]);
            /* The first asset is correlated with nothing before it: its normal is the same, wider, about a mean that
             * leaves the expected price. */
            for (size_t p = 0; p < BLOCK; ++p) {
                const double one = slice->end[p] - slice->start[p], two = still->end[p] - still->start[p];
                const double mean = (0.5 - 0.5 * 0.36) * dt, wide = (0.5 - 0.5 * 0.36 * v * v) * dt;
                assert_true(fabs((one - wide) - v * (two - mean)) < 1e-14);
            }
        }
    }
    rig_free(&rig);
    rig_free(&calm);
}

static void blends_share_their_roots(void **state) {
    (void)state;
    struct rig rig = {.n_factors = 3,
                      .factor = {{0, 3, 2.0, 0.0, NULL}, {4, 5, 1.0, 0.5, NULL}, {5, 6, 3.0, 0.0, NULL}}};
    rig_init(&rig, &model_gbm, 0);
    assert_int_equal(rig.steps->n_blends, 2);
    assert_int_equal(rig.steps->n_segments, 5); /* from 0, 4, 5, 6, 7 */
    static const uint64_t first[] = {0, 4, 5, 6, 7};
    static const size_t blend[] = {0, 1, 1, 0, 0};
    static const double volatility[] = {2, 1, 3, 3, 1};
    for (size_t s = 0; s < 5; ++s) {
        assert_int_equal(rig.steps->segment[s].first_step, first[s]);
        assert_int_equal(rig.steps->segment[s].blend, blend[s]);
        assert_true(rig.steps->segment[s].volatility == volatility[s]);
    }
    for (size_t b = 0; b < 2; ++b)
        for (size_t i = 0; i < ASSETS; ++i)
            for (size_t k = 0; k < ASSETS; ++k) {
                const double *root = rig.steps->root + b * ASSETS * ASSETS;
                double product = 0.0;
                for (size_t j = 0; j < ASSETS; ++j)
                    product += root[i * ASSETS + j] * root[k * ASSETS + j];
                assert_true(fabs(product - rig.steps->correlation[(b * ASSETS + i) * ASSETS + k]) < 1e-14);
            }
    rig_free(&rig);
}

/* With a full blend toward all ones everything moves alike, bridges too; from the step on where it begins. */
static void a_full_blend_moves_everything_alike(void **state) {
    (void)state;
    struct rig rig = {.n_factors = 1, .factor = {{3, 9, 1.0, 1.0, NULL}}};
    const struct path_set everyone = path_set_all();
    rig_init(&rig, &model_bachelier, 0);
    market_start(&rig.block, 0);
    for (int step = 0; step < 10; ++step) {
        const struct slice *slice = market_step(&rig.block);
        slice_draw(slice, &everyone);
        const int alike = memcmp(slice->bridge, slice->bridge + BLOCK, BLOCK * sizeof(double)) == 0;
        assert_int_equal(alike, step >= 3);
        for (size_t p = 0; p < BLOCK; ++p) { /* the diffusive moves as well, but for rounding */
            const double a = slice->end[p] - slice->start[p] - 0.5 / 365.0,
                         b = slice->end[BLOCK + p] - slice->start[BLOCK + p];
            assert_int_equal(fabs(a / slice->deviation[0] - b / slice->deviation[1]) < 1e-12, step >= 3);
        }
    }
    rig_free(&rig);
}

/* Factors act on the paths' own deviations, and not on the rows of the model, whose next step may rest on them. */
static void own_deviations_are_multiplied_beside_the_model(void **state) {
    (void)state;
    static const struct model own = {.scale = PRICE_LOG, .spreads = 1, .regimes = two_regimes, .law = own_law};
    struct rig calm = {0}, rig = {.n_factors = 1, .factor = {{1, 2, 3.0, 0.5, NULL}}};
    rig_init(&calm, &own, 0);
    rig_init(&rig, &own, 0);
    market_start(&calm.block, 0);
    market_start(&rig.block, 0);
    for (int step = 0; step < 4; ++step) {
        const struct slice *a = market_step(&calm.block), *b = market_step(&rig.block);
        const double v = step == 1 || step == 2 ? 3.0 : 1.0;
        for (size_t p = 0; p < BLOCK; ++p) {
            const double s = slice_deviation(a, 0, p), x = a->end[p] - a->start[p], y = b->end[p] - b->start[p];
            assert_true(slice_deviation(b, 0, p) == v * s && rig.block.law.spread[p] == s);
            assert_true(fabs((y - 0.001 + 0.5 * (v * v - 1.0) * s * s) - v * (x - 0.001)) < 1e-13);
            const double before = p < BLOCK / 2 ? 0.8 : -0.8;
            assert_true(fabs(slice_correlation(b, p)[1] - (v > 1.0 ? 0.5 * before + 0.5 : before)) < 1e-15);
        }
    }
    rig_free(&rig);
    rig_free(&calm);
}

static void given_moves_are_multiplied_as_a_whole(void **state) {
    (void)state;
    static const struct model given = {.scale = PRICE_LOG, .spreads = 1, .given = 1, .law = given_law};
    struct rig rig = {.n_factors = 1, .factor = {{1, 1, 2.0, 0.0, NULL}}};
    rig_init(&rig, &given, 0);
    market_start(&rig.block, 0);
    for (int step = 0; step < 3; ++step) {
        const struct slice *slice = market_step(&rig.block);
        for (size_t p = 0; p < BLOCK; ++p)
            assert_true(fabs(slice->end[p] - slice->start[p] -
                             (step == 1 ? 2 : 1) * 0.01 * (double)((size_t)step + p)) < 1e-12);
    }
    rig_free(&rig);
}

static void multiples_of_stress_are_of_logs(void **state) {
    (void)state;
    struct stress_return returns[] = {{.asset = 1, .first_step = 2, .last_step = 4, .from = 1.0, .to = 0.7},
                                      {.asset = 1, .first_step = 5, .last_step = 6, .from = 0.7, .to = 0.9}};
    struct stress_factor factors[] = {{0, 3, 3.0, 0.9, matrix_of_a_crisis}, {0, 3, 0.0, 1.0, NULL}};
    struct stress_depth depths[] = {{1.0, 5.0, 0.1}};
    const struct stress stress = {2, returns, 2, factors, NULL, 1, depths};
    struct stress scaled;
    static const double multiples[] = {0.0, 0.5, 1.0, 2.0};
    for (size_t i = 0; i < 4; ++i) {
        const double m = multiples[i];
        assert_int_equal(stress_scale(&stress, m, &scaled), RISKPOOL_OK);
        assert_true(fabs(scaled.returns[0].to - pow(0.7, m)) < 1e-15 && scaled.returns[0].from == 1.0);
        assert_true(fabs(scaled.returns[1].from - pow(0.7, m)) < 1e-15 && scaled.returns[1].last_step == 6);
        assert_true(fabs(scaled.factors[0].volatility - pow(3.0, m)) < 1e-14);
        assert_true(fabs(scaled.factors[0].blend - (1.0 - pow(0.1, m))) < 1e-15);
        assert_true(scaled.factors[0].toward == matrix_of_a_crisis);
        assert_true(fabs(stress_depth_at(&scaled, 2.0) - pow(0.1, m)) < 1e-15);
        assert_true(stress_depth_at(&scaled, 1.0) == 1.0 && stress_depth_at(&scaled, 5.0) == 1.0);
        assert_true(scaled.factors[1].volatility == (m == 0.0 ? 1.0 : 0.0));
        assert_true(scaled.factors[1].blend == (m == 0.0 ? 0.0 : 1.0));
        if (m == 1.0) /* once is what it was, to the bit */
            assert_true(scaled.returns[0].to == 0.7 && scaled.factors[0].blend == 0.9);
        stress_scale_free(&scaled);
    }
    assert_int_equal(stress_scale(&stress, 1e6, &scaled), RISKPOOL_OK);
    assert_true(scaled.returns[1].to / scaled.returns[1].from > 0.0 && isfinite(1.0 / scaled.returns[0].to));
    stress_scale_free(&scaled);
}

/* A fall and a recovery end where they should, whichever the scale. */
static void a_recovery_ends_at_its_level(void **state) {
    (void)state;
    static const struct model *const scales[] = {&model_gbm, &model_bachelier};
    for (int gap = 0; gap <= 1; ++gap)
        for (size_t m = 0; m < 2; ++m) {
            struct rig rig = {.stress = {{0, gap ? 3 : 1, 3, gap, 1.0, 0.7}, {0, 4, 7, 0, 0.7, 0.92}}};
            rig_init(&rig, scales[m], 2);
            for (size_t i = 0; i < ASSETS; ++i)
                rig.asset[i].volatility = rig.asset[i].drift = 0.0;
            market_start(&rig.block, 0);
            for (int step = 0; step < 10; ++step) {
                const struct slice *slice = market_step(&rig.block);
                const double expected = step == 3 ? 0.7 : step >= 7 ? 0.92 : NAN;
                if (!isnan(expected))
                    assert_true(fabs(slice->price[5] / 60000.0 - expected) < 1e-14);
                assert_true(fabs(slice->price[BLOCK] - 3000.0) < 1e-9);
            }
            rig_free(&rig);
        }
}

/* Without prices at every step there are none, not old ones. */
static void prices_are_there_or_not(void **state) {
    (void)state;
    struct rig rig = {0};
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
        cmocka_unit_test(factors_hold_step_by_step),
        cmocka_unit_test(blends_share_their_roots),
        cmocka_unit_test(a_full_blend_moves_everything_alike),
        cmocka_unit_test(own_deviations_are_multiplied_beside_the_model),
        cmocka_unit_test(given_moves_are_multiplied_as_a_whole),
        cmocka_unit_test(multiples_of_stress_are_of_logs),
        cmocka_unit_test(a_recovery_ends_at_its_level),
        cmocka_unit_test(prices_are_there_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
