/* A leg: one position as its pool sees it, ready for arithmetic. Inline, so that rows of paths and single paths are
 * valued by the same expressions and give the same bits. Linear contracts: profit q (P - E), notional |q| P. */
#ifndef LEG_H
#define LEG_H

#include <stddef.h>

struct leg_tier {
    double rate, offset; /* requirement max_k(rate_k n - offset_k) of a notional n */
};

struct leg {
    size_t asset;    /* row of its price */
    size_t position; /* row of its remaining fraction */
    double quantity; /* signed */
    double entry;
    double used;    /* initial margin while it is whole */
    double fixed;   /* requirement while it is whole that does not follow the price (maintenance on entry) */
    size_t n_tiers; /* 0: only `fixed` */
    const struct leg_tier *tier;
};

/* The tier that a notional is in: the one with the largest requirement. */
static inline struct leg_tier leg_tier_at(const struct leg *leg, double notional) {
    struct leg_tier best = {0.0, 0.0};
    double most = 0.0;
    for (size_t k = 0; k < leg->n_tiers; ++k) {
        double need = leg->tier[k].rate * notional - leg->tier[k].offset;
        int more = need > most;
        best.rate = more ? leg->tier[k].rate : best.rate;
        best.offset = more ? leg->tier[k].offset : best.offset;
        most = more ? need : most;
    }
    return best;
}

static inline double leg_notional(const struct leg *leg, double remaining, double price) {
    double n = remaining * leg->quantity * price;
    return n < 0.0 ? -n : n;
}

static inline double leg_profit(const struct leg *leg, double remaining, double price) {
    return remaining * (leg->quantity * (price - leg->entry));
}

static inline double leg_requirement(const struct leg *leg, struct leg_tier tier, double remaining, double price) {
    return (tier.rate * leg_notional(leg, remaining, price) - tier.offset) + remaining * leg->fixed;
}

/* profit - requirement = sign(quantity) * leg_side + leg_constant. */
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
