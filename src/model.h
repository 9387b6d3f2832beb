/* The market models. A model says in which coordinate prices diffuse, and the law of one step for a block of paths; the
 * market correlates the assets, draws, moves, and adds stress. To add one: write model_<name>.c after model_gbm.c (one
 * law for all paths) or model_student_t.c (paths with laws of their own), add its line to MODEL_LIST, its file to
 * CMakeLists.txt, its parameters to model_terms.h, their keys to scenario_keys_market.c, and whose they are to
 * scenario_model.c. */
#ifndef MODEL_H
#define MODEL_H

#include "arena.h"
#include "kernel.h"
#include "model_terms.h"
#include "riskpool.h"
#include "slice.h"

/* X(identifier, name in a scenario, sentence for the reference): the models, model_<identifier> each. */
#define MODEL_LIST(X)                                                                                                \
    X(gbm, "gbm", "geometric Brownian motion: log returns are normal")                                               \
    X(bachelier, "bachelier", "arithmetic Brownian motion: price changes are normal, as for rates")                  \
    X(regimes, "regimes", "gbm whose volatilities and correlation switch between regimes, by a Markov chain")        \
    X(bootstrap, "bootstrap", "returns of a price file, drawn in blocks of neighbouring rows")                       \
    X(replay, "replay", "the prices of a file as they were, from one row of it or from each")                        \
    X(jump_diffusion, "jump-diffusion", "gbm with jumps at common times, and of each asset by itself (Merton 1976)") \
    X(hawkes, "hawkes", "jump-diffusion whose common jumps set off others (Hawkes 1971)")                            \
    X(heston, "heston",                                                                                              \
      "variances of their own that return to a level (Heston 1993), by the scheme of Andersen (2008)")               \
    X(student_t, "student-t",                                                                                        \
      "log returns of a step are multivariate t: all assets are wide at once; prices have no mean")                  \
    X(garch_t, "garch-t", "GARCH(1,1) an asset with correlated t innovations: volatility clusters")

/* What every step of a market has in common. */
struct model_setting {
    size_t n_assets;
    const struct asset *asset;
    const struct model_terms *terms; /* parameters of the scenario */
    const double *correlation;       /* [asset][asset] of the scenario, as used */
    double dt, step_hours;           /* of one step, in years and in hours */
    uint64_t n_steps, seed;
};

/* One step of a block of paths. Rows are [BLOCK], tables [asset][BLOCK]. */
struct model_step {
    const struct model_setting *setting;
    const void *made; /* by the model's `make` */
    const struct kernel *kernel;
    const uint64_t *path; /* [BLOCK] numbers */
    uint64_t step;        /* number, from 0 */
    double *state;        /* [state_rows][BLOCK], the model's own from step to step; its values at step 0 are those of
                             the block before */
    double *room;         /* [room_rows][BLOCK], for one call */

    /* Filled by `law`: the diffusive move is mean + deviation * (correlated standard normal). */
    double *mean, *deviation; /* [asset] of all paths; [regime][asset] with `switches` */
    double *own_mean;         /* with `spreads`: a table, added to the mean; zero unless filled */
    double *spread; /* with `spreads`: a table of deviations, instead of `deviation`; both are kept from step to step */
    uint8_t *regime; /* [BLOCK] with several correlations: which is a path's; kept from step to step */
    double *jump;    /* table, when has_jump: what x does at once at the end of the step */
    int has_jump;    /* 0 unless set */

    /* For `drawn` and `moved`: the correlated standard normals of the step, a table. */
    const double *shock;
};

struct model {
    enum price_scale scale;
    int spreads;  /* paths have their own deviations or means */
    int switches; /* 1, with spreads and regimes: a path's law is that of its regime. `spread` repeats its deviations,
                     and there is neither own_mean nor shock */
    int centred;  /* with `spreads`: no means of their own, own_mean is NULL */
    int given; /* 1: there is no law inside a step, only its end is known; own_mean is the whole move, nothing drawn */
    /* Rows of state and of room. NULL: none. */
    size_t (*state_rows)(const struct model_setting *setting);
    size_t (*room_rows)(const struct model_setting *setting);
    /* Once for a run: what is the same for all paths (tables, factors). NULL: nothing. `*made` is freed by `drop`,
     * which must be legal on NULL. */
    enum riskpool_status (*make)(const struct model_setting *setting, void **made);
    void (*drop)(void *made);
    /* The correlations of the regimes, [n][asset][asset]; NULL: that of the scenario alone. */
    size_t (*regimes)(const struct model_setting *setting, const void *made, const double **correlation);
    /* 1 when the price of an asset has no mean at the horizon, its logarithm having tails heavier than exponential.
     * NULL: all have. */
    int (*no_mean)(const struct model_setting *setting, size_t asset);
    /* The law of the step, before anything of it is drawn. Numbers of its own are drawn for RNG_MODEL. */
    void (*law)(struct model_step *step);
    /* Between draw and move, for deviations that depend on `shock`. NULL: none do. With `spreads` only. */
    void (*drawn)(struct model_step *step);
    /* After the move, for laws that depend on it. NULL: none do. */
    void (*moved)(struct model_step *step);
};

#define X(identifier, name, sentence) extern const struct model model_##identifier;
MODEL_LIST(X)
#undef X

/* In the order of MODEL_LIST. */
extern const struct model *const models[];

#endif
