/* A sample: numbers in the order of the paths, to be looked at piece by piece, so that nobody needs them all at once.
 * Where they come from is its maker's. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <stddef.h>

#include "outcome.h"

enum { SAMPLE_PIECE = BATCH }; /* even: antithetic pairs lie in one piece */

struct sample {
    size_t n, n_pieces;
    /* Piece number `index`: *n numbers, at most SAMPLE_PIECE, valid until `room`, which has as many, is used again. */
    const double *(*piece)(const struct sample *sample, size_t index, double *room, size_t *n);
    const void *from;
};

/* The n numbers of an array. */
struct sample sample_of(const double *x, size_t n);

#endif
