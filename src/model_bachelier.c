/* Arithmetic Brownian motion (Bachelier 1900): dP = P(0) (mu dt + sigma dW). Prices may become negative. */
#include "model.h"

static double bachelier_drift(const struct asset *asset, double dt) {
    return asset->drift * dt;
}

const struct model model_bachelier = {
    .name = "bachelier",
    .sentence = "arithmetic Brownian motion, correlated price changes in units of the initial price",
    .scale = PRICE_LINEAR,
    .drift = bachelier_drift,
};
