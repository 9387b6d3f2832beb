/* The market models: a table of descriptors. A model turns correlated normals into the diffusive move of one step of a
 * block of paths. To add one: write model_<name>.c after model_gbm.c, add its line to the table in model.c and to the
 * list in CMakeLists.txt. */
#ifndef MODEL_H
#define MODEL_H

#include "slice.h"

struct asset {
    char *name;
    double price;      /* P(0) > 0, currency */
    double volatility; /* per square-root year, >= 0 */
    double drift;      /* growth of the expected price per year */
};

struct model {
    const char *name;
    const char *sentence; /* for the reference and the template */
    enum price_scale scale;
    /* Deterministic move of x over one step of `dt` years. */
    double (*drift)(const struct asset *asset, double dt);
};

extern const struct model model_gbm, model_bachelier;

extern const struct model *const models[]; /* ends with NULL */
/* NULL when there is none of that name. */
const struct model *model_find(const char *name);

#endif
