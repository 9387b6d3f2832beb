/* The parameters of market models as a scenario gives them, in the units of the models: years, coordinates of x. */
#ifndef MODEL_TERMS_H
#define MODEL_TERMS_H

#include <stddef.h>

struct asset {
    char *name;
    double price;      /* P(0) > 0, currency */
    double volatility; /* per square-root year, >= 0 */
    double drift;      /* growth of the expected price per year */
};

/* Of the market as a whole; what belongs to another model is zero. */
struct model_terms {
    double degrees_of_freedom; /* student-t, garch-t */
};

#endif
