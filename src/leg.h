/* A leg: one position as its pool sees it, or coins that back the pool, ready for arithmetic. Inline, so that rows of
 * paths and single paths are valued by the same expressions and give the same bits. Every contract is a line in the
 * price of its asset: profit quantity (P - entry); only a convex one has a term of the second order. */
#ifndef LEG_H
#define LEG_H

#include <stddef.h>

struct leg_tier {
    double rate, offset; /* requirement max_k(rate_k v - offset_k) of a value v */
};

struct leg {
    size_t asset;    /* row of its price */
    size_t position; /* row of its remaining fraction; of coins: of their number */
    double quantity; /* signed; of coins: 1 (owned) or -1 (owed) */
    double entry;
    double used;      /* initial margin while it is whole */
    double fixed;     /* requirement while it is whole, whatever the price, beside that of its tiers */
    double face;      /* > 0: what its tiers are of while it is whole, whatever the price */
    double duration;  /* > 0: leg_value over its notional (rate instruments, at the price) */
    double curvature; /* second derivative of the profit */
    size_t settles;   /* row of the coins that its profit is paid in; 0: cash */
    double loan;      /* what is owed for it while it is whole, and bears interest */
    int funded;       /* it pays funding */
    int inverse;      /* its notional is its face */
    int in_coins;     /* with a face: the requirement is that of the face in coins at the entry */
    int coin;         /* coins: what its tiers need is a haircut of equity, no requirement */
    size_t n_tiers;   /* 0: needs nothing */
    const struct leg_tier *tier;
};

/* The tier that a value is in: the one with the largest requirement. */
static inline struct leg_tier leg_tier_at(const struct leg *leg, double value) {
    struct leg_tier best = {0.0, 0.0};
    double most = 0.0;
    for (size_t k = 0; k < leg->n_tiers; ++k) {
        double need = leg->tier[k].rate * value - leg->tier[k].offset;
        int more = need > most;
        best.rate = more ? leg->tier[k].rate : best.rate;
        best.offset = more ? leg->tier[k].offset : best.offset;
        most = more ? need : most;
    }
    return best;
}

/* What moves with the price, >= 0; what rates are multiplied by. */
static inline double leg_value(const struct leg *leg, double remaining, double price) {
    double n = remaining * leg->quantity * price;
    return n < 0.0 ? -n : n;
}

/* At the price: what fees are taken of. */
static inline double leg_notional(const struct leg *leg, double remaining, double price) {
    if (leg->inverse)
        return remaining * leg->face;
    double value = leg_value(leg, remaining, price);
    return leg->duration > 0.0 ? value / leg->duration : value;
}

/* What its tiers are listed by. */
static inline double leg_listed(const struct leg *leg, double remaining, double price) {
    return leg->face > 0.0 ? remaining * leg->face : leg_notional(leg, remaining, price);
}

/* The tier of a leg with a face whose tier at that notional is `tier`: its requirement as a constant, or, where it is
 * one of coins, as a rate of the value (which is the notional at the entry). */
static inline struct leg_tier leg_tier_of_face(const struct leg *leg, struct leg_tier tier, double notional) {
    const double need = tier.rate * notional - tier.offset;
    struct leg_tier of_face = {0.0, -need};
    if (leg->in_coins)
        of_face = (struct leg_tier){notional > 0.0 ? need / notional : 0.0, 0.0};
    return of_face;
}

/* The line that its requirement is on. */
static inline struct leg_tier leg_tier(const struct leg *leg, double remaining, double price) {
    if (!(leg->face > 0.0))
        return leg_tier_at(leg, leg_value(leg, remaining, price));
    return leg_tier_of_face(leg, leg_tier_at(leg, remaining * leg->face), remaining * leg->face);
}

static inline double leg_profit(const struct leg *leg, double remaining, double price) {
    const double profit = remaining * (leg->quantity * (price - leg->entry));
    if (leg->curvature == 0.0)
        return profit;
    return profit + remaining * (0.5 * leg->curvature * ((price - leg->entry) * (price - leg->entry)));
}

static inline double leg_requirement(const struct leg *leg, struct leg_tier tier, double remaining, double price) {
    return (tier.rate * leg_value(leg, remaining, price) - tier.offset) + remaining * leg->fixed;
}

/* profit - requirement = sign(quantity) * leg_side + leg_constant, of a line. */
static inline double leg_side(const struct leg *leg, struct leg_tier tier, double remaining, double price) {
    double size = leg->quantity < 0.0 ? -leg->quantity : leg->quantity;
    double rate = leg->quantity < 0.0 ? -tier.rate : tier.rate;
    double value = remaining * size * price;
    return value - rate * (value < 0.0 ? -value : value);
}

static inline double leg_constant(const struct leg *leg, struct leg_tier tier, double remaining) {
    return tier.offset - remaining * (leg->quantity * leg->entry + leg->fixed);
}

/* d(profit - requirement) / dP. */
static inline double leg_delta(const struct leg *leg, struct leg_tier tier, double remaining, double price) {
    double value = remaining * leg->quantity;
    double size = value < 0.0 ? -value : value;
    return value - (price < 0.0 ? -tier.rate : tier.rate) * size;
}

#endif
