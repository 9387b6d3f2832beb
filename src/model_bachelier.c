/* Arithmetic Brownian motion (Bachelier 1900): dP = P(0) (mu dt + sigma dW). Prices may become negative. */
#include <math.h>

#include "model.h"

static void bachelier_move(const struct asset *asset, double time, double dt, double *mean, double *deviation) {
    (void)time;
    *mean = asset->drift * dt;
    *deviation = asset->volatility * sqrt(dt);
}

const struct model model_bachelier = {.scale = PRICE_LINEAR, .move = bachelier_move};
