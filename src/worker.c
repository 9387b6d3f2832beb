/* One thread's market, engine and outcome, and the loop over the steps. */
#include "worker.h"

#include <stdlib.h>

/* How often a worker asks whether to go on. A step of 256 paths takes a microsecond to a fraction of a millisecond. */
enum { STOP_STEPS = 8 };

static void outcome_take(struct outcome *outcome, const struct engine_terms *terms, struct arena *arena) {
    for (size_t c = 0; c < OUTCOME_COUNT; ++c)
        outcome->column[c] = arena_take(arena, BATCH);
    outcome->liquidation_time = arena_take(arena, terms->book->n_positions * BATCH);
    outcome->alert_time = arena_take(arena, terms->n_alerts * BATCH);
    outcome->equity_at = terms->trajectories ? arena_take(arena, terms->n_times * BATCH) : NULL;
    outcome->margin_level_at = terms->trajectories ? arena_take(arena, terms->n_times * BATCH) : NULL;
    outcome->gain = terms->gains ? arena_take(arena, terms->book->n_positions * BATCH) : NULL;
}

enum riskpool_status worker_init(struct worker *worker, const struct market *market, const struct market_steps *steps,
                                 const struct engine *engine) {
    const size_t n_modes = engine->terms.book->n_modes;
    *worker = (struct worker){0};
    enum riskpool_status status =
        market_block_init(&worker->block, market, steps, engine_needs_prices(engine), &worker->arena);
    if (status != RISKPOOL_OK)
        return status;
    worker->accounts = accounts_create(engine, &worker->arena);
    worker->outcome = calloc(n_modes + 1, sizeof *worker->outcome);
    if (!worker->accounts || !worker->outcome)
        return RISKPOOL_NO_MEMORY;
    for (size_t m = 0; m < n_modes; ++m)
        outcome_take(&worker->outcome[m], &engine->terms, &worker->arena);
    return worker->arena.failed ? RISKPOOL_NO_MEMORY : RISKPOOL_OK;
}

void worker_free(struct worker *worker) {
    arena_free(&worker->arena);
    free(worker->outcome);
    *worker = (struct worker){0};
}

/* From the start of a block to the horizon; 0 when it is stopped. */
static int follow(struct worker *worker, const struct slice *slice, size_t offset, int (*stop)(void *user),
                  void *user) {
    const uint64_t n_steps = worker->block.market->n_steps;
    accounts_open(worker->accounts, slice, worker->outcome, offset);
    for (uint64_t step = 0; step < n_steps; ++step) {
        if (stop && step % STOP_STEPS == 0 && stop(user) > 1)
            return 0;
        slice = market_step(&worker->block);
        accounts_step(worker->accounts, slice);
    }
    accounts_close(worker->accounts, slice);
    return 1;
}

int worker_batch(struct worker *worker, uint64_t first_path, size_t n, int (*stop)(void *user), void *user) {
    for (size_t offset = 0; offset < n; offset += BLOCK)
        if (!follow(worker, market_start(&worker->block, first_path + offset), offset, stop, user))
            return 0;
    return 1;
}

void worker_block(struct worker *worker, const uint64_t *path) {
    follow(worker, market_start_at(&worker->block, path), 0, NULL, NULL);
}
