/* Everything in the results that is not a statistic. */
#include "run_results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each of these returns 0 when memory is short. */

static int copy_text(char **to, const char *from) {
    *to = strdup(from ? from : "");
    return *to != NULL;
}

static int copy_names(const struct riskpool_scenario *s, struct riskpool_results *r) {
    for (size_t i = 0; i < s->book.n_positions; ++i)
        if (!copy_text(&r->position[i], s->book.positions[i].name))
            return 0;
    for (size_t i = 0; i < s->market.n_assets; ++i)
        if (!copy_text(&r->asset[i], s->market.assets[i].name))
            return 0;
    for (size_t i = 0; i < s->n_alerts; ++i)
        if (!copy_text(&r->alert[i], s->alerts[i].name))
            return 0;
    for (size_t m = 0; m < s->book.n_modes; ++m)
        if (!copy_text(&r->modes[m].name, s->book.modes[m].name))
            return 0;
    for (size_t m = 1; m < s->book.n_modes; ++m)
        if (asprintf(&r->pair[m - 1], "%s - %s", s->book.modes[m].name, s->book.modes[0].name) < 0)
            return 0;
    return 1;
}

static void copy_market(const struct market *market, struct riskpool_results *r) {
    const size_t n = market->n_assets;
    for (size_t i = 0; i < n; ++i) {
        r->price[i] = market->assets[i].price;
        r->volatility[i] = market->assets[i].volatility;
        r->drift[i] = market->assets[i].drift;
    }
    memcpy(r->correlation, market->correlation, n * n * sizeof(double));
}

static int copy_requested(const struct market *market, struct riskpool_results *r) {
    const size_t n = market->n_assets * market->n_assets;
    if (!market->correlation_requested)
        return 1;
    r->correlation_requested = calloc(n + 1, sizeof(double));
    if (!r->correlation_requested)
        return 0;
    memcpy(r->correlation_requested, market->correlation_requested, n * sizeof(double));
    return 1;
}

static int judge_limits(const struct riskpool_scenario *s, struct riskpool_results *r) {
    r->limits = calloc(s->n_limits + 1, sizeof *r->limits);
    if (!r->limits)
        return 0;
    for (size_t i = 0; i < s->n_limits; ++i) {
        const struct limit *limit = &s->limits[i];
        struct limit_result *result = &r->limits[i];
        r->n_limits = i + 1;
        if (!copy_text(&result->key, limit->key))
            return 0;
        result->bound = limit->bound;
        result->value = r->modes[limit->mode].statistic[limit->statistic][limit->index];
        result->breached = !(result->value <= limit->bound); /* a mean that does not exist is within no bound */
    }
    return 1;
}

enum riskpool_status run_describe(const struct riskpool_scenario *s, struct riskpool_results *r) {
    r->seed = s->market.seed;
    r->complete = 1;
    memcpy(r->scenario_sha256, s->sha256, sizeof r->scenario_sha256);
    copy_market(&s->market, r);
    int fine = copy_text(&r->title, s->title) && copy_text(&r->name, s->name) &&
               copy_text(&r->currency, s->book.currency) && copy_text(&r->scenario_text, s->text) &&
               copy_text(&r->resolved_scenario, s->resolved) &&
               asprintf(&r->source, "riskpool %s", riskpool_version()) >= 0 && copy_names(s, r) &&
               copy_requested(&s->market, r) && judge_limits(s, r);
    if (fine)
        results_label_modes(r);
    return fine ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
}
