/* Multiples of stress events. A multiple of logs: a fall of 30 % twice over leaves 49 %, and no multiple of it leaves
 * less than nothing; for a moment of many small falls it is what a multiple of the returns is. */
#include "stress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vmath.h"

/* So that the ratio of two levels is a number, however large the multiple. */
static const double least_level = 1e-150;

void stress_free(struct stress *stress) {
    free(stress->returns);
    free(stress->factors);
    free(stress->matrices);
    free(stress->depths);
    *stress = (struct stress){0};
}

void stress_scale_free(struct stress *scaled) {
    free(scaled->returns);
    free(scaled->factors);
    free(scaled->depths);
    *scaled = (struct stress){0};
}

/* x^m for x >= 0; 0^0 is 1: nothing of something is nothing. */
static double power(double x, double m) {
    if (m == 1.0)
        return x;
    if (x == 0.0)
        return m == 0.0 ? 1.0 : 0.0;
    return vmath_exp(m * vmath_log(x));
}

double stress_depth_at(const struct stress *stress, double hour) {
    double factor = 1.0;
    for (size_t i = 0; stress && i < stress->n_depths; ++i)
        if (hour > stress->depths[i].from && hour < stress->depths[i].to)
            factor *= stress->depths[i].factor;
    return factor;
}

double stress_level_times(double level, double multiple) {
    return fmax(least_level, fmin(1.0 / least_level, power(level, multiple)));
}

enum riskpool_status stress_scale(const struct stress *stress, double multiple, struct stress *scaled) {
    *scaled =
        (struct stress){.n_returns = stress->n_returns, .n_factors = stress->n_factors, .n_depths = stress->n_depths};
    scaled->returns = calloc(stress->n_returns + 1, sizeof *scaled->returns);
    scaled->factors = calloc(stress->n_factors + 1, sizeof *scaled->factors);
    scaled->depths = calloc(stress->n_depths + 1, sizeof *scaled->depths);
    if (!scaled->returns || !scaled->factors || !scaled->depths) {
        stress_scale_free(scaled);
        return RISKPOOL_NO_MEMORY;
    }
    for (size_t i = 0; i < stress->n_returns; ++i) {
        scaled->returns[i] = stress->returns[i];
        scaled->returns[i].from = stress_level_times(stress->returns[i].from, multiple);
        scaled->returns[i].to = stress_level_times(stress->returns[i].to, multiple);
    }
    for (size_t i = 0; i < stress->n_factors; ++i) {
        struct stress_factor *factor = &scaled->factors[i];
        *factor = stress->factors[i];
        factor->volatility = power(factor->volatility, multiple);
        factor->blend = multiple == 1.0 ? factor->blend : 1.0 - power(1.0 - factor->blend, multiple);
    }
    for (size_t i = 0; i < stress->n_depths; ++i) {
        scaled->depths[i] = stress->depths[i];
        scaled->depths[i].factor = stress_level_times(stress->depths[i].factor, multiple);
    }
    return RISKPOOL_OK;
}
