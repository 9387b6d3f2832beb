/* How far every parameter can move, and the runs at both ends, some parameters side by side. */
#include "run_difference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "run_moved.h"
#include "run_team.h"

/* Parameters that run side by side, and blocks between two additions; losses in the tail that a slope takes. */
enum { SIDE_BY_SIDE = TEAM_POINTS / DIFFERENCE_RUNS, BLOCKS_AT_ONCE = 256, FEW = 20 };

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
    const struct strata *strata;
    uint64_t first_block;      /* of the round */
    struct slope_part *part;   /* [block of the round][bump][statistic] */
    struct slope_total *total; /* [stratum][bump][statistic] */
};

/* How far, in halves of the most, the correlation can go to one side: 0, not even the least. */
static enum riskpool_status find_room(const struct riskpool_scenario *scenario, size_t i, size_t j, double sign,
                                      double *room) {
    enum riskpool_status status = RISKPOOL_OK;
    int exists = 0;
    *room = most_room;
    while (status == RISKPOOL_OK && !exists && *room >= least_room) {
        status = moved_check(scenario, i, j, sign * *room, &exists);
        *room = exists ? *room : 0.5 * *room;
    }
    *room = exists ? *room : 0.0;
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

static size_t slots_of(const struct differences *d) {
    return SIDE_BY_SIDE * d->n_statistics;
}

static void take(void *user, const struct worker *worker, uint64_t block) {
    const struct differences *d = user;
    struct slope_part *part = d->part + (block - d->first_block) * slots_of(d);
    const uint8_t *belongs = d->strata->belongs + block * BLOCK;
    size_t n;
    strata_block(d->strata, block, &n);
    for (size_t b = 0; b < d->n_bumps; ++b)
        for (size_t s = 0; s < d->n_statistics; ++s) {
            const size_t mode = s / (1 + d->shape->n_levels);
            const double same = slope_rounding(d->shape, s);
            double high[BLOCK], low[BLOCK];
            uint64_t reached_high, reached_low;
            const struct worker *own = worker + DIFFERENCE_RUNS * b;
            slope_payoff(d->shape, s, &own[0].outcome[mode], n, 0, high, &reached_high);
            slope_payoff(d->shape, s, &own[1].outcome[mode], n, 0, low, &reached_low);
            for (size_t p = 0; p < n; ++p) {
                const double difference = high[p] - low[p];
                const int counts = same == 0.0 || belongs[p];
                high[p] = counts && fabs(difference) > same ? difference / d->bump[b].width : 0.0;
            }
            slope_add(d->shape, &part[b * d->n_statistics + s], high, n, reached_high + reached_low);
        }
}

/* All blocks, in rounds, which are added in order. */
static enum riskpool_status follow(struct differences *d, struct team *team) {
    const size_t slots = slots_of(d);
    const uint64_t n_blocks = d->strata->n_room / BLOCK;
    enum riskpool_status status = RISKPOOL_OK;
    memset(d->total, 0, d->strata->n * slots * sizeof *d->total);
    for (d->first_block = 0; d->first_block < n_blocks && status == RISKPOOL_OK; d->first_block += BLOCKS_AT_ONCE) {
        const uint64_t left = n_blocks - d->first_block, n = left < BLOCKS_AT_ONCE ? left : BLOCKS_AT_ONCE;
        memset(d->part, 0, BLOCKS_AT_ONCE * slots * sizeof *d->part);
        status = team_follow_blocks(team, d->strata->path, d->first_block, d->first_block + n, take, d);
        for (uint64_t block = 0; block < n; ++block) {
            size_t used;
            struct slope_total *total = d->total + strata_block(d->strata, d->first_block + block, &used) * slots;
            for (size_t k = 0; k < slots; ++k)
                slope_gather(&total[k], &d->part[block * slots + k]);
        }
    }
    return status;
}

/* On the plain sample. One path that changes sides, at least: no difference was seen, which does not say that there is
 * none. */
static struct slope estimate_frequency(const struct differences *d, const struct bump *bump,
                                       const struct slope_total *total) {
    const uint64_t n = d->strata->stratum[0].listed;
    struct stratum plain = {.size = n, .n = n};
    const struct strata sample = {.n = 1, .stratum = &plain, .n_paths = n};
    struct slope slope = slope_estimate(d->shape, total, 0, &sample, 0, bump->method);
    if (slope.method != SLOPE_NONE)
        slope.error = fmax(slope.error, 1.0 / (bump->width * (double)n));
    return slope;
}

static void estimate(const struct differences *d, struct slope *slope) {
    for (size_t b = 0; b < d->n_bumps; ++b)
        for (size_t s = 0; s < d->n_statistics; ++s) {
            const struct slope_total *total = &d->total[b * d->n_statistics + s];
            slope[s * d->shape->n_parameters + d->bump[b].parameter] =
                s % (1 + d->shape->n_levels) == 0
                    ? estimate_frequency(d, &d->bump[b], total)
                    : slope_estimate(d->shape, total, slots_of(d), d->strata, FEW, d->bump[b].method);
        }
}

/* The parameters that were collected. */
static enum riskpool_status run_bumps(struct differences *d, struct slope *slope) {
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
            status = follow(d, team);
        if (status == RISKPOOL_OK)
            estimate(d, slope);
        team_free(team);
    }
    for (size_t k = 0; k < n; ++k)
        moved_free(&moved[k]);
    free(team);
    return status;
}

enum riskpool_status differences_run(const struct riskpool_scenario *scenario,
                                     const struct riskpool_run_options *options, const struct slope_shape *shape,
                                     const struct strata *strata, struct slope *slope, double *step) {
    struct differences d = {.scenario = scenario, .options = options, .shape = shape, .strata = strata};
    d.n_threads = run_worker_count(scenario, options);
    d.n_statistics = slope_statistics(shape);
    d.part = calloc(BLOCKS_AT_ONCE * slots_of(&d), sizeof *d.part);
    d.total = calloc(strata->n * slots_of(&d), sizeof *d.total);
    enum riskpool_status status = d.part && d.total ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    for (size_t k = 0; k < shape->n_parameters && status == RISKPOOL_OK; ++k) {
        struct bump *bump = &d.bump[d.n_bumps];
        status = plan(&d, k, bump);
        step[k] = bump->method == SLOPE_NONE ? NAN : fmax(bump->high, -bump->low);
        d.n_bumps += status == RISKPOOL_OK && bump->method != SLOPE_NONE;
        if (status == RISKPOOL_OK && d.n_bumps > 0 && (d.n_bumps == SIDE_BY_SIDE || k + 1 == shape->n_parameters)) {
            status = run_bumps(&d, slope);
            d.n_bumps = 0;
        }
    }
    free(d.part);
    free(d.total);
    return status;
}
