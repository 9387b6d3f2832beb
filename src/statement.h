/* The statement of an account before the first step: what every pool and position of every mode is worth, must be
 * covered with, and at which prices it would be closed. A report: nothing in the simulation reads it. */
#ifndef STATEMENT_H
#define STATEMENT_H

#include <stddef.h>

#include "book.h"

/* Money in the account's currency. The two prices are those of the position's asset with all others fixed; NAN when the
 * price cannot get there. */
struct position_statement {
    const char *name;
    enum contract contract;
    double quantity; /* signed */
    double entry, price;
    double notional; /* at the price, >= 0 */
    double unrealised_profit;
    double maintenance_margin;
    double liquidation_price; /* equity of the pool = its requirement, on the side that hurts the pool */
    double bankruptcy_price;  /* equity of the pool = 0 */
    double exit_leverage;     /* above it, closing costs more than the position's equity; NAN without slippage */
    /* Of inverse contracts, in coins of their asset at the price; else NAN. */
    double initial_coins, maintenance_coins, profit_coins;
};

/* Coins of one asset in a pool. */
struct coin_statement {
    const char *asset;
    double quantity; /* below 0: owed */
    double price, value;
    double collateral; /* what counts as equity: the value after its haircut */
    double equity;     /* of the pool in coins, where inverse positions of it settle in them; else NAN */
};

struct pool_statement {
    const char *name;
    double cash, equity;
    double initial_margin, maintenance_margin;
    double margin_level; /* percent, equity / initial margin; NAN without positions */
    double utilisation;  /* percent, maintenance margin / equity; NAN without positive equity */
    size_t n_positions;
    struct position_statement *positions;
    size_t n_coins;
    struct coin_statement *coins;
};

struct mode_statement {
    const char *name;
    double equity; /* of the account: coins at the market */
    size_t n_pools;
    struct pool_statement *pools;
};

/* Names point into the scenario. */
struct statement {
    const char *name, *currency;
    const struct venue *venue;
    size_t n_modes;
    struct mode_statement *modes;
};

/* An account in breach is stated like any other. */
enum riskpool_status statement_init(struct statement *statement, const struct riskpool_scenario *scenario);
/* Legal on a zeroed, failed or freed statement. */
void statement_free(struct statement *statement);

#endif
