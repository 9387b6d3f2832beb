/* Stress events that the scenario dictates to every path, resolved to steps. */
#ifndef STRESS_H
#define STRESS_H

#include <stddef.h>
#include <stdint.h>

/* A return imposed on one asset. `first_step == last_step` and `gap`: a gap at the end of that step. Otherwise equal
 * pieces over the steps first .. last, part of the continuous move. */
struct stress_return {
    size_t asset;
    uint64_t first_step, last_step; /* numbers from 0, inclusive */
    int gap;
    double simple_return; /* > -1 */
};

struct stress {
    size_t n_returns;
    struct stress_return *returns;
};

#endif
