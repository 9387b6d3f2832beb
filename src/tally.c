/* Reduction of finished batches to counts, sums and kept columns. It knows the outcome's rows; what is made of the
 * numbers is another file's. */
#include "tally.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const enum outcome_column mean_column[TALLY_MEANS] = {
#define X(name) OUTCOME_##name,
    TALLY_MEAN_LIST(X)
#undef X
};

uint64_t tally_tail_size(uint64_t n_paths) {
    const uint64_t share = n_paths / 100 + (n_paths % 100 != 0);
    return share > TALLY_TAIL_LEAST ? share : TALLY_TAIL_LEAST;
}

static int has_column(const struct tally_shape *shape, int column) {
    return shape->trajectories || (column != OUTCOME_max_drawdown && column != OUTCOME_lowest_margin_level);
}

/* Lengthens an array; clears *ok when there is no memory and keeps the old one. */
static void *lengthen(void *array, uint64_t n, size_t size, int *ok) {
    void *longer = n < SIZE_MAX / size ? realloc(array, (size_t)n * size) : NULL;
    *ok = *ok && longer;
    return longer ? longer : array;
}

static void reserve_mode(const struct tally *tally, struct tally_mode *mode, uint64_t capacity, int *ok) {
    const uint64_t batches = capacity / BATCH, old = tally->capacity / BATCH;
    mode->loss = lengthen(mode->loss, capacity, sizeof *mode->loss, ok);
    for (int i = 0; i < TALLY_MEANS; i++) {
        mode->mean[i] = lengthen(mode->mean[i], batches, sizeof *mode->mean[i], ok);
        if (*ok)
            memset(mode->mean[i] + old, 0, (batches - old) * sizeof *mode->mean[i]);
    }
    if (tally->shape.keep != TALLY_KEEP_ALL)
        return;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        if (i != OUTCOME_loss && has_column(&tally->shape, i))
            mode->column[i] = lengthen(mode->column[i], capacity, sizeof *mode->column[i], ok);
    if (tally->shape.n_positions > 0)
        mode->liquidation_time =
            lengthen(mode->liquidation_time, capacity, tally->shape.n_positions * sizeof *mode->liquidation_time, ok);
}

/* A run of known length keeps what can still be among the worst, with as much again between two prunings; how far down
 * a run that grows will look is not known before its end, so it keeps all. */
static size_t tail_capacity(const struct tally *tally, uint64_t capacity) {
    const struct tail *tail = &tally->tail;
    const uint64_t bounded = tail->wanted < SIZE_MAX ? 2 * (uint64_t)(tail->n_modes * tail->wanted) + BATCH : capacity;
    return (size_t)(bounded < capacity ? bounded : capacity);
}

enum riskpool_status tally_reserve(struct tally *tally, uint64_t n_paths) {
    if (n_paths > tally->shape.n_paths_limit)
        return RISKPOOL_INTERNAL;
    const uint64_t batches = n_paths / BATCH + (n_paths % BATCH != 0), old = tally->capacity / BATCH;
    if (batches <= old)
        return RISKPOOL_OK;
    int ok = 1;
    tally->done = lengthen(tally->done, batches, sizeof *tally->done, &ok);
    if (ok)
        memset(tally->done + old, 0, (batches - old) * sizeof *tally->done);
    for (size_t m = 0; m < tally->shape.n_modes; m++)
        reserve_mode(tally, &tally->mode[m], batches * BATCH, &ok);
    if (tally->shape.keep == TALLY_KEEP_TAIL)
        ok = ok && tail_reserve(&tally->tail, tail_capacity(tally, batches * BATCH));
    if (!ok)
        return RISKPOOL_NO_MEMORY;
    tally->capacity = batches * BATCH;
    return RISKPOOL_OK;
}

static void *zeroed(size_t n, size_t size, int *ok) {
    void *array = calloc(n ? n : 1, size);
    *ok = *ok && array;
    return array;
}

static void init_mode(const struct tally *tally, struct tally_mode *mode, int *ok) {
    const struct tally_shape *shape = &tally->shape;
    mode->joint = zeroed(shape->n_positions * shape->n_positions, sizeof *mode->joint, ok);
    mode->liquidated = zeroed(shape->n_positions + 1, sizeof *mode->liquidated, ok);
    mode->twice = zeroed(shape->n_positions, sizeof *mode->twice, ok);
    mode->first = zeroed(shape->n_times, sizeof *mode->first, ok);
    mode->alert = zeroed(shape->n_alerts, sizeof *mode->alert, ok);
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
    *tally = (struct tally){.shape = *shape};
    if (tally->shape.n_paths_limit < shape->n_paths)
        tally->shape.n_paths_limit = shape->n_paths;
    const uint64_t limit = tally->shape.n_paths_limit;
    tally->shape.time = copied(shape->time, shape->n_times, &ok);
    tally->shape.confidence = copied(shape->confidence, shape->n_confidence, &ok);
    tally->n_samples = limit < TALLY_SAMPLE ? (size_t)limit : TALLY_SAMPLE;
    tally->mode = zeroed(shape->n_modes, sizeof *tally->mode, &ok);
    tally->first_time = zeroed(BATCH, sizeof *tally->first_time, &ok);
    tally->n_liquidated = zeroed(shape->n_modes * BATCH, sizeof *tally->n_liquidated, &ok);
    tally->events = zeroed(BATCH, sizeof *tally->events, &ok);
    tally->losses = zeroed(shape->n_modes, sizeof *tally->losses, &ok);
    if (!ok)
        return RISKPOOL_NO_MEMORY;
    for (size_t m = 0; m < shape->n_modes; m++)
        init_mode(tally, &tally->mode[m], &ok);
    if (ok && shape->keep == TALLY_KEEP_TAIL) {
        const size_t width = shape->n_modes * (1 + OUTCOME_COUNT + shape->n_positions);
        const size_t wanted = limit > shape->n_paths ? SIZE_MAX : (size_t)tally_tail_size(limit);
        ok = tail_init(&tally->tail, shape->n_modes, width, wanted);
    }
    return ok ? tally_reserve(tally, shape->n_paths) : RISKPOOL_NO_MEMORY;
}

static void free_mode(struct tally_mode *mode) {
    for (int i = 0; i < OUTCOME_COUNT; i++)
        free(mode->column[i]);
    for (int i = 0; i < TALLY_MEANS; i++)
        free(mode->mean[i]);
    void *const owned[] = {
        mode->loss,  mode->liquidation_time, mode->joint,       mode->liquidated, mode->first, mode->twice,
        mode->alert, mode->equity,           mode->margin_level};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
}

void tally_free(struct tally *tally) {
    for (size_t m = 0; tally->mode && m < tally->shape.n_modes; m++)
        free_mode(&tally->mode[m]);
    free(tally->mode);
    free((void *)tally->shape.time);
    free((void *)tally->shape.confidence);
    free(tally->done);
    free(tally->first_time);
    free(tally->n_liquidated);
    free(tally->events);
    free(tally->losses);
    tail_free(&tally->tail);
    *tally = (struct tally){0};
}

/* How many positions of each path are liquidated, and when the first. */
static void look_at_liquidations(const struct tally *tally, const struct outcome *outcome, size_t n, uint32_t *count) {
    double *first = tally->first_time;
    for (size_t p = 0; p < n; p++) {
        count[p] = 0;
        first[p] = INFINITY;
    }
    for (size_t i = 0; i < tally->shape.n_positions; i++) {
        const double *time = outcome->liquidation_time + i * BATCH;
        for (size_t p = 0; p < n; p++) {
            count[p] += time[p] == time[p];
            first[p] = time[p] < first[p] ? time[p] : first[p];
        }
    }
}

/* Index of the first sample time that is not before `hour`, which may miss a step end by its rounding; n_times: none.
 */
static size_t sample_at(const struct tally_shape *shape, double hour) {
    size_t i = 0;
    while (i < shape->n_times && shape->time[i] * (1 + 1e-12) < hour)
        i++;
    return i;
}

static void count_joint(const struct tally *tally, struct tally_mode *mode, const double *time) {
    const size_t n = tally->shape.n_positions;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; !isnan(time[i * BATCH]) && j < n; j++)
            if (!isnan(time[j * BATCH]))
                mode->joint[i * n + j]++;
}

static void count_liquidations(const struct tally *tally, struct tally_mode *mode, const struct outcome *outcome,
                               size_t n, const uint32_t *count) {
    for (size_t p = 0; p < n; p++) {
        mode->liquidated[count[p]]++;
        if (count[p] == 0)
            continue;
        const size_t sample = sample_at(&tally->shape, tally->first_time[p]);
        if (sample < tally->shape.n_times)
            mode->first[sample].paths++;
        count_joint(tally, mode, outcome->liquidation_time + p);
    }
}

static void count_alerts(const struct tally *tally, struct tally_mode *mode, const struct outcome *outcome, size_t n) {
    for (size_t a = 0; outcome->alert_time && a < tally->shape.n_alerts; a++)
        for (size_t p = 0; p < n; p++)
            if (!isnan(outcome->alert_time[a * BATCH + p]))
                mode->alert[a]++;
}

/* A position that the first mode keeps is liquidated. */
static int is_contagion(const struct tally *tally, size_t m, const struct outcome *outcome, size_t p) {
    for (size_t i = 0; i < tally->shape.n_positions; i++)
        if (!isnan(outcome[m].liquidation_time[i * BATCH + p]) && isnan(outcome[0].liquidation_time[i * BATCH + p]))
            return 1;
    return 0;
}

static void find_events(const struct tally *tally, size_t m, const struct outcome *outcome, size_t n) {
    const uint32_t *first = tally->n_liquidated, *own = tally->n_liquidated + m * BATCH;
    const double *shortfall = outcome[m].column[OUTCOME_shortfall];
    for (size_t p = 0; p < n; p++) {
        const int any = own[p] > 0, all = any && own[p] == tally->shape.n_positions;
        const int rescue = first[p] > 0 && !any, contagion = any && is_contagion(tally, m, outcome, p);
        tally->events[p] = (uint8_t)(any << TALLY_ANY | all << TALLY_ALL | (shortfall[p] > 0) << TALLY_SHORTFALL |
                                     rescue << TALLY_RESCUE | contagion << TALLY_CONTAGION);
    }
}

static void count_events(const struct tally *tally, struct tally_mode *mode, size_t n) {
    for (int e = 0; e < TALLY_EVENTS; e++) {
        for (size_t p = 0; p < n; p++)
            mode->event[e].paths += tally->events[p] >> e & 1;
        for (size_t p = 0; p + 1 < n; p += 2)
            mode->event[e].twice += (tally->events[p] & tally->events[p + 1]) >> e & 1;
    }
}

/* What happens to both paths of a pair: to each position, and until when. */
static void count_pairs(const struct tally *tally, struct tally_mode *mode, const struct outcome *outcome, size_t n) {
    for (size_t i = 0; i < tally->shape.n_positions; i++) {
        const double *time = outcome->liquidation_time + i * BATCH;
        for (size_t p = 0; p + 1 < n; p += 2)
            mode->twice[i] += !isnan(time[p]) && !isnan(time[p + 1]);
    }
    for (size_t p = 0; p + 1 < n; p += 2) {
        const double *first = tally->first_time + p, later = first[0] > first[1] ? first[0] : first[1];
        const size_t sample = sample_at(&tally->shape, later);
        if (sample < tally->shape.n_times)
            mode->first[sample].twice++;
    }
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

/* A record: the losses of all modes, then for each mode its columns and liquidation times. */
static void fill_record(const struct tally *tally, const struct outcome *outcome, size_t p, double *record) {
    record += tally->shape.n_modes;
    for (size_t m = 0; m < tally->shape.n_modes; m++) {
        for (int i = 0; i < OUTCOME_COUNT; i++)
            *record++ = has_column(&tally->shape, i) ? outcome[m].column[i][p] : NAN;
        for (size_t i = 0; i < tally->shape.n_positions; i++)
            *record++ = outcome[m].liquidation_time[i * BATCH + p];
    }
}

static void keep_tail(struct tally *tally, const struct outcome *outcome, uint64_t first_path, size_t n) {
    tail_make_room(&tally->tail, n);
    for (size_t p = 0; p < n; p++) {
        for (size_t m = 0; m < tally->shape.n_modes; m++)
            tally->losses[m] = outcome[m].column[OUTCOME_loss][p];
        double *record = tail_record(&tally->tail, first_path + p, tally->losses);
        if (record)
            fill_record(tally, outcome, p, record);
    }
}

static void add_losses(struct tally *tally, struct tally_mode *mode, const double *loss, uint64_t first_path,
                       size_t n) {
    memcpy(mode->loss + first_path, loss, n * sizeof *loss);
    for (size_t p = 0; p < n; p++)
        if (!isfinite(loss[p]))
            tally->not_finite++;
}

void tally_add(struct tally *tally, uint64_t first_path, size_t n, const struct outcome *outcome) {
    const uint64_t batch = first_path / BATCH;
    assert(n <= BATCH && first_path + n <= tally->capacity && (n == 0 || (first_path + n - 1) / BATCH == batch));
    for (size_t m = 0; m < tally->shape.n_modes; m++) {
        struct tally_mode *mode = &tally->mode[m];
        uint32_t *count = tally->n_liquidated + m * BATCH;
        look_at_liquidations(tally, &outcome[m], n, count);
        count_liquidations(tally, mode, &outcome[m], n, count);
        find_events(tally, m, outcome, n);
        count_events(tally, mode, n);
        if (tally->shape.antithetic)
            count_pairs(tally, mode, &outcome[m], n);
        count_alerts(tally, mode, &outcome[m], n);
        add_losses(tally, mode, outcome[m].column[OUTCOME_loss], first_path, n);
        add_means(mode, &outcome[m], batch, n);
        keep_columns(tally, mode, &outcome[m], first_path, n);
        keep_samples(tally, mode, &outcome[m], first_path, n);
    }
    if (tally->shape.keep == TALLY_KEEP_TAIL)
        keep_tail(tally, outcome, first_path, n);
    tally->done[batch] += (uint32_t)n;
    tally->n_paths += n;
}

size_t tally_losses(const struct tally *tally, size_t mode, double *loss) {
    size_t n = 0;
    for (uint64_t batch = 0; batch < tally->capacity / BATCH; batch++) {
        memcpy(loss + n, tally->mode[mode].loss + batch * BATCH, tally->done[batch] * sizeof *loss);
        n += tally->done[batch];
    }
    return n;
}
