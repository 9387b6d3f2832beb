/* Regimes: geometric Brownian motion whose volatilities and correlation are those of the state that a Markov chain is in
 * (Hamilton 1989). The chain is looked at once a step: a regime of mean duration d ends in a step of length h with
 * probability 1 - exp(-h / d), and the new one rules that whole step. In every regime the expected price grows by the
 * drift. The chain of a path draws for RNG_MODEL, one uniform a step. */
#include <math.h>
#include <stdlib.h>

#include "model.h"
#include "vmath.h"

enum { MOST = REGIMES_MOST };

struct regimes {
    size_t n, start;
    double stay[MOST];       /* probability over a step */
    double move[MOST][MOST]; /* [from][to] over a step, the diagonal zero */
    double first[MOST];      /* stationary distribution */
    double *deviation;       /* [regime][asset] over a step */
    const double *correlation;
};

static void make_chain(const struct model_setting *setting, struct regimes *made) {
    const struct regime_terms *terms = &setting->terms->regimes;
    for (size_t k = 0; k < made->n; ++k) {
        made->stay[k] = made->n > 1 ? vmath_exp(-setting->dt / terms->regime[k].duration) : 1.0;
        for (size_t j = 0; j < made->n; ++j)
            made->move[k][j] = (1.0 - made->stay[k]) * terms->regime[k].next[j];
    }
}

/* The stationary distribution of a chain whose states all reach each other, by elimination without differences
 * (Grassmann, Taksar and Heyman 1985). */
static void find_stationary(struct regimes *made) {
    double p[MOST][MOST], sum = 1.0;
    const size_t n = made->n;
    for (size_t i = 0; i < n; ++i)
        for (size_t j = 0; j < n; ++j)
            p[i][j] = made->move[i][j];
    for (size_t k = n - 1; k > 0; --k) {
        double leaves = 0.0;
        for (size_t j = 0; j < k; ++j)
            leaves += p[k][j];
        for (size_t i = 0; i < k; ++i)
            p[i][k] /= leaves;
        for (size_t i = 0; i < k; ++i)
            for (size_t j = 0; j < k; ++j)
                p[i][j] += p[i][k] * p[k][j];
    }
    made->first[0] = 1.0;
    for (size_t k = 1; k < n; ++k) {
        made->first[k] = 0.0;
        for (size_t i = 0; i < k; ++i)
            made->first[k] += made->first[i] * p[i][k];
        sum += made->first[k];
    }
    for (size_t k = 0; k < n; ++k)
        made->first[k] /= sum;
}

static void regimes_drop(void *made) {
    struct regimes *regimes = made;
    if (regimes)
        free(regimes->deviation);
    free(regimes);
}

static enum riskpool_status regimes_make(const struct model_setting *setting, void **out) {
    const struct regime_terms *terms = &setting->terms->regimes;
    const size_t n_assets = setting->n_assets;
    struct regimes *made = calloc(1, sizeof *made);
    *out = made;
    if (!made)
        return RISKPOOL_NO_MEMORY;
    made->n = terms->n;
    made->start = terms->start;
    made->correlation = terms->correlation;
    made->deviation = calloc(terms->n * n_assets, sizeof(double));
    if (!made->deviation)
        return RISKPOOL_NO_MEMORY;
    for (size_t k = 0; k < terms->n; ++k)
        for (size_t i = 0; i < n_assets; ++i)
            made->deviation[k * n_assets + i] =
                setting->asset[i].volatility * terms->regime[k].volatility * sqrt(setting->dt);
    make_chain(setting, made);
    if (made->start == made->n)
        find_stationary(made);
    return RISKPOOL_OK;
}

static size_t regimes_correlations(const struct model_setting *setting, const void *made, const double **correlation) {
    const struct regimes *regimes = made;
    (void)setting;
    if (!regimes->correlation)
        return 1;
    *correlation = regimes->correlation;
    return regimes->n;
}

static size_t regimes_room(const struct model_setting *setting) {
    (void)setting;
    return 2; /* uniforms come in pairs of rows */
}

/* The first of `n` shares of [from, 1) that ends above u; the last that is not empty when rounding leaves none. */
static uint8_t choose(size_t n, const double *share, double from, double u) {
    size_t chosen = 0;
    for (size_t j = 0; j < n; ++j) {
        if (share[j] == 0.0)
            continue;
        chosen = j;
        from += share[j];
        if (u < from)
            break;
    }
    return (uint8_t)chosen;
}

/* Gives path p the law of its regime. */
static void set_law(struct model_step *step, const struct regimes *made, size_t p) {
    const size_t n = step->setting->n_assets;
    const double *deviation = made->deviation + step->regime[p] * n;
    for (size_t i = 0; i < n; ++i) {
        step->spread[i * BLOCK + p] = deviation[i];
        step->own_mean[i * BLOCK + p] = -0.5 * deviation[i] * deviation[i];
    }
}

static void start(struct model_step *step, const struct regimes *made) {
    const struct model_setting *setting = step->setting;
    for (size_t i = 0; i < setting->n_assets; ++i) {
        step->mean[i] = setting->asset[i].drift * setting->dt;
        step->deviation[i] = setting->asset[i].volatility * sqrt(setting->dt);
    }
    for (size_t p = 0; p < BLOCK; ++p) {
        step->regime[p] = made->start < made->n ? (uint8_t)made->start : choose(made->n, made->first, 0.0, step->room[p]);
        set_law(step, made, p);
    }
}

static void regimes_law(struct model_step *step) {
    const struct regimes *made = step->made;
    step->kernel->uniforms(step->setting->seed, BLOCK, step->path, (uint32_t)step->step, 1, step->room);
    if (step->step == 0) {
        start(step, made);
        return;
    }
    for (size_t p = 0; p < BLOCK; ++p) {
        const size_t now = step->regime[p];
        if (step->room[p] < made->stay[now] || made->n == 1)
            continue;
        step->regime[p] = choose(made->n, made->move[now], made->stay[now], step->room[p]);
        set_law(step, made, p);
    }
}

const struct model model_regimes = {.scale = PRICE_LOG,
                                    .spreads = 1,
                                    .room_rows = regimes_room,
                                    .make = regimes_make,
                                    .drop = regimes_drop,
                                    .regimes = regimes_correlations,
                                    .law = regimes_law};
