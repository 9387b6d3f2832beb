/* What a run will need: the sum of what its parts say of themselves. Nothing of the size of the paths is allocated to
 * find out. */
#include "run.h"
#include "run_setup.h"
#include "run_team.h"
#include "stats.h"
#include "worker.h"

/* Bytes of the program with its libraries, HDF5's caches among them, and of each further thread, measured; of the
 * chunks that a thread compresses; of files, what is in memory at a time. */
enum { PROGRAM = 13 << 20, THREAD = 1 << 18, CHUNKS = 4 << 20, RESIDENT = 4 * DEPOT_REST };
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

static uint64_t least(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

static uint64_t most(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

/* Paths of which columns are kept. */
static uint64_t paths_kept(const struct tally_shape *shape) {
    const uint64_t n = shape->n_paths;
    if (shape->keep == TALLY_KEEP_ALL)
        return n;
    return shape->keep == TALLY_KEEP_TAIL ? least(shape->n_modes * tally_tail_size(n), n) : 0;
}

/* Their columns. */
static uint64_t column_bytes(const struct tally_shape *shape) {
    return paths_kept(shape) * shape->n_modes * (OUTCOME_COUNT + shape->n_positions - (shape->trajectories ? 0 : 2)) *
           sizeof(double);
}

/* The same in the results file. */
static uint64_t image_bytes(const struct tally_shape *shape) {
    const double dense = dense_left * (shape->trajectories ? 3.0 : 1.0);
    const double a_mode = dense + times_left * (double)shape->n_positions;
    return (uint64_t)(a_mode * (double)(paths_kept(shape) * shape->n_modes * sizeof(double)));
}

/* At its three stages, of which the largest counts: paths, statistics, the results file. */
static uint64_t largest_stage(const struct tally_shape *shape, const struct riskpool_run_options *options,
                              uint64_t worker, size_t n_workers) {
    const uint64_t bound = run_memory_bound(options), tally = tally_memory(shape);
    const uint64_t columns = tally_disk(shape) > 0 ? least(column_bytes(shape), RESIDENT) : column_bytes(shape);
    const uint64_t copied = shape->keep == TALLY_KEEP_TAIL ? columns : 0;
    const uint64_t whole = image_bytes(shape), image = options->folder && whole > bound ? RESIDENT : whole;
    const uint64_t paths = tally + n_workers * worker + (options->progress ? order_memory(shape->n_paths) : 0);
    const uint64_t statistics = tally + copied + stats_memory(shape, n_workers);
    const uint64_t chunks = shape->keep == TALLY_KEEP_ALL ? n_workers * CHUNKS : 0;
    return most(most(paths, statistics), columns + image + chunks);
}

/* What runs side by side after the run itself: points of a sweep with their losses, scenarios a little apart. */
static enum riskpool_status side_by_side(const struct riskpool_scenario *scenario, const struct tally_shape *shape,
                                         size_t n_workers, uint64_t *bytes) {
    const size_t n_tallies = least(scenario->sweep.n_points, TEAM_POINTS);
    const size_t n_points = scenario->correlation_risk ? TEAM_POINTS : n_tallies;
    struct riskpool_scenario point = *scenario;
    struct tally_shape losses = *shape;
    struct run_setup setup;
    uint64_t worker = 0;
    *bytes = 0;
    if (n_points == 0)
        return RISKPOOL_OK;
    point.trajectories = losses.trajectories = losses.by_position = 0;
    losses.keep = TALLY_KEEP_NONE;
    enum riskpool_status status = run_setup_init(&setup, &point, 0);
    if (status == RISKPOOL_OK)
        status = measure_worker(&setup, &worker);
    run_setup_free(&setup);
    *bytes = n_points * n_workers * worker + n_tallies * tally_memory(&losses) + column_bytes(shape);
    return status;
}

enum riskpool_status riskpool_run_memory(const struct riskpool_scenario *scenario,
                                         const struct riskpool_run_options *options, uint64_t *bytes) {
    static const struct riskpool_run_options defaults = {0};
    options = options ? options : &defaults;
    struct run_setup setup;
    uint64_t worker = 0, beside = 0;
    const size_t n_workers = run_worker_count(scenario, options);
    enum riskpool_status status = run_setup_init(&setup, scenario, options->exact);
    if (status == RISKPOOL_OK)
        status = measure_worker(&setup, &worker);
    if (status == RISKPOOL_OK) {
        const struct tally_shape shape = run_tally_shape(&setup, options);
        status = side_by_side(scenario, &shape, n_workers, &beside);
        *bytes = PROGRAM + market_steps_memory(setup.steps) + n_workers * THREAD +
                 most(largest_stage(&shape, options, worker, n_workers), beside);
    }
    run_setup_free(&setup);
    return status;
}

enum riskpool_status run_memory(const struct riskpool_scenario *scenario, const struct riskpool_run_options *options,
                                uint64_t *bytes) {
    struct run_disk disk;
    enum riskpool_status status = riskpool_run_memory(scenario, options, bytes);
    if (status == RISKPOOL_OK)
        status = run_disk(scenario, options, &disk);
    if (status == RISKPOOL_OK)
        *bytes += spool_memory((scenario->n_paths + BATCH - 1) / BATCH, disk.spool);
    return status;
}

enum riskpool_status run_disk(const struct riskpool_scenario *scenario, const struct riskpool_run_options *options,
                              struct run_disk *disk) {
    struct run_setup setup;
    enum riskpool_status status = run_setup_init(&setup, scenario, 0);
    *disk = (struct run_disk){0};
    if (status == RISKPOOL_OK) {
        const struct tally_shape shape = run_tally_shape(&setup, options);
        const uint64_t columns = shape.keep == TALLY_KEEP_ALL && shape.trajectories ? 3 : 1, n = shape.n_paths;
        const uint64_t tail = least(tally_tail_size(n), n); /* at least: it may be the same in every mode */
        const uint64_t kept = shape.keep == TALLY_KEEP_TAIL ? tail : paths_kept(&shape);
        disk->spool = n * shape.n_modes * columns * sizeof(double);
        disk->results = kept * shape.n_modes * columns * sizeof(double) / 10 * 8;
        disk->files = tally_disk(&shape);
        if (disk->files > 0 && shape.keep == TALLY_KEEP_TAIL)
            disk->files += tail * shape.n_modes * (OUTCOME_COUNT + shape.n_positions) * sizeof(double);
        if (options->folder && disk->results > run_memory_bound(options))
            disk->files = most(disk->files, disk->results);
    }
    run_setup_free(&setup);
    return status;
}
