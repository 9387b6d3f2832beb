/* Selection of the worst paths in bounded room. What is dropped is worse-ranked than `wanted` other paths in every
 * mode, so the final set does not depend on the order in which paths came. It knows losses, not what else is in a
 * record. */
#include "tally_tail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int comes_after(struct tail_rank x, struct tail_rank y) {
    return x.loss != y.loss ? x.loss < y.loss : x.path > y.path;
}

int tail_init(struct tail *tail, struct depot *depot, size_t n_modes, size_t width, uint64_t wanted) {
    *tail = (struct tail){.depot = depot, .n_modes = n_modes, .width = width, .wanted = wanted};
    tail->order = order_create();
    tail->loss = calloc(n_modes, sizeof *tail->loss);
    tail->last = malloc(n_modes * sizeof *tail->last);
    for (size_t m = 0; tail->last && m < n_modes; m++)
        tail->last[m] = (struct tail_rank){-INFINITY, UINT64_MAX};
    return tail->order && tail->loss && tail->last;
}

size_t tail_record_size(size_t n_modes, size_t width) {
    return sizeof(uint64_t) + (n_modes + width) * sizeof(double);
}

void tail_reserve(struct tail *tail, uint64_t capacity, enum riskpool_status *status) {
    if (capacity <= tail->capacity)
        return;
    tail->path = depot_lengthen(tail->depot, tail->path, capacity, sizeof *tail->path, status);
    for (size_t m = 0; m < tail->n_modes; m++)
        tail->loss[m] = depot_lengthen(tail->depot, tail->loss[m], capacity, sizeof *tail->loss[m], status);
    tail->record = depot_lengthen(tail->depot, tail->record, capacity, tail->width * sizeof *tail->record, status);
    if (*status == RISKPOOL_OK)
        tail->capacity = (size_t)capacity;
}

void tail_free(struct tail *tail) {
    order_free(tail->order);
    free(tail->loss);
    free(tail->last);
    *tail = (struct tail){0};
}

double *tail_record(struct tail *tail, uint64_t path, const double *losses) {
    int wanted = 0;
    for (size_t m = 0; m < tail->n_modes; m++)
        wanted |= !comes_after((struct tail_rank){losses[m], path}, tail->last[m]);
    if (!wanted)
        return NULL;
    for (size_t m = 0; m < tail->n_modes; m++)
        tail->loss[m][tail->n] = losses[m];
    tail->path[tail->n] = path;
    return tail->record + tail->n++ * tail->width;
}

/* Records of one mode, as a sample: their losses; or, of those with one loss, the numbers of the paths, which numbers
 * with 53 bits hold. */
struct records {
    const struct tail *tail;
    size_t mode;
    double loss;
};

static const double *take_piece(const struct sample *sample, size_t index, size_t *n) {
    const struct records *records = sample->from;
    const size_t first = index * SAMPLE_PIECE, left = records->tail->n - first;
    if (first * sizeof(double) % DEPOT_REST == 0)
        depot_rest(records->tail->depot);
    *n = left < SAMPLE_PIECE ? left : SAMPLE_PIECE;
    return records->tail->loss[records->mode] + first;
}

static const double *losses_piece(const struct sample *sample, size_t index, double *room __attribute__((unused)),
                                  size_t *n) {
    return take_piece(sample, index, n);
}

static const double *ties_piece(const struct sample *sample, size_t index, double *room, size_t *n) {
    const struct records *records = sample->from;
    const uint64_t *path = records->tail->path + index * SAMPLE_PIECE;
    size_t n_records, n_ties = 0;
    const double *loss = take_piece(sample, index, &n_records);
    for (size_t i = 0; i < n_records; i++)
        if (loss[i] == records->loss)
            room[n_ties++] = (double)path[i];
    *n = n_ties;
    return room;
}

/* The last of the worst `wanted` paths of a mode. */
static struct tail_rank last_wanted(const struct tail *tail, size_t mode) {
    struct records records = {.tail = tail, .mode = mode};
    struct sample sample = {tail->n, (tail->n + SAMPLE_PIECE - 1) / SAMPLE_PIECE, losses_piece, &records};
    const size_t wanted = (size_t)tail->wanted;
    double room[SAMPLE_PIECE], path = 0;
    size_t worse = 0, ties = 0;
    order_values(tail->order, &sample, &(struct order_wish){tail->n - wanted + 1, &records.loss}, 1);
    for (size_t k = 0; k < sample.n_pieces; k++) {
        size_t n;
        const double *loss = losses_piece(&sample, k, room, &n);
        for (size_t i = 0; i < n; i++) {
            worse += loss[i] > records.loss;
            ties += loss[i] == records.loss;
        }
    }
    sample.n = ties;
    sample.piece = ties_piece;
    order_values(tail->order, &sample, &(struct order_wish){wanted - worse, &path}, 1);
    return (struct tail_rank){records.loss, (uint64_t)path};
}

static int is_wanted(const struct tail *tail, size_t i) {
    int wanted = 0;
    for (size_t m = 0; m < tail->n_modes; m++)
        wanted |= !comes_after((struct tail_rank){tail->loss[m][i], tail->path[i]}, tail->last[m]);
    return wanted;
}

static void prune(struct tail *tail) {
    const size_t rest = DEPOT_REST / tail_record_size(tail->n_modes, tail->width) + 1;
    size_t kept = 0;
    if (tail->n <= tail->wanted)
        return;
    for (size_t m = 0; m < tail->n_modes; m++)
        tail->last[m] = last_wanted(tail, m);
    for (size_t i = 0; i < tail->n; i++) {
        if (i % rest == 0)
            depot_rest(tail->depot);
        if (!is_wanted(tail, i))
            continue;
        tail->path[kept] = tail->path[i];
        for (size_t m = 0; m < tail->n_modes; m++)
            tail->loss[m][kept] = tail->loss[m][i];
        memmove(tail->record + kept * tail->width, tail->record + i * tail->width, tail->width * sizeof *tail->record);
        kept++;
    }
    tail->n = kept;
}

void tail_make_room(struct tail *tail, size_t batch) {
    if (tail->n + batch > tail->capacity)
        prune(tail);
}

void tail_finish(struct tail *tail, uint64_t wanted) {
    tail->wanted = wanted < tail->wanted ? wanted : tail->wanted;
    prune(tail);
}
