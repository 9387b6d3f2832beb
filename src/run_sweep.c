/* The loop of a sweep: batches in parallel, and in each of them, step by step, every point. */
#include "run_sweep.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "run_results.h"
#include "run_setup.h"
#include "scenario.h"
#include "stats.h"
#include "worker.h"

/* Points that run side by side: their rows stay in the cache. */
enum { POINTS_AT_ONCE = 7 };

/* A point: a scenario without what a sweep does not keep. */
struct point {
    struct riskpool_scenario scenario; /* points into that of the sweep */
    struct run_setup setup;
    struct tally tally;
};

/* What a thread needs for the points side by side. */
struct crew {
    struct worker worker[POINTS_AT_ONCE];
    struct tally_part part[POINTS_AT_ONCE];
};

struct team {
    const struct riskpool_run_options *options;
    size_t n_points, n_crews;
    struct point point[POINTS_AT_ONCE];
    struct crew *crew;
    int stopped;
    omp_lock_t lock; /* of the tallies */
};

static enum riskpool_status point_init(struct point *point, const struct riskpool_scenario *scenario,
                                       const struct riskpool_run_options *options) {
    point->scenario = *scenario;
    point->scenario.trajectories = 0;
    point->scenario.paths_kept = PATHS_NONE;
    enum riskpool_status status = run_setup_init(&point->setup, &point->scenario, 0);
    if (status != RISKPOOL_OK)
        return status;
    const struct tally_shape shape = run_tally_shape(&point->setup, options);
    return tally_init(&point->tally, &shape);
}

static enum riskpool_status crew_init(struct crew *crew, struct team *team) {
    for (size_t k = 0; k < team->n_points; ++k) {
        struct point *point = &team->point[k];
        const struct market *market = &point->scenario.market;
        enum riskpool_status status = worker_init(&crew->worker[k], market, point->setup.steps, &point->setup.engine);
        if (status == RISKPOOL_OK)
            status = tally_part_init(&crew->part[k], &point->tally.shape);
        if (status != RISKPOOL_OK)
            return status;
        size_t lender = 0;
        while (lender < k && !market_draws_alike(&team->point[lender].scenario.market, market))
            ++lender;
        if (lender < k)
            market_block_borrow(&crew->worker[k].block, &crew->worker[lender].block);
    }
    return RISKPOOL_OK;
}

static enum riskpool_status team_init(struct team *team, size_t n_threads, size_t n,
                                      struct riskpool_scenario *const *scenario) {
    enum riskpool_status status = RISKPOOL_OK;
    for (; team->n_points < n && status == RISKPOOL_OK; ++team->n_points)
        status = point_init(&team->point[team->n_points], scenario[team->n_points], team->options);
    team->crew = calloc(n_threads, sizeof *team->crew);
    if (status == RISKPOOL_OK && !team->crew)
        status = RISKPOOL_NO_MEMORY;
    for (; team->crew && team->n_crews < n_threads && status == RISKPOOL_OK; ++team->n_crews)
        status = crew_init(&team->crew[team->n_crews], team);
    return status;
}

static void team_free(struct team *team) {
    for (size_t i = 0; i < team->n_crews; ++i)
        for (size_t k = 0; k < team->n_points; ++k) {
            worker_free(&team->crew[i].worker[k]);
            tally_part_free(&team->crew[i].part[k]);
        }
    free(team->crew);
    for (size_t k = 0; k < team->n_points; ++k) {
        tally_free(&team->point[k].tally);
        run_setup_free(&team->point[k].setup);
    }
}

static int is_stopped(struct team *team) {
    int stopped;
#pragma omp atomic read
    stopped = team->stopped;
    if (!stopped && team->options->stop && team->options->stop(team->options->user)) {
#pragma omp atomic write
        team->stopped = 1;
        stopped = 1;
    }
    return stopped;
}

/* One block of paths, all points at each step before the next. */
static void follow_block(const struct team *team, struct crew *crew, uint64_t first_path, size_t offset) {
    uint64_t most = 0;
    const struct slice *slice[POINTS_AT_ONCE];
    for (size_t k = 0; k < team->n_points; ++k) {
        struct worker *worker = &crew->worker[k];
        slice[k] = market_start(&worker->block, first_path);
        accounts_open(worker->accounts, slice[k], worker->outcome, offset);
        most = worker->block.market->n_steps > most ? worker->block.market->n_steps : most;
    }
    for (uint64_t step = 0; step < most; ++step)
        for (size_t k = 0; k < team->n_points; ++k) {
            struct worker *worker = &crew->worker[k];
            if (step >= worker->block.market->n_steps)
                continue;
            slice[k] = market_step(&worker->block);
            accounts_step(worker->accounts, slice[k]);
        }
    for (size_t k = 0; k < team->n_points; ++k)
        accounts_close(crew->worker[k].accounts, slice[k]);
}

static void follow_batch(struct team *team, struct crew *crew, uint64_t first_path, size_t n) {
    for (size_t offset = 0; offset < n; offset += BLOCK)
        follow_block(team, crew, first_path + offset, offset);
    for (size_t k = 0; k < team->n_points; ++k)
        tally_take(&team->point[k].tally, &crew->part[k], first_path, n, crew->worker[k].outcome);
    omp_set_lock(&team->lock);
    for (size_t k = 0; k < team->n_points; ++k)
        tally_add(&team->point[k].tally, &crew->part[k], crew->worker[k].outcome);
    omp_unset_lock(&team->lock);
}

static enum riskpool_status follow_all(struct team *team, uint64_t n_paths) {
    const uint64_t n_batches = (n_paths + BATCH - 1) / BATCH;
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)team->n_crews)
    for (uint64_t batch = 0; batch < n_batches; ++batch) {
        const uint64_t path = batch * BATCH;
        if (!is_stopped(team))
            follow_batch(team, &team->crew[omp_get_thread_num()], path,
                         n_paths - path < BATCH ? (size_t)(n_paths - path) : BATCH);
    }
    return team->stopped ? RISKPOOL_STOPPED : RISKPOOL_OK;
}

static enum riskpool_status fill_point(struct point *point, size_t n_threads, struct riskpool_results **results) {
    *results = calloc(1, sizeof **results);
    if (!*results)
        return RISKPOOL_NO_MEMORY;
    (*results)->size[DIM_ASSET] = point->scenario.market.n_assets;
    enum riskpool_status status = stats_fill(&point->tally, n_threads, *results);
    if (status == RISKPOOL_OK)
        run_take_out_means(&point->scenario, point->setup.steps, *results);
    return status;
}

/* The points from `first` on that run side by side. */
static enum riskpool_status run_team(const struct sweep *sweep, size_t first, size_t n, size_t n_threads,
                                     const struct riskpool_run_options *options, struct sweep_results *results) {
    struct team *team = calloc(1, sizeof *team);
    if (!team)
        return RISKPOOL_NO_MEMORY;
    team->options = options;
    omp_init_lock(&team->lock);
    enum riskpool_status status = team_init(team, n_threads, n, sweep->point + first);
    if (status == RISKPOOL_OK)
        status = follow_all(team, sweep->point[first]->n_paths);
    for (size_t k = 0; k < n && status == RISKPOOL_OK; ++k)
        status = fill_point(&team->point[k], n_threads, &results->point[first + k]);
    team_free(team);
    omp_destroy_lock(&team->lock);
    free(team);
    return status;
}

static enum riskpool_status describe(const struct sweep *sweep, struct sweep_results *results) {
    results->n_parameters = sweep->n_parameters;
    for (size_t p = 0; p < sweep->n_parameters; ++p) {
        const struct sweep_parameter *from = &sweep->parameter[p];
        struct sweep_axis *to = &results->axis[p];
        *to = (struct sweep_axis){strdup(from->key), strdup(from->name), from->n,
                                  calloc(from->n + 1, sizeof *from->value)};
        if (!to->key || !to->name || !to->value)
            return RISKPOOL_NO_MEMORY;
        memcpy(to->value, from->value, from->n * sizeof *from->value);
    }
    results->point = calloc(sweep->n_points + 1, sizeof(struct riskpool_results *));
    if (!results->point)
        return RISKPOOL_NO_MEMORY;
    results->n_points = sweep->n_points;
    return RISKPOOL_OK;
}

enum riskpool_status sweep_run(const struct riskpool_scenario *scenario, const struct riskpool_run_options *options,
                               struct riskpool_results *results) {
    const struct sweep *sweep = &scenario->sweep;
    const size_t n_threads = run_worker_count(scenario, options);
    if (sweep->n_points == 0)
        return RISKPOOL_OK;
    enum riskpool_status status = describe(sweep, &results->sweep);
    for (size_t first = 0; first < sweep->n_points && status == RISKPOOL_OK; first += POINTS_AT_ONCE) {
        const size_t left = sweep->n_points - first;
        status =
            run_team(sweep, first, left < POINTS_AT_ONCE ? left : POINTS_AT_ONCE, n_threads, options, &results->sweep);
    }
    return status == RISKPOOL_OK ? sweep_cross(results) : status;
}
