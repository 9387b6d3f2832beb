#include "run_difference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run_moved.h"
#include "run_team.h"

/* Parameters that run side by side, and batches between two additions. */
enum { SIDE_BY_SIDE = TEAM_POINTS / DIFFERENCE_RUNS, BATCHES_AT_ONCE = 64 };

/* How far a correlation moves, a volatility as a share of itself; the room a correlation is looked at for, at most and
 * at least; below which room one side is enough, and how far it moves then. */
static const double most_step = 0.04, most_room = 0.16, least_room = 0.0025, scarce_room = 0.01, one_side = 0.02;

/* From where to where a parameter moves. */
struct bump {
    size_t parameter, i, j;
    double low, high;
    double width; /* in units of the parameter */
    enum slope_method method;
};

struct differences {
    const struct riskpool_scenario *scenario;
    const struct riskpool_run_options *options;
    const struct slope_shape *shape;
    size_t n_threads, n_statistics;
    size_t n_bumps; /* of those side by side */
    struct bump bump[SIDE_BY_SIDE];
    uint64_t first_path;       /* of the round */
    struct slope_part *part;   /* [batch of the round][bump][statistic] */
    struct slope_total *total; /* [bump][statistic] */
};

/* How far, in halves of the most, the correlation can go to one side: 0, not even the least. */
static enum riskpool_status find_room(const struct riskpool_scenario *scenario, size_t i, size_t j, double sign,
                                      double *room) {
    enum riskpool_status status = RISKPOOL_OK;
    int exists = 0;
    for (*room = most_room; *room >= least_room && status == RISKPOOL_OK; *room /= 2.0) {
        status = moved_check(scenario, i, j, sign * *room, &exists);
        if (exists)
            return RISKPOOL_OK;
    }
    *room = 0.0;
    return status;
}

static enum riskpool_status plan_correlation(const struct riskpool_scenario *scenario, struct bump *bump) {
    double up, down;
    enum riskpool_status status = find_room(scenario, bump->i, bump->j, 1.0, &up);
    if (status == RISKPOOL_OK)
        status = find_room(scenario, bump->i, bump->j, -1.0, &down);
    if (status != RISKPOOL_OK)
        return status;
    const double least = fmin(up, down), most = fmax(up, down);
    if (least >= scarce_room || (least > 0.0 && least == most)) {
        bump->high = fmin(most_step, least / 4.0);
        bump->low = -bump->high;
        bump->method = SLOPE_CENTRAL;
    } else if (most > 0.0) {
        *(up > down ? &bump->high : &bump->low) = (up > down ? 1.0 : -1.0) * fmin(one_side, most / 4.0);
        bump->method = SLOPE_ONE_SIDED;
    }
    bump->width = bump->high - bump->low;
    return RISKPOOL_OK;
}

static enum riskpool_status plan(const struct differences *d, size_t parameter, struct bump *bump) {
    *bump = (struct bump){.parameter = parameter};
    slope_assets(d->shape, parameter, &bump->i, &bump->j);
    if (bump->i != bump->j)
        return plan_correlation(d->scenario, bump);
    const double volatility = d->scenario->market.assets[bump->i].volatility;
    if (volatility > 0.0)
        *bump = (struct bump){.parameter = parameter,
                              .i = bump->i,
                              .j = bump->i,
                              .low = -most_step,
                              .high = most_step,
                              .width = 2.0 * most_step * volatility,
                              .method = SLOPE_CENTRAL};
    return RISKPOOL_OK;
}

static void take(void *user, size_t crew, const struct worker *worker, uint64_t first_path, size_t n) {
    const struct differences *d = user;
    const size_t batch = (size_t)((first_path - d->first_path) / BATCH);
    (void)crew;
    for (size_t b = 0; b < d->n_bumps; ++b)
        for (size_t s = 0; s < d->n_statistics; ++s) {
            const size_t mode = s / (1 + d->shape->n_levels);
            double high[BATCH], low[BATCH];
            uint64_t reached_high, reached_low;
            const struct worker *own = worker + DIFFERENCE_RUNS * b;
            slope_payoff(d->shape, s, &own[0].outcome[mode], n, 0, high, &reached_high);
            slope_payoff(d->shape, s, &own[1].outcome[mode], n, 0, low, &reached_low);
            for (size_t p = 0; p < n; ++p)
                high[p] = (high[p] - low[p]) / d->bump[b].width;
            slope_add(d->shape, &d->part[(batch * SIDE_BY_SIDE + b) * d->n_statistics + s], high, n,
                      reached_high + reached_low);
        }
}

/* All paths, in rounds, whose batches are added in order. */
static enum riskpool_status follow(struct differences *d, struct team *team, uint64_t n_paths) {
    const size_t slots = SIDE_BY_SIDE * d->n_statistics;
    enum riskpool_status status = RISKPOOL_OK;
    memset(d->total, 0, slots * sizeof *d->total);
    for (d->first_path = 0; d->first_path < n_paths && status == RISKPOOL_OK;
         d->first_path += BATCHES_AT_ONCE * BATCH) {
        const uint64_t left = n_paths - d->first_path, most = BATCHES_AT_ONCE * BATCH;
        memset(d->part, 0, BATCHES_AT_ONCE * slots * sizeof *d->part);
        status = team_follow(team, d->first_path, d->first_path + (left < most ? left : most), take, d);
        for (size_t k = 0; k < BATCHES_AT_ONCE * slots; ++k)
            slope_gather(&d->total[k % slots], &d->part[k]);
    }
    return status;
}

/* One path that changes sides, at least: no difference was seen, which does not say that there is none. */
static void bound_error(const struct bump *bump, uint64_t n_paths, struct slope *slope) {
    slope->error = fmax(slope->error, 1.0 / (bump->width * (double)n_paths));
}

static void estimate(const struct differences *d, uint64_t n_paths, struct slope *slope) {
    for (size_t b = 0; b < d->n_bumps; ++b)
        for (size_t s = 0; s < d->n_statistics; ++s) {
            struct slope *own = &slope[s * d->shape->n_parameters + d->bump[b].parameter];
            *own = slope_estimate(d->shape, s, &d->total[b * d->n_statistics + s], n_paths, d->bump[b].method);
            if (s % (1 + d->shape->n_levels) == 0 && own->method != SLOPE_NONE)
                bound_error(&d->bump[b], n_paths, own);
        }
}

/* The parameters that were collected. */
static enum riskpool_status run_bumps(struct differences *d, uint64_t n_paths, struct slope *slope) {
    struct moved moved[TEAM_POINTS] = {{.correlation = NULL}};
    const struct riskpool_scenario *scenario[TEAM_POINTS];
    struct team *team = calloc(1, sizeof *team);
    enum riskpool_status status = team ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    const size_t n = DIFFERENCE_RUNS * d->n_bumps;
    for (size_t k = 0; k < n && status == RISKPOOL_OK; ++k) {
        const struct bump *bump = &d->bump[k / DIFFERENCE_RUNS];
        scenario[k] = &moved[k].scenario;
        status = moved_init(&moved[k], d->scenario, bump->i, bump->j, k % DIFFERENCE_RUNS ? bump->low : bump->high);
    }
    if (status == RISKPOOL_OK) {
        status = team_init(team, d->options, d->n_threads, scenario, n);
        if (status == RISKPOOL_OK)
            status = follow(d, team, n_paths);
        if (status == RISKPOOL_OK)
            estimate(d, n_paths, slope);
        team_free(team);
    }
    for (size_t k = 0; k < n; ++k)
        moved_free(&moved[k]);
    free(team);
    return status;
}

enum riskpool_status differences_run(const struct riskpool_scenario *scenario,
                                     const struct riskpool_run_options *options, const struct slope_shape *shape,
                                     uint64_t n_paths, struct slope *slope, double *step) {
    struct differences d = {.scenario = scenario, .options = options, .shape = shape};
    d.n_threads = run_worker_count(scenario, options);
    d.n_statistics = slope_statistics(shape);
    d.part = calloc(BATCHES_AT_ONCE * SIDE_BY_SIDE * d.n_statistics, sizeof *d.part);
    d.total = calloc(SIDE_BY_SIDE * d.n_statistics, sizeof *d.total);
    enum riskpool_status status = d.part && d.total ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    for (size_t k = 0; k < shape->n_parameters && status == RISKPOOL_OK; ++k) {
        struct bump *bump = &d.bump[d.n_bumps];
        status = plan(&d, k, bump);
        step[k] = bump->method == SLOPE_NONE ? NAN : fmax(bump->high, -bump->low);
        d.n_bumps += status == RISKPOOL_OK && bump->method != SLOPE_NONE;
        if (status == RISKPOOL_OK && d.n_bumps > 0 && (d.n_bumps == SIDE_BY_SIDE || k + 1 == shape->n_parameters)) {
            status = run_bumps(&d, n_paths, slope);
            d.n_bumps = 0;
        }
    }
    free(d.part);
    free(d.total);
    return status;
}
