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

/* Steps under the same factors of stress, from `first_step` to the next segment. */
struct segment {
    uint64_t first_step;
    double volatility; /* times every deviation */
    size_t blend;      /* which of the blends of the correlations */
};

struct market_steps {
    struct model_setting setting;
    const struct model *model;
    void *made; /* by the model */
    void (*drop)(void *made);
    size_t n_regimes;                  /* correlations of the model, at least 1 */
    size_t n_segments, n_blends;       /* at least 1 */
    struct segment *segment;           /* ordered; the first starts at step 0 */
    double *correlation;               /* [blend][regime][asset][asset] */
    double *root;                      /* likewise, their lower triangles: normals to correlated normals */
    double *zero;                      /* [asset] */
    double *initial;                   /* [asset] P(0) */
    double *stress;                    /* [stressed step][asset] what continuous stress adds to x */
    uint64_t first_stress, end_stress; /* the stressed steps: first .. end - 1 */
    size_t n_gaps;
    struct gap *gap; /* ordered by step */
};

/* What continuous stress adds to x in a step: [asset]. */
const double *market_steps_stress(const struct market_steps *steps, uint64_t step);

/* Finds the segments of `stress` and how many blends they need. */
enum riskpool_status market_segments_create(const struct stress *stress, struct market_steps *steps);
/* Fills `correlation` with the blends of the `base` correlations, [regime][asset][asset], and `root`. */
enum riskpool_status market_segments_blend(const struct stress *stress, const double *base, struct market_steps *steps);
/* 1 when some steps have another volatility. */
int market_is_widened(const struct market_steps *steps);
/* The segment of a step, looked for from segment `from` on. */
size_t market_segment_at(const struct market_steps *steps, size_t from, uint64_t step);

#endif
