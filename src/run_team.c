/* The loop of a team: batches in parallel, and in each of them, step by step, every point. */
#include "run_team.h"

#include <omp.h>
#include <stdlib.h>

static enum riskpool_status point_init(struct team_point *point, const struct riskpool_scenario *scenario) {
    point->scenario = *scenario;
    point->scenario.trajectories = point->scenario.correlation_risk = 0;
    point->scenario.paths_kept = PATHS_NONE;
    return run_setup_init(&point->setup, &point->scenario, 0);
}

static enum riskpool_status crew_init(struct crew *crew, const struct team *team) {
    for (size_t k = 0; k < team->n_points; ++k) {
        const struct team_point *point = &team->point[k];
        const struct market *market = &point->scenario.market;
        enum riskpool_status status = worker_init(&crew->worker[k], market, point->setup.steps, &point->setup.engine);
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

enum riskpool_status team_init(struct team *team, const struct riskpool_run_options *options, size_t n_threads,
                               const struct riskpool_scenario *const *scenario, size_t n) {
    enum riskpool_status status = RISKPOOL_OK;
    *team = (struct team){.options = options};
    for (; team->n_points < n && status == RISKPOOL_OK; ++team->n_points)
        status = point_init(&team->point[team->n_points], scenario[team->n_points]);
    team->crew = calloc(n_threads, sizeof *team->crew);
    if (status == RISKPOOL_OK && !team->crew)
        status = RISKPOOL_NO_MEMORY;
    for (; team->crew && team->n_crews < n_threads && status == RISKPOOL_OK; ++team->n_crews)
        status = crew_init(&team->crew[team->n_crews], team);
    return status;
}

void team_free(struct team *team) {
    for (size_t i = 0; i < team->n_crews; ++i)
        for (size_t k = 0; k < team->n_points; ++k)
            worker_free(&team->crew[i].worker[k]);
    free(team->crew);
    for (size_t k = 0; k < team->n_points; ++k)
        run_setup_free(&team->point[k].setup);
    *team = (struct team){0};
}

static void stop(struct team *team) {
#pragma omp atomic write
    team->stopped = 1;
}

static int is_stopped(struct team *team) {
    int stopped;
#pragma omp atomic read
    stopped = team->stopped;
    if (!stopped && team->options->stop && team->options->stop(team->options->user)) {
        stop(team);
        stopped = 1;
    }
    return stopped;
}

/* One block of paths, all points at each step before the next; 0 when told not to finish. */
static int follow_block(const struct team *team, struct crew *crew, const uint64_t *path, size_t offset) {
    uint64_t most = 0;
    const struct slice *slice[TEAM_POINTS];
    for (size_t k = 0; k < team->n_points; ++k) {
        struct worker *worker = &crew->worker[k];
        slice[k] = market_start_at(&worker->block, path);
        accounts_open(worker->accounts, slice[k], worker->outcome, offset);
        most = worker->block.market->n_steps > most ? worker->block.market->n_steps : most;
    }
    for (uint64_t step = 0; step < most; ++step) {
        if (team->options->stop && team->options->stop(team->options->user) > 1)
            return 0;
        for (size_t k = 0; k < team->n_points; ++k) {
            struct worker *worker = &crew->worker[k];
            if (step >= worker->block.market->n_steps)
                continue;
            slice[k] = market_step(&worker->block);
            accounts_step(worker->accounts, slice[k]);
        }
    }
    for (size_t k = 0; k < team->n_points; ++k)
        accounts_close(crew->worker[k].accounts, slice[k]);
    return 1;
}

/* One batch, unless the team is stopped. */
static int follow_batch(struct team *team, struct crew *crew, uint64_t first_path, size_t n) {
    for (size_t offset = 0; offset < n; offset += BLOCK) {
        uint64_t path[BLOCK];
        for (size_t p = 0; p < BLOCK; ++p)
            path[p] = first_path + offset + p;
        if (is_stopped(team) || !follow_block(team, crew, path, offset)) {
            stop(team);
            return 0;
        }
    }
    return 1;
}

enum riskpool_status team_follow(struct team *team, uint64_t first_path, uint64_t end_path, team_done *done,
                                 void *user) {
    const uint64_t n_batches = (end_path - first_path + BATCH - 1) / BATCH;
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)team->n_crews)
    for (uint64_t batch = 0; batch < n_batches; ++batch) {
        const uint64_t path = first_path + batch * BATCH;
        const size_t n = end_path - path < BATCH ? (size_t)(end_path - path) : BATCH;
        struct crew *crew = &team->crew[omp_get_thread_num()];
        if (follow_batch(team, crew, path, n))
            done(user, (size_t)omp_get_thread_num(), crew->worker, path, n);
    }
    return team->stopped ? RISKPOOL_STOPPED : RISKPOOL_OK;
}

enum riskpool_status team_follow_blocks(struct team *team, const uint64_t *path, uint64_t first_block,
                                        uint64_t end_block, team_block_done *done, void *user) {
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)team->n_crews)
    for (uint64_t block = first_block; block < end_block; ++block) {
        struct crew *crew = &team->crew[omp_get_thread_num()];
        if (is_stopped(team))
            continue;
        if (follow_block(team, crew, path + block * BLOCK, 0))
            done(user, crew->worker, block);
        else
            stop(team);
    }
    return team->stopped ? RISKPOOL_STOPPED : RISKPOOL_OK;
}
