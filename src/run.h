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

/* As riskpool_run_memory, for a run with a spool. */
enum riskpool_status run_memory(const struct riskpool_scenario *scenario, const struct riskpool_run_options *options,
                                uint64_t *bytes);

/* Bytes on the disk, at least. */
struct run_disk {
    uint64_t spool, results;
    uint64_t files; /* those without a name, of the run's folder and beside the results */
};
enum riskpool_status run_disk(const struct riskpool_scenario *scenario, const struct riskpool_run_options *options,
                              struct run_disk *disk);

#endif
