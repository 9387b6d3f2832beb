/* The group /sweep of the results file: the statistics without a dimension, or along `confidence`, at every point of
 * the grid. Inside store only. */
#ifndef STORE_SWEEP_H
#define STORE_SWEEP_H

#include "results.h"
#include "store_node.h"

void store_put_sweep(struct store *store, const struct riskpool_results *results);
/* Nothing when the file has none. What is wrong is remembered in the store. */
void store_get_sweep(struct store *store, struct riskpool_results *results);

#endif
