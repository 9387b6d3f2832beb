/* Order of work from tally to results: sizes, coordinates, one binning for all modes, the estimates, the kept columns.
 * The estimates themselves are in stats_mode.c. */
#include "stats.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "stats_mode.h"

enum { BINS = 200, QUANTILES = 7 };
static const double quantiles[QUANTILES] = {0.01, 0.05, 0.25, 0.50, 0.75, 0.95, 0.99};

static void set_sizes(const struct tally *tally, struct riskpool_results *results) {
    const struct tally_shape *shape = &tally->shape;
    results->n_modes = shape->n_modes;
    results->n_paths = tally->n_paths;
    results->start_equity = shape->start_equity;
    results->size[DIM_POSITION] = shape->n_positions;
    results->size[DIM_CONFIDENCE] = shape->n_confidence;
    results->size[DIM_TIME] = shape->n_times;
    results->size[DIM_QUANTILE] = QUANTILES;
    results->size[DIM_BIN] = BINS;
    results->size[DIM_ALERT] = shape->n_alerts;
    results->size[DIM_PATH] = shape->keep == TALLY_KEEP_ALL    ? (size_t)tally->n_paths
                              : shape->keep == TALLY_KEEP_TAIL ? tally->tail.n
                                                               : 0;
}

/* Smallest and largest loss of any mode. */
static void find_range(const struct tally *tally, double *low, double *high) {
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t m = 0; m < tally->shape.n_modes; m++)
        for (uint64_t p = 0; p < tally->n_paths; p++) {
            const double loss = tally->mode[m].loss[p];
            *low = loss < *low ? loss : *low;
            *high = loss > *high ? loss : *high;
        }
}

/* Losses that are all the same, but for rounding, fall into the middle of a range of two percent of them. */
static void fill_bins(const struct tally *tally, struct riskpool_results *results) {
    double low = 0, high = 0;
    find_range(tally, &low, &high);
    const double size = fmax(fabs(low), fabs(high));
    if (!(high - low > 1e-9 * size)) {
        low -= size > 0 ? 0.01 * size : 1;
        high += size > 0 ? 0.01 * size : 1;
    }
    for (size_t i = 0; i <= BINS; i++)
        results->bin_edge[i] = low + (high - low) * (double)i / BINS;
    results->bin_edge[BINS] = high;
    for (size_t i = 0; i < BINS; i++)
        results->bin[i] = (results->bin_edge[i] + results->bin_edge[i + 1]) / 2;
}

static void fill_coordinates(const struct tally *tally, struct riskpool_results *results) {
    const struct tally_shape *shape = &tally->shape;
    memcpy(results->quantile, quantiles, sizeof quantiles);
    memcpy(results->confidence, shape->confidence, shape->n_confidence * sizeof *shape->confidence);
    memcpy(results->time, shape->time, shape->n_times * sizeof *shape->time);
    fill_bins(tally, results);
}

static void move_columns(struct tally_mode *from, struct mode_results *to) {
    from->column[OUTCOME_loss] = from->loss;
    from->loss = NULL;
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        to->column[i] = from->column[i];
        from->column[i] = NULL;
    }
    to->liquidation_time = from->liquidation_time;
    from->liquidation_time = NULL;
}

/* Mode `m` of the tail's records; a column of which nothing is known is dropped. */
static void copy_records(const struct tally *tally, size_t m, struct mode_results *mode) {
    const struct tail *tail = &tally->tail;
    const size_t n_positions = tally->shape.n_positions, width = OUTCOME_COUNT + n_positions;
    for (size_t p = 0; p < tail->n; p++) {
        const double *record = tail->record + p * tail->width + tally->shape.n_modes + m * width;
        for (int i = 0; i < OUTCOME_COUNT; i++)
            mode->column[i][p] = record[i];
        memcpy(mode->liquidation_time + p * n_positions, record + OUTCOME_COUNT, n_positions * sizeof *record);
    }
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (tally_has_column(&tally->shape, i))
            continue;
        free(mode->column[i]);
        mode->column[i] = NULL;
    }
}

static enum riskpool_status hand_over_columns(struct tally *tally, struct riskpool_results *results) {
    for (size_t m = 0; m < results->n_modes; m++)
        if (tally->shape.keep == TALLY_KEEP_ALL)
            move_columns(&tally->mode[m], &results->modes[m]);
        else if (tally->shape.keep == TALLY_KEEP_TAIL)
            copy_records(tally, m, &results->modes[m]);
    if (tally->shape.keep != TALLY_KEEP_TAIL) {
        results->path = tally->path;
        tally->path = NULL;
        return RISKPOOL_OK;
    }
    results->path = malloc(tally->tail.n * sizeof *results->path);
    if (!results->path)
        return RISKPOOL_NO_MEMORY;
    memcpy(results->path, tally->tail.path, tally->tail.n * sizeof *results->path);
    return RISKPOOL_OK;
}

/* The paths 0 to n_paths - 1: every batch but the last is full, and there is nothing after it. */
static int is_complete(const struct tally *tally) {
    const uint64_t full = tally->n_paths / BATCH, rest = tally->n_paths % BATCH;
    for (uint64_t batch = 0; batch < full; batch++)
        if (tally->done[batch] != BATCH)
            return 0;
    return tally->n_paths > 0 && (rest == 0 || tally->done[full] == rest);
}

/* Numbers that the estimates of one thread work on. */
static size_t scratch_length(const struct tally *tally) {
    return tally->n_paths > TALLY_SAMPLE ? (size_t)tally->n_paths : TALLY_SAMPLE;
}

/* Every mode, and every mode but the first against the first, is a task; each thread has its scratch. */
static enum riskpool_status fill_statistics(const struct tally *tally, size_t n_threads,
                                            struct riskpool_results *results) {
    const size_t n_modes = results->n_modes, n_tasks = n_modes + results->size[DIM_PAIR];
    const size_t n = scratch_length(tally), n_used = stats_threads(n_modes, n_threads);
    double *scratch = n < SIZE_MAX / sizeof *scratch / n_used ? malloc(n_used * n * sizeof *scratch) : NULL;
    if (!scratch)
        return RISKPOOL_NO_MEMORY;
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)n_used)
    for (size_t task = 0; task < n_tasks; task++) {
        double *own = scratch + (size_t)omp_get_thread_num() * n;
        if (task < n_modes)
            stats_fill_mode(tally, &tally->mode[task], results, results->modes[task].statistic, own);
        else
            stats_fill_pair(tally, task - n_modes, results, own);
    }
    free(scratch);
    return RISKPOOL_OK;
}

size_t stats_threads(size_t n_modes, size_t n_threads) {
    return n_modes < n_threads ? n_modes : n_threads;
}

enum riskpool_status stats_fill(struct tally *tally, size_t n_threads, struct riskpool_results *results) {
    if (!is_complete(tally) || tally->not_finite > 0)
        return RISKPOOL_INTERNAL;
    if (tally->shape.keep == TALLY_KEEP_TAIL)
        tail_finish(&tally->tail, (size_t)tally_tail_size(tally->n_paths));
    set_sizes(tally, results);
    enum riskpool_status status = results_allocate(results, tally->shape.keep == TALLY_KEEP_TAIL);
    if (status != RISKPOOL_OK)
        return status;
    fill_coordinates(tally, results);
    status = fill_statistics(tally, n_threads, results);
    return status == RISKPOOL_OK ? hand_over_columns(tally, results) : status;
}

enum riskpool_status stats_expected_shortfall(const struct tally *tally, size_t mode, double confidence,
                                              double *expected_shortfall, double *error) {
    const size_t n = (size_t)tally->n_paths, copy = tally->shape.antithetic ? n : 0;
    double *losses = malloc((n + copy + 1) * sizeof *losses);
    if (!losses)
        return RISKPOOL_NO_MEMORY;
    tally_losses(tally, mode, losses);
    memmove(losses + copy, losses, n * sizeof *losses);
    const struct tail_estimate tail = stats_tail(tally, losses, losses + copy, confidence, &(size_t){0});
    *expected_shortfall = tail.expected_shortfall;
    *error = tail.error;
    free(losses);
    return RISKPOOL_OK;
}
