/* Self-exciting jumps (Hawkes 1971) over geometric Brownian motion: every common jump adds intensity, which decays by
 * half in every half-life, so that it sets off `branching` others on average; own jumps excite nothing.
 *
 * In discrete time: a step expects the integral of its intensity as it was at the start of the step, and the count is
 * Poisson with it, so that offspring come in later steps and never in the parent's (the integer-valued autoregression
 * of Kirchner 2016). What follows is exact for any length of step: the mean count (the base intensity is (1 -
 * branching) times `intensity`, and paths start at the mean), offspring a jump, hence also variance over mean of the
 * count in the long run, 1 / (1 - branching)^2, and E[P(t)]. What is not: offspring come on average half a step late,
 * an error of the order of step over half-life in correlations at short lags.
 *
 * The drift gives back what the jumps of the step are expected to add, given the path so far. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model_jumps.h"
#include "vmath.h"

struct hawkes {
    struct jumps *jumps;
    double base;    /* jumps that a step expects without excitement */
    double decay;   /* factor of the excess intensity in a step */
    double passing; /* years: jumps that a step expects, by excess intensity at its start */
    double added;   /* intensity per year that a jump adds */
    double start;   /* excess intensity of every path at time 0: its mean */
};

static void drop(void *made) {
    struct hawkes *hawkes = made;
    if (hawkes)
        jumps_free(hawkes->jumps);
    free(hawkes);
}

static enum riskpool_status make(const struct model_setting *setting, void **made) {
    const struct model_terms *terms = setting->terms;
    const double rate = 0x1.62e42fefa39efp-1 / terms->half_life; /* ln 2 */
    struct hawkes *hawkes = calloc(1, sizeof *hawkes);
    if (!hawkes || jumps_create(setting, &hawkes->jumps) != RISKPOOL_OK) {
        drop(hawkes);
        return RISKPOOL_NO_MEMORY;
    }
    hawkes->base = (1.0 - terms->branching) * terms->jumps.intensity * setting->dt;
    hawkes->decay = vmath_exp(-rate * setting->dt);
    hawkes->passing = (1.0 - hawkes->decay) / rate;
    hawkes->added = terms->branching * rate;
    hawkes->start = terms->branching * terms->jumps.intensity * setting->dt / hawkes->passing;
    *made = hawkes;
    return RISKPOOL_OK;
}

/* Rows of room, before those of the jumps. */
enum { ROW_MINUS, ROW_NONE, ROW_COUNT, ROWS };

static size_t room_rows(const struct model_setting *setting) {
    return ROWS + jumps_room_rows(setting);
}

/* The state: excess intensity; what the last steps expected, in a ring as long as jumps unfold; that of the jumps. */
static size_t state_rows(const struct model_setting *setting) {
    return 1 + setting->terms->jump_steps + jumps_state_rows(setting);
}

/* What the present step expects, row `present` of the ring. */
static void expect(const struct hawkes *hawkes, const struct model_step *step, double *restrict expected) {
    double *excess = step->state;
    for (size_t p = 0; p < BLOCK && step->step == 0; ++p)
        excess[p] = hawkes->start;
    for (size_t p = 0; p < BLOCK; ++p)
        expected[p] = hawkes->base + excess[p] * hawkes->passing;
}

/* The mean of an asset on every path: jumps of the last steps, each by what of it unfolds in this one. */
static void compensate(const struct hawkes *hawkes, const struct model_step *step, size_t asset) {
    const struct jumps *jumps = hawkes->jumps;
    const double *growth = jumps->common + asset * (jumps->steps + 1), *ring = step->state + BLOCK;
    double *restrict mean = step->own_mean + asset * BLOCK;
    memset(mean, 0, BLOCK * sizeof(double));
    for (size_t k = 0; k < jumps_age(jumps, step->step); ++k) {
        const double *expected = ring + (step->step - k) % jumps->steps * BLOCK, grown = growth[k + 1] - growth[k];
        for (size_t p = 0; p < BLOCK; ++p)
            mean[p] -= expected[p] * grown;
    }
}

static void excite(const struct hawkes *hawkes, double *restrict excess, const double *count) {
    for (size_t p = 0; p < BLOCK; ++p)
        excess[p] = excess[p] * hawkes->decay + hawkes->added * count[p];
}

static void law(struct model_step *step) {
    const struct model_setting *setting = step->setting;
    const struct hawkes *hawkes = step->made;
    const struct jumps *jumps = hawkes->jumps;
    double *minus = step->room + ROW_MINUS * BLOCK, *none = step->room + ROW_NONE * BLOCK;
    double *count = step->room + ROW_COUNT * BLOCK, *expected = step->state + (1 + step->step % jumps->steps) * BLOCK;
    const double one = 1.0;
    expect(hawkes, step, expected);
    for (size_t i = 0; i < setting->n_assets; ++i) {
        const struct asset *asset = &setting->asset[i];
        step->mean[i] = (asset->drift - 0.5 * asset->volatility * asset->volatility) * setting->dt -
                        jumps_own_growth(jumps, i, step->step);
        step->deviation[i] = asset->volatility * sqrt(setting->dt);
        for (size_t p = 0; p < BLOCK; ++p)
            step->spread[i * BLOCK + p] = step->deviation[i];
        compensate(hawkes, step, i);
    }
    for (size_t p = 0; p < BLOCK; ++p)
        minus[p] = -expected[p];
    step->kernel->price(1, PRICE_LOG, &one, minus, none); /* e^-expected */
    jumps_draw(jumps, step, expected, none, step->state + (1 + jumps->steps) * BLOCK, step->room + ROWS * BLOCK, count);
    excite(hawkes, step->state, count);
}

const struct model model_hawkes = {.scale = PRICE_LOG,
                                   .spreads = 1,
                                   .state_rows = state_rows,
                                   .room_rows = room_rows,
                                   .make = make,
                                   .drop = drop,
                                   .law = law};
