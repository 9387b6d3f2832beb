/* The simplest sample: an array. */
#include "sample.h"

static const double *array_piece(const struct sample *sample, size_t index, double *room __attribute__((unused)),
                                 size_t *n) {
    const size_t first = index * SAMPLE_PIECE, left = sample->n - first;
    *n = left < SAMPLE_PIECE ? left : SAMPLE_PIECE;
    return (const double *)sample->from + first;
}

struct sample sample_of(const double *x, size_t n) {
    return (struct sample){n, (n + SAMPLE_PIECE - 1) / SAMPLE_PIECE, array_piece, x};
}
