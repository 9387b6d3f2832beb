/* The mixing variable of the models with t innovations. Its normals are those of the path alone, so antithetic paths
 * mirror moves and keep how wide they are. */
#include "model_mixing.h"

#include <math.h>

const double *mixing_draw(const struct curve *curve, const struct model_step *step, uint64_t number, double *state) {
    double *factor = state + MIXING_AT_ONCE * BLOCK;
    if (number % MIXING_AT_ONCE == 0)
        step->kernel->normals(step->setting->seed, BLOCK, step->path, (uint32_t)(number / MIXING_AT_ONCE), RNG_MODEL, 0,
                              MIXING_AT_ONCE, state);
    step->kernel->curve(curve, state + number % MIXING_AT_ONCE * BLOCK, factor);
    return factor;
}

void mixing_moments(struct model_step *step) {
    const struct model_setting *setting = step->setting;
    for (size_t i = 0; i < setting->n_assets; ++i) {
        const struct asset *asset = &setting->asset[i];
        step->mean[i] = (asset->drift - 0.5 * asset->volatility * asset->volatility) * setting->dt;
        step->deviation[i] = asset->volatility * sqrt(setting->dt);
    }
}
