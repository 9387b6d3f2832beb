/* Geometric Brownian motion: log prices diffuse. The drift is the growth of the expected price,
 * E[P(t)] = P(0) exp(mu t), hence the log drift mu - sigma^2 / 2 (Ito 1944). */
#include <math.h>

#include "model.h"

static void gbm_move(const struct asset *asset, double time, double dt, double *mean, double *deviation) {
    (void)time;
    *mean = (asset->drift - 0.5 * asset->volatility * asset->volatility) * dt;
    *deviation = asset->volatility * sqrt(dt);
}

const struct model model_gbm = {.scale = PRICE_LOG, .move = gbm_move};
