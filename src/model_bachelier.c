/* Arithmetic Brownian motion (Bachelier 1900): dP = P(0) (mu dt + sigma dW). Prices may become negative. */
#include <math.h>

#include "model.h"

static void bachelier_law(struct model_step *step) {
    const struct model_setting *setting = step->setting;
    for (size_t i = 0; i < setting->n_assets; ++i) {
        step->mean[i] = setting->asset[i].drift * setting->dt;
        step->deviation[i] = setting->asset[i].volatility * sqrt(setting->dt);
    }
}

const struct model model_bachelier = {.scale = PRICE_LINEAR, .law = bachelier_law};
