/* A scenario file as written: one struct for each map, and the tables that describe them. Numbers are in the units of
 * the file's types (durations in seconds, fractions, percent where the table says so). */
#ifndef SCENARIO_KEYS_H
#define SCENARIO_KEYS_H

#include "field.h"

enum { ASSETS_MOST = 500, POSITIONS_MOST = 1000, MODES_MOST = 100 };

enum position_side { SIDE_LONG, SIDE_SHORT };

/* Jumps of a market, or of one asset by itself, which has the first three only. */
struct jump_keys {
    const struct node *node;
    double intensity, mean, deviation;
    int sizes; /* 0: own, 1: common */
    double duration, branching, half_life;
};

struct asset_keys {
    const struct node *node;
    char *name;
    double price, volatility, drift;
    double degrees_of_freedom;
    double alpha, beta, start_volatility;
    double jump_probability, jump_beta;
    struct jump_keys own_jumps;
    char *of;
    double basis_reversion, basis_mean;
    double mean_reversion, long_volatility, variance_volatility, variance_correlation;
};

struct sampling_keys {
    const struct node *node;
    int shocks; /* 0: double, 1: single */
    int antithetic;
};

struct market_keys {
    const struct node *node;
    int model;
    struct item_list assets;
    const struct node *correlation, *covariance, *toward;
    double blend;
    int repair;
    double degrees_of_freedom;
    double garch_step;
    char *start;
    struct item_list regimes;
    const struct node *prices;
    double block, lambda;
    int filter; /* 0: none, 1: ewma */
    struct jump_keys jumps;
};

struct regime_keys {
    const struct node *node;
    char *name;
    double volatility, duration;
    const struct node *correlation, *next;
};

/* The table of prices of bootstrap and replay. */
struct prices_keys {
    const struct node *node;
    char *file, *from, *to, *sha256;
    const struct node *columns;
};

struct top_up_keys {
    const struct node *node;
    double below, to, cap, delay;
};

struct reduce_keys {
    const struct node *node;
    double margin_level, utilisation, share;
};

struct account_keys {
    const struct node *node;
    char *currency;
    double balance;
    struct item_list holdings;
    struct top_up_keys top_up;
    struct item_list reduce;
};

struct holding_keys {
    const struct node *node;
    char *asset;
    double quantity;
    const struct node *haircut;
};

struct carry_keys {
    const struct node *node;
    const struct node *funding;
    double interval, borrow;
};

struct funding_file_keys {
    const struct node *node;
    char *file, *sha256;
};

struct dynamic_keys {
    const struct node *node;
    double half_life, floor, cap, rate_limit, notice;
};

struct position_keys {
    const struct node *node;
    char *name, *asset;
    int side; /* enum position_side, or -1 */
    double notional, quantity, entry, margin, leverage;
    int contract; /* enum contract, or -1 */
    double dollar_duration, convexity;
    double stop_loss, trailing_stop;
};

struct liquidation_keys {
    const struct node *node;
    const struct node *maintenance, *tiers;
    char *venue;
    int base, strict, amount, order, price, limit, remainder, fee_base, fee_in_maintenance;
    struct dynamic_keys dynamic;
    double fee, fraction, cooldown, full_below, restore_to, tier_steps, backstop;
};

/* The file of a venue. */
struct venue_keys {
    const struct node *node;
    char *name, *date, *note;
    const struct node *source;
};

struct venue_file_keys {
    const struct node *node;
    struct venue_keys venue;
    const struct node *liquidation;
};

struct slippage_keys {
    const struct node *node;
    const struct node *depth;
    int shape; /* enum impact_shape, or -1 */
    double half_life;
};

struct alert_keys {
    const struct node *node;
    struct number_list margin_level, utilisation;
};

struct stress_keys {
    const struct node *node;
    double at, over;
    const struct node *returns, *beta, *recovery;
    char *beta_to;
    double volatility, blend, depth;
    const struct node *toward;
    int outage; /* -1, or 1 for true */
};

struct recovery_keys {
    const struct node *node;
    double over;
    const struct node *to;
};

struct output_keys {
    const struct node *node;
    int paths, trajectories, correlation_risk;
};

struct sweep_keys {
    const struct node *node;
    char *parameter;
    const struct node *values;
};

/* An entry of `modes` that is a map, and an entry of its `pools`. */
struct mode_keys {
    const struct node *node;
    char *name;
    const struct node *isolated;
    struct item_list pools;
};

struct pool_keys {
    const struct node *node;
    char *name;
    const struct node *positions;
    double cash;
};

/* An entry of a list of tiers, and a matrix in a file. */
struct tier_keys {
    const struct node *node;
    double from, rate, amount;
};

struct matrix_keys {
    const struct node *node;
    char *file;
};

struct scenario_keys {
    const struct node *node;
    char *name, *title, *venue;
    double horizon, step;
    int monitoring; /* 0: continuous, 1: step */
    uint64_t paths, seed;
    struct sampling_keys sampling;
    struct market_keys market;
    struct account_keys account;
    struct item_list positions;
    struct carry_keys carry;
    const struct node *modes;
    struct liquidation_keys liquidation;
    struct slippage_keys slippage;
    struct alert_keys alerts;
    struct item_list stress;
    struct number_list confidence;
    const struct node *limits;
    struct output_keys output;
    struct item_list sweep;
};

extern const struct field scenario_fields[], asset_fields[], market_fields[], position_fields[], liquidation_fields[],
    stress_fields[], recovery_fields[], mode_fields[], pool_fields[], tier_fields[], matrix_fields[], regime_fields[],
    prices_fields[], sampling_fields[], output_fields[], holding_fields[], jump_fields[], own_jump_fields[],
    slippage_fields[], venue_fields[], venue_file_fields[], carry_fields[], funding_file_fields[], top_up_fields[],
    reduce_fields[], dynamic_fields[], sweep_fields[];
extern const struct choice model_choices[], filter_choices[];
/* How a share of the next regimes, a rate of maintenance or of funding, a return and a beta of a stress, a bound of a
 * limit, a depth, and a haircut are read. */
extern const struct field regime_share, maintenance_rate, stress_return_value, stress_beta_value, limit_bound,
    slippage_depth, funding_rate, haircut_rate;

#endif
