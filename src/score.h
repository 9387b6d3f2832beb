/* The score of a block's paths: the derivative of the logarithm of the density of their normal moves by every
 * correlation (both entries of a pair moving) and every volatility, summed over the steps so far. The expectation of
 * anything that happens on a path has the derivative E[what happens * score] (likelihood ratio: Glynn 1990). */
#ifndef SCORE_H
#define SCORE_H

#include "market.h"

struct score {
    const struct market *market;
    size_t n;          /* parameters: the pairs i < j, row by row, then the volatilities */
    double *precision; /* [asset][asset] inverse of the correlation */
    double *row;       /* [parameter][BLOCK] */
    double *shock;     /* [asset][BLOCK] correlated normals y of the step */
    double *solved;    /* [asset][BLOCK] inverse correlation times y */
};

/* 1 when the moves of a market are normal with one law for all paths, whose correlation can be inverted. */
int score_exists(const struct market *market);
/* Rows from the arena; RISKPOOL_NO_MEMORY, or RISKPOOL_INVALID when the correlation cannot be inverted. */
enum riskpool_status score_init(struct score *score, const struct market *market, struct arena *arena);
/* At the start of a block; after each of its steps. */
void score_start(struct score *score);
void score_step(struct score *score, const struct market_block *block);

#endif
