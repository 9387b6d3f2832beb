/* The parameters of the market model: which keys belong to which models, and what they become. */
#include <math.h>
#include <string.h>

#include "scenario_parts.h"

/* Keys of the market, or of its assets, that only some models know. */
struct belonging {
    const char *key;
    const char *models[4];
    int required; /* by so many of them, the first ones */
};

static const struct belonging of_market[] = {
    {"degrees_of_freedom", {"student-t", "garch-t"}, 1},
    {"garch_step", {"garch-t"}, 0},
    {"regimes", {"regimes"}, 1},
    {"start", {"regimes", "replay"}, 0},
    {"prices", {"bootstrap", "replay"}, 2},
    {"block", {"bootstrap"}, 1},
    {"filter", {"bootstrap"}, 0},
    {"lambda", {"bootstrap"}, 0},
    {"jumps", {"jump-diffusion", "hawkes"}, 2},
};

static const struct belonging of_asset[] = {
    {"degrees_of_freedom", {"student-t"}, 0},
    {"alpha", {"garch-t"}, 1},
    {"beta", {"garch-t"}, 1},
    {"start_volatility", {"garch-t"}, 0},
    {"jump_probability", {"jump-diffusion", "hawkes"}, 0},
    {"jump_beta", {"jump-diffusion", "hawkes"}, 0},
    {"own_jumps", {"jump-diffusion", "hawkes"}, 0},
    {"mean_reversion", {"heston"}, 1},
    {"long_volatility", {"heston"}, 0},
    {"variance_volatility", {"heston"}, 1},
    {"variance_correlation", {"heston"}, 0},
};

static const char *model_name(const struct reading *reading) {
    return reading->keys.market.model >= 0 ? model_choices[reading->keys.market.model].name : NULL;
}

/* Which of its models it is, from 1; 0 for none. */
static int belongs(const struct belonging *belonging, const char *model) {
    const int most = sizeof belonging->models / sizeof *belonging->models;
    for (int i = 0; i < most && belonging->models[i]; ++i)
        if (strcmp(belonging->models[i], model) == 0)
            return i + 1;
    return 0;
}

/* Objects to a key of another model, and to one that the model lacks. */
static void check_key(struct reading *reading, const struct belonging *belonging, const struct node *map) {
    const char *model = model_name(reading);
    if (!belonging->key || !model || !map || map->kind != NODE_MAP)
        return;
    const int given = node_find(map, belonging->key) != NULL, own = belongs(belonging, model);
    if (given && !own)
        report_error(&reading->report, node_place(map, belonging->key), NULL,
                     "'%s' belongs to the model%s %s%s%s; the model is %s", belonging->key,
                     belonging->models[1] ? "s" : "", belonging->models[0], belonging->models[1] ? " and " : "",
                     belonging->models[1] ? belonging->models[1] : "", model);
    if (!given && own && own <= belonging->required)
        report_error(&reading->report, &map->place, NULL, "the model %s requires the key '%s'", model, belonging->key);
}

static double or_else(double given, double otherwise) {
    return isnan(given) ? otherwise : given;
}

/* Variance must come back to its long-run value. */
static void fill_clusters(struct reading *reading, const struct asset_keys *keys, struct asset *asset) {
    asset->alpha = or_else(keys->alpha, 0.0);
    asset->beta = or_else(keys->beta, 0.0);
    asset->start_volatility = or_else(keys->start_volatility, asset->volatility);
    if (asset->alpha + asset->beta >= 1.0)
        report_error(&reading->report, node_place(keys->node, "alpha"), "a sum below 1",
                     "'alpha' and 'beta' of '%s' add up to %.10g: its variance would not return to the long-run one",
                     keys->name ? keys->name : "?", asset->alpha + asset->beta);
}

/* The time for which alpha and beta hold, in steps. */
static uint64_t garch_steps(struct reading *reading) {
    const double step = reading->keys.step, given = reading->keys.market.garch_step;
    const double steps = given / step, whole = round(steps);
    if (isnan(steps))
        return 1;
    if (whole >= 1.0 && whole <= 1e9 && fabs(steps - whole) <= 1e-9 * whole)
        return (uint64_t)whole;
    report_error(&reading->report, node_place(reading->keys.market.node, "garch_step"), NULL,
                 "'garch_step' is %.10g steps of %.10g s; it must be a whole number of steps", steps, step);
    return 1;
}

void scenario_model(struct reading *reading) {
    const struct market_keys *keys = &reading->keys.market;
    const struct asset_keys *assets = keys->assets.items;
    struct model_terms *terms = &reading->scenario->market.terms;
    for (size_t i = 0; i < sizeof of_market / sizeof *of_market; ++i)
        check_key(reading, &of_market[i], keys->node);
    for (size_t i = 0; i < sizeof of_asset / sizeof *of_asset; ++i)
        for (size_t a = 0; a < keys->assets.n; ++a)
            check_key(reading, &of_asset[i], assets[a].node);
    terms->degrees_of_freedom = or_else(keys->degrees_of_freedom, 0.0);
    terms->garch_steps = garch_steps(reading);
    struct market *market = &reading->scenario->market;
    for (size_t a = 0; a < market->n_assets; ++a) {
        market->assets[a].degrees_of_freedom = or_else(assets[a].degrees_of_freedom, 0.0);
        fill_clusters(reading, &assets[a], &market->assets[a]);
    }
    scenario_regimes(reading);
    scenario_returns(reading);
    scenario_jumps(reading);
    scenario_heston(reading);
}
