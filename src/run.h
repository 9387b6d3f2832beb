/* A run whose finished batches are kept in a spool, and taken from it. */
#ifndef RUN_H
#define RUN_H

#include "riskpool.h"
#include "spool.h"

enum run_part {
    RUN_WHOLE, /* compute what is not saved */
    RUN_SAVED  /* only what is saved: the results are of the paths that are there, and say so */
};

/* As riskpool_run; `spool` may be NULL. When it stops early, what is finished is saved first. *results is NULL, and
 * that is no failure, for a shard that is done while others are not, or when another process assembled the results.
 * Also RISKPOOL_CANNOT_CREATE and RISKPOOL_WRITE_FAILED, see spool_message; RISKPOOL_INPUT_MISSING when nothing is
 * saved of a RUN_SAVED. */
enum riskpool_status run_with_spool(const struct riskpool_scenario *scenario,
                                    const struct riskpool_run_options *options, struct spool *spool,
                                    enum run_part part_of, struct riskpool_results **results);

/* Bytes that the run will leave on the disk, at least: in its spool and in its results file. */
enum riskpool_status run_disk(const struct riskpool_scenario *scenario, uint64_t *spool, uint64_t *results);

#endif
