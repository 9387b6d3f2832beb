/* What makes normals t: one factor a path and time that widens all its assets at once. */
#ifndef MODEL_MIXING_H
#define MODEL_MIXING_H

#include "model.h"

/* Rows of state that it needs: normals of four draws, the factor. */
enum { MIXING_AT_ONCE = 4, MIXING_ROWS = MIXING_AT_ONCE + 1 };

/* Draw `number` (0, 1, 2, … in order) of a block into its rows of state; returns the row of factors, of unit mean
 * square. Four draws share an address. */
const double *mixing_draw(const struct curve *curve, const struct model_step *step, uint64_t number, double *state);

/* mean = (drift - volatility^2 / 2) dt, as if log returns were normal: E[price] does not exist. deviation = volatility
 * sqrt(dt). */
void mixing_moments(struct model_step *step);

#endif
