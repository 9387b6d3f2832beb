/* The worst paths of every mode, found while batches come in, in any order: a record of each path that can still be
 * among them is kept, in memory that depends on how many are wanted and not on how many paths there are. */
#ifndef TALLY_TAIL_H
#define TALLY_TAIL_H

#include <stddef.h>
#include <stdint.h>

/* A path in the order of one mode: larger losses first, then smaller numbers, so that equal losses have an order. */
struct tail_rank {
    double loss;
    uint64_t path;
    size_t record;
};

struct tail {
    size_t n_modes, width; /* numbers in a record; the first n_modes are the losses */
    size_t wanted;         /* paths of each mode */
    size_t n, capacity;    /* records */
    uint64_t *path;
    double *record; /* [capacity][width] */
    struct tail_rank *order;
    unsigned char *chosen;
    struct tail_rank *last; /* [mode] the worst path that is certainly not wanted any more comes after this one */
};

/* An empty tail without room; SIZE_MAX wanted: all, until tail_finish. 0 when out of memory. */
int tail_init(struct tail *tail, size_t n_modes, size_t width, size_t wanted);
/* Bytes of a record of this width, with what sorting it takes. */
size_t tail_record_size(size_t width);
/* Room for `capacity` records; 0 when out of memory. */
int tail_reserve(struct tail *tail, size_t capacity);
void tail_free(struct tail *tail);
/* The record to fill for a path with these losses; NULL when the path is not among the worst of any mode. */
double *tail_record(struct tail *tail, uint64_t path, const double *losses);
/* Drops what cannot be wanted any more when there is no room for another `batch`; there is then, if the capacity is at
 * least n_modes * wanted + batch or that of all paths. */
void tail_make_room(struct tail *tail, size_t batch);
/* Reduces to the worst `wanted` paths of each mode and puts them in the order of their numbers. */
void tail_finish(struct tail *tail, size_t wanted);

#endif
