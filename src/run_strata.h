/* Which paths of a run differences are taken on. Frequencies are differentiated on a plain sample, the first paths of
 * the run. Expected shortfalls take the paths in no tail from it, and those in a tail from lists of their own, by how
 * far in the tail of any mode they are, so that a slope of the tail is not left to the few paths of it that a plain
 * sample has (stratification by the outcome of the run itself: Glasserman 2003, section 4.3). Inside run only. */
#ifndef RUN_STRATA_H
#define RUN_STRATA_H

#include "results.h"
#include "tally.h"

struct stratum {
    uint64_t size;   /* paths of the run in it */
    uint64_t n;      /* of these, in its list */
    uint64_t listed; /* length of the list: n, but for stratum 0, whose list is the plain sample */
    uint64_t first;  /* where it begins: a whole number of blocks */
};

struct strata {
    size_t n; /* by the number of levels whose value at risk a path reaches in some mode */
    struct stratum *stratum;
    uint64_t n_paths, n_listed; /* of the run; of all lists */
    uint64_t n_room;            /* length of `path` */
    uint64_t *path;             /* every list filled up to whole blocks with its last paths */
    uint8_t *belongs;           /* whether the path is of the stratum of its list */
};

/* About `wanted` paths in all; of antithetic ones whole pairs. Where the tally's paths have lost their numbers, one
 * stratum of the first paths there are. Release with strata_free, also after a failure. */
enum riskpool_status strata_init(struct strata *strata, const struct tally *tally,
                                 const struct riskpool_results *results, uint64_t wanted);
void strata_free(struct strata *strata);
/* The stratum of a block of the lists, and how many paths of the block are no filling. */
size_t strata_block(const struct strata *strata, uint64_t block, size_t *n);

#endif
