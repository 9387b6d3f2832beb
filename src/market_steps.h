/* What the files of the market share: all that is the same for every path. */
#ifndef MARKET_STEPS_H
#define MARKET_STEPS_H

#include "market.h"

/* A gap at the end of a step: one asset's price is multiplied. */
struct gap {
    uint64_t step;
    size_t asset;
    double factor;
};

struct market_steps {
    struct model_setting setting;
    const struct model *model;
    void *made; /* by the model */
    void (*drop)(void *made);
    size_t n_regimes;                  /* correlations of the model, at least 1 */
    double *correlation;               /* [regime][asset][asset] */
    double *root;                      /* [regime][asset][asset] their lower triangles: normals to correlated normals */
    double *zero;                      /* [asset] */
    double *initial;                   /* [asset] P(0) */
    double *stress;                    /* [stressed step][asset] what continuous stress adds to x */
    uint64_t first_stress, end_stress; /* the stressed steps: first .. end - 1 */
    size_t n_gaps;
    struct gap *gap; /* ordered by step */
};

/* What continuous stress adds to x in a step: [asset]. */
const double *market_steps_stress(const struct market_steps *steps, uint64_t step);

#endif
