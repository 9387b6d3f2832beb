/* The parameters of the market model: which keys belong to which models, and what they become. */
#include <math.h>
#include <string.h>

#include "scenario_parts.h"

/* Keys of the market, or of its assets, that only some models know. */
struct belonging {
    const char *key;
    const char *models[4];
    int required;
};

static const struct belonging of_market[] = {
    {"degrees_of_freedom", {"student-t", "garch-t"}, 1},
    {"regimes", {"regimes"}, 1},
    {"start", {"regimes", "replay"}, 0},
    {"prices", {"bootstrap", "replay"}, 1},
    {"block", {"bootstrap"}, 1},
    {"filter", {"bootstrap"}, 0},
    {"lambda", {"bootstrap"}, 0},
    {"jumps", {"jump-diffusion", "hawkes"}, 2},
};

static const struct belonging of_asset[] = {
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

static int belongs(const struct belonging *belonging, const char *model) {
    for (size_t i = 0; i < sizeof belonging->models / sizeof *belonging->models && belonging->models[i]; ++i)
        if (strcmp(belonging->models[i], model) == 0)
            return 1;
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
    if (!given && own && belonging->required)
        report_error(&reading->report, &map->place, NULL, "the model %s requires the key '%s'", model, belonging->key);
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
    terms->degrees_of_freedom = keys->degrees_of_freedom;
    scenario_regimes(reading);
    scenario_returns(reading);
    scenario_jumps(reading);
    scenario_heston(reading);
}
