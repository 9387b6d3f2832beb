/* The worst paths of every mode, found while batches come in, in any order: a record of each path that can still be
 * among them is kept, in room that depends on how many are wanted and not on how many paths there are. */
#ifndef TALLY_TAIL_H
#define TALLY_TAIL_H

#include "depot.h"
#include "order.h"

/* A path in the order of one mode: larger losses first, then smaller numbers, so that equal losses have an order. */
struct tail_rank {
    double loss;
    uint64_t path;
};

struct tail {
    struct depot *depot; /* of all arrays that follow */
    struct order *order;
    size_t n_modes, width;  /* numbers in a record */
    uint64_t wanted;        /* paths of each mode; UINT64_MAX: all, until tail_finish */
    size_t n, capacity;     /* records; those of a batch follow each other in the order of their paths */
    uint64_t *path;         /* [record] */
    double **loss;          /* [mode][record] */
    double *record;         /* [record][width] */
    struct tail_rank *last; /* [mode] what comes after this one is certainly not wanted any more */
};

/* An empty tail without room. 0 when out of memory. */
int tail_init(struct tail *tail, struct depot *depot, size_t n_modes, size_t width, uint64_t wanted);
/* Bytes of a record of this width. */
size_t tail_record_size(size_t n_modes, size_t width);
/* Room for `capacity` records, as depot_lengthen. */
void tail_reserve(struct tail *tail, uint64_t capacity, enum riskpool_status *status);
/* Frees all but what is in the depot. */
void tail_free(struct tail *tail);
/* The record to fill for a path with these losses; NULL when the path is not among the worst of any mode. */
double *tail_record(struct tail *tail, uint64_t path, const double *losses);
/* Drops what cannot be wanted any more when there is no room for another `batch`; there is then, if the capacity is at
 * least n_modes * wanted + batch or that of all paths. */
void tail_make_room(struct tail *tail, size_t batch);
/* Reduces to the worst `wanted` paths of each mode. */
void tail_finish(struct tail *tail, uint64_t wanted);

#endif
