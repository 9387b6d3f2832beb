/* A jump diffusion over one step, as its two files share it. */
#ifndef FIT_JUMPS_H
#define FIT_JUMPS_H

#include "fit.h"
#include "fit_normal.h"

enum { JUMPS = 6 }; /* a step has 0 to 5 jumps */

struct jump_law {
    size_t d;
    double intensity, size, variance; /* jumps a step; of one log jump */
    double *mean, *covariance;        /* of what is not jumps */
    double constant[JUMPS];           /* of the log-density, given the number of jumps */
    double *lower[JUMPS];             /* factor of the covariance of the return */
    double *share[JUMPS];             /* A: what is not jumps, of a return */
    double *spread[JUMPS];            /* its covariance, given the return */
    double *row;                      /* [2][d]: room to work in */
    double *memory;
};

enum riskpool_status jump_law_init(struct jump_law *law, size_t d);
void jump_law_free(struct jump_law *law);
/* Derives what depends on the parameters. */
enum riskpool_status jump_law_prepare(struct jump_law *law);
/* The log-density of the return x[d]; the probabilities of the numbers of jumps; and for each the expected rest[d]. */
double jump_law_judge(const struct jump_law *law, const double *x, double weight[JUMPS], double *rest);

/* Fills in the errors of a fit whose law this is. */
enum riskpool_status jump_errors(struct jump_law *law, size_t n, const double *x, struct jump_fit *fit);

#endif
