/* The regimes of a scenario: names, stays, where they lead, and their correlations. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corr.h"
#include "scenario_parts.h"

static const double seconds_a_year = 31536000, share_tolerance = 1e-9;

static const struct regime_keys *regime_keys(const struct reading *reading, size_t k) {
    return (const struct regime_keys *)reading->keys.market.regimes.items + k;
}

/* Index of a regime; their number, reported, when there is none of that name. */
static size_t find_regime(struct reading *reading, const char *name, const struct place *place) {
    const size_t n = reading->keys.market.regimes.n;
    struct suggestion suggestion = {.nearest.word = name};
    for (size_t k = 0; k < n; k++)
        if (regime_keys(reading, k)->name && strcmp(regime_keys(reading, k)->name, name) == 0)
            return k;
    for (size_t k = 0; k < n; k++)
        if (regime_keys(reading, k)->name)
            suggestion_offer(&suggestion, regime_keys(reading, k)->name);
    report_unknown(&reading->report, place, "regime", &suggestion);
    return n;
}

static void check_names(struct reading *reading) {
    for (size_t k = 0; k < reading->keys.market.regimes.n; k++)
        for (size_t j = 0; j < k; j++) {
            const struct regime_keys *first = regime_keys(reading, j), *second = regime_keys(reading, k);
            if (first->name && second->name && strcmp(first->name, second->name) == 0)
                report_error(&reading->report, node_place(second->node, "name"), NULL, "regime '%s' is listed twice",
                             second->name);
        }
}

/* The shares as written; returns 0 when they are wrong (reported). */
static int read_next(struct reading *reading, size_t from, struct regime *regime) {
    const struct regime_keys *keys = regime_keys(reading, from);
    const struct node *map = keys->next;
    double sum = 0;
    if (map->kind != NODE_MAP) {
        field_mismatch("next", map, "a map {REGIME: fraction}", &reading->report);
        return 0;
    }
    for (size_t i = 0; i < map->n; i++) {
        const size_t to = find_regime(reading, map->key[i]->text, &map->key[i]->place);
        const double share = field_number(&regime_share, map->key[i]->text, map->item[i], &reading->report);
        sum += share;
        if (to == reading->keys.market.regimes.n)
            return 0;
        regime->next[to] = share;
        if (to == from) {
            report_error(&reading->report, &map->key[i]->place, "how long it stays is its 'duration'",
                         "regime '%s' cannot follow itself", map->key[i]->text);
            return 0;
        }
    }
    if (fabs(sum - 1) > share_tolerance)
        report_error(&reading->report, &map->place, NULL, "the shares of 'next' add up to %.10g, not 1", sum);
    return !isnan(sum);
}

static void spread_evenly(size_t from, size_t n, struct regime *regime) {
    for (size_t to = 0; to < n; to++)
        regime->next[to] = to == from ? 0 : 1 / (double)(n - 1);
}

static void read_chain(struct reading *reading, struct regime_terms *terms) {
    for (size_t k = 0; k < terms->n; k++) {
        const struct regime_keys *keys = regime_keys(reading, k);
        terms->regime[k].volatility = keys->volatility;
        terms->regime[k].duration = keys->duration / seconds_a_year;
        if (!keys->next || !read_next(reading, k, &terms->regime[k]))
            spread_evenly(k, terms->n, &terms->regime[k]);
    }
}

/* Regimes that a chain from `from` comes to, by their bits. */
static unsigned reached_from(const struct regime_terms *terms, size_t from) {
    unsigned reached = 1U << from;
    for (size_t round = 0; round < terms->n; round++)
        for (size_t k = 0; k < terms->n; k++)
            for (size_t j = 0; j < terms->n; j++)
                if ((reached >> k & 1) && terms->regime[k].next[j] > 0)
                    reached |= 1U << j;
    return reached;
}

static void read_start(struct reading *reading, struct regime_terms *terms) {
    const struct market_keys *keys = &reading->keys.market;
    terms->start = terms->n;
    if (keys->start) {
        terms->start = find_regime(reading, keys->start, node_place(keys->node, "start"));
        return;
    }
    for (size_t k = 0; k < terms->n; k++)
        if (reached_from(terms, k) != (1U << terms->n) - 1) {
            report_error(&reading->report, &keys->regimes.node->place, "say where paths start: 'start: calm'",
                         "there is no one stationary distribution to start from: '%s' does not lead to all the others",
                         regime_keys(reading, k)->name ? regime_keys(reading, k)->name : "?");
            return;
        }
}

/* Refuses a matrix with a negative eigenvalue, or replaces it where the scenario asks for that. */
static void settle_definite(struct reading *reading, const char *name, const struct place *place,
                            struct matrix *matrix) {
    const size_t n = matrix->n;
    double least, *other = scenario_allocate(reading, n * n, sizeof *other);
    enum riskpool_status status = other ? corr_factor(n, matrix->value, other) : RISKPOOL_NO_MEMORY;
    if (status == RISKPOOL_INVALID) {
        if (reading->keys.market.repair) {
            status = corr_nearest(n, matrix->value, other);
            memcpy(matrix->value, other, n * n * sizeof *other);
        } else {
            status = corr_smallest_eigenvalue(n, matrix->value, &least);
            if (status == RISKPOOL_OK)
                report_error(&reading->report, place,
                             "correct the matrix, or use the nearest valid one with 'repair: nearest'",
                             "the %s is impossible: its smallest eigenvalue is %.6g", name, least);
        }
    }
    reading->report.no_memory |= status == RISKPOOL_NO_MEMORY;
    if (status == RISKPOOL_INTERNAL)
        report_error(&reading->report, place, NULL, "the eigenvalues of the %s cannot be computed", name);
    free(other);
}

/* One regime's own matrix, into `to`; what it says replaces a file in the resolved scenario. */
static void read_matrix(struct reading *reading, struct regime_keys *keys, double *to) {
    struct matrix matrix = {0};
    const struct place place = keys->correlation->place;
    char name[120];
    snprintf(name, sizeof name, "correlation of regime '%s'", keys->name ? keys->name : "?");
    if (!matrix_read(reading, name, keys->correlation, &matrix) || !matrix_check_correlation(reading, name, &matrix))
        return;
    keys->correlation = matrix_node(&reading->tree, matrix.n, matrix.value);
    settle_definite(reading, name, &place, &matrix);
    memcpy(to, matrix.value, matrix.n * matrix.n * sizeof *to);
}

static void read_correlations(struct reading *reading, struct regime_terms *terms) {
    const struct market *market = &reading->scenario->market;
    const size_t size = market->n_assets * market->n_assets;
    struct regime_keys *keys = reading->keys.market.regimes.items;
    terms->correlation = scenario_allocate(reading, terms->n * size, sizeof(double));
    for (size_t k = 0; terms->correlation && k < terms->n; k++) {
        if (market->correlation)
            memcpy(terms->correlation + k * size, market->correlation, size * sizeof(double));
        if (keys[k].correlation)
            read_matrix(reading, &keys[k], terms->correlation + k * size);
    }
}

void scenario_regimes(struct reading *reading) {
    const struct item_list *list = &reading->keys.market.regimes;
    struct regime_terms *terms = &reading->scenario->market.terms.regimes;
    if (!list->node || !list->items || reading->scenario->market.model != &model_regimes)
        return;
    terms->n = list->n;
    if (terms->n == 0)
        report_error(&reading->report, &list->node->place, NULL, "there are no regimes");
    check_names(reading);
    read_chain(reading, terms);
    read_start(reading, terms);
    read_correlations(reading, terms);
}
