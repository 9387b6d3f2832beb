/* The loop over the paths that are weighed by their score. */
#include "run_likelihood.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "run_setup.h"
#include "score.h"
#include "worker.h"

/* Steps beyond which differences are always better; batches between two additions. */
enum { MOST_STEPS = 128, BATCHES_AT_ONCE = 16 };
/* Paths in a tail, or with a liquidation (and without), that a slope takes. */
static const double least_events = 40.0;

/* What a thread needs. */
struct rater {
    struct worker worker;
    struct score score;
    struct arena arena;
    double *until;   /* [mode][parameter][BLOCK] score up to the first liquidation */
    uint8_t *passed; /* [mode][BLOCK] it has happened */
};

struct likelihood {
    const struct riskpool_run_options *options;
    const struct slope_shape *shape;
    struct riskpool_scenario scenario; /* without trajectories */
    struct run_setup setup;
    size_t n_raters;
    struct rater *rater;
    size_t n_statistics;
    struct slope_part *part;   /* [batch of a round][statistic][parameter] */
    struct slope_total *total; /* [statistic][parameter] */
};

int likelihood_exists(const struct riskpool_scenario *scenario) {
    const struct market *market = &scenario->market;
    return !market->bridge && market->n_steps <= MOST_STEPS && score_exists(market);
}

static enum riskpool_status rater_init(struct rater *rater, const struct likelihood *l) {
    const struct market *market = &l->scenario.market;
    enum riskpool_status status = worker_init(&rater->worker, market, l->setup.steps, &l->setup.engine);
    if (status == RISKPOOL_OK)
        status = score_init(&rater->score, market, &rater->arena);
    if (status != RISKPOOL_OK)
        return status;
    rater->until = arena_take(&rater->arena, l->shape->n_modes * l->shape->n_parameters * BLOCK);
    rater->passed = arena_allocate(&rater->arena, l->shape->n_modes * BLOCK);
    return rater->arena.failed ? RISKPOOL_NO_MEMORY : RISKPOOL_OK;
}

/* Keeps the score of the paths that are liquidated for the first time; of all that are left, at the end. */
static void keep_scores(const struct slope_shape *shape, struct rater *rater, int at_end) {
    for (size_t m = 0; m < shape->n_modes; ++m) {
        const double *rounds = rater->worker.outcome[m].column[OUTCOME_rounds];
        uint8_t *passed = rater->passed + m * BLOCK;
        double *until = rater->until + m * shape->n_parameters * BLOCK;
        for (size_t p = 0; p < BLOCK; ++p) {
            if (passed[p] || !(at_end || rounds[p] > 0.0))
                continue;
            passed[p] = 1;
            for (size_t k = 0; k < shape->n_parameters; ++k)
                until[k * BLOCK + p] = rater->score.row[k * BLOCK + p];
        }
    }
}

static void follow_block(const struct likelihood *l, struct rater *rater, uint64_t first_path) {
    struct worker *worker = &rater->worker;
    const struct slice *slice = market_start(&worker->block, first_path);
    score_start(&rater->score);
    memset(rater->passed, 0, l->shape->n_modes * BLOCK);
    accounts_open(worker->accounts, slice, worker->outcome, 0);
    for (uint64_t step = 0; step < l->scenario.market.n_steps; ++step) {
        slice = market_step(&worker->block);
        score_step(&rater->score, &worker->block);
        accounts_step(worker->accounts, slice);
        keep_scores(l->shape, rater, 0);
    }
    accounts_close(worker->accounts, slice);
    keep_scores(l->shape, rater, 1);
}

static void add_block(const struct likelihood *l, const struct rater *rater, size_t n, struct slope_part *part) {
    const struct slope_shape *shape = l->shape;
    for (size_t s = 0; s < l->n_statistics; ++s) {
        const size_t mode = s / (1 + shape->n_levels), level = s % (1 + shape->n_levels);
        const double *score = level == 0 ? rater->until + mode * shape->n_parameters * BLOCK : rater->score.row;
        double payoff[BLOCK], row[BLOCK];
        uint64_t reached;
        slope_payoff(shape, s, &rater->worker.outcome[mode], n, 1, payoff, &reached);
        for (size_t k = 0; k < shape->n_parameters; ++k) {
            for (size_t p = 0; p < n; ++p)
                row[p] = payoff[p] * score[k * BLOCK + p];
            slope_add(shape, &part[s * shape->n_parameters + k], row, n, reached);
        }
    }
}

/* The batches from `first_path` on, at most BATCHES_AT_ONCE of them. */
static int follow_round(struct likelihood *l, uint64_t first_path, uint64_t n_paths) {
    const uint64_t left = n_paths - first_path;
    const uint64_t whole = (left + BATCH - 1) / BATCH, n_batches = whole < BATCHES_AT_ONCE ? whole : BATCHES_AT_ONCE;
    const size_t slots = l->n_statistics * l->shape->n_parameters;
    int stopped = 0;
    memset(l->part, 0, BATCHES_AT_ONCE * slots * sizeof *l->part);
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)l->n_raters) reduction(| : stopped)
    for (uint64_t batch = 0; batch < n_batches; ++batch) {
        struct rater *rater = &l->rater[omp_get_thread_num()];
        const uint64_t begin = first_path + batch * BATCH;
        const uint64_t end = n_paths - begin < BATCH ? n_paths : begin + BATCH;
        for (uint64_t path = begin; path < end && !stopped; path += BLOCK) {
            stopped |= l->options->stop && l->options->stop(l->options->user);
            follow_block(l, rater, path);
            add_block(l, rater, end - path < BLOCK ? (size_t)(end - path) : BLOCK, l->part + batch * slots);
        }
    }
    for (size_t k = 0; k < BATCHES_AT_ONCE * slots; ++k)
        slope_gather(&l->total[k % slots], &l->part[k]);
    return stopped;
}

static enum riskpool_status likelihood_init(struct likelihood *l) {
    const size_t slots = l->n_statistics * l->shape->n_parameters;
    l->scenario.trajectories = l->scenario.correlation_risk = 0;
    l->rater = calloc(l->n_raters, sizeof *l->rater);
    l->part = calloc(BATCHES_AT_ONCE * slots, sizeof *l->part);
    l->total = calloc(slots, sizeof *l->total);
    if (!l->rater || !l->part || !l->total)
        return RISKPOOL_NO_MEMORY;
    enum riskpool_status status = run_setup_init(&l->setup, &l->scenario, 0);
    for (size_t i = 0; i < l->n_raters && status == RISKPOOL_OK; ++i)
        status = rater_init(&l->rater[i], l);
    return status;
}

static void likelihood_free(struct likelihood *l) {
    for (size_t i = 0; l->rater && i < l->n_raters; ++i) {
        worker_free(&l->rater[i].worker);
        arena_free(&l->rater[i].arena);
    }
    run_setup_free(&l->setup);
    free(l->rater);
    free(l->part);
    free(l->total);
}

/* Whether a parameter moves nothing but the law of the prices: dynamic margin is relative to the volatilities. */
static int is_of_law(const struct riskpool_scenario *scenario, const struct slope_shape *shape, size_t parameter) {
    size_t i, j;
    slope_assets(shape, parameter, &i, &j);
    return i != j || !(scenario->dynamic.half_life > 0.0);
}

/* Whether so many paths say something of a statistic: the errors of ratios settle late. */
static int are_enough(const struct slope_shape *shape, size_t statistic, double n_paths) {
    const size_t mode = statistic / (1 + shape->n_levels), level = statistic % (1 + shape->n_levels);
    const double frequency = shape->results->modes[mode].statistic[STAT_any_liquidation_frequency][0];
    const double share = level > 0 ? 1.0 - shape->results->confidence[level - 1] : frequency * (1.0 - frequency);
    return n_paths * share >= least_events;
}

enum riskpool_status likelihood_run(const struct riskpool_scenario *scenario,
                                    const struct riskpool_run_options *options, const struct slope_shape *shape,
                                    uint64_t n_paths, struct slope *slope) {
    struct likelihood l = {.options = options, .shape = shape, .scenario = *scenario};
    struct stratum first = {.size = n_paths, .n = n_paths};
    const struct strata plain = {.n = 1, .stratum = &first, .n_paths = n_paths};
    l.n_raters = run_worker_count(scenario, options);
    l.n_statistics = slope_statistics(shape);
    enum riskpool_status status = likelihood_init(&l);
    for (uint64_t path = 0; path < n_paths && status == RISKPOOL_OK; path += BATCHES_AT_ONCE * BATCH)
        status = follow_round(&l, path, n_paths) ? RISKPOOL_STOPPED : RISKPOOL_OK;
    for (size_t k = 0; k < l.n_statistics * shape->n_parameters && status == RISKPOOL_OK; ++k)
        if (is_of_law(scenario, shape, k % shape->n_parameters) &&
            are_enough(shape, k / shape->n_parameters, (double)n_paths))
            slope[k] = slope_estimate(shape, &l.total[k], 0, &plain, 0, SLOPE_RATIO);
    likelihood_free(&l);
    return status;
}
