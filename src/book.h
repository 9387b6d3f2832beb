/* The book: an account, its positions and coins, and the modes: which pool backs which position. It knows no prices
 * after the entry and no rules. A mode is data: nothing after this file asks whether it is isolated, cross or hybrid.
 */
#ifndef BOOK_H
#define BOOK_H

#include <stddef.h>

#include "riskpool.h"

/* What a position of signed quantity q, entered at E, has gained at a price P; y is a yield. */
enum contract {
    CONTRACT_LINEAR,  /* q (P - E) */
    CONTRACT_INVERSE, /* q (1 / E - 1 / P) coins: q in the reporting currency, settled in the asset */
    CONTRACT_SPOT,    /* as linear: what is bought on margin is lent */
    CONTRACT_RATE     /* q (-D dy + K dy^2 / 2) */
};

struct position {
    char *name;
    size_t asset;    /* index into the market's assets */
    double quantity; /* signed: long is positive */
    double entry;    /* price at which profit is zero */
    double margin;   /* initial margin, currency; what the position brings into a pool of its own */
    enum contract contract;
    double coins;    /* inverse: that margin in coins, which it brings instead */
    double duration; /* rate: D, K; currency per unit of quantity, and of yield (squared) */
    double convexity;
};

/* Coins that back the account, or, below 0, that it owes. */
struct collateral {
    size_t asset;
    double quantity;
};

/* What a pool holds of one of the holdings. */
struct coin {
    size_t holding;
    double quantity; /* at the start */
    size_t row;      /* of the rows of its mode */
};

struct pool {
    char *name;  /* "wallet" for pool 0; the position's for a pool of one; else as the scenario names it */
    double cash; /* at the start */
    size_t n_positions;
    size_t *positions; /* indices into the book, ordered by asset, then as listed */
    size_t n_coins;
    struct coin *coins; /* in the order of the holdings, in which they are sold */
};

/* A partition of the positions into pools. Pool 0 is the wallet pool: always there, possibly without positions. */
struct mode {
    char *name;
    size_t n_pools;
    struct pool *pools;
    size_t *pool_of; /* [position] */
    size_t n_rows;   /* what changes on a path: the fraction of every position, then the coins of every pool */
};

struct book {
    char *currency;
    double balance; /* cash of the account at the start */
    size_t n_positions;
    struct position *positions;
    size_t n_holdings;
    struct collateral *holdings; /* of different assets, in the order in which they are sold */
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

/* Fills `mode`: one pool for each request, pool 0 for everything else and for what is left of the balance and the
 * holdings. The requests must not share positions. Returns RISKPOOL_INVALID when they allocate more cash than the
 * balance, or more coins than are held (compared to 1e-9 relative); the mode is filled even then, so that it can be
 * shown. */
enum riskpool_status book_divide(const struct book *book, const char *name, size_t n_requests,
                                 const struct pool_request *requests, struct mode *mode);
void mode_free(struct mode *mode);
/* What every row of a mode is at the start: whole positions, and magnitudes of coins. */
void mode_start(const struct book *book, const struct mode *mode, double *row);
/* The holding of an asset; n_holdings when there is none. */
size_t book_holding(const struct book *book, size_t asset);
/* In the reporting currency. */
double position_profit(const struct position *position, double price);
/* What is owed for it while it is whole: spot beyond its margin. */
double position_loan(const struct position *position);
/* Releases everything the book points at; legal on a zeroed or freed book. */
void book_free(struct book *book);

#endif
