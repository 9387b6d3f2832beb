/* Rounds of a liquidation: which positions of a pool a venue closes, and how much of each. It works on one pool of one
 * path, lifted out of its account into a struct closing, and knows no rows, times or modes. */
#ifndef PROCEDURE_H
#define PROCEDURE_H

#include "close.h"
#include "impact.h"
#include "surface.h"

/* What closing a part of a leg did. */
struct cut {
    size_t leg;      /* of a sale of coins: the asset */
    double quantity; /* signed, that was held and is no more; units of the asset */
    double price;    /* the mark before */
    double profit;   /* at that mark */
    double slippage;
    double base; /* what its fee is taken of */
};

/* Where money went, and what was closed at the mark; currency, all >= 0. */
struct bill {
    double fee, slippage;
    double shortfall, forfeited; /* from and to the venue's fund */
    double returned;             /* to the wallet, by a pool with nothing left open */
    double notional;
};

struct closing {
    const struct procedure *procedure;
    const struct rule *rule;
    const struct impact *impact; /* NULL: orders move nothing */
    double thinned;              /* factor of the depth now */
    const struct surface *surface;
    size_t n_coins;
    const struct coin *coins; /* of the pool */
    double cash;
    double *remaining; /* [row] */
    double *price;     /* [asset] marks, which sales move */
    double *volume;    /* [asset] displaced by sales; NULL without impact */
    size_t n_cuts;
    struct cut *cut; /* [leg] of the round, in its order */
    size_t n_sales;
    struct cut *sale; /* [coin] of coins, after the round; their profit is the cash */
    struct bill bill;
    double *room; /* 4 for each leg, coins among them */
};

enum round_kind {
    ROUND_WHOLE, /* nothing of the pool is open any more */
    ROUND_PART,
    ROUND_SHARE /* of every leg: the pool may now wait */
};

/* One round for a pool in breach; `reduced`: a share of every leg was closed before. Begins a new bill. */
enum round_kind closing_round(struct closing *closing, int reduced);
/* Closes a share (0, 1] of a leg, or (leg = n_legs) of every one, for its holder: no fee, and what is left of a pool
 * with nothing open is returned. Goes on with the bill. */
void closing_sell(struct closing *closing, size_t leg, double share);

/* What is traded when a part of a leg is closed, signed, in units of its asset. */
double closing_quantity(const struct leg *leg, double part, double price);
/* Pays an amount (of the reporting currency) to a leg, or takes it: in cash, or in the coins it settles in. */
void closing_book(struct closing *closing, const struct leg *leg, double price, double amount);
/* Sells coins, in their order, as long as cash is below zero. */
void closing_cover(struct closing *closing);
/* Buys back the coins that are owed, at the mark. */
void closing_repay(struct closing *closing);
/* Gives the coins away in which positions of the pool settle; returns what they are worth. */
double closing_give_coins(struct closing *closing);

/* The share of a leg of some notional that goes so that it ends at the upper bound of the tier `steps` tiers lower. */
double procedure_tier_share(const struct tiers *tiers, double notional, size_t steps);

#endif
