/* A worker: what one thread needs to carry batches of paths through market and engine. Everything is taken before the
 * work starts; a batch is a pure function of the scenario and its number. */
#ifndef WORKER_H
#define WORKER_H

#include "engine.h"
#include "market.h"

struct worker {
    struct arena arena;
    struct market_block block;
    struct accounts *accounts;
    struct outcome *outcome; /* [mode] of one batch */
};

/* Release with worker_free, also after a failure. */
enum riskpool_status worker_init(struct worker *worker, const struct market *market, const struct market_steps *steps,
                                 const struct engine *engine);
void worker_free(struct worker *worker);
/* Simulates the paths first_path .. first_path + n - 1, n <= BATCH, into worker->outcome. `stop`, which may be NULL, is
 * asked on the way: 0, and nothing to be used, when it says 2 or more; else 1. */
int worker_batch(struct worker *worker, uint64_t first_path, size_t n, int (*stop)(void *user), void *user);
/* Simulates these BLOCK paths (market_start_at), into the first BLOCK entries of the rows of worker->outcome. */
void worker_block(struct worker *worker, const uint64_t *path);

#endif
