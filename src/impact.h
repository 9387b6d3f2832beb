/* What orders do to prices: a sale displaces a volume of the asset's book, the price falls by x of that volume, and the
 * volume comes back with a half-life. It knows one asset at a time, nothing of accounts; buying is selling a negative
 * quantity. Volumes are in units of the depth: the quantity that moves the price by its first 1 %.
 *
 * With F the price that nobody displaced, the mark is F e^-x(u) and a sale from volume u0 to u1 brings F times the
 * integral of e^-x: linear x = 0.01 u (Kyle 1985), square root x = 0.01 sqrt u, odd in u, at most 3. */
#ifndef IMPACT_H
#define IMPACT_H

#include <stddef.h>

enum impact_shape { IMPACT_LINEAR, IMPACT_SQUARE_ROOT };

struct impact {
    enum impact_shape shape;
    double half_life; /* hours */
    size_t n_assets;  /* 0: orders move nothing */
    double *depth;    /* [asset] quantity that moves the price by the first 1 % */
};

void impact_free(struct impact *impact);

/* x of a volume. */
double impact_displacement(const struct impact *impact, double volume);
/* Sells a quantity at *price, the mark that *volume has led to, while the depth is `thinned` times its own. Moves both;
 * returns what the sale brings less than the mark before: >= 0, currency. */
double impact_sell(const struct impact *impact, size_t asset, double thinned, double quantity, double *volume,
                   double *price);
/* What is left of a volume after `hours`. */
double impact_decayed(const struct impact *impact, double volume, double hours);
/* The leverage above which a position whose equity is all it has is worth less than nothing once it is sold: 3 / (2 I)
 * (square root) or 1 / (1 - (1 - e^-I) / I) (linear), I the displacement of all of it. */
double impact_leverage_limit(const struct impact *impact, size_t asset, double quantity);

#endif
