/* The liquidation procedure as data: how much of a pool is closed, in which order, at which price, what it costs, and
 * where the rest goes. Here it knows amounts of money, not positions or prices. */
#ifndef CLOSE_H
#define CLOSE_H

#include <stddef.h>

enum close_amount { CLOSE_FULL, CLOSE_ONE_BY_ONE, CLOSE_TIER_STEPS, CLOSE_FRACTION, CLOSE_RESTORE };
enum close_order { CLOSE_LARGEST_LOSS, CLOSE_LARGEST_MAINTENANCE, CLOSE_LARGEST_NOTIONAL };
enum close_price { CLOSE_AT_MARK, CLOSE_AT_BANKRUPTCY };
enum remainder { REMAINDER_RETURNED, REMAINDER_FORFEITED };
enum fee_base { FEE_ON_NOTIONAL, FEE_ON_MAINTENANCE };

struct procedure {
    enum close_price price;
    enum remainder remainder;
    double fee; /* fraction of its base */
    enum fee_base fee_base;
    enum close_amount amount;
    enum close_order order;
    int limit_bankruptcy;   /* 1: a closing at the mark costs a position no more than the equity allotted to it */
    double fraction;        /* CLOSE_FRACTION: the share that is closed first */
    double cooldown;        /* CLOSE_FRACTION: hours until the rest may follow */
    double full_below;      /* CLOSE_FRACTION: pools of at most this notional are closed at once; currency */
    double restore_to;      /* CLOSE_RESTORE: health, equity over requirement */
    size_t tier_steps;      /* CLOSE_TIER_STEPS: tiers at a time */
    int fee_in_maintenance; /* 1: the requirement covers the fee; it is in the rule's rates already */
    double backstop;        /* health below which the venue takes the whole pool over; 0: never */
};

/* What becomes of the equity of a pool that is closed whole; currency, all >= 0. */
struct settlement {
    double left;      /* the trader's */
    double fee;       /* paid to the venue, as far as cash goes */
    double forfeited; /* to the venue's fund */
    double shortfall; /* borne by the venue's fund: equity + shortfall = left + fee + forfeited */
};

/* Settles a pool with `equity` at the price at which it is closed (mark); `base` is what the fee is a fraction of. */
struct settlement procedure_settle(const struct procedure *procedure, double equity, double base);

#endif
