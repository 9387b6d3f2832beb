/* Jump diffusion (Merton 1976): log prices diffuse as in gbm, and jump at Poisson times. Jumps come at the end of the
 * step that they fall in, as gaps. The drift gives back what they add to the growth of the expected price, so that
 * E[P(t)] = P(0) exp(mu t) at the end of every step, while jumps unfold too. */
#include <math.h>

#include "model_jumps.h"
#include "vmath.h"

static enum riskpool_status make(const struct model_setting *setting, void **made) {
    struct jumps *jumps = NULL;
    const enum riskpool_status status = jumps_create(setting, &jumps);
    *made = jumps;
    return status;
}

static void drop(void *made) {
    jumps_free(made);
}

enum { ROW_RATE, ROW_NONE, ROWS };

static size_t room_rows(const struct model_setting *setting) {
    return ROWS + jumps_room_rows(setting);
}

static void law(struct model_step *step) {
    const struct model_setting *setting = step->setting;
    const struct jumps *jumps = step->made;
    const double expected = setting->terms->jumps.intensity * setting->dt, nothing = vmath_exp(-expected);
    const size_t age = jumps_age(jumps, step->step);
    for (size_t i = 0; i < setting->n_assets; ++i) {
        const struct asset *asset = &setting->asset[i];
        const double growth = expected * jumps->common[i * (jumps->steps + 1) + age];
        step->mean[i] = (asset->drift - 0.5 * asset->volatility * asset->volatility) * setting->dt -
                        (growth + jumps_own_growth(jumps, i, step->step));
        step->deviation[i] = asset->volatility * sqrt(setting->dt);
    }
    double *rate = step->room + ROW_RATE * BLOCK, *none = step->room + ROW_NONE * BLOCK;
    for (size_t p = 0; p < BLOCK; ++p) {
        rate[p] = expected;
        none[p] = nothing;
    }
    jumps_draw(jumps, step, rate, none, step->state, step->room + ROWS * BLOCK, NULL);
}

const struct model model_jump_diffusion = {
    .scale = PRICE_LOG, .state_rows = jumps_state_rows, .room_rows = room_rows, .make = make, .drop = drop, .law = law};
