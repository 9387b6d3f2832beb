/* What happened to the accounts of one path, event by event, for whoever asks why it ended so. The engine writes here
 * what it does on that path and nothing else; a run has no journal. */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <stddef.h>

/* X(identifier, name, what happened). Fields of an event that a kind does not name are 0, indices JOURNAL_NONE. */
#define EVENT_LIST(X)                                                                                            \
    X(PRICE, "price", "price of an asset: at the start, and after each step")                                    \
    X(STATE, "state", "equity and requirement of a pool: at the start, and after each step")                     \
    X(LIQUIDATION, "liquidation",                                                                                \
      "a pool is liquidated, in whole or in part: before it equity and requirement, "                            \
      "then fee, shortfall, forfeited")                                                                          \
    X(CLOSING, "closing",                                                                                        \
      "a position, or a part of it, is closed by the liquidation: quantity, price, profit, "                     \
      "slippage")                                                                                                \
    X(STOP, "stop", "a position is closed by its stop: quantity, price, profit, slippage")                       \
    X(REDUCTION, "reduction", "a part of a position is closed by the holder: quantity, price, profit, slippage") \
    X(TOP_UP, "top-up", "cash moves from the wallet into a pool")                                                \
    X(FUNDING, "funding", "funding is paid (cash < 0) or received by a pool")                                    \
    X(INTEREST, "interest", "interest of a step on what a pool owed in it")                                      \
    X(SALE, "sale", "collateral is sold: quantity, price, cash, slippage")                                       \
    X(ALERT, "alert", "an alert's threshold is reached")

enum event_kind {
#define X(identifier, name, sentence) EVENT_##identifier,
    EVENT_LIST(X)
#undef X
        EVENT_KINDS
};

#define JOURNAL_NONE ((size_t)-1)

struct event {
    enum event_kind kind;
    size_t number; /* of the event in its journal */
    size_t mode;
    size_t subject; /* asset of a price and a sale, position of a closing, a stop and a reduction, alert of an alert */
    size_t pool;
    double hour;                 /* from the start */
    double price;                /* the average one, of a trade */
    double quantity;             /* signed: what was held of what is traded now */
    double cash;                 /* that the pool gains; of a closing, its profit */
    double fee, slippage;        /* paid by the pool */
    double forfeited, shortfall; /* to and from the venue's fund */
    double equity, requirement;  /* of the pool before the event */
};

struct journal {
    size_t path; /* in the block */
    size_t n, room;
    struct event *event; /* in the order in which they happened, mode by mode in each step */
    int failed;          /* no memory: the journal ends early */
};

void journal_add(struct journal *journal, const struct event *event);
void journal_free(struct journal *journal);

#endif
