/* What the files of the scenario reader share: the state of a reading, and the stages in their order. Every stage
 * reports what is wrong and goes on with what it can; what follows must take missing numbers (NaN) and names (NULL). */
#ifndef SCENARIO_PARTS_H
#define SCENARIO_PARTS_H

#include "prices.h"
#include "scenario.h"
#include "scenario_keys.h"

struct reading {
    struct tree tree;
    struct report report;
    struct scenario_keys keys;
    struct riskpool_scenario *scenario;
    const char *path;         /* of the scenario; files that it names are relative to it */
    const struct node *venue; /* where the scenario names its venue; NULL without one */
    int lenient;              /* mistakes that only a run would suffer from are warnings */
};

/* Applies "key.path=value" to the tree below `root`. */
void scenario_override(struct reading *reading, struct node *root, const char *assignment);

/* Lays the stress events of the file `path` over those below `root`. */
void scenario_layer(struct reading *reading, struct node *root, const char *path);
/* Makes the rules of the venue that `root` names the defaults of its `liquidation`. */
void scenario_venue(struct reading *reading, struct node *root);
/* 1 for what was written in another file than the scenario: stress laid over it, a venue. */
int scenario_is_layer(const struct reading *reading, const struct node *node);
/* Warns of the assets that such files name and the scenario does not have. */
void scenario_note_layers(struct reading *reading);

/* Each fills its part of the scenario from the keys, and puts into the keys what stands in the resolved scenario. */
void scenario_market(struct reading *reading);
/* Futures: volatilities, correlations and drifts of the assets with `of`. */
void scenario_basis(struct reading *reading);
void scenario_model(struct reading *reading);
/* Of their own models; else nothing. */
void scenario_regimes(struct reading *reading);
void scenario_returns(struct reading *reading);
void scenario_jumps(struct reading *reading);
void scenario_heston(struct reading *reading);
void scenario_holdings(struct reading *reading);
void scenario_positions(struct reading *reading);
void scenario_modes(struct reading *reading);
void scenario_procedure(struct reading *reading);
void scenario_rule(struct reading *reading);
void scenario_slippage(struct reading *reading);
/* 1 when the scenario has that section. */
int scenario_has_slippage(const struct reading *reading);
void scenario_stress(struct reading *reading);
void scenario_carry(struct reading *reading);
void scenario_orders(struct reading *reading);
void scenario_dynamic(struct reading *reading);
void scenario_alerts(struct reading *reading);
void scenario_limits(struct reading *reading);
void scenario_sweep(struct reading *reading);
/* Pools that start in breach; only for a scenario without mistakes. */
void scenario_check(struct reading *reading);
/* Reads the scenario at every point of the sweep; after it is resolved, and only for one without mistakes. */
void scenario_sweep_points(struct reading *reading);
void sweep_free(struct sweep *sweep);
size_t sweep_size(const struct sweep *sweep);

/* A matrix over the assets as written, with the places of its entries; missing entries are NaN. */
struct matrix {
    size_t n;
    double *value;
    struct place *place;
};

/* Returns 0 when the shape is wrong (reported). */
int matrix_read(struct reading *reading, const char *name, const struct node *node, struct matrix *matrix);
/* Range (unless the matrix is to be repaired), diagonal and symmetry; then makes it exactly so. Returns 0 when
 * something is wrong (reported). */
int matrix_check_correlation(struct reading *reading, const char *name, struct matrix *matrix);
/* Splits a covariance into standard deviations and a correlation, in place. */
int matrix_split_covariance(struct reading *reading, struct matrix *matrix, double *deviation);
struct node *matrix_node(struct tree *tree, size_t n, const double *value);

/* The rows of the market's table of prices that are asked for: equally spaced, without a missing price. */
struct rows {
    struct prices prices; /* columns in the order of the assets */
    struct place place;   /* of the table */
    size_t first, n;
    double seconds; /* between neighbours */
};

/* Returns 0 when something is wrong (reported). */
int rows_read(struct reading *reading, struct rows *rows);
/* The place of a row of the table. */
struct place rows_place(const struct rows *rows, size_t row);

/* A time in steps when it is a whole number of them, -1 otherwise. */
double scenario_whole_steps(const struct reading *reading, double seconds);

/* Index of a name; n_assets or n_positions, reported, when there is none. */
size_t scenario_find_asset(struct reading *reading, const struct node *node);
int scenario_has_asset(const struct reading *reading, const char *name);
size_t scenario_find_position(struct reading *reading, const struct node *node);
/* The terms of a position's contract; its asset, quantity, entry and margin are there. */
void scenario_contract(struct reading *reading, struct position_keys *keys, struct position *position);
/* Marginal rates: one for all, or a list of {from, rate}; `rate` describes one. */
void scenario_schedule(struct reading *reading, const struct field *rate, const char *name, const struct node *node,
                       struct tiers *tiers);
struct node *scenario_tiers(struct reading *reading, const struct tiers *tiers);
/* A mistake for a run, a warning for a look. */
void scenario_objection(struct reading *reading, const struct place *place, const char *help, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The SHA-256 digest of a text, hexadecimal. */
void scenario_digest(const char *text, size_t size, char hexadecimal[65]);
/* A file beside the scenario. */
char *scenario_beside(struct reading *reading, const struct node *node, const char *file);
/* A copy that the scenario owns; NULL for NULL. */
char *scenario_copy(struct reading *reading, const char *text);
/* Zeroed memory that the scenario owns. */
void *scenario_allocate(struct reading *reading, size_t n, size_t size);

#endif
