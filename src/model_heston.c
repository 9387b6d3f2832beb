/* Stochastic volatility (Heston 1993): every asset has a variance v of its own that returns to a level,
 *     dx = (mu - v / 2) dt + sqrt(v) dB,   dv = kappa (theta - v) dt + xi sqrt(v) dW,   dB dW = rho dt,
 * by the quadratic-exponential scheme of Andersen (2008) with his martingale correction, so that E[P(t)] = P(0) exp(mu
 * t) on any grid. Where rho > 0 and steps are so long that the moment does not exist, the correction is left out.
 *
 * Variances are correlated like the assets: dW_i dW_j = C_ij dt, hence dB_i dB_j = C_ij (rho_i rho_j + sqrt((1 -
 * rho_i^2) (1 - rho_j^2))) dt, which is C_ij when rho is the same for both, and less otherwise.
 *
 * Inside a step the path is taken for a Brownian bridge between its ends, whose variance is the mean of v at both ends
 * times the length: exact in the limit of short steps. The correlation of bridges is C. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "corr.h"
#include "model.h"
#include "vmath.h"

struct heston {
    double *root, *zero; /* [asset][asset] normals to correlated ones; [asset] */
    struct variance_step *step;
};

static void drop(void *made) {
    struct heston *heston = made;
    if (!heston)
        return;
    free(heston->root);
    free(heston->zero);
    free(heston->step);
    free(heston);
}

/* 1 - e^-y for y > 0. */
static double fall(double y) {
    return y < 1e-4 ? y * (1.0 - y * (0.5 - y / 6.0)) : 1.0 - vmath_exp(-y);
}

/* Andersen (2008): moments of equations 17 and 18, K0 to K4 of 33 with both weights one half. */
static struct variance_step step_of(const struct variance_law *law, double dt) {
    const double kappa = law->reversion, xi = law->volatility, rho = law->correlation;
    const double fallen = fall(kappa * dt), square = xi * xi / kappa;
    const double half = 0.5 * dt * (kappa * rho / xi - 0.5), own = 0.5 * dt * (1.0 - rho * rho);
    return (struct variance_step){.level = law->level,
                                  .decay = 1.0 - fallen,
                                  .per_variance = square * (1.0 - fallen) * fallen,
                                  .constant = 0.5 * law->level * square * fallen * fallen,
                                  .before = half - rho / xi,
                                  .after = half + rho / xi,
                                  .plain = -rho * kappa * law->level / xi * dt,
                                  .tilt = half + rho / xi + 0.5 * own,
                                  .drift_before = half - rho / xi + 0.5 * own,
                                  .share = 0.5 * dt};
}

static enum riskpool_status make(const struct model_setting *setting, void **made) {
    const size_t n = setting->n_assets;
    struct heston *heston = calloc(1, sizeof *heston);
    if (!heston)
        return RISKPOOL_NO_MEMORY;
    *heston = (struct heston){calloc(n * n, sizeof(double)), calloc(n, sizeof(double)),
                              calloc(n, sizeof(struct variance_step))};
    enum riskpool_status status = RISKPOOL_NO_MEMORY;
    if (heston->root && heston->zero && heston->step)
        status = corr_factor(n, setting->correlation, heston->root);
    for (size_t i = 0; status == RISKPOOL_OK && i < n; ++i)
        heston->step[i] = step_of(&setting->asset[i].variance, setting->dt);
    if (status == RISKPOOL_OK)
        *made = heston;
    else
        drop(heston);
    return status;
}

/* The state: variances, then the deviations of the step. */
static size_t state_rows(const struct model_setting *setting) {
    return 2 * setting->n_assets;
}

/* The room: normals of the variances, as drawn and correlated. */
static size_t padded(size_t n) {
    return (n + 3) / 4 * 4;
}

static size_t room_rows(const struct model_setting *setting) {
    return padded(setting->n_assets) + setting->n_assets;
}

static void law(struct model_step *step) {
    const struct model_setting *setting = step->setting;
    const struct heston *heston = step->made;
    const size_t n = setting->n_assets;
    double *drawn = step->room, *normal = step->room + padded(n) * BLOCK, *inside = step->state + n * BLOCK;
    step->kernel->normals(setting->seed, BLOCK, step->path, (uint32_t)step->step, RNG_MODEL, 0, n, drawn);
    step->kernel->correlate(n, BLOCK, heston->root, heston->zero, drawn, NULL, normal);
    for (size_t i = 0; i < n; ++i) {
        const struct asset *asset = &setting->asset[i];
        const double rho = asset->variance.correlation, own = sqrt(1.0 - rho * rho);
        double *variance = step->state + i * BLOCK;
        for (size_t p = 0; p < BLOCK && step->step == 0; ++p)
            variance[p] = asset->volatility * asset->volatility;
        step->mean[i] = asset->drift * setting->dt;
        step->deviation[i] = asset->volatility * sqrt(setting->dt);
        step->kernel->heston(&heston->step[i], normal + i * BLOCK, variance, step->own_mean + i * BLOCK,
                             inside + i * BLOCK);
        for (size_t p = 0; p < BLOCK; ++p)
            step->spread[i * BLOCK + p] = own * inside[i * BLOCK + p];
    }
}

/* What the move took is what the variance at both ends leaves open; inside the step the log price varies by all of it.
 */
static void moved(struct model_step *step) {
    const size_t n = step->setting->n_assets;
    memcpy(step->spread, step->state + n * BLOCK, n * BLOCK * sizeof(double));
}

const struct model model_heston = {.scale = PRICE_LOG,
                                   .spreads = 1,
                                   .state_rows = state_rows,
                                   .room_rows = room_rows,
                                   .make = make,
                                   .drop = drop,
                                   .law = law,
                                   .moved = moved};
