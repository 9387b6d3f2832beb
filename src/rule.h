/* The margin rule: what a position must be covered with. Marginal tiers (MM(n) = max_k (rate_k n - offset_k),
 * continuous and convex), per asset, on the mark or on the entry notional. */
#ifndef RULE_H
#define RULE_H

#include "book.h"

struct tier {
    double from;   /* notional, currency, ascending, the first 0 */
    double rate;   /* fraction of the notional, ascending */
    double offset; /* currency: offset_0 = 0, offset_k = offset_{k-1} + from_k (rate_k - rate_{k-1}) */
};

struct tiers {
    size_t n;
    struct tier *tier;
};

enum maintenance_base { BASE_MARK, BASE_ENTRY };

struct rule {
    size_t n_assets;
    struct tiers *of_asset; /* [asset] */
    enum maintenance_base base;
    int strict; /* 1: a breach is equity < requirement; 0: equity <= requirement */
    size_t n_holdings;
    struct tiers *haircut; /* [holding] what its value does not count for; empty: nothing */
};

enum alert_kind { ALERT_MARGIN_LEVEL, ALERT_UTILISATION };

struct alert {
    enum alert_kind kind;
    double threshold; /* percent; a margin level alerts at or below, a utilisation at or above */
    char *name;       /* "margin_level 150%" */
};

/* Sets the offsets from `from` and `rate`. */
void tiers_complete(struct tiers *tiers);
/* Maintenance of a notional (>= 0), currency. */
double tiers_maintenance(const struct tiers *tiers, double notional);
void rule_free(struct rule *rule);

#endif
