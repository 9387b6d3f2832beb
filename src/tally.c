/* Reduction of finished batches to counts, sums and kept columns. It knows the outcome's rows; what is made of the
 * numbers is another file's. */
#include "tally.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is in memory of files while batches are added, or statistics made by a few threads. */
enum { RESIDENT = 4 * DEPOT_REST };

static const enum outcome_column mean_column[TALLY_MEANS] = {
#define X(name) OUTCOME_##name,
    TALLY_MEAN_LIST(X)
#undef X
};

uint64_t tally_tail_size(uint64_t n_paths) {
    const uint64_t share = n_paths / 100 + (n_paths % 100 != 0);
    return share > TALLY_TAIL_LEAST ? share : TALLY_TAIL_LEAST;
}

int tally_has_column(const struct tally_shape *shape, int column) {
    const int watched = column == OUTCOME_max_drawdown || column == OUTCOME_lowest_margin_level;
    const int dynamic = column == OUTCOME_margin_peak_to_trough || column == OUTCOME_margin_largest_rise;
    return (shape->trajectories || !watched) && (shape->dynamic || !dynamic);
}

size_t tally_column_count(const struct tally_shape *shape) {
    size_t n = 0;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        n += (size_t)tally_has_column(shape, i);
    return n;
}

static void reserve_mode(struct tally *tally, struct tally_mode *mode, uint64_t capacity,
                         enum riskpool_status *status) {
    const uint64_t batches = capacity / BATCH, old = tally->capacity / BATCH;
    struct depot *depot = &tally->depot;
    mode->loss = depot_lengthen(depot, mode->loss, capacity, sizeof *mode->loss, status);
    for (int i = 0; i < TALLY_MEANS; i++) {
        mode->mean[i] = depot_lengthen(depot, mode->mean[i], batches, sizeof *mode->mean[i], status);
        if (*status == RISKPOOL_OK)
            memset(mode->mean[i] + old, 0, (batches - old) * sizeof *mode->mean[i]);
    }
    if (tally->shape.by_position) {
        const size_t width = tally->shape.n_positions * TALLY_FAILURES;
        mode->failure = depot_lengthen(depot, mode->failure, batches, width * sizeof *mode->failure, status);
        if (*status == RISKPOOL_OK)
            memset(mode->failure + old * width, 0, (batches - old) * width * sizeof *mode->failure);
    }
    if (tally->shape.keep != TALLY_KEEP_ALL)
        return;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (i != OUTCOME_loss && tally_has_column(&tally->shape, i))
            mode->column[i] = depot_lengthen(depot, mode->column[i], capacity, sizeof *mode->column[i], status);
    if (tally->shape.n_positions > 0)
        mode->liquidation_time = depot_lengthen(depot, mode->liquidation_time, capacity,
                                                tally->shape.n_positions * sizeof *mode->liquidation_time, status);
}

/* A run of known length keeps what can still be among the worst, with as much again between two prunings; how far down
 * a run that grows will look is not known before its end, so it keeps all. */
static uint64_t tail_capacity(const struct tally_shape *shape, uint64_t capacity) {
    const uint64_t bounded = 2 * shape->n_modes * tally_tail_size(shape->n_paths) + BATCH;
    return shape->n_paths_limit <= shape->n_paths && bounded < capacity ? bounded : capacity;
}

static size_t tail_width(const struct tally_shape *shape) {
    return shape->n_modes * (OUTCOME_COUNT + shape->n_positions);
}

/* Bytes of what grows with the paths. */
static uint64_t depot_size(const struct tally_shape *shape, uint64_t capacity) {
    const uint64_t columns = OUTCOME_COUNT + shape->n_positions - (shape->trajectories ? 0 : 2);
    const uint64_t a_path = shape->keep == TALLY_KEEP_ALL ? columns : 1;
    const uint64_t failures = shape->by_position ? shape->n_positions * TALLY_FAILURES : 0;
    const uint64_t numbers = capacity * a_path + capacity / BATCH * 2 * (TALLY_MEANS + failures);
    const uint64_t paths = shape->n_modes * numbers * sizeof(double) + capacity / BATCH * sizeof(uint32_t);
    if (shape->keep != TALLY_KEEP_TAIL)
        return paths;
    return paths + tail_capacity(shape, capacity) * tail_record_size(shape->n_modes, tail_width(shape));
}

static uint64_t whole_batches(uint64_t n_paths) {
    return (n_paths / BATCH + (n_paths % BATCH != 0)) * BATCH;
}

static int is_in_files(const struct tally_shape *shape, uint64_t capacity) {
    return shape->folder && depot_size(shape, capacity) > shape->in_memory;
}

enum riskpool_status tally_reserve(struct tally *tally, uint64_t n_paths) {
    if (n_paths > tally->shape.n_paths_limit)
        return RISKPOOL_INTERNAL;
    const uint64_t capacity = whole_batches(n_paths), batches = capacity / BATCH, old = tally->capacity / BATCH;
    if (batches <= old)
        return RISKPOOL_OK;
    enum riskpool_status status = RISKPOOL_OK;
    tally->depot.in_files = is_in_files(&tally->shape, capacity);
    tally->done = depot_lengthen(&tally->depot, tally->done, batches, sizeof *tally->done, &status);
    if (status == RISKPOOL_OK)
        memset(tally->done + old, 0, (batches - old) * sizeof *tally->done);
    for (size_t m = 0; m < tally->shape.n_modes; m++)
        reserve_mode(tally, &tally->mode[m], capacity, &status);
    if (tally->shape.keep == TALLY_KEEP_TAIL)
        tail_reserve(&tally->tail, tail_capacity(&tally->shape, capacity), &status);
    depot_rest(&tally->depot);
    if (status == RISKPOOL_OK)
        tally->capacity = capacity;
    return status;
}

uint64_t tally_memory(const struct tally_shape *shape) {
    const uint64_t n = shape->n_paths, samples = n < TALLY_SAMPLE ? n : TALLY_SAMPLE, size = depot_size(shape, n);
    const uint64_t fans = shape->trajectories ? shape->n_modes * 2 * shape->n_times * samples * sizeof(double) : 0;
    return fans + (is_in_files(shape, whole_batches(n)) && size > RESIDENT ? RESIDENT : size);
}

uint64_t tally_disk(const struct tally_shape *shape) {
    const uint64_t capacity = whole_batches(shape->n_paths);
    return is_in_files(shape, capacity) ? depot_size(shape, capacity) : 0;
}

static void *zeroed(size_t n, size_t size, int *ok) {
    void *array = calloc(n ? n : 1, size);
    *ok = *ok && array;
    return array;
}

static void init_mode(const struct tally *tally, struct tally_mode *mode, int *ok) {
    const struct tally_shape *shape = &tally->shape;
    *ok = *ok && tally_counts_init(&mode->counts, shape);
    if (!shape->trajectories)
        return;
    mode->equity = zeroed(shape->n_times * tally->n_samples, sizeof *mode->equity, ok);
    mode->margin_level = zeroed(shape->n_times * tally->n_samples, sizeof *mode->margin_level, ok);
}

static double *copied(const double *numbers, size_t n, int *ok) {
    double *copy = zeroed(n, sizeof *copy, ok);
    if (copy && n > 0)
        memcpy(copy, numbers, n * sizeof *copy);
    return copy;
}

enum riskpool_status tally_init(struct tally *tally, const struct tally_shape *shape) {
    int ok = 1;
    *tally = (struct tally){.shape = *shape, .depot = {.folder = shape->folder}};
    if (tally->shape.n_paths_limit < shape->n_paths)
        tally->shape.n_paths_limit = shape->n_paths;
    const uint64_t limit = tally->shape.n_paths_limit;
    tally->shape.time = copied(shape->time, shape->n_times, &ok);
    tally->shape.confidence = copied(shape->confidence, shape->n_confidence, &ok);
    tally->n_samples = limit < TALLY_SAMPLE ? (size_t)limit : TALLY_SAMPLE;
    tally->mode = zeroed(shape->n_modes, sizeof *tally->mode, &ok);
    tally->losses = zeroed(shape->n_modes, sizeof *tally->losses, &ok);
    if (!ok)
        return RISKPOOL_NO_MEMORY;
    for (size_t m = 0; m < shape->n_modes; m++)
        init_mode(tally, &tally->mode[m], &ok);
    if (ok && shape->keep == TALLY_KEEP_TAIL) {
        const uint64_t wanted = limit > shape->n_paths ? UINT64_MAX : tally_tail_size(limit);
        ok = tail_init(&tally->tail, &tally->depot, shape->n_modes, tail_width(shape), wanted);
    }
    return ok ? tally_reserve(tally, shape->n_paths) : RISKPOOL_NO_MEMORY;
}

static void free_mode(struct tally_mode *mode) {
    free(mode->counts.all);
    free(mode->equity);
    free(mode->margin_level);
}

void tally_free(struct tally *tally) {
    for (size_t m = 0; tally->mode && m < tally->shape.n_modes; m++)
        free_mode(&tally->mode[m]);
    free(tally->mode);
    free((void *)tally->shape.time);
    free((void *)tally->shape.confidence);
    free(tally->losses);
    tail_free(&tally->tail);
    depot_free(&tally->depot);
    *tally = (struct tally){0};
}

static void add_means(struct tally_mode *mode, const struct outcome *outcome, uint64_t batch, size_t n) {
    for (int i = 0; i < TALLY_MEANS; i++) {
        const double *row = outcome->column[mean_column[i]];
        struct sum sum = mode->mean[i][batch];
        for (size_t p = 0; p < n; p++)
            sum_add(&sum, row[p]);
        mode->mean[i][batch] = sum;
    }
}

/* Losses on the paths that liquidate a position; `n` is even where paths come in pairs. */
static void add_failures(const struct tally *tally, struct tally_mode *mode, const struct outcome *outcome,
                         uint64_t batch, size_t n) {
    const size_t n_positions = tally->shape.n_positions, unit = tally->shape.antithetic ? 2 : 1;
    const double *loss = outcome->column[OUTCOME_loss];
    for (size_t i = 0; mode->failure && i < n_positions; i++) {
        struct sum *sum = mode->failure + (batch * n_positions + i) * TALLY_FAILURES;
        const double *time = outcome->liquidation_time + i * BATCH;
        for (size_t p = 0; p < n; p += unit) {
            double l = 0.0, c = 0.0;
            for (size_t k = p; k < p + unit && k < n; k++) {
                l += isnan(time[k]) ? 0.0 : loss[k];
                c += isnan(time[k]) ? 0.0 : 1.0;
            }
            if (c == 0.0)
                continue;
            sum_add(&sum[TALLY_L], l);
            sum_add(&sum[TALLY_LL], l * l);
            sum_add(&sum[TALLY_LC], l * c);
        }
    }
}

static void keep_columns(const struct tally *tally, struct tally_mode *mode, const struct outcome *outcome,
                         uint64_t first_path, size_t n) {
    const size_t n_positions = tally->shape.n_positions;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (mode->column[i])
            memcpy(mode->column[i] + first_path, outcome->column[i], n * sizeof *mode->column[i]);
    for (size_t i = 0; mode->liquidation_time && i < n_positions; i++)
        for (size_t p = 0; p < n; p++)
            mode->liquidation_time[(first_path + p) * n_positions + i] = outcome->liquidation_time[i * BATCH + p];
}

static void keep_samples(const struct tally *tally, struct tally_mode *mode, const struct outcome *outcome,
                         uint64_t first_path, size_t n) {
    if (!mode->equity || first_path >= tally->n_samples)
        return;
    const size_t room = tally->n_samples - (size_t)first_path, used = n < room ? n : room;
    for (size_t t = 0; t < tally->shape.n_times; t++) {
        const size_t at = t * tally->n_samples + (size_t)first_path;
        memcpy(mode->equity + at, outcome->equity_at + t * BATCH, used * sizeof *mode->equity);
        memcpy(mode->margin_level + at, outcome->margin_level_at + t * BATCH, used * sizeof *mode->margin_level);
    }
}

/* A record: for each mode its columns and liquidation times. */
void tally_record(const struct tally *tally, const struct outcome *outcome, size_t p, double *record) {
    for (size_t m = 0; m < tally->shape.n_modes; m++) {
        for (int i = 0; i < OUTCOME_COUNT; i++)
            *record++ = tally_has_column(&tally->shape, i) ? outcome[m].column[i][p] : NAN;
        for (size_t i = 0; i < tally->shape.n_positions; i++)
            *record++ = outcome[m].liquidation_time[i * BATCH + p];
    }
}

static void keep_tail(struct tally *tally, struct tally_part *part, const struct outcome *outcome) {
    tail_make_room(&tally->tail, part->n);
    for (size_t p = 0; p < part->n; p++) {
        for (size_t m = 0; m < tally->shape.n_modes; m++)
            tally->losses[m] = outcome[m].column[OUTCOME_loss][p];
        double *record = tail_record(&tally->tail, part->first_path + p, tally->losses);
        part->candidate[p] = record != NULL;
        if (record)
            tally_record(tally, outcome, p, record);
    }
}

void tally_take(struct tally *tally, struct tally_part *part, uint64_t first_path, size_t n,
                const struct outcome *outcome) {
    const uint64_t batch = first_path / BATCH;
    assert(n <= BATCH && first_path + n <= tally->capacity && (n == 0 || (first_path + n - 1) / BATCH == batch));
    part->first_path = first_path;
    part->n = n;
    tally_count(&tally->shape, part, outcome);
    for (size_t m = 0; m < tally->shape.n_modes; m++) {
        struct tally_mode *mode = &tally->mode[m];
        memcpy(mode->loss + first_path, outcome[m].column[OUTCOME_loss], n * sizeof *mode->loss);
        add_means(mode, &outcome[m], batch, n);
        add_failures(tally, mode, &outcome[m], batch, n);
        keep_columns(tally, mode, &outcome[m], first_path, n);
        keep_samples(tally, mode, &outcome[m], first_path, n);
    }
}

/* Lets go of what was written to files, when it has become much. */
static void let_rest(struct tally *tally, const struct tally_part *part) {
    const struct tally_shape *shape = &tally->shape;
    const uint64_t records = tally->tail.n > tally->n_rested ? tally->tail.n - tally->n_rested : 0;
    const uint64_t columns = shape->keep == TALLY_KEEP_ALL ? OUTCOME_COUNT + shape->n_positions : 1;
    tally->unrested += part->n * shape->n_modes * columns * sizeof(double);
    if (tally->unrested + records * tail_record_size(shape->n_modes, tail_width(shape)) < DEPOT_REST)
        return;
    depot_rest(&tally->depot);
    tally->unrested = 0;
    tally->n_rested = tally->tail.n;
}

void tally_add_counts(struct tally *tally, const struct tally_part *part) {
    for (size_t m = 0; m < tally->shape.n_modes; m++) {
        struct tally_counts *to = &tally->mode[m].counts;
        const struct tally_counts *from = &part->counts[m];
        for (size_t i = 0; i < to->n; i++)
            to->all[i] += from->all[i];
    }
    tally->not_finite += part->not_finite;
    tally->done[part->first_path / BATCH] += (uint32_t)part->n;
    tally->n_paths += part->n;
    let_rest(tally, part);
}

void tally_add(struct tally *tally, struct tally_part *part, const struct outcome *outcome) {
    if (tally->shape.keep == TALLY_KEEP_TAIL)
        keep_tail(tally, part, outcome);
    tally_add_counts(tally, part);
}

int tally_has(const struct tally *tally, uint64_t first_path) {
    return first_path < tally->capacity && tally->done[first_path / BATCH] > 0;
}

static const double *losses_piece(const struct sample *sample, size_t index, double *room, size_t *n) {
    const struct tally_losses *losses = sample->from;
    const size_t first = index * BATCH;
    if (first * sizeof(double) % DEPOT_REST == 0)
        depot_rest(&losses->tally->depot);
    *n = losses->tally->done[index];
    if (!losses->minus)
        return losses->loss + first;
    for (size_t i = 0; i < *n; i++)
        room[i] = losses->loss[first + i] - losses->minus[first + i];
    return room;
}

struct sample tally_sample(const struct tally_losses *losses) {
    const struct tally *tally = losses->tally;
    return (struct sample){(size_t)tally->n_paths, (size_t)(tally->capacity / BATCH), losses_piece, losses};
}
