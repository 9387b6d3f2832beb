/* The book: an account, its positions, and the modes: which pool backs which position. It knows no prices after the
 * entry and no rules. A mode is data: nothing after this file asks whether it is isolated, cross or hybrid. */
#ifndef BOOK_H
#define BOOK_H

#include <stddef.h>

#include "riskpool.h"

struct position {
    char *name;
    size_t asset;    /* index into the market's assets */
    double quantity; /* signed: long is positive */
    double entry;    /* price at which profit is zero */
    double margin;   /* initial margin, currency; what the position brings into a pool of its own */
};

struct pool {
    char *name;  /* "wallet" for pool 0; the position's for a pool of one; else as the scenario names it */
    double cash; /* at the start */
    size_t n_positions;
    size_t *positions; /* indices into the book, ordered by asset, then as listed */
};

/* A partition of the positions into pools. Pool 0 is the wallet pool: always there, possibly without positions. */
struct mode {
    char *name;
    size_t n_pools;
    struct pool *pools;
    size_t *pool_of; /* [position] */
};

struct book {
    char *currency;
    double balance; /* cash of the account at the start */
    size_t n_positions;
    struct position *positions;
    size_t n_modes;
    struct mode *modes;
};

/* Where a pool of a mode comes from: the positions named by index, and its cash (NAN: the sum of their margins). */
struct pool_request {
    const char *name;
    size_t n_positions;
    const size_t *positions;
    double cash;
};

/* Fills `mode` (name, pools, pool_of): one pool for each request, pool 0 for everything else and for what is left of
 * the balance. The requests must not share positions. Returns RISKPOOL_INVALID when they allocate more cash than the
 * balance (compared to 1e-9 relative); the mode is filled even then, so that it can be shown. */
enum riskpool_status book_divide(const struct book *book, const char *name, size_t n_requests,
                                 const struct pool_request *requests, struct mode *mode);
void mode_free(struct mode *mode);
/* Releases everything the book points at; legal on a zeroed or freed book. */
void book_free(struct book *book);

#endif
