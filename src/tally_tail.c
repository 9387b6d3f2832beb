/* Selection of the worst paths in bounded memory. What is dropped is worse-ranked than `wanted` other paths in every
 * mode, so the final set does not depend on the order in which paths came. It knows losses, not what else is in a
 * record. */
#include "tally_tail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int rank_compare(const void *a, const void *b) {
    const struct tail_rank *x = a, *y = b;
    if (x->loss != y->loss)
        return x->loss > y->loss ? -1 : 1;
    return (x->path > y->path) - (x->path < y->path);
}

static int number_compare(const void *a, const void *b) {
    const struct tail_rank *x = a, *y = b;
    return (x->path > y->path) - (x->path < y->path);
}

int tail_init(struct tail *tail, size_t n_modes, size_t width, size_t wanted) {
    *tail = (struct tail){.n_modes = n_modes, .width = width, .wanted = wanted};
    tail->last = malloc(n_modes * sizeof *tail->last);
    for (size_t m = 0; tail->last && m < n_modes; m++)
        tail->last[m] = (struct tail_rank){-INFINITY, UINT64_MAX, 0};
    return tail->last != NULL;
}

size_t tail_record_size(size_t width) {
    const size_t order = 2 * sizeof(struct tail_rank); /* glibc's qsort works on a copy */
    return sizeof(uint64_t) + width * sizeof(double) + order + 1;
}

/* The array with room for `n`; clears *ok and returns the old one when there is no memory. */
static void *lengthen(void *array, size_t n, size_t size, int *ok) {
    void *longer = n < SIZE_MAX / size ? realloc(array, n * size) : NULL;
    *ok = *ok && longer;
    return longer ? longer : array;
}

int tail_reserve(struct tail *tail, size_t capacity) {
    int ok = 1;
    if (capacity <= tail->capacity)
        return 1;
    tail->path = lengthen(tail->path, capacity, sizeof *tail->path, &ok);
    tail->record = lengthen(tail->record, capacity, tail->width * sizeof *tail->record, &ok);
    tail->order = lengthen(tail->order, capacity, sizeof *tail->order, &ok);
    tail->chosen = lengthen(tail->chosen, capacity, 1, &ok);
    if (ok)
        tail->capacity = capacity;
    return ok;
}

void tail_free(struct tail *tail) {
    free(tail->path);
    free(tail->record);
    free(tail->order);
    free(tail->chosen);
    free(tail->last);
    *tail = (struct tail){0};
}

double *tail_record(struct tail *tail, uint64_t path, const double *losses) {
    int wanted = 0;
    for (size_t m = 0; m < tail->n_modes; m++) {
        const struct tail_rank rank = {losses[m], path, 0};
        wanted |= rank_compare(&rank, &tail->last[m]) <= 0;
    }
    if (!wanted)
        return NULL;
    double *record = tail->record + tail->n * tail->width;
    memcpy(record, losses, tail->n_modes * sizeof *losses);
    tail->path[tail->n++] = path;
    return record;
}

/* Marks the worst paths of a mode and remembers the last of them. */
static void choose_worst(struct tail *tail, size_t mode) {
    for (size_t i = 0; i < tail->n; i++)
        tail->order[i] = (struct tail_rank){tail->record[i * tail->width + mode], tail->path[i], i};
    qsort(tail->order, tail->n, sizeof *tail->order, rank_compare);
    const size_t n = tail->n < tail->wanted ? tail->n : tail->wanted;
    for (size_t i = 0; i < n; i++)
        tail->chosen[tail->order[i].record] = 1;
    if (n > 0 && n == tail->wanted)
        tail->last[mode] = tail->order[n - 1];
}

static void prune(struct tail *tail) {
    memset(tail->chosen, 0, tail->n);
    for (size_t m = 0; m < tail->n_modes; m++)
        choose_worst(tail, m);
    size_t kept = 0;
    for (size_t i = 0; i < tail->n; i++) {
        if (!tail->chosen[i])
            continue;
        tail->path[kept] = tail->path[i];
        memmove(tail->record + kept * tail->width, tail->record + i * tail->width, tail->width * sizeof *tail->record);
        kept++;
    }
    tail->n = kept;
}

void tail_make_room(struct tail *tail, size_t batch) {
    if (tail->n + batch > tail->capacity)
        prune(tail);
}

/* Applies the order of path numbers to the records, cycle by cycle. */
static void sort_by_number(struct tail *tail) {
    for (size_t i = 0; i < tail->n; i++)
        tail->order[i] = (struct tail_rank){0, tail->path[i], i};
    qsort(tail->order, tail->n, sizeof *tail->order, number_compare);
    for (size_t i = 0; i < tail->n; i++) {
        size_t from = tail->order[i].record;
        while (from < i) /* moved since: follow where it went */
            from = tail->order[from].record;
        for (size_t k = 0; from != i && k < tail->width; k++) {
            const double value = tail->record[i * tail->width + k];
            tail->record[i * tail->width + k] = tail->record[from * tail->width + k];
            tail->record[from * tail->width + k] = value;
        }
        tail->order[i].record = from;
        tail->path[i] = tail->order[i].path;
    }
}

void tail_finish(struct tail *tail, size_t wanted) {
    tail->wanted = wanted < tail->wanted ? wanted : tail->wanted;
    prune(tail);
    sort_by_number(tail);
}
