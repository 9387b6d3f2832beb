/* GARCH(1,1) an asset (Bollerslev 1986) with correlated innovations, normal or t of one mixing variable:
 * h' = (1 - alpha - beta) V + alpha e^2 + beta h, V = volatility^2 (variance targeting, Engle and Mezrich 1996), over
 * `garch_steps` steps at a time, which share their variance and their mixing. State is h / V, and e / sqrt(V) so far.
 */
#include <math.h>
#include <stdlib.h>

#include "model_mixing.h"
#include "student.h"

static void garch_t_drop(void *made) {
    if (made)
        curve_free(made);
    free(made);
}

static enum riskpool_status garch_t_make(const struct model_setting *setting, void **made) {
    const double nu = setting->terms->degrees_of_freedom;
    struct curve *mixing = calloc(1, sizeof *mixing);
    *made = mixing;
    if (!mixing)
        return RISKPOOL_NO_MEMORY;
    return nu > 0.0 ? student_mixing(nu, mixing) : RISKPOOL_OK;
}

/* Of the mixing, then a row of variance and one of moves for every asset. */
static size_t garch_t_rows(const struct model_setting *setting) {
    return MIXING_ROWS + 2 * setting->n_assets;
}

/* The factor of the normal innovations is one; variances are where they start. */
static void start_block(const struct model_step *step) {
    const struct model_setting *setting = step->setting;
    for (size_t p = 0; p < BLOCK; ++p)
        step->state[MIXING_AT_ONCE * BLOCK + p] = 1.0;
    for (size_t i = 0; i < setting->n_assets; ++i) {
        const struct asset *asset = &setting->asset[i];
        const double ratio = asset->volatility > 0.0 ? asset->start_volatility / asset->volatility : 1.0;
        double *variance = step->state + (MIXING_ROWS + 2 * i) * BLOCK;
        for (size_t p = 0; p < BLOCK; ++p)
            variance[p] = fmax(1e-30, fmin(1e30, ratio * ratio));
    }
}

static void garch_t_law(struct model_step *step) {
    const struct curve *mixing = step->made;
    const uint64_t steps = step->setting->terms->garch_steps;
    mixing_moments(step);
    if (step->step == 0)
        start_block(step);
    if (mixing->n_cells && step->step % steps == 0)
        mixing_draw(mixing, step, step->step / steps, step->state);
    step->kernel->clusters(step->setting->n_assets, step->deviation, step->state + MIXING_AT_ONCE * BLOCK,
                           step->state + MIXING_ROWS * BLOCK, step->spread);
}

static void garch_t_moved(struct model_step *step) {
    const struct model_setting *setting = step->setting;
    const uint64_t steps = setting->terms->garch_steps;
    for (size_t i = 0; i < setting->n_assets; ++i) {
        const struct asset *asset = &setting->asset[i];
        const struct cluster cluster = {.alpha = asset->alpha,
                                        .beta = asset->beta,
                                        .per_deviation = step->deviation[i] > 0.0 ? 1.0 / step->deviation[i] : 0.0,
                                        .per_steps = 1.0 / (double)steps,
                                        .begins = step->step % steps == 0,
                                        .ends = (step->step + 1) % steps == 0};
        step->kernel->cluster(&cluster, step->spread + i * BLOCK, step->shock + i * BLOCK,
                              step->state + (MIXING_ROWS + 2 * i) * BLOCK);
    }
}

/* Normal innovations: E[exp(c Z1^2 Z2^2)] is infinite, and so the mean from the third variance on. */
static int garch_t_no_mean(const struct model_setting *setting, size_t asset) {
    const struct asset *own = &setting->asset[asset];
    const int varies = own->alpha > 0.0 && setting->n_steps > 2 * setting->terms->garch_steps;
    return own->volatility > 0.0 && (setting->terms->degrees_of_freedom > 0.0 || varies);
}

const struct model model_garch_t = {.scale = PRICE_LOG,
                                    .spreads = 1,
                                    .centred = 1,
                                    .no_mean = garch_t_no_mean,
                                    .state_rows = garch_t_rows,
                                    .make = garch_t_make,
                                    .drop = garch_t_drop,
                                    .law = garch_t_law,
                                    .moved = garch_t_moved};
