/* A sweep: the points of its grid, as many side by side as a team takes. */
#include "run_sweep.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "run_results.h"
#include "run_team.h"
#include "scenario.h"
#include "stats.h"

/* What the threads count of the points of a team. */
struct counting {
    size_t n_points, n_crews;
    struct tally tally[TEAM_POINTS];
    struct tally_part (*part)[TEAM_POINTS]; /* [crew] */
    omp_lock_t lock;                        /* of the tallies */
};

static enum riskpool_status counting_init(struct counting *counting, const struct team *team) {
    omp_init_lock(&counting->lock);
    counting->part = calloc(team->n_crews, sizeof *counting->part);
    enum riskpool_status status = counting->part ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    for (; counting->n_points < team->n_points && status == RISKPOOL_OK; ++counting->n_points) {
        const struct tally_shape shape = run_tally_shape(&team->point[counting->n_points].setup, team->options);
        status = tally_init(&counting->tally[counting->n_points], &shape);
    }
    for (; counting->n_crews < team->n_crews && status == RISKPOOL_OK; ++counting->n_crews)
        for (size_t k = 0; k < team->n_points && status == RISKPOOL_OK; ++k)
            status = tally_part_init(&counting->part[counting->n_crews][k], &counting->tally[k].shape);
    return status;
}

static void counting_free(struct counting *counting) {
    for (size_t i = 0; i < counting->n_crews; ++i)
        for (size_t k = 0; k < counting->n_points; ++k)
            tally_part_free(&counting->part[i][k]);
    for (size_t k = 0; k < counting->n_points; ++k)
        tally_free(&counting->tally[k]);
    free(counting->part);
    omp_destroy_lock(&counting->lock);
}

static void count(void *user, size_t crew, const struct worker *worker, uint64_t first_path, size_t n) {
    struct counting *counting = user;
    struct tally_part *part = counting->part[crew];
    for (size_t k = 0; k < counting->n_points; ++k)
        tally_take(&counting->tally[k], &part[k], first_path, n, worker[k].outcome);
    omp_set_lock(&counting->lock);
    for (size_t k = 0; k < counting->n_points; ++k)
        tally_add(&counting->tally[k], &part[k], worker[k].outcome);
    omp_unset_lock(&counting->lock);
}

static enum riskpool_status fill_point(const struct team_point *point, struct tally *tally, size_t n_threads,
                                       struct riskpool_results **results) {
    *results = calloc(1, sizeof **results);
    if (!*results)
        return RISKPOOL_NO_MEMORY;
    (*results)->size[DIM_ASSET] = point->scenario.market.n_assets;
    enum riskpool_status status = stats_fill(tally, n_threads, *results);
    if (status == RISKPOOL_OK)
        status = stats_hand_over(tally, *results);
    if (status == RISKPOOL_OK)
        run_take_out_means(&point->scenario, point->setup.steps, *results);
    return status;
}

/* The points from `first` on that run side by side. */
static enum riskpool_status run_team(const struct sweep *sweep, size_t first, size_t n, size_t n_threads,
                                     const struct riskpool_run_options *options, struct sweep_results *results) {
    struct team *team = calloc(1, sizeof *team);
    struct counting *counting = calloc(1, sizeof *counting);
    enum riskpool_status status = team && counting ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    if (status == RISKPOOL_OK) {
        status = team_init(team, options, n_threads, (const struct riskpool_scenario *const *)sweep->point + first, n);
        if (status == RISKPOOL_OK)
            status = counting_init(counting, team);
        if (status == RISKPOOL_OK)
            status = team_follow(team, 0, sweep->point[first]->n_paths, count, counting);
        for (size_t k = 0; k < n && status == RISKPOOL_OK; ++k)
            status = fill_point(&team->point[k], &counting->tally[k], n_threads, &results->point[first + k]);
        counting_free(counting);
        team_free(team);
    }
    free(counting);
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
    for (size_t first = 0; first < sweep->n_points && status == RISKPOOL_OK; first += TEAM_POINTS) {
        const size_t left = sweep->n_points - first;
        status = run_team(sweep, first, left < TEAM_POINTS ? left : TEAM_POINTS, n_threads, options, &results->sweep);
    }
    return status == RISKPOOL_OK ? sweep_cross(results) : status;
}
