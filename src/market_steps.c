/* What a market has in common for all paths, made once for a run: what its model made, the factors of its correlations,
 * stress step by step. */
#include "market_steps.h"

#include <stdlib.h>

#include "vmath.h"

void market_free(struct market *market) {
    for (size_t i = 0; market->assets && i < market->n_assets; ++i)
        free(market->assets[i].name);
    free(market->assets);
    model_terms_free(&market->terms);
    free(market->correlation);
    free(market->correlation_requested);
    stress_free(&market->stress);
    *market = (struct market){0};
}

static int gap_order(const void *a, const void *b) {
    const struct gap *x = a, *y = b;
    if (x->step != y->step)
        return x->step < y->step ? -1 : 1;
    return x->asset < y->asset ? -1 : x->asset > y->asset;
}

static void collect_gaps(const struct stress *stress, struct market_steps *steps) {
    for (size_t i = 0; i < stress->n_returns; ++i) {
        const struct stress_return *r = &stress->returns[i];
        if (r->gap)
            steps->gap[steps->n_gaps++] = (struct gap){r->first_step, r->asset, r->to / r->from};
    }
    if (steps->n_gaps)
        qsort(steps->gap, steps->n_gaps, sizeof *steps->gap, gap_order);
}

static void bound_stress(const struct stress *stress, struct market_steps *steps) {
    steps->first_stress = UINT64_MAX;
    for (size_t i = 0; i < stress->n_returns; ++i) {
        const struct stress_return *r = &stress->returns[i];
        if (r->gap)
            continue;
        if (r->first_step < steps->first_stress)
            steps->first_stress = r->first_step;
        if (r->last_step + 1 > steps->end_stress)
            steps->end_stress = r->last_step + 1;
    }
    if (steps->first_stress > steps->end_stress)
        steps->first_stress = steps->end_stress;
}

/* Equal pieces of a return over its steps: of the log price, or of the price in units of P(0). */
static void spread_stress(const struct market *market, struct market_steps *steps) {
    for (size_t i = 0; i < market->stress.n_returns; ++i) {
        const struct stress_return *r = &market->stress.returns[i];
        if (r->gap)
            continue;
        double whole = market->model->scale == PRICE_LOG ? vmath_log(r->to / r->from) : r->to - r->from;
        double piece = whole / (double)(r->last_step - r->first_step + 1);
        for (uint64_t step = r->first_step; step <= r->last_step; ++step)
            steps->stress[(step - steps->first_stress) * market->n_assets + r->asset] += piece;
    }
}

/* What the model makes, and the factors of its correlations. */
static enum riskpool_status make_model(const struct market *market, struct market_steps *steps) {
    const struct model *model = market->model;
    const size_t n = market->n_assets;
    steps->setting = (struct model_setting){.n_assets = n,
                                            .asset = market->assets,
                                            .terms = &market->terms,
                                            .correlation = market->correlation,
                                            .dt = market->dt,
                                            .step_hours = market->step_hours,
                                            .n_steps = market->n_steps,
                                            .seed = market->seed};
    enum riskpool_status status = model->make ? model->make(&steps->setting, &steps->made) : RISKPOOL_OK;
    if (status != RISKPOOL_OK)
        return status;
    const double *correlation = market->correlation;
    steps->n_regimes = model->regimes ? model->regimes(&steps->setting, steps->made, &correlation) : 1;
    status = market_segments_create(&market->stress, steps);
    return status == RISKPOOL_OK ? market_segments_blend(&market->stress, correlation, steps) : status;
}

enum riskpool_status market_steps_create(const struct market *market, struct market_steps **out) {
    const size_t n = market->n_assets;
    enum riskpool_status status = RISKPOOL_NO_MEMORY;
    struct market_steps *steps = calloc(1, sizeof *steps);
    if (!steps)
        return status;
    steps->model = market->model;
    steps->drop = market->model->drop;
    bound_stress(&market->stress, steps);
    steps->zero = calloc(n, sizeof(double));
    steps->initial = calloc(n, sizeof(double));
    steps->stress = calloc((size_t)(steps->end_stress - steps->first_stress) * n + 1, sizeof(double));
    steps->gap = calloc(market->stress.n_returns + 1, sizeof *steps->gap);
    if (!steps->zero || !steps->initial || !steps->stress || !steps->gap)
        goto out;
    status = make_model(market, steps);
    if (status != RISKPOOL_OK)
        goto out;
    for (size_t i = 0; i < n; ++i)
        steps->initial[i] = market->assets[i].price;
    spread_stress(market, steps);
    collect_gaps(&market->stress, steps);
    *out = steps;
    steps = NULL;
out:
    market_steps_free(steps);
    return status;
}

void market_steps_free(struct market_steps *steps) {
    if (!steps)
        return;
    if (steps->drop)
        steps->drop(steps->made);
    free(steps->segment);
    free(steps->correlation);
    free(steps->root);
    free(steps->zero);
    free(steps->initial);
    free(steps->stress);
    free(steps->gap);
    free(steps);
}

int market_has_mean(const struct market_steps *steps, size_t asset) {
    return !steps->model->no_mean || !steps->model->no_mean(&steps->setting, asset);
}

uint64_t market_steps_memory(const struct market_steps *steps) {
    const uint64_t n = steps->setting.n_assets, matrices = 2 * steps->n_blends * steps->n_regimes * n * n;
    return (matrices + (steps->end_stress - steps->first_stress) * n) * sizeof(double);
}

const double *market_initial(const struct market_steps *steps) {
    return steps->initial;
}

const double *market_steps_stress(const struct market_steps *steps, uint64_t step) {
    if (step < steps->first_stress || step >= steps->end_stress)
        return steps->zero;
    return steps->stress + (step - steps->first_stress) * steps->setting.n_assets;
}
