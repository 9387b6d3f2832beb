/* The liquidation procedure: at which price a pool is closed, what it costs, and where the rest goes. It knows amounts
 * of money, not positions or prices. */
#ifndef CLOSE_H
#define CLOSE_H

enum close_price { CLOSE_AT_MARK, CLOSE_AT_BANKRUPTCY };
enum remainder { REMAINDER_RETURNED, REMAINDER_FORFEITED };

struct procedure {
    enum close_price price;
    enum remainder remainder;
    double fee; /* fraction of the closed notional */
};

/* What becomes of the equity of a pool that is closed whole; currency, all >= 0. */
struct settlement {
    double left;      /* the trader's */
    double fee;       /* paid to the venue, as far as cash goes */
    double forfeited; /* to the venue's fund */
    double shortfall; /* borne by the venue's fund: equity + shortfall = left + fee + forfeited */
};

/* Settles a pool with `equity` and open `notional`, both at the price at which it is closed (mark). */
struct settlement procedure_settle(const struct procedure *procedure, double equity, double notional);

#endif
