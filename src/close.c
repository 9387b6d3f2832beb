/* Where the equity of a closed pool goes. */
#include "close.h"

struct settlement procedure_settle(const struct procedure *procedure, double equity, double base) {
    struct settlement s = {0.0, 0.0, 0.0, 0.0};
    if (equity < 0.0) {
        s.shortfall = -equity;
        return s;
    }
    /* A takeover at the bankruptcy price leaves nothing: the fund gets what the mark is better. */
    if (procedure->price == CLOSE_AT_BANKRUPTCY) {
        s.forfeited = equity;
        return s;
    }
    double fee = procedure->fee * base;
    s.fee = fee < equity ? fee : equity;
    double rest = equity - s.fee;
    if (procedure->remainder == REMAINDER_FORFEITED)
        s.forfeited = rest;
    else
        s.left = rest;
    return s;
}
