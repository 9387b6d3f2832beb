/* Geometric Brownian motion: log prices diffuse. The drift is the growth of the expected price,
 * E[P(t)] = P(0) exp(mu t), hence the log drift mu - sigma^2 / 2 (Ito 1944). */
#include <math.h>

#include "model.h"

static void gbm_law(struct model_step *step) {
    const struct model_setting *setting = step->setting;
    for (size_t i = 0; i < setting->n_assets; ++i) {
        const struct asset *asset = &setting->asset[i];
        step->mean[i] = (asset->drift - 0.5 * asset->volatility * asset->volatility) * setting->dt;
        step->deviation[i] = asset->volatility * sqrt(setting->dt);
    }
}

const struct model model_gbm = {.scale = PRICE_LOG, .law = gbm_law};
