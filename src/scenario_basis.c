/* Dated futures: an asset `of` another, whose log basis is an Ornstein-Uhlenbeck process. Over a step the log of the
 * future is that of its underlying plus that of the basis, both Gaussian: so it becomes an asset with a volatility and
 * correlations of its own, and a pull of the basis to its mean that the market applies path by path. */
#include <math.h>
#include <string.h>

#include "scenario_parts.h"
#include "vmath.h"

static int has_basis(const struct asset_keys *keys) {
    return keys->of != NULL;
}

static void refuse_strays(struct reading *reading, const struct asset_keys *keys) {
    static const char *const own[] = {"basis_reversion", "basis_mean"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (!has_basis(keys) && keys->node && keys->node->kind == NODE_MAP && node_find(keys->node, own[i]))
            report_error(&reading->report, node_place(keys->node, own[i]), "of: BTC",
                         "'%s' is of a future: it needs 'of', the asset that it is written on", own[i]);
}

/* The index of the underlying; n_assets, reported, when there is none that will do. */
static size_t find_underlying(struct reading *reading, size_t i) {
    const struct asset_keys *keys = reading->keys.market.assets.items;
    const struct market *market = &reading->scenario->market;
    const struct place *place = node_place(keys[i].node, "of");
    const size_t at = scenario_find_asset(reading, node_find(keys[i].node, "of"));
    if (at == market->n_assets)
        return at;
    if (at == i || has_basis(&keys[at]))
        report_error(&reading->report, place, NULL, "a future is written on another asset that is none itself");
    else if (market->model && strcmp(model_choices[reading->keys.market.model].name, "gbm") != 0)
        report_error(&reading->report, place, "model: gbm", "futures with a basis are not known to the model '%s'",
                     model_choices[reading->keys.market.model].name);
    else if (reading->keys.market.covariance)
        report_error(&reading->report, place, "volatilities and a 'correlation'",
                     "a market with futures has no covariance of returns that are all alike");
    else
        return at;
    return market->n_assets;
}

/* (1 - e^-y) / y. */
static double mean_decay(double y) {
    return y < 1e-3 ? 1 - y / 2 + y * y / 6 - y * y * y / 24 : (1 - vmath_exp(-y)) / y;
}

/* Row i of the map from the shocks of the scenario to the moves of the assets. */
static void fill_row(struct reading *reading, size_t i, size_t underlying, double *row) {
    struct market *market = &reading->scenario->market;
    const struct asset_keys *keys = reading->keys.market.assets.items;
    struct asset *asset = &market->assets[i];
    double volatility = asset->volatility;
    asset->of = underlying;
    if (underlying < market->n_assets) {
        /* Exact over a step: what is left of a distance, and the deviation that the step adds (Uhlenbeck and Ornstein
         * 1930). */
        const double decay = keys[i].basis_reversion > 0 ? keys[i].basis_reversion * market->dt : 0;
        const double mean = keys[i].basis_mean < 0 || keys[i].basis_mean > 0 ? keys[i].basis_mean : 0;
        asset->basis_pull = decay * mean_decay(decay);
        asset->basis_distance = mean - vmath_log(asset->price / market->assets[underlying].price);
        volatility *= sqrt(mean_decay(2 * decay));
        row[underlying] = market->assets[underlying].volatility;
    }
    row[i] = volatility;
}

/* correlation and volatilities of map R map^T, and the drift that gives a future the log drift of its underlying. */
static void apply(struct market *market, const double *map, double *covariance) {
    const size_t n = market->n_assets;
    const double *spot = market->correlation;
    for (size_t i = 0; i < n * n; i++)
        for (size_t a = 0; a < n; a++)
            for (size_t b = 0; b < n; b++)
                covariance[i] += map[i / n * n + a] * map[i % n * n + b] * spot[a * n + b];
    for (size_t i = 0; i < n; i++) {
        struct asset *asset = &market->assets[i];
        if (asset->of < n)
            asset->volatility = sqrt(covariance[i * n + i]);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            if (i != k && (market->assets[i].of < n || market->assets[k].of < n)) {
                const double scale = market->assets[i].volatility * market->assets[k].volatility;
                market->correlation[i * n + k] = scale > 0 ? covariance[i * n + k] / scale : 0;
            }
    for (size_t i = 0; i < n; i++) {
        struct asset *asset = &market->assets[i];
        const struct asset *of = asset->of < n ? &market->assets[asset->of] : NULL;
        if (of)
            asset->drift = of->drift + (asset->volatility * asset->volatility - of->volatility * of->volatility) / 2;
    }
}

void scenario_basis(struct reading *reading) {
    struct market *market = &reading->scenario->market;
    const struct asset_keys *keys = reading->keys.market.assets.items;
    const size_t n = market->n_assets;
    double *map = tree_allocate(&reading->tree, (n * n + 1) * sizeof *map);
    double *covariance = tree_allocate(&reading->tree, (n * n + 1) * sizeof *covariance);
    int any = 0, fine = map && covariance && market->correlation;
    for (size_t i = 0; i < n; i++) {
        refuse_strays(reading, &keys[i]);
        market->assets[i].of = n;
        any |= has_basis(&keys[i]);
    }
    for (size_t i = 0; any && fine && i < n; i++) {
        const size_t underlying = has_basis(&keys[i]) ? find_underlying(reading, i) : n;
        fine = !has_basis(&keys[i]) || underlying < n;
        fill_row(reading, i, underlying, map + i * n);
    }
    market->has_futures = any;
    if (any && fine && reading->report.n_errors == 0)
        apply(market, map, covariance);
}
