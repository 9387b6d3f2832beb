/* A tally of part of the paths: what is there moves to the front, in the order of the paths. It knows the rows of a
 * tally and no reason why something is missing. */
#include <stdlib.h>
#include <string.h>

#include "tally.h"

static void move(double *row, size_t to, size_t from, size_t n, size_t width) {
    if (row && to != from)
        memmove(row + to * width, row + from * width, n * width * sizeof *row);
}

/* Batch `from` of a mode moves to `to`, a path number up to which everything is there. */
static void move_batch(const struct tally *tally, struct tally_mode *mode, size_t to, size_t from, size_t n) {
    move(mode->loss, to, from, n, 1);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        move(mode->column[i], to, from, n, 1);
    move(mode->liquidation_time, to, from, n, tally->shape.n_positions);
    for (int i = 0; i < TALLY_MEANS; i++)
        mode->mean[i][to / BATCH] = mode->mean[i][from / BATCH];
    const size_t width = tally->shape.n_positions * TALLY_FAILURES;
    if (mode->failure)
        memmove(mode->failure + to / BATCH * width, mode->failure + from / BATCH * width, width * sizeof(struct sum));
}

/* Which of the first paths, those with samples, are there: their numbers, ascending; returns how many. */
static size_t list_samples(const struct tally *tally, size_t *sample) {
    size_t n = 0;
    for (size_t p = 0; p < tally->n_samples; p++)
        if (p % BATCH < tally->done[p / BATCH])
            sample[n++] = p;
    return n;
}

static void close_samples(const struct tally *tally, double *row, const size_t *sample, size_t n) {
    for (size_t t = 0; row && t < tally->shape.n_times; t++)
        for (size_t i = 0; i < n; i++)
            row[t * n + i] = row[t * tally->n_samples + sample[i]];
}

static void number_paths(struct tally *tally) {
    size_t n = 0;
    for (size_t p = 0; p < tally->capacity; p++)
        if (p % BATCH < tally->done[p / BATCH]) {
            if (n % (DEPOT_REST / sizeof *tally->path) == 0)
                depot_rest(&tally->depot);
            tally->path[n++] = p;
        }
}

enum riskpool_status tally_close_gaps(struct tally *tally) {
    size_t *sample = calloc(tally->n_samples + 1, sizeof *sample), n_batches = (size_t)(tally->capacity / BATCH);
    enum riskpool_status status = sample ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    if (tally->shape.keep == TALLY_KEEP_ALL)
        tally->path = depot_lengthen(&tally->depot, tally->path, tally->n_paths, sizeof *tally->path, &status);
    if (status != RISKPOOL_OK || !sample) {
        free(sample);
        return status;
    }
    if (tally->path)
        number_paths(tally);
    const size_t n_samples = list_samples(tally, sample);
    size_t to = 0;
    for (size_t m = 0; m < tally->shape.n_modes; m++) {
        close_samples(tally, tally->mode[m].equity, sample, n_samples);
        close_samples(tally, tally->mode[m].margin_level, sample, n_samples);
    }
    tally->n_samples = n_samples;
    for (size_t batch = 0; batch < n_batches; batch++) {
        const uint32_t n = tally->done[batch];
        tally->done[batch] = 0;
        if (n == 0)
            continue;
        for (size_t m = 0; m < tally->shape.n_modes; m++)
            move_batch(tally, &tally->mode[m], to, batch * BATCH, n);
        tally->renumbered |= to != batch * BATCH;
        tally->done[to / BATCH] = n;
        to += n;
        if (batch % (DEPOT_REST / (BATCH * sizeof(double))) == 0)
            depot_rest(&tally->depot);
    }
    tally->capacity = (to + BATCH - 1) / BATCH * BATCH;
    free(sample);
    return RISKPOOL_OK;
}
