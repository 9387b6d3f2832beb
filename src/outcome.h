/* What an account's mode leaves behind for each path: the columns that the engine writes and the statistics read.
 * A batch (16 blocks) is the unit of work that is handed on; it is part of a run's identity. */
#ifndef OUTCOME_H
#define OUTCOME_H

#include "slice.h"

enum { BATCH_BLOCKS = 16, BATCH = BATCH_BLOCKS * BLOCK };

/* One number a path: name in the results, unit, meaning. Money is in the account's currency. */
#define OUTCOME_LIST(X)                                                                                       \
    X(loss, MONEY, "start equity minus end equity")                                                           \
    X(shortfall, MONEY, "what the trader's cash did not cover, borne by the venue's fund")                    \
    X(max_drawdown, MONEY, "largest fall of equity from its running peak, at step ends")                      \
    X(lowest_margin_level, PERCENT,                                                                           \
      "lowest equity over used margin of any pool: at the start, step ends before top-ups, and closings")     \
    X(fees, MONEY, "liquidation fees paid")                                                                   \
    X(slippage, MONEY, "price concession of closing orders")                                                  \
    X(funding, MONEY, "funding and interest paid")                                                            \
    X(top_up, MONEY, "cash moved from the wallet into pools")                                                 \
    X(forfeited, MONEY, "what liquidations left and the venue's fund kept")                                   \
    X(closed_notional, MONEY, "notional closed by liquidations, at the mark")                                 \
    X(rounds, ONE, "liquidations: pools closed, in whole or in part")                                         \
    X(margin_peak_to_trough, ONE, "highest over lowest multiplier of the requirements, largest of any asset") \
    X(margin_largest_rise, ONE, "largest rise of such a multiplier within five days, as a fraction of it")

enum outcome_column {
#define X(name, unit, text) OUTCOME_##name,
    OUTCOME_LIST(X)
#undef X
        OUTCOME_COUNT
};

/* The outcome of one mode for a batch of paths. All rows have BATCH entries. When trajectories are switched off,
 * max_drawdown and lowest_margin_level are NaN, without dynamic margin margin_* are, equity_at and margin_level_at
 * NULL, and no alert fires. */
struct outcome {
    double *column[OUTCOME_COUNT];
    double *liquidation_time; /* [position][BATCH] hour of the first liquidation; NaN: never */
    double *alert_time;       /* [alert][BATCH] hour of the first crossing; NaN: never */
    double *equity_at;        /* [time][BATCH] account equity at the sample times */
    double *margin_level_at;  /* [time][BATCH] percent; NaN with nothing open */
    double *gain;             /* [position][BATCH] profit since the start, less fees, slippage and funding; NULL: nobody
                                 asks. What is not of a position (coins, interest, the venue's fund) is in none. */
};

#endif
