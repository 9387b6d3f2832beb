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
    const struct riskpool_scenario *scenario;
    const struct riskpool_run_options *options;
    const struct tally *tally;
    struct run_setup setup;
    size_t n_modes, n_levels, n_positions, n_assets;
    struct tail_weight *weight; /* [mode][level] */
    size_t n_workers;
    struct worker *worker;
    size_t n_paths; /* waiting to be simulated */
    uint64_t *path; /* [BLOCKS_AT_ONCE * BLOCK] */
    /* Of a mode and level: weight, losses of the positions, other losses, products of log returns. */
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
    const double beyond = estimate_beyond(loss.n, a->scenario->confidence[level]);
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
    const struct riskpool_scenario *s = a->scenario;
    a->n_modes = s->book.n_modes;
    a->n_levels = s->n_confidence;
    a->n_positions = s->book.n_positions;
    a->n_assets = s->market.n_assets;
    a->width = 2 + a->n_positions + a->n_assets * a->n_assets;
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

/* One path of one mode in the tail, to the sums of the tail. */
static void add_path(const struct attribution *a, const struct worker *worker, const struct outcome *outcome, size_t p,
                     double weight, double *sums) {
    const double *x = worker->block.slice.final;
    double other = outcome->column[OUTCOME_loss][p];
    *sums++ += weight;
    for (size_t i = 0; i < a->n_positions; ++i) {
        const double gain = outcome->gain[i * BATCH + p];
        *sums++ -= weight * gain;
        other += gain;
    }
    *sums++ += weight * other;
    for (size_t i = 0; i < a->n_assets; ++i)
        for (size_t j = 0; j < a->n_assets; ++j)
            *sums++ += weight * x[i * BLOCK + p] * x[j * BLOCK + p];
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

static void fill_tail(const struct attribution *a, size_t tail, double *const *risk) {
    const struct sum *total = a->total + tail * a->width;
    const size_t n = a->n_assets;
    const double weight = sum_value(total++);
    for (size_t i = 0; i < a->n_positions; ++i)
        risk[RISK_expected_shortfall_contribution][tail * a->n_positions + i] = sum_value(total++) / weight;
    risk[RISK_expected_shortfall_contribution_other][tail] = sum_value(total++) / weight;
    for (size_t i = 0; i < n; ++i)
        for (size_t j = 0; j < n; ++j)
            risk[RISK_tail_correlation][(tail * n + i) * n + j] =
                i == j
                    ? 1.0
                    : sum_value(&total[i * n + j]) / sqrt(sum_value(&total[i * n + i]) * sum_value(&total[j * n + j]));
}

/* The paths must have been found again, all of them. */
static enum riskpool_status fill(const struct attribution *a, double *const *risk) {
    for (size_t tail = 0; tail < tails_of(a); ++tail) {
        const double found = sum_value(&a->total[tail * a->width]), wanted = a->weight[tail].total;
        if (!(fabs(found - wanted) <= 1e-6 * wanted))
            return RISKPOOL_INTERNAL;
        fill_tail(a, tail, risk);
    }
    return RISKPOOL_OK;
}

enum riskpool_status attribution_run(const struct riskpool_scenario *scenario,
                                     const struct riskpool_run_options *options, struct tally *tally,
                                     struct riskpool_results *results) {
    struct attribution a = {.scenario = scenario, .options = options, .tally = tally};
    enum riskpool_status status = results_allocate_risk(results);
    if (status != RISKPOOL_OK)
        return status;
    stats_fill_risk(tally, results);
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
