/* A slice: 256 paths over one step (where they start, where the diffusive move ends, where they are after gaps), the
 * only thing that the market side hands to the account side. It holds what a market can know and nothing of accounts; a
 * test can write one by hand. Rows are [asset][BLOCK], path innermost. */
#ifndef SLICE_H
#define SLICE_H

#include <stddef.h>
#include <stdint.h>

#include "vmath.h"

enum { BLOCK = 256, BLOCK_WORDS = BLOCK / 64 };

/* Paths of a block, by their bits. */
struct path_set {
    uint64_t word[BLOCK_WORDS];
};

static inline struct path_set path_set_all(void) {
    struct path_set all;
    for (size_t word = 0; word < BLOCK_WORDS; ++word)
        all.word[word] = UINT64_MAX;
    return all;
}

/* The coordinate in which the diffusive move of a step is Gaussian. */
enum price_scale {
    PRICE_LOG,   /* x = ln(P / P(0)) */
    PRICE_LINEAR /* x = P / P(0) - 1 */
};

struct slice {
    size_t n_assets;
    uint64_t step;     /* number of the step, from 0 */
    double start_hour; /* hours from the start of the path */
    double end_hour;
    enum price_scale scale;
    const double *initial; /* [asset] P(0) */

    const double *start; /* coordinate x at the start of the step */
    const double *end;   /* x after the diffusive move, before gaps */
    const double *final; /* x after gaps; the same pointer as `end` in a step without one */

    /* Prices at the same three instants; `end_price == price` without a gap. All NULL in a step whose prices the run
     * did not ask for (see slice_price). */
    const double *start_price;
    const double *end_price;
    const double *price;
    const double *start_slope; /* dP/dx at the start: the price itself (log; NULL with it) or P(0) (linear) */

    const double *deviation;   /* [asset] of the diffusive move over this step, in units of x */
    const double *spread;      /* [asset][BLOCK] the same where paths have their own; NULL: `deviation` is everyone's */
    const double *correlation; /* [regime][asset][asset] of the diffusive move */
    const uint8_t *regime;     /* [BLOCK] which of the correlations is a path's; NULL: the first */
    /* Standard normals correlated like the diffusive move, one an asset and step, independent of it; they decide
     * whether a bridge crosses. Only of paths that slice_draw asked for, few as they are. NULL when there is no law
     * inside the step: then only its end is known. */
    const double *bridge;
    void (*draw)(void *source, const struct path_set *paths); /* NULL: `bridge` is complete */
    void *source;
};

/* Sees to it that `bridge` holds the normals of the paths whose bits are set. */
static inline void slice_draw(const struct slice *slice, const struct path_set *paths) {
    if (slice->draw)
        slice->draw(slice->source, paths);
}

/* The deviation of an asset's diffusive move on one path. */
static inline double slice_deviation(const struct slice *slice, size_t asset, size_t path) {
    return slice->spread ? slice->spread[asset * BLOCK + path] : slice->deviation[asset];
}

/* [asset][asset] on one path. */
static inline const double *slice_correlation(const struct slice *slice, size_t path) {
    return slice->correlation + (slice->regime ? slice->regime[path] * slice->n_assets * slice->n_assets : 0);
}

/* The final price of an asset on one path. */
static inline double slice_price(const struct slice *slice, size_t asset, size_t path) {
    const size_t i = asset * BLOCK + path;
    if (slice->price)
        return slice->price[i];
    return slice->initial[asset] * (slice->scale == PRICE_LOG ? vmath_exp(slice->final[i]) : 1.0 + slice->final[i]);
}

#endif
