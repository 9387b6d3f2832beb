/* What the files of the advice share: choices as scenarios, runs of many choices, order and dominance. */
#ifndef ADVISE_PARTS_H
#define ADVISE_PARTS_H

#include "advise.h"
#include "reverse.h"

/* The loss of every path in a mode, and whether anything was liquidated. */
struct record {
    const double *loss;
    const uint8_t *liquidated;
    double value_at_risk;
    double value[ADVISE_MEASURES], low[ADVISE_MEASURES], high[ADVISE_MEASURES]; /* bounds: NaN: from the error */
};

/* Numbers of the same paths. */
struct record_terms {
    size_t n_paths;
    double confidence, wipeout; /* loss from which a path is wiped out */
    double grain;               /* money below which two sums of the same amounts may differ */
    int antithetic;
};

/* The standard error of a measure, or of its difference to that of `minus`, which may be NULL. */
double record_error(const struct record_terms *terms, enum advise_measure measure, const struct record *record,
                    const struct record *minus);

/* A scenario like another but for its modes, which are choices of one leverage, its seed and its paths; it keeps the
 * columns of every path. Stays where it is; release with advise_copy_free, also after a failure. */
struct advise_copy {
    struct reverse_copy base;
    struct mode *modes;
    size_t n_modes, room;
    double confidence;
};

enum riskpool_status advise_copy_init(struct advise_copy *copy, const struct advise_request *request, size_t room,
                                      double leverage);
void advise_copy_free(struct advise_copy *copy);
/* Adds the choice as a mode, unless something is wrong with it: then it says what. Sets its capital. */
enum riskpool_status advise_copy_add(struct advise_copy *copy, struct candidate *candidate);

/* Paths, and what the plain modes did on them. */
struct stage {
    uint64_t seed, n_paths;
    double *loss[ADVISE_PLAIN]; /* NULL: not known */
    uint8_t *liquidated[ADVISE_PLAIN];
    struct record plain[ADVISE_PLAIN];
    struct record_terms terms; /* of these */
};

void stage_free(struct stage *stage);
/* Fills in figures, capitals and faults of the candidates; differences where the stage knows the plain modes. Those
 * with a fault are left out. */
enum riskpool_status stage_run(const struct advise_request *request, const struct stage *stage,
                               struct candidate *candidates, size_t n);
/* The plain modes themselves, remembered in the stage. */
enum riskpool_status stage_run_plain(const struct advise_request *request, struct stage *stage,
                                     struct candidate plain[ADVISE_PLAIN]);

/* Candidates, as many as there are. */
struct candidates {
    size_t n, room;
    struct candidate *item;
};

/* NULL when out of memory. What does not matter in the choice is set to its default. */
struct candidate *candidates_add(struct candidates *list, const struct book *book, const struct choice *choice);
/* The first with this choice; NULL. */
struct candidate *candidates_find(const struct candidates *list, const struct choice *choice);
/* Best first by the objective; of equals, but for rounding, the one that was added first; those with a fault last. */
void candidates_sort(struct candidates *list, const struct advise_request *request);
/* Money below which two sums of the amounts of a book are the same. */
double money_grain(const struct book *book);
/* The plain choice of a partition: margins and leverage as they are, the rest of the budget for the pool. */
struct choice choice_of(const struct partition *partition, double budget);
struct partition partition_all(size_t n_positions);
int choice_is_plain(const struct choice *choice);

/* Marks those that no other candidate dominates: positions as large at least, no more on the axis, no worse, and better
 * in one of these, or the same in all and added before. */
void frontier_mark(const struct advise_request *request, struct candidate *candidates, size_t n);
/* The marked ones first, ascending along the axis. */
void frontier_sort(const struct advise_request *request, struct candidates *list);
/* The axis of a candidate. */
double frontier_axis(const struct advise_request *request, const struct candidate *candidate);
/* Of the marked ones of a leverage, in the order of the list, keeps at most `most` > 1: both ends and, evenly, what is
 * between them. */
void frontier_thin(struct candidate *candidates, size_t n, double leverage, size_t most);

/* Screens partitions: all of them, or by flips and swaps from the better of the plain modes. */
enum riskpool_status partitions_search(const struct advise_request *request, const struct stage *stage,
                                       struct candidates *list, int *exhaustive);

#endif
