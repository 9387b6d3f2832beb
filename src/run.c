/* The run: the one parallel loop. Workers take batches in any order and hand them to the tally; what comes out does not
 * depend on which worker did which, or when. A batch that a spool holds is taken from there; one that is not goes
 * there.
 */
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <time.h>

#include "interval.h"
#include "run.h"
#include "run_attribution.h"
#include "run_results.h"
#include "run_sensitivity.h"
#include "run_setup.h"
#include "run_sweep.h"
#include "scenario.h"
#include "stats.h"
#include "worker.h"

/* Confidence level that a target error is about. */
static const double TARGET_LEVEL = 0.99;

struct run {
    const struct riskpool_scenario *scenario;
    const struct riskpool_run_options *options;
    struct spool *spool; /* NULL: nothing is saved */
    enum run_part part_of;
    struct run_setup setup;
    struct tally tally;
    size_t n_workers;
    struct worker *worker;
    struct tally_part *part; /* [worker] */
    size_t packed_size;
    void **packed;                                    /* [worker] bytes of a batch, when there is a spool */
    double started, next_estimate, estimate_interval; /* seconds */
    struct riskpool_progress progress;
    int stopped;
    enum riskpool_status status; /* of the first failure on the way */
    omp_lock_t lock;             /* of the tally and the progress */
};

static double seconds_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static enum riskpool_status init_workers(struct run *run) {
    run->n_workers = run_worker_count(run->scenario, run->options);
    run->worker = calloc(run->n_workers, sizeof *run->worker);
    run->part = calloc(run->n_workers, sizeof *run->part);
    run->packed = calloc(run->n_workers, sizeof *run->packed);
    run->packed_size = tally_pack_size(&run->tally);
    enum riskpool_status status = run->worker && run->part && run->packed ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    for (size_t i = 0; i < run->n_workers && status == RISKPOOL_OK; ++i) {
        status = worker_init(&run->worker[i], &run->scenario->market, run->setup.steps, &run->setup.engine);
        if (status == RISKPOOL_OK)
            status = tally_part_init(&run->part[i], &run->tally.shape);
        if (status == RISKPOOL_OK && run->spool) {
            run->packed[i] = malloc(run->packed_size);
            status = run->packed[i] ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
        }
    }
    return status;
}

static enum riskpool_status run_init(struct run *run) {
    enum riskpool_status status = run_setup_init(&run->setup, run->scenario, run->options->exact);
    if (status != RISKPOOL_OK)
        return status;
    const struct tally_shape shape = run_tally_shape(&run->setup, run->options);
    status = tally_init(&run->tally, &shape);
    return status == RISKPOOL_OK ? init_workers(run) : status;
}

/* The paths are done: what follows needs the room. */
static void free_workers(struct run *run) {
    for (size_t i = 0; run->worker && i < run->n_workers; ++i)
        worker_free(&run->worker[i]);
    for (size_t i = 0; run->part && i < run->n_workers; ++i)
        tally_part_free(&run->part[i]);
    for (size_t i = 0; run->packed && i < run->n_workers; ++i)
        free(run->packed[i]);
    free(run->worker);
    free(run->part);
    free(run->packed);
    run->packed = NULL;
    run->worker = NULL;
    run->part = NULL;
}

static void run_free(struct run *run) {
    free_workers(run);
    tally_free(&run->tally);
    run_setup_free(&run->setup);
}

static void stop(struct run *run, enum riskpool_status status) {
#pragma omp critical(riskpool_run_status)
    run->status = run->status == RISKPOOL_OK ? status : run->status;
#pragma omp atomic write
    run->stopped = 1;
}

static int is_stopped(struct run *run) {
    int stopped;
#pragma omp atomic read
    stopped = run->stopped;
    if (!stopped && run->options->stop && run->options->stop(run->options->user)) {
        stop(run, RISKPOOL_STOPPED);
        stopped = 1;
    }
    return stopped;
}

/* The running estimate, whose cost grows with the paths while all workers wait: at most a hundredth of the time. */
static void estimate_progress(struct run *run) {
    const struct riskpool_scenario *s = run->scenario;
    const double begin = seconds_now();
    if (s->n_confidence == 0 || begin < run->next_estimate)
        return;
    size_t level = 0;
    for (size_t i = 0; i < s->n_confidence; ++i)
        if (s->confidence[i] <= 0.99)
            level = i;
    double error = NAN;
    if (stats_expected_shortfall(&run->tally, 0, s->confidence[level], &run->progress.expected_shortfall, &error) ==
        RISKPOOL_OK)
        run->progress.half_width = INTERVAL_95 * error;
    const double end = seconds_now(), pause = 100.0 * (end - begin);
    run->next_estimate = end + (pause > run->estimate_interval ? pause : run->estimate_interval);
}

/* Calls the progress report. */
static void show_progress(struct run *run) {
    if (!run->options->progress)
        return;
    run->progress.paths_done = run->tally.n_paths;
    run->progress.elapsed = seconds_now() - run->started;
    estimate_progress(run);
    if (run->options->progress(run->options->user, &run->progress))
        stop(run, RISKPOOL_STOPPED);
}

/* Adds a batch that the spool holds; 0 when it does not, or not undamaged. */
static int add_saved(struct run *run, size_t worker, uint64_t path, size_t n) {
    struct tally_part *part = &run->part[worker];
    size_t size = 0;
    if (!run->spool ||
        spool_read(run->spool, path / BATCH, run->packed[worker], run->packed_size, &size) != RISKPOOL_OK)
        return 0;
    if (tally_unpack(&run->tally, part, path, n, run->packed[worker], size) != RISKPOOL_OK) {
        spool_distrust(run->spool, path / BATCH);
        return 0;
    }
    omp_set_lock(&run->lock);
    tally_add_packed(&run->tally, part);
    run->progress.paths_resumed += n;
    show_progress(run);
    omp_unset_lock(&run->lock);
    return 1;
}

static void save(struct run *run, size_t worker, uint64_t path) {
    const size_t size = tally_pack(&run->tally, &run->part[worker], run->worker[worker].outcome, run->packed[worker]);
    enum riskpool_status status = spool_keep(run->spool, path / BATCH, run->packed[worker], size);
    if (status != RISKPOOL_OK)
        stop(run, status);
}

static void add_simulated(struct run *run, size_t index, uint64_t path, size_t n) {
    struct worker *worker = &run->worker[index];
    struct tally_part *part = &run->part[index];
    if (!worker_batch(worker, path, n, run->options->stop, run->options->user)) {
        stop(run, RISKPOOL_STOPPED);
        return;
    }
    tally_take(&run->tally, part, path, n, worker->outcome);
    omp_set_lock(&run->lock);
    tally_add(&run->tally, part, worker->outcome);
    show_progress(run);
    omp_unset_lock(&run->lock);
    if (run->spool && spool_wants(run->spool))
        save(run, index, path);
}

/* All batches of these paths that are not in the tally yet; of a shard, those that are its own. */
static void run_batches(struct run *run, uint64_t first_path, uint64_t end_path, int own) {
    const uint64_t n_batches = (end_path - first_path + BATCH - 1) / BATCH;
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)run->n_workers)
    for (uint64_t batch = 0; batch < n_batches; ++batch) {
        const size_t worker = (size_t)omp_get_thread_num();
        const uint64_t path = first_path + batch * BATCH;
        const size_t n = end_path - path < BATCH ? (size_t)(end_path - path) : BATCH;
        if ((own && !spool_owns(run->spool, path / BATCH)) || is_stopped(run) || tally_has(&run->tally, path))
            continue;
        if (!add_saved(run, worker, path, n) && run->part_of != RUN_SAVED)
            add_simulated(run, worker, path, n);
    }
}

/* The largest relative half width (95 %) of the 99 % expected shortfall of any mode. */
static enum riskpool_status largest_error(const struct run *run, double *largest) {
    *largest = 0.0;
    for (size_t m = 0; m < run->scenario->book.n_modes; ++m) {
        double shortfall = NAN, error = NAN;
        enum riskpool_status status = stats_expected_shortfall(&run->tally, m, TARGET_LEVEL, &shortfall, &error);
        if (status != RISKPOOL_OK)
            return status;
        double relative = INTERVAL_95 * error / fabs(shortfall);
        if (error == 0.0)
            relative = 0.0;
        if (!(relative <= *largest))
            *largest = isnan(relative) ? INFINITY : relative;
    }
    return RISKPOOL_OK;
}

static uint64_t whole_batches(uint64_t paths) {
    return (paths + BATCH - 1) / BATCH * BATCH;
}

/* How many paths should bring the error under the target: the error falls with the square root; at most four times as
 * many at once, in whole batches. Depends on the paths so far alone. */
static uint64_t more_paths(uint64_t n, double error, double target) {
    double growth = 1.05 * (error / target) * (error / target);
    growth = growth < 4.0 ? growth : 4.0;
    growth = growth > 1.1 ? growth : 1.1;
    return whole_batches((uint64_t)((double)n * growth) + 1);
}

static enum riskpool_status run_to_target(struct run *run) {
    const double target = run->options->target_error;
    uint64_t done = 0, wanted = whole_batches(run->scenario->n_paths);
    for (;;) {
        double error;
        enum riskpool_status status = tally_reserve(&run->tally, wanted);
        if (status != RISKPOOL_OK)
            return status;
        run->progress.paths = wanted;
        run_batches(run, done, wanted, 0);
        if (run->stopped)
            return run->status;
        status = largest_error(run, &error);
        if (status != RISKPOOL_OK || error <= target)
            return status;
        done = wanted;
        wanted = more_paths(wanted, error, target);
    }
}

static uint64_t own_paths(const struct run *run, uint64_t n_paths) {
    uint64_t paths = 0;
    for (uint64_t path = 0; path < n_paths; path += BATCH)
        if (spool_owns(run->spool, path / BATCH))
            paths += n_paths - path < BATCH ? n_paths - path : BATCH;
    return paths;
}

/* The batches of this shard; then, if those of all others are saved, these too: *assembled is 0 if they are not. */
static enum riskpool_status run_shard(struct run *run, int *assembled) {
    const uint64_t n_paths = run->scenario->n_paths, n_batches = (n_paths + BATCH - 1) / BATCH;
    uint64_t end;
    int gone = 0;
    *assembled = 0;
    run->progress.paths = own_paths(run, n_paths);
    run_batches(run, 0, n_paths, 1);
    enum riskpool_status status = run->status;
    if (status == RISKPOOL_OK) { /* said before the last batch is there: who assembles writes it into the log */
        spool_end_session(run->spool, "shard done", run->tally.n_paths);
        status = spool_flush(run->spool);
    }
    if (status == RISKPOOL_OK)
        status = spool_begin_assembly(run->spool, &gone);
    if (status != RISKPOOL_OK || gone || spool_count(run->spool, n_batches, &end) < n_batches)
        return status;
    run->progress.paths = n_paths;
    run_batches(run, 0, n_paths, 0);
    *assembled = run->status == RISKPOOL_OK;
    return run->status;
}

/* What the spool holds, and no more. */
static enum riskpool_status run_saved(struct run *run) {
    const uint64_t n_batches = run->tally.capacity / BATCH;
    uint64_t end, wanted = run->scenario->n_paths;
    spool_count(run->spool, n_batches, &end);
    if (end > n_batches)
        wanted = end * BATCH; /* paths were added */
    enum riskpool_status status = tally_reserve(&run->tally, wanted);
    if (status != RISKPOOL_OK)
        return status;
    run->progress.paths = wanted;
    run_batches(run, 0, wanted, 0);
    if (run->status != RISKPOOL_OK)
        return run->status;
    return run->tally.n_paths > 0 ? tally_close_gaps(&run->tally) : RISKPOOL_INPUT_MISSING;
}

static enum riskpool_status run_all(struct run *run, int *assembled) {
    *assembled = 1;
    if (run->part_of == RUN_SAVED)
        return run_saved(run);
    if (run->options->target_error > 0.0)
        return run_to_target(run);
    if (run->spool && spool_is_shard(run->spool))
        return run_shard(run, assembled);
    run->progress.paths = run->scenario->n_paths;
    run_batches(run, 0, run->scenario->n_paths, 0);
    return run->status;
}

static int has_level(const struct riskpool_scenario *scenario, double level) {
    for (size_t i = 0; i < scenario->n_confidence; ++i)
        if (scenario->confidence[i] == level)
            return 1;
    return 0;
}

/* Stopped or failed, what was finished is saved, unless saving is what failed. */
static enum riskpool_status keep_rest(struct run *run, enum riskpool_status status) {
    if (!run->spool || status != RISKPOOL_STOPPED)
        return status;
    enum riskpool_status kept = spool_flush(run->spool);
    return kept == RISKPOOL_OK ? status : kept;
}

static enum riskpool_status fill_results(struct run *run, struct riskpool_results *results) {
    results->size[DIM_ASSET] = run->scenario->market.n_assets;
    results->n_threads = run->n_workers;
    results->in_memory = run_memory_bound(run->options);
    const int complete = run->part_of != RUN_SAVED || (run->tally.n_paths == run->scenario->n_paths);
    enum riskpool_status status = stats_fill(&run->tally, run->n_workers, results);
    if (status == RISKPOOL_OK && run->scenario->correlation_risk)
        status = attribution_run(run->scenario, run->options, &run->tally, results);
    if (status == RISKPOOL_OK)
        status = sensitivity_run(run->scenario, run->options, &run->tally, results);
    if (status == RISKPOOL_OK)
        status = stats_hand_over(&run->tally, results);
    if (status == RISKPOOL_OK) {
        run_take_out_means(run->scenario, run->setup.steps, results);
        status = run_describe(run->scenario, results);
    }
    results->complete = complete;
    return status;
}

enum riskpool_status run_with_spool(const struct riskpool_scenario *scenario,
                                    const struct riskpool_run_options *options, struct spool *spool,
                                    enum run_part part_of, struct riskpool_results **results) {
    static const struct riskpool_run_options defaults = {0};
    struct run run = {
        .scenario = scenario, .options = options ? options : &defaults, .spool = spool, .part_of = part_of};
    int assembled = 0;
    run.started = seconds_now();
    run.estimate_interval = run.options->estimate_interval > 0.0 ? run.options->estimate_interval : 1.0;
    run.next_estimate = run.started + run.estimate_interval;
    run.progress.expected_shortfall = run.progress.half_width = NAN;
    omp_init_lock(&run.lock);
    *results = NULL;
    struct riskpool_results *filled = calloc(1, sizeof *filled);
    enum riskpool_status status = filled ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    if (status == RISKPOOL_OK && run.options->target_error > 0.0 &&
        (!has_level(scenario, TARGET_LEVEL) || scenario->market.paths_most))
        status = RISKPOOL_INVALID;
    if (status == RISKPOOL_OK)
        status = run_init(&run);
    if (status == RISKPOOL_OK)
        status = keep_rest(&run, run_all(&run, &assembled));
    free_workers(&run);
    if (status == RISKPOOL_OK && assembled)
        status = keep_rest(&run, fill_results(&run, filled));
    run_free(&run);
    if (status == RISKPOOL_OK && assembled)
        status = keep_rest(&run, sweep_run(scenario, run.options, filled));
    omp_destroy_lock(&run.lock);
    if (status == RISKPOOL_OK && assembled)
        *results = filled;
    else
        riskpool_results_free(filled);
    return status;
}

enum riskpool_status riskpool_run(const struct riskpool_scenario *scenario, const struct riskpool_run_options *options,
                                  struct riskpool_results **results) {
    struct riskpool_results *filled = NULL;
    enum riskpool_status status = run_with_spool(scenario, options, NULL, RUN_WHOLE, &filled);
    if (status == RISKPOOL_OK)
        *results = filled;
    return status;
}
