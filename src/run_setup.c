/* What is the same for every path and every thread, made once. It knows the scenario's parts and starts nothing. */
#include "run_setup.h"

#include <omp.h>
#include <stdlib.h>

enum { LEAST_TIMES = 32 };

/* Evenly spaced step ends from 0 to the horizon: as many as divide it, at most RUN_MOST_TIMES; the nearest step ends
 * when only few divide it. */
static void choose_times(struct run_setup *setup) {
    const uint64_t n = setup->scenario->market.n_steps;
    uint64_t intervals = n < RUN_MOST_TIMES ? n : RUN_MOST_TIMES - 1;
    for (uint64_t d = intervals; d >= LEAST_TIMES; --d)
        if (n % d == 0) {
            intervals = d;
            break;
        }
    setup->n_times = (size_t)intervals + 1;
    for (uint64_t k = 0; k <= intervals; ++k) {
        setup->time_step[k] = k * (n / intervals) + k * (n % intervals) / intervals;
        setup->hour[k] = (double)setup->time_step[k] * setup->scenario->market.step_hours;
    }
}

static enum tally_keep keep_of(enum paths_kept kept) {
    return kept == PATHS_ALL ? TALLY_KEEP_ALL : kept == PATHS_TAIL ? TALLY_KEEP_TAIL : TALLY_KEEP_NONE;
}

enum riskpool_status run_setup_init(struct run_setup *setup, const struct riskpool_scenario *s, int exact) {
    *setup = (struct run_setup){.scenario = s};
    choose_times(setup);
    setup->volatility = calloc(s->market.n_assets + 1, sizeof *setup->volatility);
    if (!setup->volatility)
        return RISKPOOL_NO_MEMORY;
    for (size_t i = 0; i < s->market.n_assets; ++i)
        setup->volatility[i] = s->market.assets[i].volatility;
    enum riskpool_status status = market_steps_create(&s->market, &setup->steps);
    if (status != RISKPOOL_OK)
        return status;
    const struct engine_terms terms = {
        .book = &s->book,
        .rule = &s->rule,
        .procedure = &s->procedure,
        .carry = s->carry.interval > 0 || s->carry.borrow > 0.0 ? &s->carry : NULL,
        .orders = &s->orders,
        .dynamic = s->dynamic.half_life > 0.0 ? &s->dynamic : NULL,
        .volatility = setup->volatility,
        .step_hours = s->market.step_hours,
        .impact = s->impact.n_assets > 0 ? &s->impact : NULL,
        .stress = &s->market.stress,
        .n_assets = s->market.n_assets,
        .initial = market_initial(setup->steps),
        .scale = s->market.model->scale,
        .continuous = s->market.bridge,
        .spreads = s->market.model->spreads,
        .exact = exact,
        .trajectories = s->trajectories,
        .n_alerts = s->n_alerts,
        .alerts = s->alerts,
        .n_times = setup->n_times,
        .time_step = setup->time_step,
    };
    return engine_init(&setup->engine, &terms);
}

void run_setup_free(struct run_setup *setup) {
    engine_free(&setup->engine);
    market_steps_free(setup->steps);
    setup->steps = NULL;
    free(setup->volatility);
    setup->volatility = NULL;
}

uint64_t run_memory_bound(const struct riskpool_run_options *options) {
    return options->memory > 0 ? options->memory : RISKPOOL_MEMORY;
}

/* Whether every position of a mode stands alone. */
static int stands_alone(const struct book *book, const struct mode *mode) {
    for (size_t i = 0; i < book->n_positions; ++i)
        if (mode->pool_of[i] == 0 || mode->pools[mode->pool_of[i]].n_positions > 1)
            return 0;
    return 1;
}

static size_t mode_alone(const struct book *book) {
    size_t m = 0;
    while (m < book->n_modes && !stands_alone(book, &book->modes[m]))
        ++m;
    return m;
}

struct tally_shape run_tally_shape(const struct run_setup *setup, const struct riskpool_run_options *options) {
    const struct riskpool_scenario *s = setup->scenario;
    return (struct tally_shape){
        .n_modes = s->book.n_modes,
        .n_positions = s->book.n_positions,
        .n_alerts = s->n_alerts,
        .n_times = setup->n_times,
        .time = setup->hour,
        .n_confidence = s->n_confidence,
        .confidence = s->confidence,
        .n_paths = s->n_paths,
        .n_paths_limit = options->target_error > 0.0 ? UINT64_C(1) << 40 : 0,
        .keep = keep_of(s->paths_kept),
        .in_memory = run_memory_bound(options),
        .folder = options->folder,
        .antithetic = s->market.antithetic,
        .trajectories = s->trajectories,
        .dynamic = s->dynamic.half_life > 0.0,
        .by_position = s->correlation_risk,
        .alone = mode_alone(&s->book),
        .start_equity = engine_start_equity(&setup->engine),
    };
}

size_t run_worker_count(const struct riskpool_scenario *scenario, const struct riskpool_run_options *options) {
    const size_t wanted = (size_t)(options->threads > 0 ? options->threads : omp_get_max_threads());
    const uint64_t batches = (scenario->n_paths + BATCH - 1) / BATCH;
    return options->target_error > 0.0 || wanted < batches ? wanted : (size_t)batches;
}
