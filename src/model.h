/* The market models. A model says in which coordinate prices diffuse, and the law of one step of one asset; the market
 * correlates the assets, draws, and adds stress. To add one: write model_<name>.c after model_gbm.c, add its line to
 * MODEL_LIST and its file to CMakeLists.txt. */
#ifndef MODEL_H
#define MODEL_H

#include "slice.h"

/* X(identifier, name in a scenario, sentence for the reference): the models, model_<identifier> each. */
#define MODEL_LIST(X)                                                  \
    X(gbm, "gbm", "geometric Brownian motion: log returns are normal") \
    X(bachelier, "bachelier", "arithmetic Brownian motion: price changes are normal, as for rates")

struct asset {
    char *name;
    double price;      /* P(0) > 0, currency */
    double volatility; /* per square-root year, >= 0 */
    double drift;      /* growth of the expected price per year */
};

struct model {
    enum price_scale scale;
    /* Mean and standard deviation of the change of x (slice.h) from `time` to `time + dt` years. */
    void (*move)(const struct asset *asset, double time, double dt, double *mean, double *deviation);
};

#define X(identifier, name, sentence) extern const struct model model_##identifier;
MODEL_LIST(X)
#undef X

/* In the order of MODEL_LIST. */
extern const struct model *const models[];

#endif
