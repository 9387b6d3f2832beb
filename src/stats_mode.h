/* The statistics of one mode, and of one mode against the first. Inside stats only, but for
 * what a wipeout is. */
#ifndef STATS_MODE_H
#define STATS_MODE_H

#include "estimate.h"
#include "results.h"
#include "tally.h"

/* What the estimates of one thread work on. */
struct stats_desk {
    struct order *order;
    double *sample; /* [TALLY_SAMPLE] */
};

/* The loss from which on a path is wiped out. */
double stats_wipeout_loss(double start_equity);
/* The tails of all losses of the tally so far, at no more than ESTIMATE_LEVELS ascending levels. */
void stats_tails(const struct tally *tally, struct order *order, const struct sample *loss, const double *confidence,
                 size_t n_levels, struct tail_estimate *tail);
/* The bins are known. */
void stats_fill_mode(const struct tally *tally, const struct tally_mode *mode, const struct riskpool_results *results,
                     double **statistic, const struct stats_desk *desk);
/* `pair` is the index of `mode` minus one. */
void stats_fill_pair(const struct tally *tally, size_t pair, const struct riskpool_results *results,
                     const struct stats_desk *desk);

#endif
