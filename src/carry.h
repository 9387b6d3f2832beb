/* What it costs to hold positions over time: funding of perpetual contracts at its times, interest on negative cash. */
#ifndef CARRY_H
#define CARRY_H

#include <stdint.h>

struct carry {
    uint64_t interval; /* steps from one funding time to the next; 0: there is no funding */
    uint64_t n_times;  /* rows of `rate`; 1: the same at every time */
    double *rate;      /* [time][asset] share of the notional that longs pay, shorts receive */
    double borrow;     /* interest on negative cash, per year, continuously compounded */
};

#endif
