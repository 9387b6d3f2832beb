/* Factors of stress in time: where the steps of a run change their volatility or their correlations, and the
 * correlations between those changes. */
#include <stdlib.h>
#include <string.h>

#include "corr.h"
#include "market_steps.h"

static int step_order(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static int is_active(const struct stress_factor *factor, uint64_t step) {
    return factor->first_step <= step && step <= factor->last_step;
}

static double volatility_at(const struct stress *stress, uint64_t step) {
    double volatility = 1.0;
    for (size_t f = 0; f < stress->n_factors; ++f)
        if (is_active(&stress->factors[f], step))
            volatility *= stress->factors[f].volatility;
    return volatility;
}

/* 1 when the same factors blend the correlations of both steps; a step past the last stands for none. */
static int same_blends(const struct stress *stress, uint64_t a, uint64_t b) {
    size_t f = 0;
    while (f < stress->n_factors && (!(stress->factors[f].blend > 0.0) ||
                                     is_active(&stress->factors[f], a) == is_active(&stress->factors[f], b)))
        ++f;
    return f == stress->n_factors;
}

/* Blend 0 is none. */
static size_t blend_of(const struct stress *stress, const struct market_steps *steps, size_t s) {
    const struct segment *segment = &steps->segment[s];
    if (same_blends(stress, segment->first_step, UINT64_MAX))
        return 0;
    if (s > 0 && same_blends(stress, segment->first_step, segment[-1].first_step))
        return segment[-1].blend;
    return steps->n_blends;
}

enum riskpool_status market_segments_create(const struct stress *stress, struct market_steps *steps) {
    const size_t most = 2 * stress->n_factors + 1;
    uint64_t *change = calloc(most, sizeof *change);
    size_t n = 1;
    steps->segment = calloc(most, sizeof *steps->segment);
    if (!change || !steps->segment) {
        free(change);
        return RISKPOOL_NO_MEMORY;
    }
    for (size_t f = 0; f < stress->n_factors; ++f) {
        change[n++] = stress->factors[f].first_step;
        change[n++] = stress->factors[f].last_step + 1;
    }
    qsort(change, n, sizeof *change, step_order);
    steps->n_blends = 1;
    for (size_t i = 0; i < n; ++i) {
        if (i > 0 && change[i] == change[i - 1])
            continue;
        struct segment *segment = &steps->segment[steps->n_segments];
        segment->first_step = change[i];
        segment->volatility = volatility_at(stress, change[i]);
        segment->blend = blend_of(stress, steps, steps->n_segments++);
        steps->n_blends += segment->blend == steps->n_blends;
    }
    free(change);
    return RISKPOOL_OK;
}

/* R = (1 - w) R + w T: a convex combination, positive semidefinite like its parts. */
static void blend_toward(size_t n, const struct stress_factor *factor, double *correlation) {
    const double w = factor->blend;
    for (size_t i = 0; i < n * n; ++i)
        correlation[i] = (1 - w) * correlation[i] + w * (factor->toward ? factor->toward[i] : 1);
    for (size_t i = 0; i < n; ++i)
        correlation[i * (n + 1)] = 1;
}

enum riskpool_status market_segments_blend(const struct stress *stress, const double *base,
                                           struct market_steps *steps) {
    const size_t n = steps->setting.n_assets, size = n * n, set = steps->n_regimes * size;
    enum riskpool_status status = RISKPOOL_OK;
    steps->correlation = calloc(steps->n_blends * set, sizeof(double));
    steps->root = calloc(steps->n_blends * set, sizeof(double));
    if (!steps->correlation || !steps->root)
        return RISKPOOL_NO_MEMORY;
    memcpy(steps->correlation, base, set * sizeof(double));
    for (size_t s = 0, done = 1; s < steps->n_segments; ++s) {
        const struct segment *segment = &steps->segment[s];
        if (segment->blend != done)
            continue;
        double *correlation = steps->correlation + done++ * set;
        memcpy(correlation, base, set * sizeof(double));
        for (size_t f = 0; f < stress->n_factors; ++f)
            for (size_t k = 0; k < steps->n_regimes; ++k)
                if (stress->factors[f].blend > 0.0 && is_active(&stress->factors[f], segment->first_step))
                    blend_toward(n, &stress->factors[f], correlation + k * size);
    }
    for (size_t k = 0; k < steps->n_blends * steps->n_regimes && status == RISKPOOL_OK; ++k)
        status = corr_factor(n, steps->correlation + k * size, steps->root + k * size);
    return status;
}

size_t market_segment_at(const struct market_steps *steps, size_t from, uint64_t step) {
    while (from + 1 < steps->n_segments && steps->segment[from + 1].first_step <= step)
        ++from;
    return from;
}

int market_is_widened(const struct market_steps *steps) {
    size_t s = 0;
    while (s < steps->n_segments && steps->segment[s].volatility == 1.0)
        ++s;
    return s < steps->n_segments;
}
