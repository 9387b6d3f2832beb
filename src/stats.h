/* From the tally of a run to the statistics of its results: estimates, intervals, comparisons. It knows nothing of how
 * paths are made nor of how results are stored. */
#ifndef STATS_H
#define STATS_H

#include "results.h"
#include "tally.h"

/* Fills the empty `results` (zeroed, but for size[DIM_ASSET]): allocates everything, with every dimension's size,
 * numeric coordinates, n_paths, start_equity, all statistics and comparisons. Names, labels, the market and the
 * provenance stay the caller's to fill. The tally must hold the paths 0 to n_paths - 1 without a gap.
 * RISKPOOL_INTERNAL when a loss is not a finite number; else fails as depot_lengthen. The modes are shared out among
 * `n_threads`. */
enum riskpool_status stats_fill(struct tally *tally, size_t n_threads, struct riskpool_results *results);
/* Hands over the columns per path that are kept: only tally_free is legal for the tally afterwards. */
enum riskpool_status stats_hand_over(struct tally *tally, struct riskpool_results *results);
/* What the tally knows by position, into results->risk, which is allocated; after stats_fill. */
void stats_fill_risk(const struct tally *tally, struct riskpool_results *results);
/* Bytes of memory that stats_fill works on, beside a tally of this shape and the results. */
uint64_t stats_memory(const struct tally_shape *shape, size_t n_threads);

/* The running estimate of a mode's expected shortfall and its standard error, from the batches added so far (with or
 * without gaps); NaN before the first. Takes time in proportion to the paths. */
enum riskpool_status stats_expected_shortfall(const struct tally *tally, size_t mode, double confidence,
                                              double *expected_shortfall, double *error);

#endif
