/* Log returns of a step that are multivariate t: given how wide the step is for all assets they are normal, and so is
 * the path inside it. Assets with degrees of freedom of their own keep their rank and change their law (a t copula);
 * inside the step they are taken as moving with the deviation that takes their normal to where they go. */
#include <math.h>
#include <stdlib.h>

#include "model_mixing.h"
#include "student.h"

struct made {
    struct curve mixing;
    size_t n_assets;
    double scale;         /* of the argument of `change` */
    struct curve *change; /* [asset] without cells where the market's law is the asset's */
};

static void student_t_drop(void *made) {
    struct made *own = made;
    for (size_t i = 0; own && own->change && i < own->n_assets; ++i)
        curve_free(&own->change[i]);
    if (own) {
        curve_free(&own->mixing);
        free(own->change);
    }
    free(own);
}

static enum riskpool_status student_t_make(const struct model_setting *setting, void **made) {
    const double nu = setting->terms->degrees_of_freedom;
    struct made *own = calloc(1, sizeof *own);
    *made = own;
    if (!own)
        return RISKPOOL_NO_MEMORY;
    own->n_assets = setting->n_assets;
    own->scale = 1.0 / sqrt(nu - 2.0);
    own->change = calloc(setting->n_assets, sizeof *own->change);
    enum riskpool_status status = own->change ? student_mixing(nu, &own->mixing) : RISKPOOL_NO_MEMORY;
    for (size_t i = 0; i < setting->n_assets && status == RISKPOOL_OK; ++i) {
        const double its = setting->asset[i].degrees_of_freedom;
        if (its > 0.0 && its != nu)
            status = student_change(nu, its, &own->mixing, &own->change[i]);
    }
    return status;
}

static size_t student_t_rows(const struct model_setting *setting) {
    (void)setting;
    return MIXING_ROWS;
}

static void student_t_law(struct model_step *step) {
    const struct made *made = step->made;
    mixing_moments(step);
    const double *factor = mixing_draw(&made->mixing, step, step->step, step->state);
    step->kernel->spread(step->setting->n_assets, step->deviation, factor, step->spread);
}

static void student_t_drawn(struct model_step *step) {
    const struct made *made = step->made;
    const double *factor = step->state + MIXING_AT_ONCE * BLOCK;
    for (size_t i = 0; i < made->n_assets; ++i)
        if (made->change[i].n_cells)
            step->kernel->change(&made->change[i], made->scale, factor, step->shock + i * BLOCK,
                                 step->spread + i * BLOCK);
}

static int student_t_no_mean(const struct model_setting *setting, size_t asset) {
    return setting->asset[asset].volatility > 0.0;
}

const struct model model_student_t = {.scale = PRICE_LOG,
                                      .spreads = 1,
                                      .centred = 1,
                                      .no_mean = student_t_no_mean,
                                      .state_rows = student_t_rows,
                                      .make = student_t_make,
                                      .drop = student_t_drop,
                                      .law = student_t_law,
                                      .drawn = student_t_drawn};
