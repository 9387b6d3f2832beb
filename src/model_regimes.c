/* Regimes: geometric Brownian motion whose volatilities and correlation are those of the state that a Markov chain is
 * in (Hamilton 1989). The chain is looked at once a step: a regime of mean duration d ends in a step of length h with
 * probability 1 - exp(-h / d), and the new one rules that whole step. In every regime the expected price grows by the
 * drift. The chain of a path draws for RNG_MODEL, one uniform a step, two steps at a time. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "vmath.h"

enum { MOST = REGIMES_MOST };

struct regimes {
    size_t n, start;
    double stay[MOST]; /* probability over a step */
    double least_stay;
    double move[MOST][MOST];  /* [from][to] over a step, the diagonal zero */
    double first[MOST];       /* stationary distribution */
    double *mean, *deviation; /* [regime][asset] over a step */
};

static void make_chain(const struct model_setting *setting, struct regimes *made) {
    const struct regime_terms *terms = &setting->terms->regimes;
    made->least_stay = 1.0;
    for (size_t k = 0; k < made->n; ++k) {
        made->stay[k] = made->n > 1 ? vmath_exp(-setting->dt / terms->regime[k].duration) : 1.0;
        made->least_stay = made->stay[k] < made->least_stay ? made->stay[k] : made->least_stay;
        for (size_t j = 0; j < made->n; ++j)
            made->move[k][j] = (1.0 - made->stay[k]) * terms->regime[k].next[j];
    }
}

/* The stationary distribution of a chain whose states all reach each other, by elimination without differences
 * (Grassmann, Taksar and Heyman 1985). */
static void find_stationary(struct regimes *made) {
    double p[MOST][MOST] = {{0.0}}, sum = 1.0;
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
    if (regimes) {
        free(regimes->mean);
        free(regimes->deviation);
    }
    free(regimes);
}

/* As gbm would have them with the volatility of the regime, bit for bit. */
static void make_laws(const struct model_setting *setting, struct regimes *made) {
    const size_t n = setting->n_assets;
    for (size_t k = 0; k < made->n; ++k)
        for (size_t i = 0; i < n; ++i) {
            const double volatility = setting->asset[i].volatility * setting->terms->regimes.regime[k].volatility;
            made->deviation[k * n + i] = volatility * sqrt(setting->dt);
            made->mean[k * n + i] = (setting->asset[i].drift - 0.5 * volatility * volatility) * setting->dt;
        }
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
    made->mean = calloc(terms->n * n_assets, sizeof(double));
    made->deviation = calloc(terms->n * n_assets, sizeof(double));
    if (!made->mean || !made->deviation)
        return RISKPOOL_NO_MEMORY;
    make_laws(setting, made);
    make_chain(setting, made);
    if (made->start == made->n)
        find_stationary(made);
    return RISKPOOL_OK;
}

static size_t regimes_correlations(const struct model_setting *setting, const void *made, const double **correlation) {
    const struct regime_terms *terms = &setting->terms->regimes;
    (void)made;
    *correlation = terms->correlation;
    return terms->n;
}

/* Uniforms come in pairs of rows, for two steps. */
static size_t regimes_state(const struct model_setting *setting) {
    (void)setting;
    return 2;
}

static size_t regimes_room(const struct model_setting *setting) {
    (void)setting;
    return 1;
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

/* Repeats the deviations of path p's regime in its column. */
static void set_spread(struct model_step *step, const struct regimes *made, size_t p) {
    const size_t n = step->setting->n_assets;
    const double *deviation = made->deviation + step->regime[p] * n;
    for (size_t i = 0; i < n; ++i)
        step->spread[i * BLOCK + p] = deviation[i];
}

static void start(struct model_step *step, const struct regimes *made, const double *uniform) {
    const size_t size = made->n * step->setting->n_assets * sizeof(double);
    memcpy(step->mean, made->mean, size);
    memcpy(step->deviation, made->deviation, size);
    for (size_t p = 0; p < BLOCK; ++p) {
        step->regime[p] = made->start < made->n ? (uint8_t)made->start : choose(made->n, made->first, 0.0, uniform[p]);
        set_spread(step, made, p);
    }
}

/* The paths that leave their regime if it is the one that ends most easily; few are. */
static struct path_set may_switch(struct model_step *step, const struct regimes *made, const double *uniform) {
    const double least = made->least_stay;
    double *restrict slack = step->room;
    for (size_t p = 0; p < BLOCK; ++p)
        slack[p] = least - uniform[p];
    return step->kernel->spent(slack);
}

static void switch_path(struct model_step *step, const struct regimes *made, size_t p, double u) {
    const size_t now = step->regime[p];
    if (u < made->stay[now])
        return;
    step->regime[p] = choose(made->n, made->move[now], made->stay[now], u);
    set_spread(step, made, p);
}

static void regimes_law(struct model_step *step) {
    const struct regimes *made = step->made;
    const double *uniform = step->state + step->step % 2 * BLOCK;
    if (step->step % 2 == 0)
        step->kernel->uniforms(step->setting->seed, BLOCK, step->path, (uint32_t)step->step, 2, step->state);
    if (step->step == 0) {
        start(step, made, uniform);
        return;
    }
    const struct path_set found = may_switch(step, made, uniform);
    for (size_t word = 0; word < BLOCK_WORDS; ++word)
        for (uint64_t left = found.word[word]; left != 0; left &= left - 1) {
            const size_t p = word * 64 + (size_t)__builtin_ctzll(left);
            switch_path(step, made, p, uniform[p]);
        }
}

const struct model model_regimes = {.scale = PRICE_LOG,
                                    .spreads = 1,
                                    .switches = 1,
                                    .state_rows = regimes_state,
                                    .room_rows = regimes_room,
                                    .make = regimes_make,
                                    .drop = regimes_drop,
                                    .regimes = regimes_correlations,
                                    .law = regimes_law};
