/* The parameters of market models as a scenario gives them, in the units of the models: years, coordinates of x. */
#ifndef MODEL_TERMS_H
#define MODEL_TERMS_H

#include <stddef.h>
#include <stdint.h>

struct asset {
    char *name;
    double price;              /* P(0) > 0, currency */
    double volatility;         /* per square-root year, >= 0 */
    double drift;              /* growth of the expected price per year */
    double degrees_of_freedom; /* student-t: of its own; 0: those of the market */
    double alpha, beta;        /* garch-t: of the last squared move, and of the last variance, in the next variance */
    double start_volatility;   /* garch-t: per square-root year */
};

/* Of the market as a whole; what belongs to another model is zero. */
struct model_terms {
    double degrees_of_freedom; /* student-t, garch-t; 0: normal */
    uint64_t garch_steps;      /* garch-t: steps for which alpha and beta hold */
};

#endif
