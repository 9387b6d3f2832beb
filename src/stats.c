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
    double room[SAMPLE_PIECE];
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t m = 0; m < tally->shape.n_modes; m++) {
        const struct tally_losses losses = {tally, tally->mode[m].loss, NULL};
        const struct sample sample = tally_sample(&losses);
        for (size_t k = 0; k < sample.n_pieces; k++) {
            size_t n;
            const double *loss = sample.piece(&sample, k, room, &n);
            for (size_t i = 0; i < n; i++) {
                *low = loss[i] < *low ? loss[i] : *low;
                *high = loss[i] > *high ? loss[i] : *high;
            }
        }
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

/* The columns are the results' now, with the depot they lie in; what else is in it goes. */
static void move_columns(struct tally *tally, struct riskpool_results *results) {
    struct depot *depot = &tally->depot;
    for (size_t m = 0; m < results->n_modes; m++) {
        struct tally_mode *from = &tally->mode[m];
        struct mode_results *to = &results->modes[m];
        for (int i = 0; i < TALLY_MEANS; i++)
            depot_drop(depot, from->mean[i]);
        depot_drop(depot, from->failure);
        memcpy(to->column, from->column, sizeof to->column);
        to->column[OUTCOME_loss] = from->loss;
        to->liquidation_time = from->liquidation_time;
    }
    depot_drop(depot, tally->done);
    results->path = tally->path;
    results->depot = *depot;
    *depot = (struct depot){0};
}

/* A record of the tail into row `to` of the columns. */
static void copy_record(const struct tally *tally, size_t from, const struct riskpool_results *results, size_t to) {
    const size_t n_positions = tally->shape.n_positions;
    const double *record = tally->tail.record + from * tally->tail.width;
    for (size_t m = 0; m < results->n_modes; m++) {
        const struct mode_results *mode = &results->modes[m];
        for (int i = 0; i < OUTCOME_COUNT; i++)
            mode->column[i][to] = record[i];
        memcpy(mode->liquidation_time + to * n_positions, record + OUTCOME_COUNT, n_positions * sizeof *record);
        record += OUTCOME_COUNT + n_positions;
    }
    results->path[to] = tally->tail.path[from];
}

/* The row at which the records of each batch begin, in the order of the paths: room for one batch more. */
static uint64_t *first_rows(const struct tail *tail, struct depot *depot, enum riskpool_status *status) {
    uint64_t n_batches = 0;
    for (size_t i = 0; i < tail->n; i++)
        n_batches = tail->path[i] / BATCH < n_batches ? n_batches : tail->path[i] / BATCH + 1;
    uint64_t *row = depot_lengthen(depot, NULL, n_batches + 1, sizeof *row, status);
    if (*status != RISKPOOL_OK)
        return NULL;
    memset(row, 0, (n_batches + 1) * sizeof *row);
    for (size_t i = 0; i < tail->n; i++)
        row[tail->path[i] / BATCH + 1]++;
    for (uint64_t batch = 0; batch < n_batches; batch++)
        row[batch + 1] += row[batch];
    return row;
}

/* A column of which nothing is known is dropped. */
static void drop_unknown(const struct tally *tally, struct riskpool_results *results) {
    for (size_t m = 0; m < results->n_modes; m++)
        for (int i = 0; i < OUTCOME_COUNT; i++) {
            if (tally_has_column(&tally->shape, i))
                continue;
            depot_drop(&results->depot, results->modes[m].column[i]);
            results->modes[m].column[i] = NULL;
        }
}

/* Batches are in any order, the records inside of them in that of the paths. */
static enum riskpool_status copy_records(struct tally *tally, struct riskpool_results *results) {
    const struct tail *tail = &tally->tail;
    const size_t rest = DEPOT_REST / tail_record_size(tail->n_modes, tail->width) + 1;
    enum riskpool_status status = RISKPOOL_OK;
    results->path = depot_lengthen(&results->depot, NULL, tail->n, sizeof *results->path, &status);
    uint64_t *row = first_rows(tail, &tally->depot, &status);
    for (size_t i = 0; status == RISKPOOL_OK && i < tail->n; i++) {
        if (i % rest == 0) {
            depot_rest(&tally->depot);
            depot_rest(&results->depot);
        }
        copy_record(tally, i, results, row[tail->path[i] / BATCH]++);
    }
    drop_unknown(tally, results);
    return status;
}

enum riskpool_status stats_hand_over(struct tally *tally, struct riskpool_results *results) {
    enum riskpool_status status = RISKPOOL_OK;
    if (tally->shape.keep == TALLY_KEEP_TAIL)
        status = copy_records(tally, results);
    if (tally->shape.keep == TALLY_KEEP_ALL)
        move_columns(tally, results);
    results->depot.folder = NULL; /* nothing grows any more */
    return status;
}

/* The paths 0 to n_paths - 1: every batch but the last is full, and there is nothing after it. */
static int is_complete(const struct tally *tally) {
    const uint64_t full = tally->n_paths / BATCH, rest = tally->n_paths % BATCH;
    for (uint64_t batch = 0; batch < full; batch++)
        if (tally->done[batch] != BATCH)
            return 0;
    return tally->n_paths > 0 && (rest == 0 || tally->done[full] == rest);
}

static void free_desks(struct stats_desk *desk, size_t n) {
    for (size_t i = 0; desk && i < n; i++) {
        order_free(desk[i].order);
        free(desk[i].sample);
    }
    free(desk);
}

/* NULL when out of memory. */
static struct stats_desk *make_desks(size_t n) {
    struct stats_desk *desk = calloc(n, sizeof *desk);
    int ok = desk != NULL;
    for (size_t i = 0; ok && i < n; i++) {
        desk[i].order = order_create();
        desk[i].sample = malloc(TALLY_SAMPLE * sizeof *desk[i].sample);
        ok = desk[i].order && desk[i].sample;
    }
    if (ok)
        return desk;
    free_desks(desk, n);
    return NULL;
}

static size_t threads_for(size_t n_modes, size_t n_threads) {
    return n_modes < n_threads ? n_modes : n_threads;
}

uint64_t stats_memory(const struct tally_shape *shape, size_t n_threads) {
    const uint64_t sample = shape->trajectories ? TALLY_SAMPLE * sizeof(double) : 0;
    return threads_for(shape->n_modes, n_threads) * (order_memory(shape->n_paths) + sample);
}

/* Every mode is a task, then every mode but the first against the first; each thread has its desk. */
static enum riskpool_status fill_statistics(const struct tally *tally, size_t n_threads,
                                            struct riskpool_results *results) {
    const size_t n_modes = results->n_modes, n_pairs = results->size[DIM_PAIR];
    const size_t n_used = threads_for(n_modes, n_threads);
    struct stats_desk *desk = make_desks(n_used);
    if (!desk)
        return RISKPOOL_NO_MEMORY;
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)n_used)
    for (size_t m = 0; m < n_modes; m++)
        stats_fill_mode(tally, &tally->mode[m], results, results->modes[m].statistic, &desk[omp_get_thread_num()]);
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)n_used)
    for (size_t pair = 0; pair < n_pairs; pair++)
        stats_fill_pair(tally, pair, results, &desk[omp_get_thread_num()]);
    free_desks(desk, n_used);
    return RISKPOOL_OK;
}

enum riskpool_status stats_fill(struct tally *tally, size_t n_threads, struct riskpool_results *results) {
    if (!is_complete(tally) || tally->not_finite > 0)
        return RISKPOOL_INTERNAL;
    if (tally->shape.keep == TALLY_KEEP_TAIL)
        tail_finish(&tally->tail, tally_tail_size(tally->n_paths));
    set_sizes(tally, results);
    results->depot = (struct depot){.folder = tally->depot.folder, .in_files = tally->depot.in_files};
    enum riskpool_status status = results_allocate(results, tally->shape.keep == TALLY_KEEP_TAIL);
    if (status != RISKPOOL_OK)
        return status;
    fill_coordinates(tally, results);
    return fill_statistics(tally, n_threads, results);
}

enum riskpool_status stats_expected_shortfall(const struct tally *tally, size_t mode, double confidence,
                                              double *expected_shortfall, double *error) {
    const struct tally_losses losses = {tally, tally->mode[mode].loss, NULL};
    const struct sample loss = tally_sample(&losses);
    struct tail_estimate tail;
    struct order *order = order_create();
    if (!order)
        return RISKPOOL_NO_MEMORY;
    stats_tails(tally, order, &loss, &confidence, 1, &tail);
    *expected_shortfall = tail.expected_shortfall;
    *error = tail.error;
    order_free(order);
    return RISKPOOL_OK;
}
