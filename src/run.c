/* The run: the one parallel loop. Workers take batches in any order and hand them to the tally; what comes out does not
 * depend on which worker did which, or when. It knows nothing of files. */
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <time.h>

#include "interval.h"
#include "run_results.h"
#include "run_setup.h"
#include "scenario.h"
#include "stats.h"
#include "worker.h"

/* Confidence level that a target error is about. */
static const double TARGET_LEVEL = 0.99;

struct run {
    const struct riskpool_scenario *scenario;
    const struct riskpool_run_options *options;
    struct run_setup setup;
    struct tally tally;
    size_t n_workers;
    struct worker *worker;
    struct tally_part *part;  /* [worker] */
    double started, reported; /* seconds */
    struct riskpool_progress progress;
    int stopped;
    omp_lock_t lock; /* of the tally and the progress */
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
    enum riskpool_status status = run->worker && run->part ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    for (size_t i = 0; i < run->n_workers && status == RISKPOOL_OK; ++i) {
        status = worker_init(&run->worker[i], &run->scenario->market, run->setup.steps, &run->setup.engine);
        if (status == RISKPOOL_OK)
            status = tally_part_init(&run->part[i], &run->tally.shape);
    }
    return status;
}

static enum riskpool_status run_init(struct run *run) {
    enum riskpool_status status = run_setup_init(&run->setup, run->scenario, run->options->exact);
    if (status != RISKPOOL_OK)
        return status;
    const struct tally_shape shape = run_tally_shape(&run->setup, run->options->target_error > 0.0);
    status = tally_init(&run->tally, &shape);
    return status == RISKPOOL_OK ? init_workers(run) : status;
}

/* The paths are done: what follows needs the room. */
static void free_workers(struct run *run) {
    for (size_t i = 0; run->worker && i < run->n_workers; ++i)
        worker_free(&run->worker[i]);
    for (size_t i = 0; run->part && i < run->n_workers; ++i)
        tally_part_free(&run->part[i]);
    free(run->worker);
    free(run->part);
    run->worker = NULL;
    run->part = NULL;
}

static void run_free(struct run *run) {
    free_workers(run);
    tally_free(&run->tally);
    run_setup_free(&run->setup);
}

/* Calls the progress report; the running estimate, whose cost grows with the paths, at most once a second. */
static void show_progress(struct run *run) {
    if (!run->options->progress)
        return;
    const double now = seconds_now();
    run->progress.paths_done = run->tally.n_paths;
    run->progress.elapsed = now - run->started;
    const struct riskpool_scenario *s = run->scenario;
    if (now - run->reported >= 1.0 && s->n_confidence > 0) {
        size_t level = 0;
        for (size_t i = 0; i < s->n_confidence; ++i)
            if (s->confidence[i] <= 0.99)
                level = i;
        double error = NAN;
        if (stats_expected_shortfall(&run->tally, 0, s->confidence[level], &run->progress.expected_shortfall, &error) ==
            RISKPOOL_OK)
            run->progress.half_width = INTERVAL_95 * error;
        run->reported = seconds_now();
    }
    if (run->options->progress(run->options->user, &run->progress)) {
#pragma omp atomic write
        run->stopped = 1;
    }
}

static void run_batches(struct run *run, uint64_t first_path, uint64_t end_path) {
    const uint64_t n_batches = (end_path - first_path + BATCH - 1) / BATCH;
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)run->n_workers)
    for (uint64_t batch = 0; batch < n_batches; ++batch) {
        int stopped;
#pragma omp atomic read
        stopped = run->stopped;
        if (stopped)
            continue;
        struct worker *worker = &run->worker[omp_get_thread_num()];
        struct tally_part *part = &run->part[omp_get_thread_num()];
        const uint64_t path = first_path + batch * BATCH;
        const size_t n = end_path - path < BATCH ? (size_t)(end_path - path) : BATCH;
        worker_batch(worker, path, n);
        tally_take(&run->tally, part, path, n, worker->outcome);
        omp_set_lock(&run->lock);
        tally_add(&run->tally, part, worker->outcome);
        show_progress(run);
        omp_unset_lock(&run->lock);
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

static enum riskpool_status run_all(struct run *run) {
    const double target = run->options->target_error;
    uint64_t done = 0, wanted = run->scenario->n_paths;
    if (target > 0.0)
        wanted = whole_batches(wanted);
    for (;;) {
        enum riskpool_status status = tally_reserve(&run->tally, wanted);
        if (status != RISKPOOL_OK)
            return status;
        run->progress.paths = wanted;
        run_batches(run, done, wanted);
        if (run->stopped)
            return RISKPOOL_STOPPED;
        if (!(target > 0.0))
            return RISKPOOL_OK;
        double error;
        status = largest_error(run, &error);
        if (status != RISKPOOL_OK || error <= target)
            return status;
        done = wanted;
        wanted = more_paths(wanted, error, target);
    }
}

static int has_level(const struct riskpool_scenario *scenario, double level) {
    for (size_t i = 0; i < scenario->n_confidence; ++i)
        if (scenario->confidence[i] == level)
            return 1;
    return 0;
}

enum riskpool_status riskpool_run(const struct riskpool_scenario *scenario, const struct riskpool_run_options *options,
                                  struct riskpool_results **results) {
    static const struct riskpool_run_options defaults = {0};
    struct run run = {.scenario = scenario, .options = options ? options : &defaults};
    run.started = run.reported = seconds_now();
    run.progress.expected_shortfall = run.progress.half_width = NAN;
    omp_init_lock(&run.lock);
    struct riskpool_results *filled = calloc(1, sizeof *filled);
    enum riskpool_status status = filled ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    if (status == RISKPOOL_OK && run.options->target_error > 0.0 &&
        (!has_level(scenario, TARGET_LEVEL) || scenario->market.paths_most))
        status = RISKPOOL_INVALID;
    if (status == RISKPOOL_OK)
        status = run_init(&run);
    if (status == RISKPOOL_OK)
        status = run_all(&run);
    free_workers(&run);
    if (status == RISKPOOL_OK) {
        filled->size[DIM_ASSET] = scenario->market.n_assets;
        filled->n_threads = run.n_workers;
        status = stats_fill(&run.tally, run.n_workers, filled);
    }
    if (status == RISKPOOL_OK) {
        run_take_out_means(scenario, run.setup.steps, filled);
        status = run_describe(scenario, filled);
    }
    run_free(&run);
    omp_destroy_lock(&run.lock);
    if (status == RISKPOOL_OK)
        *results = filled;
    else
        riskpool_results_free(filled);
    return status;
}
