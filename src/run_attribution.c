/* The loop over the paths of the tail, some blocks of them at a time, whatever batches they lie in. */
#include "run_attribution.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "estimate.h"
#include "run_setup.h"
#include "stats.h"
#include "worker.h"

/* Blocks that are simulated before their sums are added in order. */
enum { BLOCKS_AT_ONCE = 64 };

/* The tail of a mode at one level: losses above the value at risk count once, those at it by a share, so that the
 * weights sum up to the share of paths beyond the level (Rockafellar and Uryasev 2002). */
struct tail_weight {
    double value_at_risk;
    double at, total; /* weight of a loss at the value at risk; of all */
};

struct attribution {
    struct riskpool_scenario scenario; /* without trajectories */
    const struct riskpool_run_options *options;
    const struct tally *tally;
    struct run_setup setup;
    size_t n_modes, n_levels, n_positions, n_assets;
    struct tail_weight *weight; /* [mode][level] */
    size_t n_workers;
    struct worker *worker;
    size_t n_paths; /* waiting to be simulated */
    uint64_t *path; /* [BLOCKS_AT_ONCE * BLOCK] */
    /* Of a mode and level, each weighted: 1; the loss squared; of the loss c of every position, and of what is none's,
     * c, c squared and c times the loss; of the log returns x and y of two assets x y, x^2 y^2 and x^3 y. */
    size_t width;
    double *sums;      /* [BLOCKS_AT_ONCE][mode][level][width] */
    struct sum *total; /* [mode][level][width] */
};

static size_t tails_of(const struct attribution *a) {
    return a->n_modes * a->n_levels;
}

static void weigh(struct attribution *a, size_t m, size_t level, const struct riskpool_results *results) {
    const struct tally_losses losses = {a->tally, a->tally->mode[m].loss, NULL};
    const struct sample loss = tally_sample(&losses);
    struct tail_weight *weight = &a->weight[m * a->n_levels + level];
    const double value_at_risk = results->modes[m].statistic[STAT_value_at_risk][level];
    const double beyond = estimate_beyond(loss.n, a->scenario.confidence[level]);
    uint64_t above = 0, at = 0;
    double room[SAMPLE_PIECE];
    for (size_t k = 0; k < loss.n_pieces; ++k) {
        size_t n;
        const double *x = loss.piece(&loss, k, room, &n);
        for (size_t i = 0; i < n; ++i) {
            above += x[i] > value_at_risk;
            at += !(x[i] < value_at_risk) && !(x[i] > value_at_risk);
        }
    }
    *weight = (struct tail_weight){value_at_risk, (beyond - (double)above) / (double)at, beyond};
    if (!(beyond > 0.0)) /* the expected shortfall is the value at risk */
        *weight = (struct tail_weight){value_at_risk, 1.0 / (double)at, 1.0};
}

static enum riskpool_status attribution_init(struct attribution *a, const struct riskpool_results *results) {
    const struct riskpool_scenario *s = &a->scenario;
    a->n_modes = s->book.n_modes;
    a->n_levels = s->n_confidence;
    a->n_positions = s->book.n_positions;
    a->n_assets = s->market.n_assets;
    a->width = 2 + 3 * (a->n_positions + 1) + 3 * a->n_assets * a->n_assets;
    a->weight = calloc(tails_of(a) + 1, sizeof *a->weight);
    a->path = calloc(BLOCKS_AT_ONCE * BLOCK, sizeof *a->path);
    a->sums = calloc(BLOCKS_AT_ONCE * tails_of(a) * a->width + 1, sizeof *a->sums);
    a->total = calloc(tails_of(a) * a->width + 1, sizeof *a->total);
    a->n_workers = run_worker_count(s, a->options);
    a->worker = calloc(a->n_workers, sizeof *a->worker);
    enum riskpool_status status =
        a->weight && a->path && a->sums && a->total && a->worker ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    if (status == RISKPOOL_OK)
        status = run_setup_init(&a->setup, s, a->options->exact);
    a->setup.engine.terms.gains = 1;
    for (size_t i = 0; i < a->n_workers && status == RISKPOOL_OK; ++i)
        status = worker_init(&a->worker[i], &s->market, a->setup.steps, &a->setup.engine);
    for (size_t m = 0; m < a->n_modes && status == RISKPOOL_OK; ++m)
        for (size_t level = 0; level < a->n_levels; ++level)
            weigh(a, m, level, results);
    return status;
}

static void attribution_free(struct attribution *a) {
    for (size_t i = 0; a->worker && i < a->n_workers; ++i)
        worker_free(&a->worker[i]);
    free(a->worker);
    free(a->weight);
    free(a->path);
    free(a->sums);
    free(a->total);
    run_setup_free(&a->setup);
}

static double *add_part(double *sums, double weight, double part, double loss) {
    *sums++ += weight * part;
    *sums++ += weight * part * part;
    *sums++ += weight * part * loss;
    return sums;
}

/* One path of one mode in the tail, to the sums of the tail. */
static void add_path(const struct attribution *a, const struct worker *worker, const struct outcome *outcome, size_t p,
                     double weight, double *sums) {
    const double *row = worker->block.slice.final + p, loss = outcome->column[OUTCOME_loss][p];
    double other = loss;
    *sums++ += weight;
    *sums++ += weight * loss * loss;
    for (size_t i = 0; i < a->n_positions; ++i) {
        const double gain = outcome->gain[i * BATCH + p];
        sums = add_part(sums, weight, -gain, loss);
        other += gain;
    }
    sums = add_part(sums, weight, other, loss);
    for (size_t i = 0; i < a->n_assets; ++i)
        for (size_t j = 0; j < a->n_assets; ++j) {
            const double x = row[i * BLOCK], y = row[j * BLOCK];
            *sums++ += weight * x * y;
            *sums++ += weight * (x * y) * (x * y);
            *sums++ += weight * (x * y) * (x * x);
        }
}

static void add_block(const struct attribution *a, const struct worker *worker, size_t n, double *sums) {
    memset(sums, 0, tails_of(a) * a->width * sizeof *sums);
    for (size_t m = 0; m < a->n_modes; ++m)
        for (size_t level = 0; level < a->n_levels; ++level) {
            const struct tail_weight *tail = &a->weight[m * a->n_levels + level];
            double *own = sums + (m * a->n_levels + level) * a->width;
            for (size_t p = 0; p < n; ++p) {
                const double loss = worker->outcome[m].column[OUTCOME_loss][p];
                const double weight = loss > tail->value_at_risk ? 1.0 : loss < tail->value_at_risk ? 0.0 : tail->at;
                if (weight > 0.0)
                    add_path(a, worker, &worker->outcome[m], p, weight, own);
            }
        }
}

static int is_stopped(const struct attribution *a) {
    return a->options->stop && a->options->stop(a->options->user);
}

/* Simulates the waiting paths; the last block is filled up with its last path, or pair of paths. */
static enum riskpool_status simulate(struct attribution *a) {
    const size_t n = a->n_paths, n_blocks = (n + BLOCK - 1) / BLOCK, size = tails_of(a) * a->width;
    for (size_t i = n; i < n_blocks * BLOCK; ++i)
        a->path[i] = a->path[i < 2 ? 0 : i - 2];
    int stopped = 0;
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)a->n_workers) reduction(| : stopped)
    for (size_t block = 0; block < n_blocks; ++block) {
        struct worker *worker = &a->worker[omp_get_thread_num()];
        const size_t left = n - block * BLOCK;
        stopped |= is_stopped(a);
        if (stopped)
            continue;
        worker_block(worker, a->path + block * BLOCK);
        add_block(a, worker, left < BLOCK ? left : BLOCK, a->sums + block * size);
    }
    for (size_t block = 0; block < n_blocks && !stopped; ++block)
        for (size_t k = 0; k < size; ++k)
            sum_add(&a->total[k], a->sums[block * size + k]);
    a->n_paths = 0;
    return stopped ? RISKPOOL_STOPPED : RISKPOOL_OK;
}

/* Whether a path is in the tail of any mode at the lowest level. */
static int is_in_tail(const struct attribution *a, uint64_t row) {
    for (size_t m = 0; m < a->n_modes; ++m)
        if (!(a->tally->mode[m].loss[row] < a->weight[m * a->n_levels].value_at_risk))
            return 1;
    return 0;
}

static enum riskpool_status find_tail(struct attribution *a) {
    const struct tally *tally = a->tally;
    const size_t unit = tally->shape.antithetic ? 2 : 1;
    enum riskpool_status status = RISKPOOL_OK;
    for (uint64_t batch = 0; batch < tally->capacity / BATCH && status == RISKPOOL_OK; ++batch) {
        if (batch * BATCH * sizeof(double) % DEPOT_REST == 0)
            depot_rest(&tally->depot);
        for (size_t i = 0; i < tally->done[batch] && status == RISKPOOL_OK; i += unit) {
            const uint64_t row = batch * BATCH + i;
            if (!is_in_tail(a, row) && !(unit == 2 && is_in_tail(a, row + 1)))
                continue;
            for (size_t k = 0; k < unit; ++k)
                a->path[a->n_paths++] = row + k;
            if (a->n_paths == BLOCKS_AT_ONCE * BLOCK)
                status = simulate(a);
        }
    }
    return status == RISKPOOL_OK && a->n_paths > 0 ? simulate(a) : status;
}

/* Weighted means of a tail. */
struct tail_means {
    size_t n_assets;
    double paths;    /* that the weights come to */
    double level;    /* of confidence */
    double loss;     /* the expected shortfall */
    double variance; /* of the loss */
    double excess;   /* of the expected shortfall over the value at risk */
    const double *part, *move;
};

/* The mean of a part c of the loss in the tail, and its standard error: that of the influence function
 * 1{L >= v} (c - E[c | L = v]) / (1 - a), in which the regression of c on L answers for the mean at v. */
static void fill_part(const struct tail_means *means, size_t k, double *mean, double *error) {
    const double *own = means->part + 3 * k, c = own[0], variance = fmax(own[1] - c * c, 0.0);
    const double slope = means->variance > 0.0 ? (own[2] - c * means->loss) / means->variance : 0.0;
    const double away = slope * means->excess;
    *mean = c;
    *error = means->paths > 1.0 ? sqrt((variance + means->level * away * away) / means->paths) : NAN;
}

/* r = E[xy] / sqrt(E[x^2] E[y^2]), and its standard error by the delta method. */
static void fill_correlation(const struct tail_means *means, size_t i, size_t j, double *value, double *error) {
    const size_t n = means->n_assets;
    const double *own = means->move + 3 * (i * n + j), *mirror = means->move + 3 * (j * n + i);
    const double *x = means->move + 3 * (i * n + i), *y = means->move + 3 * (j * n + j);
    const double scale = x[0] * y[0], r = own[0] / sqrt(scale);
    const double square = own[1] / scale +
                          0.25 * r * r * (x[1] / (x[0] * x[0]) + y[1] / (y[0] * y[0]) + 2.0 * own[1] / scale) -
                          r * (own[2] / x[0] + mirror[2] / y[0]) / sqrt(scale);
    *value = i == j ? 1.0 : r;
    *error = i == j ? 0.0 : means->paths > 1.0 ? sqrt(fmax(square, 0.0) / means->paths) : NAN;
}

static void fill_tail(const struct attribution *a, size_t tail, double *mean, double *const *risk) {
    const struct sum *total = a->total + tail * a->width;
    const size_t n = a->n_assets, parts = a->n_positions;
    for (size_t k = 0; k < a->width; ++k)
        mean[k] = sum_value(&total[k]) / sum_value(&total[0]);
    struct tail_means means = {.n_assets = n,
                               .paths = a->weight[tail].total,
                               .level = a->scenario.confidence[tail % a->n_levels],
                               .part = mean + 2,
                               .move = mean + 2 + 3 * (parts + 1)};
    for (size_t k = 0; k <= parts; ++k)
        means.loss += means.part[3 * k];
    means.variance = fmax(mean[1] - means.loss * means.loss, 0.0);
    means.excess = means.loss - a->weight[tail].value_at_risk;
    for (size_t k = 0; k < parts; ++k)
        fill_part(&means, k, &risk[RISK_expected_shortfall_contribution][tail * parts + k],
                  &risk[RISK_expected_shortfall_contribution_se][tail * parts + k]);
    fill_part(&means, parts, &risk[RISK_expected_shortfall_contribution_other][tail],
              &risk[RISK_expected_shortfall_contribution_other_se][tail]);
    for (size_t k = 0; k < n * n; ++k)
        fill_correlation(&means, k / n, k % n, &risk[RISK_tail_correlation][tail * n * n + k],
                         &risk[RISK_tail_correlation_se][tail * n * n + k]);
}

/* The paths must have been found again, all of them. */
static enum riskpool_status fill(const struct attribution *a, double *const *risk) {
    double *mean = calloc(a->width, sizeof *mean);
    enum riskpool_status status = mean ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    for (size_t tail = 0; tail < tails_of(a) && status == RISKPOOL_OK; ++tail) {
        const double found = sum_value(&a->total[tail * a->width]), wanted = a->weight[tail].total;
        if (!(fabs(found - wanted) <= 1e-6 * wanted))
            status = RISKPOOL_INTERNAL;
        else
            fill_tail(a, tail, mean, risk);
    }
    free(mean);
    return status;
}

/* Only what shares a pool infects: positions of different pools that fall on the same path do so by coincidence. */
static void drop_strangers(const struct riskpool_scenario *scenario, struct riskpool_results *results) {
    const size_t n = scenario->book.n_positions;
    for (size_t m = 0; m < scenario->book.n_modes; ++m)
        for (size_t pair = 0; pair < n * n; ++pair) {
            const size_t *pool_of = scenario->book.modes[m].pool_of;
            if (pool_of[pair / n] == pool_of[pair % n] || isnan(results->risk[RISK_contagion_liquidation_frequency][0]))
                continue;
            for (int k = 0; k < 3; ++k)
                results->risk[RISK_contagion_liquidation_frequency + k][m * n * n + pair] = 0.0;
        }
}

enum riskpool_status attribution_run(const struct riskpool_scenario *scenario,
                                     const struct riskpool_run_options *options, struct tally *tally,
                                     struct riskpool_results *results) {
    struct attribution a = {.scenario = *scenario, .options = options, .tally = tally};
    a.scenario.trajectories = 0;
    enum riskpool_status status = results_allocate_risk(results);
    if (status != RISKPOOL_OK)
        return status;
    stats_fill_risk(tally, results);
    drop_strangers(scenario, results);
    if (tally->renumbered || scenario->n_confidence == 0)
        return RISKPOOL_OK;
    status = attribution_init(&a, results);
    if (status == RISKPOOL_OK)
        status = find_tail(&a);
    if (status == RISKPOOL_OK)
        status = fill(&a, results->risk);
    attribution_free(&a);
    return status;
}
