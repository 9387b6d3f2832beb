/* The statistics of one mode, and of one mode against the first. Inside stats only. */
#ifndef STATS_MODE_H
#define STATS_MODE_H

#include "estimate.h"
#include "results.h"
#include "tally.h"

/* The tail of all losses of the tally so far, without gaps: in the order of the paths, and a copy that is reordered,
 * with `below` as in estimate_tail. */
struct tail_estimate stats_tail(const struct tally *tally, const double *loss, double *reordered, double confidence,
                                size_t *below);
/* `scratch` has room for the losses of every path and for TALLY_SAMPLE numbers. The bins are known. */
void stats_fill_mode(const struct tally *tally, const struct tally_mode *mode, const struct riskpool_results *results,
                     double **statistic, double *scratch);
/* `pair` is the index of `mode` minus one. */
void stats_fill_pair(const struct tally *tally, size_t pair, const struct riskpool_results *results, double *scratch);

#endif
