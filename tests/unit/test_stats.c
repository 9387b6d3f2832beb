/* Estimates against hand computation, exact values and their own error bars; the tally against its laws: the order of
 * batches does not matter, kept paths are the right ones, memory and columns follow what is asked for. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "estimate.h"
#include "interval.h"
#include "pair.h"
#include "stats.h"

static void assert_near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.17g, expected %.17g within %g", value, expected, tolerance);
}

static struct order *selection; /* of all tests */

static struct tail_estimate tail_of(const double *x, size_t n, double confidence) {
    const struct sample sample = sample_of(x, n);
    struct tail_estimate tail;
    estimate_tails(selection, &sample, &confidence, 1, &tail);
    return tail;
}

static struct moments moments_of(const double *x, size_t n) {
    const struct sample sample = sample_of(x, n);
    return estimate_moments(&sample);
}

/* --- estimates ---------------------------------------------------------------------------------------------------- */

static void ranks_are_not_misled_by_rounding(void **state) {
    (void)state;
    assert_int_equal(estimate_rank(1000, 0.999), 999);
    assert_int_equal(estimate_rank(100, 0.07), 7); /* 0.07 * 100 = 7.000000000000001 */
    assert_int_equal(estimate_rank(100, 0.58), 58);
    assert_int_equal(estimate_rank(10000000, 0.999), 9990000);
    assert_int_equal(estimate_rank(1001, 0.999), 1000);
    assert_int_equal(estimate_rank(10, 0.999), 10);
    assert_int_equal(estimate_rank(1, 0.5), 1);
    assert_int_equal(estimate_rank(10, 1e-9), 1);
    for (size_t n = 1000; n <= 1000000; n += 1000)
        for (size_t permille = 1; permille < 1000; permille += 7)
            assert_int_equal(estimate_rank(n, (double)permille / 1000), n / 1000 * permille);
}

static void moments_are_right_far_from_zero(void **state) {
    (void)state;
    double x[1000];
    for (size_t i = 0; i < 1000; i++)
        x[i] = 1e9 + (double)(i % 2);
    const struct moments m = moments_of(x, 1000);
    assert_near(m.mean, 1e9 + 0.5, 1e-6);
    assert_near(m.deviation, sqrt(250.0 / 999), 1e-12);
    assert_near(m.error, m.deviation / sqrt(1000), 1e-15);
    assert_true(isnan(moments_of(x, 1).error) && moments_of(x, 1).mean == 1e9);
    assert_true(isnan(moments_of(x, 0).mean));
}

/* 1 .. 10 in any order, by hand. */
static void tail_of_ten(void **state) {
    (void)state;
    const double x[10] = {3, 10, 1, 7, 2, 9, 4, 8, 6, 5};
    double y[10];
    memcpy(y, x, sizeof y);
    struct tail_estimate t = tail_of(y, 10, 0.8);
    assert_true(t.value_at_risk == 8);
    assert_near(t.expected_shortfall, 9.5, 1e-14);
    /* influence: 0 but for 9 and 10: (1, 2) / 0.2; mean 1.5, squares (3.5^2 + 8.5^2 + 8 * 1.5^2) */
    assert_near(t.error, sqrt((3.5 * 3.5 + 8.5 * 8.5 + 8 * 1.5 * 1.5) / 9 / 10), 1e-14);
    memcpy(y, x, sizeof y);
    t = tail_of(y, 10, 0.75); /* n a = 7.5: half of the eighth */
    assert_true(t.value_at_risk == 8);
    assert_near(t.expected_shortfall, (0.5 * 8 + 9 + 10) / 2.5, 1e-14);
    memcpy(y, x, sizeof y);
    t = tail_of(y, 10, 0.99); /* less than a path beyond */
    assert_true(t.value_at_risk == 10 && t.expected_shortfall == 10);
    assert_true(isnan(t.error) && isnan(t.high));
    t = tail_of(y, 1, 0.5);
    assert_true(isnan(t.low) && isnan(t.high) && isnan(t.error));
    assert_true(isnan(tail_of(y, 0, 0.5).value_at_risk));
}

/* The whole tail at a time: selection against full sorting, every level, with many ties. */
static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void tail_agrees_with_sorting(void **state) {
    (void)state;
    enum { N = 5003 };
    static double x[N], sorted[N];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    for (int ties = 0; ties <= 1; ties++)
        for (int k = 1; k < 200; k += 3) {
            const double a = k / 200.0;
            for (size_t i = 0; i < N; i++)
                x[i] = sorted[i] = ties ? floor(5 * gsl_rng_uniform(rng)) : gsl_ran_ugaussian(rng);
            qsort(sorted, N, sizeof *sorted, ascending);
            const struct tail_estimate t = tail_of(x, N, a);
            const size_t rank = estimate_rank(N, a);
            uint64_t low = 0, high = 0;
            interval_ranks(N, a, &low, &high);
            assert_true(t.value_at_risk == sorted[rank - 1]);
            assert_true(t.low == sorted[low - 1] && t.high == sorted[high - 1]);
            double beyond = ((double)rank - N * a) * sorted[rank - 1];
            for (size_t i = rank; i < N; i++)
                beyond += sorted[i];
            assert_near(t.expected_shortfall, beyond / (N * (1 - a)), 1e-11);
        }
    gsl_rng_free(rng);
}

static void constant_losses_have_no_error(void **state) {
    (void)state;
    double x[1000];
    for (size_t i = 0; i < 1000; i++)
        x[i] = 0.1;
    const struct tail_estimate t = tail_of(x, 1000, 0.99);
    assert_true(t.value_at_risk == 0.1 && t.low == 0.1 && t.high == 0.1 && t.expected_shortfall == 0.1 && t.error == 0);
    assert_true(moments_of(x, 1000).error < 1e-17);
}

static void quantiles_agree_with_sorting(void **state) {
    (void)state;
    enum { N = 6001, LEVELS = 9 };
    static const double level[LEVELS] = {1e-6, 0.01, 0.05, 0.25, 0.5, 0.5001, 0.95, 0.99, 0.9999};
    static double x[N], sorted[N];
    double q[LEVELS];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    for (int kind = 0; kind <= 3; kind++) /* smooth, tied, with far outliers, all the same */
        for (int again = 0; again < 50; again++) {
            double direct[LEVELS];
            for (size_t i = 0; i < N; i++) {
                const double u = gsl_rng_uniform(rng), z = gsl_ran_ugaussian(rng);
                x[i] = sorted[i] = kind == 0 ? z : kind == 1 ? floor(5 * u) : kind == 2 ? z / pow(u, 9) : 1e300;
            }
            qsort(sorted, N, sizeof *sorted, ascending);
            const struct sample sample = sample_of(x, N);
            estimate_quantiles(selection, &sample, level, LEVELS, direct);
            estimate_array_quantiles(x, N, level, LEVELS, q);
            for (size_t i = 0; i < LEVELS; i++) {
                assert_true(q[i] == sorted[estimate_rank(N, level[i]) - 1]);
                assert_true(direct[i] == q[i]);
            }
        }
    gsl_rng_free(rng);
}

static void quantiles_are_order_statistics(void **state) {
    (void)state;
    static const double level[4] = {0.01, 0.5, 0.5, 0.99};
    double x[200], q[4];
    for (size_t i = 0; i < 200; i++)
        x[i] = (double)((i * 77) % 200 + 1);
    estimate_array_quantiles(x, 200, level, 4, q);
    assert_true(q[0] == 2 && q[1] == 100 && q[2] == 100 && q[3] == 198);
    x[0] = 7;
    estimate_array_quantiles(x, 1, level, 4, q);
    assert_true(q[0] == 7 && q[3] == 7);
    estimate_array_quantiles(x, 0, level, 4, q);
    assert_true(isnan(q[0]) && isnan(q[3]));
}

/* Coverage of nominal 95 % intervals and size of the errors, against exact values of the normal law. The bands are the
 * central 99.99 % of the binomial law of the number of samples covered. */
static void intervals_cover(void **state) {
    (void)state;
    enum { SEEDS = 400, N = 20000 };
    const double var = 2.3263478740408408, es = 2.665214220345802; /* 99 % */
    const double variance_of_es = 21.053069168288612;              /* n Var(ES) */
    static double x[N];
    int var_covered = 0, es_covered = 0, mean_covered = 0;
    double error = 0, squares = 0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    for (unsigned long seed = 1; seed <= SEEDS; seed++) {
        gsl_rng_set(rng, seed);
        for (size_t i = 0; i < N; i++)
            x[i] = gsl_ran_gaussian_ziggurat(rng, 1);
        const struct moments m = moments_of(x, N);
        const struct tail_estimate t = tail_of(x, N, 0.99);
        var_covered += t.low <= var && var <= t.high;
        es_covered += fabs(t.expected_shortfall - es) <= INTERVAL_95 * t.error;
        mean_covered += fabs(m.mean) <= INTERVAL_95 * m.error;
        error += t.error / SEEDS;
        squares += (t.expected_shortfall - es) * (t.expected_shortfall - es) / SEEDS;
    }
    gsl_rng_free(rng);
    assert_in_range(var_covered, 361, 396);
    assert_in_range(es_covered, 361, 395);
    assert_in_range(mean_covered, 361, 395);
    assert_near(error, sqrt(variance_of_es / N), 0.02 * sqrt(variance_of_es / N));
    /* the scatter over 400 samples has a relative standard error of sqrt(2 / 400) */
    assert_near(squares * N / variance_of_es, 1, 4 * sqrt(2.0 / SEEDS));
}

/* --- the tally ---------------------------------------------------------------------------------------------------- */

enum { MODES = 2, POSITIONS = 3, ALERTS = 1, TIMES = 5 };
static const double times[TIMES] = {0, 6, 12, 18, 24};
static const double levels[3] = {0.9, 0.99, 0.999};

struct batch {
    struct outcome outcome[MODES];
    double column[MODES][OUTCOME_COUNT][BATCH];
    double liquidation_time[MODES][POSITIONS * BATCH];
    double alert_time[MODES][ALERTS * BATCH];
    double equity_at[MODES][TIMES * BATCH], margin_level_at[MODES][TIMES * BATCH];
};

static uint64_t hash(uint64_t x) {
    x ^= x >> 31;
    x *= UINT64_C(0x7fb5d329728ea185);
    x ^= x >> 27;
    x *= UINT64_C(0x81dadef4bc2dd44d);
    return x ^ (x >> 33);
}

static double uniform(uint64_t path, uint64_t what) {
    return (double)(hash(path * 1000 + what + 1) >> 11) * 0x1p-53;
}

/* What path `k` does in a mode, by its number alone: an atom of the loss, ties, rare shortfalls. */
static double loss_of(uint64_t path, size_t mode) {
    const double u = uniform(path, 0), v = uniform(path, 1 + mode);
    return u < 0.2 ? 6000 + (double)mode : 1000 * (u - 0.6) + 10 * v;
}

static double liquidation_of(uint64_t path, size_t mode, size_t position) {
    const double u = uniform(path, 10 + position);
    return u < 0.1 + 0.05 * (double)mode ? 24 * uniform(path, 20 + position + 7 * mode) : NAN;
}

static void make_batch(struct batch *b, uint64_t first, size_t n) {
    for (size_t m = 0; m < MODES; m++) {
        for (int i = 0; i < OUTCOME_COUNT; i++)
            b->outcome[m].column[i] = b->column[m][i];
        b->outcome[m].liquidation_time = b->liquidation_time[m];
        b->outcome[m].alert_time = b->alert_time[m];
        b->outcome[m].equity_at = b->equity_at[m];
        b->outcome[m].margin_level_at = b->margin_level_at[m];
        for (size_t p = 0; p < n; p++) {
            const uint64_t path = first + p;
            for (int i = 0; i < OUTCOME_COUNT; i++)
                b->column[m][i][p] = uniform(path, 40 + (uint64_t)i) * 1e-3 + (double)i;
            b->column[m][OUTCOME_loss][p] = loss_of(path, m);
            b->column[m][OUTCOME_shortfall][p] = uniform(path, 60) < 0.01 ? 5 : 0;
            for (size_t i = 0; i < POSITIONS; i++)
                b->liquidation_time[m][i * BATCH + p] = liquidation_of(path, m, i);
            b->alert_time[m][p] = uniform(path, 70) < 0.25 ? 3 : NAN;
            for (size_t t = 0; t < TIMES; t++) {
                b->equity_at[m][t * BATCH + p] = (double)path + (double)t;
                b->margin_level_at[m][t * BATCH + p] = t == 4 || path % 2 ? NAN : (double)path;
            }
        }
    }
}

static struct tally_shape shape_of(uint64_t n_paths, enum tally_keep keep) {
    return (struct tally_shape){.n_modes = MODES,
                                .n_positions = POSITIONS,
                                .n_alerts = ALERTS,
                                .n_times = TIMES,
                                .time = times,
                                .n_confidence = 3,
                                .confidence = levels,
                                .n_paths = n_paths,
                                .keep = keep,
                                .trajectories = 1,
                                .dynamic = 1,
                                .start_equity = 6060};
}

static void add_paths(struct tally *tally, uint64_t first, size_t n, const struct outcome *outcome) {
    struct tally_part part;
    assert_int_equal(tally_part_init(&part, &tally->shape), RISKPOOL_OK);
    tally_take(tally, &part, first, n, outcome);
    tally_add(tally, &part, outcome);
    tally_part_free(&part);
}

static void add_range(struct tally *tally, struct batch *b, uint64_t first, uint64_t end) {
    const size_t n = end - first < BATCH ? (size_t)(end - first) : BATCH;
    make_batch(b, first, n);
    add_paths(tally, first, n, b->outcome);
}

/* Adds all paths, the batches forwards or backwards. */
static struct riskpool_results *results_in(const struct tally_shape *shape, int backwards) {
    const uint64_t n_paths = shape->n_paths;
    struct tally tally;
    struct batch *b = malloc(sizeof *b);
    assert_int_equal(tally_init(&tally, shape), RISKPOOL_OK);
    const uint64_t batches = (n_paths + BATCH - 1) / BATCH;
    for (uint64_t i = 0; i < batches; i++)
        add_range(&tally, b, (backwards ? batches - 1 - i : i) * BATCH, n_paths);
    struct riskpool_results *r = calloc(1, sizeof *r);
    assert_int_equal(stats_fill(&tally, 2, r), RISKPOOL_OK);
    assert_int_equal(stats_hand_over(&tally, r), RISKPOOL_OK);
    tally_free(&tally);
    free(b);
    return r;
}

static struct riskpool_results *results_of(uint64_t n_paths, enum tally_keep keep, int backwards) {
    const struct tally_shape shape = shape_of(n_paths, keep);
    return results_in(&shape, backwards);
}

static void assert_same(const double *a, const double *b, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (!(a[i] == b[i] || (isnan(a[i]) && isnan(b[i]))))
            fail_msg("%s[%zu]: %.17g and %.17g", name, i, a[i], b[i]);
}

static void assert_same_results(const struct riskpool_results *a, const struct riskpool_results *b) {
    assert_int_equal(a->size[DIM_PATH], b->size[DIM_PATH]);
    assert_int_equal(a->path != NULL, b->path != NULL);
    if (a->path)
        assert_memory_equal(a->path, b->path, a->size[DIM_PATH] * sizeof *a->path);
    for (size_t m = 0; m < MODES; m++) {
        for (size_t i = 0; i < STAT_COUNT; i++)
            assert_same(a->modes[m].statistic[i], b->modes[m].statistic[i], result_field_size(a, &statistic_fields[i]),
                        statistic_fields[i].name);
        for (size_t i = 0; a->size[DIM_PATH] && i < OUTCOME_COUNT; i++)
            assert_same(a->modes[m].column[i], b->modes[m].column[i], a->size[DIM_PATH], outcome_fields[i].name);
        if (a->size[DIM_PATH])
            assert_same(a->modes[m].liquidation_time, b->modes[m].liquidation_time, a->size[DIM_PATH] * POSITIONS,
                        "liquidation_time");
    }
    for (size_t i = 0; i < COMP_COUNT; i++)
        assert_same(a->comparison[i], b->comparison[i], result_field_size(a, &comparison_fields[i]),
                    comparison_fields[i].name);
}

static void order_of_batches_does_not_matter(void **state) {
    (void)state;
    static const enum tally_keep keeps[] = {TALLY_KEEP_ALL, TALLY_KEEP_TAIL, TALLY_KEEP_NONE};
    for (size_t i = 0; i < 3; i++) {
        struct riskpool_results *a = results_of(150001, keeps[i], 0), *b = results_of(150001, keeps[i], 1);
        assert_same_results(a, b);
        riskpool_results_free(a);
        riskpool_results_free(b);
    }
}

/* Every statistic once more, the slow obvious way. */
static void statistics_agree_with_plain_loops(void **state) {
    (void)state;
    enum { N = 20000 };
    struct riskpool_results *r = results_of(N, TALLY_KEEP_ALL, 0);
    uint64_t any = 0, all = 0, joint01 = 0, rescue = 0, contagion = 0, alive12 = 0, shortfall = 0, wiped = 0, alert = 0;
    double mean = 0, excess = 0, fees = 0;
    for (uint64_t k = 0; k < N; k++) {
        int n[MODES] = {0, 0}, spread = 0, early = 0;
        for (size_t m = 0; m < MODES; m++)
            for (size_t i = 0; i < POSITIONS; i++)
                n[m] += !isnan(liquidation_of(k, m, i));
        for (size_t i = 0; i < POSITIONS; i++) {
            spread |= !isnan(liquidation_of(k, 1, i)) && isnan(liquidation_of(k, 0, i));
            early |= liquidation_of(k, 1, i) <= 12;
        }
        any += n[1] > 0;
        all += n[1] == POSITIONS;
        joint01 += !isnan(liquidation_of(k, 1, 0)) && !isnan(liquidation_of(k, 1, 1));
        rescue += n[0] > 0 && n[1] == 0;
        contagion += (uint64_t)spread;
        alive12 += !early;
        shortfall += uniform(k, 60) < 0.01;
        wiped += loss_of(k, 1) >= 0.99 * 6060;
        alert += uniform(k, 70) < 0.25;
        mean += loss_of(k, 1) / N;
        excess += (loss_of(k, 1) - loss_of(k, 0)) / N;
        fees += (uniform(k, 40 + OUTCOME_fees) * 1e-3 + OUTCOME_fees) / N;
    }
    double **s = r->modes[1].statistic;
    assert_true(s[STAT_any_liquidation_frequency][0] == (double)any / N);
    assert_true(s[STAT_all_liquidation_frequency][0] == (double)all / N);
    assert_true(s[STAT_joint_liquidation_frequency][1] == (double)joint01 / N);
    assert_true(s[STAT_joint_liquidation_frequency][4] == s[STAT_liquidation_frequency][1]);
    assert_true(s[STAT_survival][2] == (double)alive12 / N);
    assert_true(s[STAT_survival][0] == 1 && s[STAT_survival_high][0] == 1);
    assert_true(s[STAT_survival][4] == 1 - s[STAT_any_liquidation_frequency][0]);
    assert_true(s[STAT_shortfall_frequency][0] == (double)shortfall / N);
    assert_true(s[STAT_wipeout_frequency][0] == (double)wiped / N && wiped > 0);
    assert_true(s[STAT_alert_frequency][0] == (double)alert / N);
    assert_near(s[STAT_mean_loss][0], mean, 1e-9);
    assert_near(s[STAT_mean_fees][0], fees, 1e-9);
    assert_true(r->comparison[COMP_rescue_frequency][0] == (double)rescue / N);
    assert_true(r->comparison[COMP_contagion_frequency][0] == (double)contagion / N && contagion > 0);
    assert_near(r->comparison[COMP_mean_excess_loss][0], excess, 1e-9);
    for (uint64_t k = 0; k < N; k += 997) {
        assert_true(r->modes[1].column[OUTCOME_loss][k] == loss_of(k, 1));
        const double t = r->modes[1].liquidation_time[k * POSITIONS + 2], expected = liquidation_of(k, 1, 2);
        assert_true(t == expected || (isnan(t) && isnan(expected)));
    }
    riskpool_results_free(r);
}

/* The interval of a frequency and that of pairs with these counts. */
static void assert_pairs(double *const *statistic, int first, size_t i, const uint64_t count[2], uint64_t n) {
    double low, high;
    pair_proportion(count[0], count[1], n, &low, &high);
    assert_true(statistic[first][i] == (double)count[0] / (double)n);
    if (statistic[first + 1][i] != low || statistic[first + 2][i] != high)
        fail_msg("statistic %d[%zu]: %.17g %.17g, expected %.17g %.17g", first, i, statistic[first + 1][i],
                 statistic[first + 2][i], low, high);
}

/* Events of path k in the second mode: any, all, the last position, alive at the third time, shortfall, wiped out,
 * rescue, contagion. */
enum { PAIR_EVENTS = 8 };
static void events_of(uint64_t k, int event[PAIR_EVENTS]) {
    int n[MODES] = {0, 0}, early = 0, spread = 0;
    for (size_t m = 0; m < MODES; m++)
        for (size_t i = 0; i < POSITIONS; i++)
            n[m] += !isnan(liquidation_of(k, m, i));
    for (size_t i = 0; i < POSITIONS; i++) {
        early |= liquidation_of(k, 1, i) <= 12;
        spread |= !isnan(liquidation_of(k, 1, i)) && isnan(liquidation_of(k, 0, i));
    }
    const int found[PAIR_EVENTS] = {n[1] > 0,
                                    n[1] == POSITIONS,
                                    !isnan(liquidation_of(k, 1, POSITIONS - 1)),
                                    !early,
                                    uniform(k, 60) < 0.01,
                                    loss_of(k, 1) >= 0.99 * 6060,
                                    n[0] > 0 && n[1] == 0,
                                    spread};
    memcpy(event, found, sizeof found);
}

static void pairs_are_counted_as_pairs(void **state) {
    (void)state;
    enum { N = 20000 };
    struct tally_shape shape = shape_of(N, TALLY_KEEP_NONE);
    shape.antithetic = 1;
    struct riskpool_results *r = results_in(&shape, 1), *plain = results_of(N, TALLY_KEEP_NONE, 0);
    uint64_t count[PAIR_EVENTS][2] = {{0}};
    static double loss[N], excess[N];
    int before[PAIR_EVENTS] = {0}, event[PAIR_EVENTS];
    for (uint64_t k = 0; k < N; k++) {
        events_of(k, event);
        for (int e = 0; e < PAIR_EVENTS; e++) {
            count[e][0] += (uint64_t)event[e];
            count[e][1] += (uint64_t)(k % 2 && event[e] && before[e]);
        }
        memcpy(before, event, sizeof event);
        loss[k] = loss_of(k, 1);
        excess[k] = loss_of(k, 1) - loss_of(k, 0);
    }
    double **s = r->modes[1].statistic;
    assert_pairs(s, STAT_any_liquidation_frequency, 0, count[0], N);
    assert_pairs(s, STAT_all_liquidation_frequency, 0, count[1], N);
    assert_pairs(s, STAT_liquidation_frequency, POSITIONS - 1, count[2], N);
    assert_pairs(s, STAT_survival, 2, count[3], N);
    assert_pairs(s, STAT_shortfall_frequency, 0, count[4], N);
    assert_pairs(s, STAT_wipeout_frequency, 0, count[5], N);
    assert_pairs(r->comparison, COMP_rescue_frequency, 0, count[6], N);
    assert_pairs(r->comparison, COMP_contagion_frequency, 0, count[7], N);
    const struct sample losses = sample_of(loss, N), excesses = sample_of(excess, N);
    struct tail_estimate t;
    assert_true(s[STAT_mean_loss_se][0] == pair_mean_error(&losses, s[STAT_mean_loss][0]));
    assert_near(r->comparison[COMP_mean_excess_loss_se][0],
                pair_mean_error(&excesses, r->comparison[COMP_mean_excess_loss][0]), 1e-12);
    pair_tails(selection, &losses, levels, 1, &t);
    assert_true(s[STAT_value_at_risk_low][0] == t.low && s[STAT_value_at_risk_high][0] == t.high);
    assert_near(s[STAT_expected_shortfall_se][0], t.error, 1e-12);
    assert_true(s[STAT_mean_loss][0] == plain->modes[1].statistic[STAT_mean_loss][0]);
    assert_true(s[STAT_mean_loss_se][0] != plain->modes[1].statistic[STAT_mean_loss_se][0]);
    riskpool_results_free(r);
    riskpool_results_free(plain);
}

static void fans_leave_out_what_is_unknown(void **state) {
    (void)state;
    struct riskpool_results *r = results_of(40000, TALLY_KEEP_NONE, 1);
    const double *equity = r->modes[0].statistic[STAT_equity_quantile];
    const double *level = r->modes[0].statistic[STAT_margin_level_quantile];
    assert_true(equity[3] == TALLY_SAMPLE / 2 - 1);              /* the median of 0 .. 32767 */
    assert_true(equity[7 + 3] == TALLY_SAMPLE / 2);              /* an hour later each has one more */
    assert_true(level[3] == 2 * (TALLY_SAMPLE / 4 - 1));         /* of the even ones */
    assert_true(isnan(level[4 * 7]) && isnan(level[4 * 7 + 6])); /* nobody has a position at the end */
    riskpool_results_free(r);
}

static double total(const double *x, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

static void frequencies_add_up(void **state) {
    (void)state;
    struct riskpool_results *r = results_of(10000, TALLY_KEEP_NONE, 0);
    for (size_t m = 0; m < MODES; m++) {
        const double *bins = r->modes[m].statistic[STAT_loss_frequency];
        assert_near(total(bins, r->size[DIM_BIN]), 1, 1e-12);
        assert_near(total(r->modes[m].statistic[STAT_liquidation_count_frequency], POSITIONS + 1), 1, 1e-12);
        assert_true(bins[r->size[DIM_BIN] - 1] >= 0.15); /* the atom at the upper end */
    }
    assert_true(r->bin_edge[r->size[DIM_BIN]] == 6001); /* one binning, up to the largest loss of any mode */
    for (size_t i = 0; i < r->size[DIM_BIN]; i++)
        assert_true(r->bin_edge[i] < r->bin[i] && r->bin[i] < r->bin_edge[i + 1]);
    riskpool_results_free(r);
}

/* The worst paths of each mode by full sorting, ties by number. */
struct worst {
    double loss;
    uint64_t path;
};

static int worse(const void *a, const void *b) {
    const struct worst *x = a, *y = b;
    return x->loss != y->loss ? (x->loss > y->loss ? -1 : 1) : (x->path > y->path) - (x->path < y->path);
}

static void assert_tail(const struct riskpool_results *r, uint64_t n) {
    unsigned char *wanted = calloc(n, 1);
    struct worst *order = malloc(n * sizeof *order);
    for (size_t m = 0; m < MODES; m++) {
        for (uint64_t k = 0; k < n; k++)
            order[k] = (struct worst){loss_of(k, m), k};
        qsort(order, n, sizeof *order, worse);
        for (uint64_t k = 0; k < tally_tail_size(n) && k < n; k++)
            wanted[order[k].path] = 1;
    }
    size_t found = 0;
    for (uint64_t k = 0; k < n; k++)
        if (wanted[k]) {
            assert_true(found < r->size[DIM_PATH]);
            assert_int_equal(r->path[found], k);
            assert_true(r->modes[1].column[OUTCOME_loss][found] == loss_of(k, 1));
            assert_true(r->modes[0].column[OUTCOME_fees][found] == uniform(k, 40 + OUTCOME_fees) * 1e-3 + OUTCOME_fees);
            const double t = r->modes[1].liquidation_time[found * POSITIONS + 1], expected = liquidation_of(k, 1, 1);
            assert_true(t == expected || (isnan(t) && isnan(expected)));
            found++;
        }
    assert_int_equal(found, r->size[DIM_PATH]);
    free(wanted);
    free(order);
}

static void the_tail_is_the_worst_of_any_mode(void **state) {
    (void)state;
    static const uint64_t sizes[] = {500, 1000, 20001, 250000};
    for (size_t i = 0; i < 4; i++) {
        struct riskpool_results *r = results_of(sizes[i], TALLY_KEEP_TAIL, (int)i % 2);
        assert_tail(r, sizes[i]);
        riskpool_results_free(r);
    }
}

/* Of a run of the shape's length that starts with three batches and reserves room for one at a time. */
static struct riskpool_results *grown_results(const struct tally_shape *known) {
    struct tally_shape shape = *known;
    struct tally tally;
    struct batch *b = malloc(sizeof *b);
    struct riskpool_results *r = calloc(1, sizeof *r);
    shape.n_paths = 3 * BATCH;
    shape.n_paths_limit = UINT64_C(1) << 40;
    assert_int_equal(tally_init(&tally, &shape), RISKPOOL_OK);
    for (uint64_t first = 0; first < known->n_paths; first += BATCH) {
        assert_int_equal(tally_reserve(&tally, first + BATCH), RISKPOOL_OK);
        add_range(&tally, b, first, known->n_paths);
    }
    assert_int_equal(stats_fill(&tally, 2, r), RISKPOOL_OK);
    assert_int_equal(stats_hand_over(&tally, r), RISKPOOL_OK);
    tally_free(&tally);
    free(b);
    return r;
}

/* A run that extends itself ends as one that knew its length, whatever it keeps. */
static void growing_changes_nothing(void **state) {
    (void)state;
    static const enum tally_keep keeps[] = {TALLY_KEEP_ALL, TALLY_KEEP_TAIL, TALLY_KEEP_NONE};
    for (size_t i = 0; i < 3; i++) {
        const struct tally_shape shape = shape_of(40 * (uint64_t)BATCH, keeps[i]);
        struct riskpool_results *r = grown_results(&shape), *known = results_in(&shape, 0);
        assert_same_results(r, known);
        riskpool_results_free(r);
        riskpool_results_free(known);
    }
}

/* Neither does where it lies: in files from the first path on, or moved there when it has grown. */
static void files_change_nothing(void **state) {
    (void)state;
    static const enum tally_keep keeps[] = {TALLY_KEEP_ALL, TALLY_KEEP_TAIL, TALLY_KEEP_NONE};
    for (size_t i = 0; i < 6; i++) {
        struct tally_shape shape = shape_of(250001, keeps[i % 3]);
        shape.antithetic = i >= 3;
        struct riskpool_results *known = results_in(&shape, 0);
        shape.folder = ".";
        assert_int_equal(tally_disk(&shape) > 0, 1);
        struct riskpool_results *r = results_in(&shape, 1);
        assert_same_results(r, known);
        riskpool_results_free(r);
        if (i < 3) {
            shape.in_memory = 1 << 20;
            r = grown_results(&shape);
            assert_int_equal(r->depot.in_files, 1);
            assert_same_results(r, known);
            riskpool_results_free(r);
        }
        riskpool_results_free(known);
    }
    struct tally_shape shape = shape_of(250001, TALLY_KEEP_NONE);
    shape.folder = "absent";
    struct tally tally;
    assert_int_equal(tally_init(&tally, &shape), RISKPOOL_CANNOT_CREATE);
    tally_free(&tally);
}

static void gaps_and_bad_losses_are_refused(void **state) {
    (void)state;
    struct tally tally;
    struct batch *b = malloc(sizeof *b);
    struct riskpool_results *r = calloc(1, sizeof *r);
    const struct tally_shape shape = shape_of(3 * BATCH, TALLY_KEEP_NONE);
    assert_int_equal(tally_init(&tally, &shape), RISKPOOL_OK);
    assert_int_equal(tally_reserve(&tally, 4 * BATCH), RISKPOOL_INTERNAL); /* above the limit */
    assert_int_equal(stats_fill(&tally, 2, r), RISKPOOL_INTERNAL);
    add_range(&tally, b, 2 * BATCH, 3 * BATCH);
    assert_int_equal(stats_fill(&tally, 2, r), RISKPOOL_INTERNAL);
    double es = 0, error = 0;
    assert_int_equal(stats_expected_shortfall(&tally, 0, 0.99, &es, &error), RISKPOOL_OK);
    assert_true(es > 5999 && error >= 0); /* of the batch that is there */
    add_range(&tally, b, 0, 3 * BATCH);
    make_batch(b, BATCH, BATCH);
    b->column[1][OUTCOME_loss][7] = NAN;
    add_paths(&tally, BATCH, BATCH, b->outcome);
    assert_int_equal(stats_fill(&tally, 2, r), RISKPOOL_INTERNAL);
    tally_free(&tally);
    tally_free(&tally);
    riskpool_results_free(r);
    free(b);
}

/* Without trajectories there is nothing to say of them; a batch may also come in two parts. */
static void without_trajectories(void **state) {
    (void)state;
    static const enum tally_keep keeps[] = {TALLY_KEEP_ALL, TALLY_KEEP_TAIL};
    for (size_t i = 0; i < 2; i++) {
        struct tally_shape shape = shape_of(BATCH, keeps[i]);
        struct tally tally;
        struct batch *b = malloc(sizeof *b);
        struct riskpool_results *r = calloc(1, sizeof *r);
        shape.trajectories = shape.dynamic = 0;
        assert_int_equal(tally_init(&tally, &shape), RISKPOOL_OK);
        for (uint64_t first = 0; first < BATCH; first += BATCH / 2) {
            make_batch(b, first, BATCH / 2);
            for (size_t m = 0; m < MODES; m++)
                b->outcome[m].equity_at = b->outcome[m].margin_level_at = b->outcome[m].alert_time = NULL;
            add_paths(&tally, first, BATCH / 2, b->outcome);
        }
        assert_int_equal(stats_fill(&tally, 2, r), RISKPOOL_OK);
        assert_int_equal(stats_hand_over(&tally, r), RISKPOOL_OK);
        assert_int_equal(r->n_paths, BATCH);
        assert_null(r->modes[0].column[OUTCOME_max_drawdown]);
        assert_null(r->modes[0].column[OUTCOME_lowest_margin_level]);
        assert_null(r->modes[0].column[OUTCOME_margin_peak_to_trough]);
        assert_null(r->modes[0].column[OUTCOME_margin_largest_rise]);
        assert_non_null(r->modes[0].column[OUTCOME_loss]);
        assert_true(isnan(r->modes[0].statistic[STAT_equity_quantile][0]));
        assert_true(isnan(r->modes[0].statistic[STAT_alert_frequency][0]));
        riskpool_results_free(r);
        tally_free(&tally);
        free(b);
    }
}

/* A frozen market: all losses equal, no liquidation, one mode, one path; and losses that differ by rounding only. */
static void degenerate_runs(void **state) {
    (void)state;
    struct tally_shape shape = shape_of(2, TALLY_KEEP_ALL);
    struct tally tally;
    struct batch *b = malloc(sizeof *b);
    struct riskpool_results *r = calloc(1, sizeof *r);
    shape.n_modes = 1;
    shape.n_positions = shape.n_alerts = 0;
    assert_int_equal(tally_init(&tally, &shape), RISKPOOL_OK);
    make_batch(b, 0, 2);
    b->column[0][OUTCOME_loss][0] = 100;
    b->column[0][OUTCOME_loss][1] = 100 + 1e-12;
    add_paths(&tally, 0, 2, b->outcome);
    assert_int_equal(stats_fill(&tally, 2, r), RISKPOOL_OK);
    assert_int_equal(stats_hand_over(&tally, r), RISKPOOL_OK);
    assert_int_equal(r->size[DIM_PAIR], 0);
    assert_near(r->bin_edge[0], 99, 1e-9);
    assert_true(r->modes[0].statistic[STAT_loss_frequency][100] + r->modes[0].statistic[STAT_loss_frequency][99] == 1);
    assert_true(r->modes[0].statistic[STAT_any_liquidation_frequency][0] == 0);
    assert_true(r->modes[0].statistic[STAT_all_liquidation_frequency][0] == 0);
    assert_true(r->modes[0].statistic[STAT_survival][TIMES - 1] == 1);
    riskpool_results_free(r);
    tally_free(&tally);
    free(b);
}

/* Losses on the edges themselves, which rounding would put on either side: each bin holds its lower edge. */
static void bins_hold_their_lower_edge(void **state) {
    (void)state;
    enum { EDGES = 201 };
    struct tally_shape shape = shape_of(EDGES, TALLY_KEEP_NONE);
    struct tally tally;
    struct batch *b = malloc(sizeof *b);
    struct riskpool_results *r = calloc(1, sizeof *r);
    assert_int_equal(tally_init(&tally, &shape), RISKPOOL_OK);
    make_batch(b, 0, EDGES);
    for (size_t m = 0; m < MODES; m++)
        for (size_t i = 0; i < EDGES; i++)
            b->column[m][OUTCOME_loss][i] = 0.1 + (0.7 - 0.1) * (double)i / (EDGES - 1);
    add_paths(&tally, 0, EDGES, b->outcome);
    assert_int_equal(stats_fill(&tally, 2, r), RISKPOOL_OK);
    assert_int_equal(stats_hand_over(&tally, r), RISKPOOL_OK);
    assert_int_equal(r->size[DIM_BIN], EDGES - 1);
    for (size_t i = 0; i < EDGES - 1; i++)
        assert_near(r->modes[0].statistic[STAT_loss_frequency][i], (i == EDGES - 2 ? 2.0 : 1.0) / EDGES, 1e-15);
    riskpool_results_free(r);
    tally_free(&tally);
    free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_are_not_misled_by_rounding),
        cmocka_unit_test(moments_are_right_far_from_zero),
        cmocka_unit_test(tail_of_ten),
        cmocka_unit_test(tail_agrees_with_sorting),
        cmocka_unit_test(constant_losses_have_no_error),
        cmocka_unit_test(quantiles_are_order_statistics),
        cmocka_unit_test(quantiles_agree_with_sorting),
        cmocka_unit_test(intervals_cover),
        cmocka_unit_test(order_of_batches_does_not_matter),
        cmocka_unit_test(statistics_agree_with_plain_loops),
        cmocka_unit_test(pairs_are_counted_as_pairs),
        cmocka_unit_test(fans_leave_out_what_is_unknown),
        cmocka_unit_test(frequencies_add_up),
        cmocka_unit_test(the_tail_is_the_worst_of_any_mode),
        cmocka_unit_test(growing_changes_nothing),
        cmocka_unit_test(files_change_nothing),
        cmocka_unit_test(gaps_and_bad_losses_are_refused),
        cmocka_unit_test(without_trajectories),
        cmocka_unit_test(degenerate_runs),
        cmocka_unit_test(bins_hold_their_lower_edge),
    };
    selection = order_create();
    const int failed = selection ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
    order_free(selection);
    return failed;
}
