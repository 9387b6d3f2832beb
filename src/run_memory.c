/* What a run will need: the sum of what its parts say of themselves at each of its three stages, of which the largest
 * counts: paths, statistics, the results file. Nothing of the size of the paths is allocated to find out. */
#include "run.h"
#include "run_setup.h"
#include "stats.h"
#include "worker.h"

/* Bytes of the program with its libraries, HDF5's caches among them, and of each further thread, measured; of the
 * chunks that a thread compresses. */
enum { PROGRAM = 13 << 20, THREAD = 1 << 18, CHUNKS = 4 << 20 };
/* What deflate leaves of a column of losses, which differ from path to path, and of liquidation times, of which most
 * are the same NaN. */
static const double dense_left = 0.9, times_left = 0.25;

/* A worker, made and dropped: its rows are not touched, hence not there. */
static enum riskpool_status measure_worker(const struct run_setup *setup, uint64_t *bytes) {
    struct worker worker;
    enum riskpool_status status = worker_init(&worker, &setup->scenario->market, setup->steps, &setup->engine);
    *bytes = worker.arena.size;
    worker_free(&worker);
    return status;
}

/* The columns of `kept` paths in memory. */
static uint64_t column_bytes(const struct tally_shape *shape, uint64_t kept) {
    return kept * shape->n_modes * (tally_column_count(shape) + shape->n_positions) * sizeof(double);
}

/* The same in the file, which is put together in memory. */
static uint64_t image_bytes(const struct tally_shape *shape, uint64_t kept) {
    const double dense = dense_left * (shape->trajectories ? 3.0 : 1.0);
    const double a_mode = dense + times_left * (double)shape->n_positions;
    return (uint64_t)(a_mode * (double)(kept * shape->n_modes * sizeof(double)));
}

static uint64_t most(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

enum riskpool_status riskpool_run_memory(const struct riskpool_scenario *scenario,
                                         const struct riskpool_run_options *options, uint64_t *bytes) {
    static const struct riskpool_run_options defaults = {0};
    options = options ? options : &defaults;
    struct run_setup setup;
    uint64_t worker = 0;
    enum riskpool_status status = run_setup_init(&setup, scenario, options->exact);
    if (status == RISKPOOL_OK)
        status = measure_worker(&setup, &worker);
    if (status != RISKPOOL_OK)
        goto out;
    const struct tally_shape shape = run_tally_shape(&setup, options->target_error > 0.0);
    const size_t n_workers = run_worker_count(scenario, options), n_stats = stats_threads(shape.n_modes, n_workers);
    const uint64_t n = shape.n_paths, tally = tally_memory(&shape);
    const uint64_t tail = shape.n_modes * tally_tail_size(n) < n ? shape.n_modes * tally_tail_size(n) : n;
    const uint64_t kept = shape.keep == TALLY_KEEP_ALL ? n : shape.keep == TALLY_KEEP_TAIL ? tail : 0;
    const uint64_t copied = shape.keep == TALLY_KEEP_TAIL ? column_bytes(&shape, kept) : 0;
    const uint64_t estimate = most(n, TALLY_SAMPLE) * sizeof(double); /* the scratch of one */
    const uint64_t shown = options->progress ? n * (shape.antithetic ? 2 : 1) * sizeof(double) : 0;
    const uint64_t paths = tally + n_workers * worker + shown;
    const uint64_t statistics = tally + copied + n_stats * estimate;
    const uint64_t chunks = shape.keep == TALLY_KEEP_ALL ? n_workers * CHUNKS : 0;
    const uint64_t file = column_bytes(&shape, kept) + image_bytes(&shape, kept) + chunks;
    *bytes = PROGRAM + market_steps_memory(setup.steps) + n_workers * THREAD + most(most(paths, statistics), file);
out:
    run_setup_free(&setup);
    return status;
}

enum riskpool_status run_disk(const struct riskpool_scenario *scenario, uint64_t *spool, uint64_t *results) {
    struct run_setup setup;
    enum riskpool_status status = run_setup_init(&setup, scenario, 0);
    *spool = *results = 0;
    if (status == RISKPOOL_OK) {
        const struct tally_shape shape = run_tally_shape(&setup, 0);
        const uint64_t n = shape.n_paths, columns = shape.keep == TALLY_KEEP_ALL && shape.trajectories ? 3 : 1;
        const uint64_t tail = most(tally_tail_size(n) < n ? tally_tail_size(n) : n, 0);
        const uint64_t kept = shape.keep == TALLY_KEEP_ALL ? n : shape.keep == TALLY_KEEP_TAIL ? tail : 0;
        *spool = n * shape.n_modes * columns * sizeof(double);
        *results = kept * shape.n_modes * columns * sizeof(double) / 10 * 8;
    }
    run_setup_free(&setup);
    return status;
}
