/* The parameters of market models as a scenario gives them, in the units of the models: years, coordinates of x. */
#ifndef MODEL_TERMS_H
#define MODEL_TERMS_H

#include <stddef.h>
#include <stdint.h>

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
    double price;              /* P(0) > 0, currency */
    double volatility;         /* per square-root year, >= 0 */
    double drift;              /* growth of the expected price per year */
    double degrees_of_freedom; /* student-t: of its own; 0: those of the market */
    double alpha, beta;        /* garch-t: of the last squared move, and of the last variance, in the next variance */
    double start_volatility;   /* garch-t: per square-root year */
    /* jump-diffusion, hawkes */
    double jump_probability;      /* of taking part in a common jump */
    double jump_beta;             /* factor of the size there */
    struct jump_stream own_jumps; /* of this asset alone */
    struct variance_law variance; /* heston */
    /* A future on another asset (index `of`; n_assets: it is none). Over a step its log basis loses this share of its
     * distance from the mean; `basis_distance` is that of the start, mean minus basis. volatility and correlations are
     * those of the future. */
    size_t of;
    double basis_pull, basis_distance;
};

enum { REGIMES_MOST = 8 };

/* The regimes of a market, a Markov chain that is looked at once a step. */
struct regime_terms {
    size_t n;
    size_t start; /* regime at the start; n: drawn from the stationary distribution */
    struct regime {
        double volatility;         /* multiplies those of the assets */
        double duration;           /* mean stay, years */
        double next[REGIMES_MOST]; /* where it goes when it ends: probabilities, 0 for itself; all 0 with one regime */
    } regime[REGIMES_MOST];
    double *correlation; /* [regime][asset][asset] */
};

/* Returns of a file, a row the time between two neighbours, and how they are drawn. */
struct return_terms {
    size_t n_rows, rows_a_step;
    double *value;    /* [row][asset] of x over a row; with a filter divided by the deviation that was expected of it */
    double leave;     /* bootstrap: probability that a block of rows ends after a row */
    double decay;     /* bootstrap: of the filter's moving average of squares, from 0 to 1; 0: no filter */
    double *variance; /* [asset] of a row, expected at the start of a path; with a filter */
    size_t first;     /* replay: the row that path 0 starts with */
    size_t n_starts;  /* replay: paths have starts of their own, up to this many */
};

/* Of the market as a whole; what belongs to another model is zero. */
struct model_terms {
    double degrees_of_freedom;   /* student-t, garch-t; 0: normal */
    uint64_t garch_steps;        /* garch-t: steps for which alpha and beta hold */
    struct regime_terms regimes; /* regimes */
    struct return_terms returns; /* bootstrap, replay */
    /* jump-diffusion, hawkes */
    struct jump_stream jumps; /* common ones */
    int common_sizes;         /* 1: one size for all assets, times their betas; 0: each asset draws its own */
    size_t jump_steps;        /* over which a jump unfolds, at least 1 */
    double branching;         /* of hawkes: jumps that a jump sets off, in [0, 1) */
    double half_life;         /* of hawkes, years: of the intensity that a jump adds */
};

/* Frees what the terms own. */
void model_terms_free(struct model_terms *terms);

#endif
