/* The log beside a results file: what differs from run to run or from build to build, and therefore must not be in it.
 */
#ifndef LOG_H
#define LOG_H

#include <stdint.h>

#include "riskpool.h"

struct log_entry {
    const char *scenario; /* path of the scenario file */
    const char *results;  /* path of the results file */
    const char *sessions; /* JSON array: every process that worked on the run, with start and end */
    double seconds;       /* of the simulation, by the process that ended it */
    uint64_t n_paths, n_steps, batch_size;
    uint64_t damaged, resumed, saved; /* batches found damaged, taken from the spool, written to it */
    size_t n_assets;
    int threads;
};

/* Writes `<results>.log.json`. RISKPOOL_WRITE_FAILED when it cannot. */
enum riskpool_status log_write(const struct log_entry *entry);

#endif
