/* Calibration: from a table of prices to the parameters of a market, with their errors, and to the text of a `market:`
 * section. GSL's error handler must be off (fit.h). */
#ifndef CALIBRATE_H
#define CALIBRATE_H

#include "covariance.h"
#include "fit.h"
#include "prices.h"
#include "report.h"
#include "returns.h"

/* X(identifier, name) */
#define CALIBRATE_MODEL_LIST(X)         \
    X(GBM, "gbm")                       \
    X(STUDENT_T, "student-t")           \
    X(JUMP_DIFFUSION, "jump-diffusion") \
    X(GARCH_T, "garch-t")               \
    X(REGIMES, "regimes")

enum calibrate_model {
#define X(identifier, name) CALIBRATE_##identifier,
    CALIBRATE_MODEL_LIST(X)
#undef X
        CALIBRATE_MODELS
};
const char *calibrate_model_name(enum calibrate_model model);

struct calibrate_request {
    const char *path;
    size_t n_columns; /* 0: all */
    const char *const *columns;
    struct covariance_method method;
    double half_life; /* seconds, of COVARIANCE_EWMA; 0: the method's parameter holds */
    enum calibrate_model model;
    int as_covariance;    /* 1: print covariance instead of volatilities and correlation */
    struct window window; /* name NULL */
    size_t n_others;      /* windows to show beside it */
    const struct window *others;
};

/* A window and what was estimated in it; rates and volatilities per year, [d] and [d][d]. */
struct stretch {
    const char *name;
    struct returns returns;
    struct covariance covariance; /* per step */
    double *volatility, *volatility_error;
    double *correlation, *correlation_error;
    double *growth, *growth_error; /* of the expected price: mean log return plus half the variance */
    double *eigenvalue;
    double *memory;
};

enum { CALIBRATE_LEAST_TAILS = 100 }; /* returns; with fewer nothing is said of tails */

struct tails {
    size_t k; /* returns that Hill's estimates use */
    struct measured lower, upper;
    struct t_fit t;
};

struct calibration {
    struct prices prices;
    size_t n_stretches;
    struct stretch *stretches; /* the first is the window that counts */
    struct tails *tails;       /* [d] */
    struct t_fit joint, copula;
    struct t_fit given; /* degrees of freedom, given the covariance: of the returns, with garch-t of the residuals */
    struct garch_fit *garch; /* [d]; with garch-t, and the correlation of its residuals */
    double *residual_correlation;
    struct jump_fit jumps;
    struct regime_fit regimes;
    double *memory;
};

/* Not OK when the report says what is wrong. */
enum riskpool_status calibrate_init(struct calibration *calibration, const struct calibrate_request *request,
                                    struct report *report);
void calibrate_free(struct calibration *calibration);

/* The section, with what was read and every error in comments. */
void calibrate_print(const struct calibration *calibration, const struct calibrate_request *request, struct text *out);

/* The same figures, and those of the windows beside it, as JSON; the caller's to free, NULL without memory. */
char *calibrate_json(const struct calibration *calibration, const struct calibrate_request *request);

#endif
