/* Advice: which positions should stand alone, which share a pool, and with how much cash. Choices are compared on
 * common random numbers, chosen on paths of their own, and judged on those of the scenario, which had no part in the
 * choice. */
#ifndef ADVISE_H
#define ADVISE_H

#include "riskpool.h"
#include "scenario.h"

/* What is measured of every choice: X(identifier, name, words). All but the last can be the objective. */
#define ADVISE_MEASURE_LIST(X)                                                      \
    X(SHORTFALL, "expected_shortfall", "expected shortfall")                        \
    X(ANY_LIQUIDATION, "any_liquidation_frequency", "frequency of any liquidation") \
    X(WIPEOUT, "wipeout_frequency", "frequency of a wipeout")                       \
    X(MEAN_LOSS, "mean_loss", "mean loss")

enum advise_measure {
#define X(identifier, name, words) ADVISE_##identifier,
    ADVISE_MEASURE_LIST(X)
#undef X
        ADVISE_MEASURES,
    ADVISE_CAPITAL = ADVISE_MEASURES /* no measure, but an axis */
};

struct advise_measure_name {
    const char *name, *words;
};
extern const struct advise_measure_name advise_measure_names[ADVISE_MEASURES];

/* What every choice is compared with: the plain modes of the scenario, on the whole balance. */
enum advise_plain { ADVISE_ISOLATED, ADVISE_CROSS, ADVISE_PLAIN };

/* Why a choice cannot be run: X(identifier, words). */
#define ADVISE_FAULT_LIST(X)                             \
    X(NONE, "none")                                      \
    X(CASH, "takes more cash than the budget")           \
    X(COINS, "takes more coins as margin than are held") \
    X(BREACH, "has a pool that starts in breach")        \
    X(WALLET, "leaves nothing in the wallet that tops up the pools")

enum advise_fault {
#define X(identifier, words) ADVISE_FAULT_##identifier,
    ADVISE_FAULT_LIST(X)
#undef X
        ADVISE_FAULTS
};
extern const char *const advise_fault_words[ADVISE_FAULTS];

enum { PARTITION_WORDS = 16, PARTITION_MOST = 64 * PARTITION_WORDS };

/* Bit i: position i stands alone. */
struct partition {
    uint64_t word[PARTITION_WORDS];
};

struct choice {
    struct partition alone;
    double margin;   /* multiple of the cash margin of every position that stands alone */
    double pooled;   /* multiple of the margins of the others, as the cash of their pool; 0: the rest of the budget */
    double leverage; /* multiple of every position, on the same cash */
    double budget;   /* cash that all pools may take; the rest of the balance backs nothing */
};

int partition_has(const struct partition *partition, size_t position);
void partition_flip(struct partition *partition, size_t position);
size_t partition_count(const struct partition *partition);

int choice_is_same(const struct choice *a, const struct choice *b);

struct figure {
    double value, error; /* error: standard error; NaN: there is none */
    double low, high;    /* 95 %; of a frequency exact, so that none of n paths is not certainty */
};

struct candidate {
    struct choice choice;
    size_t order; /* of equals the smaller comes first */
    double key;   /* by which candidates were sorted last */
    enum advise_fault fault;
    double capital; /* cash, and coins at their prices, of pools with positions; topped up: the whole balance */
    struct figure of[ADVISE_MEASURES];
    struct figure minus[ADVISE_PLAIN][ADVISE_MEASURES]; /* path by path; NaN: the plain mode cannot be run */
    int is_partition, is_frontier;                      /* why it is a row of the answer */
};

enum { ADVISE_MULTIPLES_MOST = 16 };

struct advise_multiples {
    size_t n;
    double value[ADVISE_MULTIPLES_MOST];
};

struct advise_request {
    const struct riskpool_scenario *scenario;
    enum advise_measure objective;
    double confidence; /* of the expected shortfall */
    double budget;     /* at most the balance */
    struct advise_multiples margins, leverages;
    enum advise_measure axis; /* what the frontier sets against the objective; or ADVISE_CAPITAL */
    uint64_t screen_paths;    /* 0: a tenth of the scenario's, at least 4096 */
    const struct riskpool_run_options *options;
};

struct advise_answer {
    struct candidate plain[ADVISE_PLAIN];
    size_t n_rows;
    struct candidate *rows; /* judged: the best partitions, best first; then what else is in the frontier or best */
    size_t best_partition;  /* row; of those with the scenario's margins and leverage; n_rows: there is none */
    size_t n_frontier, *frontier; /* rows, by the leverages as asked for, then along the axis */
    size_t best;                  /* of all with the scenario's leverage */
    int exhaustive;               /* every partition was screened */
    int independent;              /* the paths that judge are others than those that chose */
    uint64_t screen_paths, choose_seed;
    size_t n_partitions, n_screened, n_chosen_among; /* partitions; choices; choices on as many paths as judge */
    size_t n_skipped[ADVISE_FAULTS];
    struct choice skipped[ADVISE_FAULTS]; /* the first of each kind */
};

/* Returns what riskpool_run does; RISKPOOL_INVALID when no partition can be run: n_rows is 0 then, and the answer says
 * why. Release with advise_answer_free, also after a failure. */
enum riskpool_status advise_find(const struct advise_request *request, struct advise_answer *answer);
void advise_answer_free(struct advise_answer *answer);

/* A choice as a mode of the scenario (pools as they are run); release with mode_free. When there is not so much cash,
 * or so many coins, there is no mode, and *fault says so. */
enum riskpool_status advise_mode(const struct book *book, const struct choice *choice, struct mode *mode,
                                 enum advise_fault *fault);

#endif
