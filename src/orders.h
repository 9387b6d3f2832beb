/* What the holder of an account has ordered beforehand: stops, top-ups from the wallet, reductions; and when the venue
 * takes no orders. */
#ifndef ORDERS_H
#define ORDERS_H

#include <stddef.h>
#include <stdint.h>

#include "rule.h"

/* Closes a whole position when its price has gone so far against it. */
struct stop {
    size_t position;
    double loss;     /* price; 0: there is none */
    double trailing; /* distance from the best price at a step end so far, a fraction of that; 0: there is none */
};

struct top_up {
    double below; /* health, equity over requirement, from which a pool is topped up; 0: never */
    double to;    /* health to which */
    double cap;   /* currency, of each pool over a path; may be infinite */
    double delay; /* hours */
};

/* The first time that a pool's own level reaches a threshold, this share of all its positions is closed. */
struct reduction {
    enum alert_kind kind;
    double threshold; /* percent */
    double share;
};

/* Steps in which the venue does nothing, from first to last. */
struct outage {
    uint64_t first_step, last_step;
};

struct orders {
    size_t n_stops;
    struct stop *stops; /* at most one a position */
    struct top_up top_up;
    size_t n_reductions;
    struct reduction *reductions;
    size_t n_outages;
    struct outage *outages;
};

#endif
