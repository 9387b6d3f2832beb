/* The parameters of market models as a scenario gives them, in the units of the models: years, coordinates of x. */
#ifndef MODEL_TERMS_H
#define MODEL_TERMS_H

#include <stddef.h>

/* Jumps of the log price: how many a year, and the normal law of their sizes. */
struct jump_stream {
    double intensity, mean, deviation;
};

/* dv = reversion (level - v) dt + volatility sqrt(v) dW of the variance v of the log price, per year. */
struct variance_law {
    double reversion, level, volatility;
    double correlation; /* of W with the Brownian motion of the log price */
};

struct asset {
    char *name;
    double price;      /* P(0) > 0, currency */
    double volatility; /* per square-root year, >= 0 */
    double drift;      /* growth of the expected price per year */
    /* jump-diffusion, hawkes */
    double jump_probability;      /* of taking part in a common jump */
    double jump_beta;             /* factor of the size there */
    struct jump_stream own_jumps; /* of this asset alone */
    struct variance_law variance; /* heston */
};

/* Of the market as a whole; what belongs to another model is zero. */
struct model_terms {
    double degrees_of_freedom; /* student-t, garch-t */
    /* jump-diffusion, hawkes */
    struct jump_stream jumps; /* common ones */
    int common_sizes;         /* 1: one size for all assets, times their betas; 0: each asset draws its own */
    size_t jump_steps;        /* over which a jump unfolds, at least 1 */
    double branching;         /* of hawkes: jumps that a jump sets off, in [0, 1) */
    double half_life;         /* of hawkes, years: of the intensity that a jump adds */
};

#endif
