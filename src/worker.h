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
/* Simulates the paths first_path .. first_path + n - 1, n <= BATCH, into worker->outcome. */
void worker_batch(struct worker *worker, uint64_t first_path, size_t n);

#endif
