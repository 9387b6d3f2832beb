/* Geometric Brownian motion: log prices diffuse. The drift is the growth of the expected price,
 * E[P(t)] = P(0) exp(mu t), hence the log drift mu - sigma^2 / 2 (Ito 1944). */
#include "model.h"

static double gbm_drift(const struct asset *asset, double dt) {
    return (asset->drift - 0.5 * asset->volatility * asset->volatility) * dt;
}

const struct model model_gbm = {
    .name = "gbm",
    .sentence = "geometric Brownian motion, correlated log returns",
    .scale = PRICE_LOG,
    .drift = gbm_drift,
};
