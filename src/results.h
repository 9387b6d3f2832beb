/* The results of a run in memory: every statistic that the results file holds, described by tables (name, dimensions,
 * unit, meaning) that fill, write, read and print it. It knows nothing of how a number is estimated or stored. */
#ifndef RESULTS_H
#define RESULTS_H

#include "depot.h"
#include "outcome.h"
#include "riskpool.h"

enum dimension {
    DIM_NONE,
    DIM_PATH,
    DIM_POSITION,
    DIM_POSITION_2,
    DIM_CONFIDENCE,
    DIM_TIME,
    DIM_QUANTILE,
    DIM_BIN,
    DIM_BIN_EDGE,
    DIM_ALERT,
    DIM_LIQUIDATED, /* "count": 0 .. number of positions */
    DIM_PAIR,
    DIM_ASSET,
    DIM_ASSET_2,
    DIM_MODE,
    DIM_COUNT
};

enum unit { UNIT_MONEY, UNIT_ONE, UNIT_PERCENT, UNIT_HOUR, UNIT_PER_YEAR, UNIT_METHOD };

/* How a derivative was estimated: the values of UNIT_METHOD. */
#define SLOPE_METHOD_LIST(X) \
    X(NONE, "none")          \
    X(RATIO, "likelihood_ratio") X(CENTRAL, "central_difference") X(ONE_SIDED, "one_sided_difference")

enum slope_method {
#define X(identifier, name) SLOPE_##identifier,
    SLOPE_METHOD_LIST(X)
#undef X
        SLOPE_METHODS
};

extern const char *const slope_method_names[SLOPE_METHODS];

/* A dimension's name in the results file, and what its coordinate holds. */
struct dimension_field {
    const char *name;
    enum unit unit;
    const char *long_name;
};

enum { FIELD_DIMENSIONS = 4 };

struct result_field {
    const char *name;
    enum dimension dim[FIELD_DIMENSIONS]; /* DIM_NONE where there is none */
    enum unit unit;
    const char *long_name;
};

#define FREQUENCY(X, name, dim, text)                          \
    X(name, dim, NONE, ONE, text)                              \
    X(name##_low, dim, NONE, ONE, text ", 95 % interval, low") \
    X(name##_high, dim, NONE, ONE, text ", 95 % interval, high")

/* X(name, first dimension, second dimension, unit, long name): the statistics of one mode. */
#define STATISTIC_LIST(X)                                                                                              \
    X(mean_loss, NONE, NONE, MONEY, "mean loss; NaN: there is none")                                                   \
    X(mean_loss_se, NONE, NONE, MONEY, "standard error of the mean loss")                                              \
    X(loss_std, NONE, NONE, MONEY, "standard deviation of the loss; NaN: there is none")                               \
    X(value_at_risk, CONFIDENCE, NONE, MONEY, "value at risk of the loss: ascending order statistic ceil(n a)")        \
    X(value_at_risk_low, CONFIDENCE, NONE, MONEY, "value at risk, 95 % order-statistic interval, low")                 \
    X(value_at_risk_high, CONFIDENCE, NONE, MONEY, "value at risk, 95 % order-statistic interval, high")               \
    X(expected_shortfall, CONFIDENCE, NONE, MONEY, "expected shortfall of the loss (Rockafellar and Uryasev 2002)")    \
    X(expected_shortfall_se, CONFIDENCE, NONE, MONEY, "standard error of the expected shortfall (influence function)") \
    FREQUENCY(X, liquidation_frequency, POSITION, "share of paths on which the position is liquidated")                \
    FREQUENCY(X, any_liquidation_frequency, NONE, "share of paths with at least one liquidation")                      \
    FREQUENCY(X, all_liquidation_frequency, NONE, "share of paths on which every position is liquidated")              \
    FREQUENCY(X, wipeout_frequency, NONE, "share of paths that lose at least 99 % of the starting equity")             \
    FREQUENCY(X, shortfall_frequency, NONE, "share of paths with a shortfall")                                         \
    X(joint_liquidation_frequency, POSITION, POSITION_2, ONE, "share of paths on which both positions are liquidated") \
    X(liquidation_count_frequency, LIQUIDATED, NONE, ONE, "share of paths with this many positions liquidated")        \
    FREQUENCY(X, survival, TIME, "share of paths without any liquidation yet")                                         \
    X(equity_quantile, TIME, QUANTILE, MONEY, "quantiles of the account's equity over the first 32768 paths")          \
    X(margin_level_quantile, TIME, QUANTILE, PERCENT, "quantiles of the margin level, of paths with open positions")   \
    X(loss_frequency, BIN, NONE, ONE, "share of paths in each bin of the loss")                                        \
    X(alert_frequency, ALERT, NONE, ONE, "share of paths that cross the alert")                                        \
    X(mean_fees, NONE, NONE, MONEY, "mean liquidation fees")                                                           \
    X(mean_slippage, NONE, NONE, MONEY, "mean slippage of closing orders")                                             \
    X(mean_funding, NONE, NONE, MONEY, "mean funding and interest paid")                                               \
    X(mean_shortfall, NONE, NONE, MONEY, "mean shortfall; NaN: there is none")                                         \
    X(mean_top_up, NONE, NONE, MONEY, "mean cash moved from the wallet into pools")                                    \
    X(mean_forfeited, NONE, NONE, MONEY, "mean of what liquidations left to the venue's fund")                         \
    X(mean_closed_notional, NONE, NONE, MONEY, "mean notional closed by liquidations, at the mark")                    \
    X(mean_rounds, NONE, NONE, ONE, "mean number of liquidations: pools closed, in whole or in part")                  \
    X(mean_margin_peak_to_trough, NONE, NONE, ONE, "mean of highest over lowest multiplier of requirements on a path") \
    X(mean_margin_largest_rise, NONE, NONE, ONE, "mean of the largest rise of a multiplier within five days")          \
    X(worst_path, NONE, NONE, ONE, "number of the path with the largest loss, the first of equals; NaN: not known")

/* Over `pair`: every mode against the first listed, on the same paths ("cross - isolated"). */
#define COMPARISON_LIST(X)                                                                                             \
    X(mean_excess_loss, PAIR, NONE, MONEY, "mean of loss minus loss of the first mode, path by path; NaN: none")       \
    X(mean_excess_loss_se, PAIR, NONE, MONEY, "its paired standard error")                                             \
    FREQUENCY(X, rescue_frequency, PAIR, "share of paths on which the first mode liquidates and this one does not")    \
    FREQUENCY(X, contagion_frequency, PAIR, "share of paths on which this mode liquidates a position the first keeps") \
    X(excess_loss_quantile, PAIR, QUANTILE, MONEY, "quantiles of loss minus loss of the first mode")                   \
    X(excess_expected_shortfall, PAIR, CONFIDENCE, MONEY, "expected shortfall minus that of the first mode")           \
    X(excess_expected_shortfall_se, PAIR, CONFIDENCE, MONEY, "its paired standard error (influence functions)")        \
    X(excess_any_liquidation_frequency, PAIR, NONE, ONE, "share of paths with a liquidation minus the first mode's")   \
    X(excess_any_liquidation_frequency_se, PAIR, NONE, ONE, "its paired standard error; of antithetic pairs a bound")

#define SLOPE(X, name, a, b, c, unit, text)                    \
    X(name, MODE, a, b, c, unit, text)                         \
    X(name##_se, MODE, a, b, c, unit, "standard error: " text) \
    X(name##_method, MODE, a, b, c, METHOD, "how it was estimated: " text)

#define SHARE(X, name, text)                                                          \
    X(name, MODE, POSITION, POSITION_2, NONE, ONE, text)                              \
    X(name##_low, MODE, POSITION, POSITION_2, NONE, ONE, text ", 95 % interval, low") \
    X(name##_high, MODE, POSITION, POSITION_2, NONE, ONE, text ", 95 % interval, high")

/* X(name, four dimensions, unit, long name): the group /correlation_risk. Slopes are per unit of a correlation, both
 * entries of the pair moving, or of an annual volatility. */
#define RISK_LIST(X)                                                                                                 \
    SLOPE(X, d_any_liquidation_frequency, ASSET, ASSET_2, NONE, ONE,                                                 \
          "derivative of the liquidation frequency by a correlation")                                                \
    SLOPE(X, d_expected_shortfall, ASSET, ASSET_2, CONFIDENCE, MONEY,                                                \
          "derivative of the expected shortfall by a correlation")                                                   \
    SLOPE(X, d_any_liquidation_frequency_by_volatility, ASSET, NONE, NONE, ONE,                                      \
          "derivative of the liquidation frequency by a volatility")                                                 \
    SLOPE(X, d_expected_shortfall_by_volatility, ASSET, CONFIDENCE, NONE, MONEY,                                     \
          "derivative of the expected shortfall by a volatility")                                                    \
    X(difference_step, ASSET, ASSET_2, NONE, NONE, ONE, "how far differences move a correlation")                    \
    X(likelihood_ratio_paths, NONE, NONE, NONE, NONE, ONE, "paths that likelihood ratios are of; 0: there are none") \
    X(difference_paths, NONE, NONE, NONE, NONE, ONE, "paths that differences are of")                                \
    X(worst_direction, MODE, CONFIDENCE, ASSET, ASSET_2, ONE,                                                        \
      "change of the correlations, of length 1 over the pairs, that raises the expected shortfall most")             \
    X(worst_direction_slope, MODE, CONFIDENCE, NONE, NONE, MONEY, "by how much it does, per unit of length")         \
    X(worst_direction_slope_se, MODE, CONFIDENCE, NONE, NONE, MONEY, "its standard error, at most")                  \
    X(common_factor, MODE, CONFIDENCE, ASSET, NONE, ONE,                                                             \
      "loadings, of length 1, of the common factor whose growth raises the expected shortfall most")                 \
    X(common_factor_slope, MODE, CONFIDENCE, NONE, NONE, MONEY, "by how much it does, per unit of v v' added")       \
    X(common_factor_slope_se, MODE, CONFIDENCE, NONE, NONE, MONEY, "its standard error, at most")                    \
    X(expected_shortfall_contribution, MODE, CONFIDENCE, POSITION, NONE, MONEY,                                      \
      "Euler contribution of the position: its mean loss where the account's is in the tail (Tasche 1999)")          \
    X(expected_shortfall_contribution_se, MODE, CONFIDENCE, POSITION, NONE, MONEY, "its standard error")             \
    X(expected_shortfall_contribution_other, MODE, CONFIDENCE, NONE, NONE, MONEY,                                    \
      "of what no position makes: coins, interest, what the venue's fund bears or keeps")                            \
    X(expected_shortfall_contribution_other_se, MODE, CONFIDENCE, NONE, NONE, MONEY, "its standard error")           \
    X(tail_correlation, MODE, CONFIDENCE, ASSET, ASSET_2, ONE,                                                       \
      "correlation about zero of the log returns to the horizon, on the paths of the tail")                          \
    X(tail_correlation_se, MODE, CONFIDENCE, ASSET, ASSET_2, ONE, "its standard error")                              \
    SHARE(X, conditional_liquidation_frequency,                                                                      \
          "share of the paths that liquidate the position on which position_2 is liquidated too")                    \
    SHARE(X, contagion_liquidation_frequency,                                                                        \
          "share of paths that liquidate both, and position_2 not where each stands alone")                          \
    X(expected_loss_given_liquidation, MODE, POSITION, NONE, NONE, MONEY,                                            \
      "mean loss of the account on the paths that liquidate the position")                                           \
    X(expected_loss_given_liquidation_se, MODE, POSITION, NONE, NONE, MONEY, "its standard error")

enum statistic {
#define X(name, a, b, unit, text) STAT_##name,
    STATISTIC_LIST(X)
#undef X
        STAT_COUNT
};

enum comparison {
#define X(name, a, b, unit, text) COMP_##name,
    COMPARISON_LIST(X)
#undef X
        COMP_COUNT
};

enum risk {
#define X(name, a, b, c, d, unit, text) RISK_##name,
    RISK_LIST(X)
#undef X
        RISK_COUNT
};

extern const struct dimension_field dimension_fields[DIM_COUNT];
extern const struct result_field statistic_fields[STAT_COUNT];
extern const struct result_field comparison_fields[COMP_COUNT];
extern const struct result_field risk_fields[RISK_COUNT];
extern const struct result_field outcome_fields[OUTCOME_COUNT]; /* first dimension DIM_PATH */
extern const struct result_field liquidation_time_field;        /* per path and position */

/* A limit of the scenario after the run: statistic (and index along its first dimension) of a mode against a bound. */
struct limit_result {
    char *key; /* as written, e.g. "cross.any_liquidation_frequency" */
    double bound;
    double value;
    int breached;
};

struct mode_results {
    char *name;
    double *statistic[STAT_COUNT]; /* row-major, sizes by the field's dimensions */
    /* Columns per path, n_kept entries, in the depot; NULL when they are not kept. liquidation_time is
     * [n_kept][n_positions]. */
    double *column[OUTCOME_COUNT];
    double *liquidation_time;
};

enum { SWEEP_MOST_AXES = 2 };

/* A swept parameter: its key in the scenario, the name of its dimension, what it takes. */
struct sweep_axis {
    char *key, *name;
    size_t n;
    double *value;
};

/* The results at every point of the grid, the last axis running fastest: the statistics of every mode without
 * dimension or along `confidence`, and the comparisons likewise. */
struct sweep_crossing {
    double *at, *error;
};

struct sweep_results {
    size_t n_parameters; /* 0: there is no sweep */
    struct sweep_axis axis[SWEEP_MOST_AXES];
    size_t n_points;
    struct riskpool_results **point;
    /* The value of the first axis at which a mode changes sides with the first mode, and its standard error; NaN: it
     * does not. [pair][second axis][confidence] and [pair][second axis]. */
    struct sweep_crossing shortfall_crossing, liquidation_crossing;
};

struct riskpool_results {
    char *title, *source, *currency, *name;
    char scenario_sha256[65];
    uint64_t seed, n_paths;
    int complete;
    double start_equity;
    size_t n_threads;   /* that made them and may write them; 0 or 1: one */
    uint64_t in_memory; /* bytes of the results file that may be put together in memory; 0: RISKPOOL_MEMORY */

    size_t size[DIM_COUNT]; /* length of every dimension; size[DIM_NONE] = 1, size[DIM_PATH] = paths kept */
    char **position;        /* [position] names */
    char **asset;           /* [asset] names */
    char **alert;           /* [alert] e.g. "margin_level 150%" */
    char **pair;            /* [pair] e.g. "cross - isolated" */
    char **mode;            /* [mode] the names in `modes`, which owns them */
    double *confidence;     /* fractions */
    double *time;           /* hours */
    double *quantile;       /* fractions */
    double *bin;            /* centres, money; one binning for all modes */
    double *bin_edge;
    uint64_t *path;     /* numbers of the paths kept, in the depot, or NULL when they are 0 .. n-1 */
    struct depot depot; /* of all that is [path] */

    size_t n_modes;
    struct mode_results *modes;
    double *comparison[COMP_COUNT];
    double *risk[RISK_COUNT]; /* NULL: it was not asked for */

    double *price, *volatility, *drift; /* [asset] */
    double *correlation;                /* [asset][asset] as used */
    double *correlation_requested;      /* as written in the scenario, when it was repaired; else NULL */

    struct sweep_results sweep;
    char *scenario_text, *resolved_scenario;
    size_t n_limits;
    struct limit_result *limits;
};

/* Number of values of a field in `results`. */
size_t result_field_size(const struct riskpool_results *results, const struct result_field *field);
/* Allocates every array by `n_modes` and `size` of path, position, confidence, time, quantile, bin, alert and asset
 * (the other sizes follow and are set here); numbers are NaN, strings NULL. Columns per path, which are not filled,
 * when `keep_columns`. On failure what was allocated stays for riskpool_results_free. */
enum riskpool_status results_allocate(struct riskpool_results *results, int keep_columns);
/* Allocates results->risk, NaN everywhere, methods none; likewise after results_allocate. */
enum riskpool_status results_allocate_risk(struct riskpool_results *results);
/* Fills results->mode from the names of the modes. */
void results_label_modes(struct riskpool_results *results);
/* The numbers along a dimension, or its labels; NULL for a dimension that has the other kind or none. */
const double *results_coordinate(const struct riskpool_results *results, enum dimension dim);
char **results_labels(const struct riskpool_results *results, enum dimension dim);
/* The unit as text: the currency, "1", "percent", "hour", "year-1". */
const char *result_unit_text(const struct riskpool_results *results, enum unit unit);

#endif
