/* Two results side by side: which of their estimates differ by more than their errors explain. It knows the tables of
 * the results: a field has an error when the next is its `_se`, or the next two are its `_low` and `_high`. */
#ifndef COMPARE_H
#define COMPARE_H

#include "results.h"

enum { COMPARE_LABEL = 256 };

/* One number of a mode (or of a comparison of modes) in both. */
struct compared {
    const char *group; /* the mode, or "comparison" */
    const char *name;
    char at[COMPARE_LABEL]; /* where along its dimensions: "btc", "0.99", "cross - isolated"; "" */
    double a, b;
    double error;  /* standard error of the difference, as if the two were independent */
    double score;  /* difference over error; 0 where both are the same, infinite where no error explains it,
                      NaN where one has no error (too few paths): judged by nobody */
    int different; /* beyond the bound */
};

struct compare {
    size_t n, room;
    struct compared *number;
    size_t n_different;
    double bound; /* of the scores: 5 % of pairs of equal runs have any beyond it (Bonferroni) */
    size_t n_missing;
    char (*missing)[COMPARE_LABEL]; /* what only one of them has, in words */
};

/* Only what both have is compared; the rest is listed. RISKPOOL_NO_MEMORY. Names point into `a`. Release with
 * compare_free, also after a failure. */
enum riskpool_status compare_init(struct compare *compare, const struct riskpool_results *a,
                                  const struct riskpool_results *b);
void compare_free(struct compare *compare);

#endif
