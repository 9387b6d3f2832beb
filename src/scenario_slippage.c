/* Slippage: depths in currency, for all assets or by asset, become quantities. */
#include <math.h>

#include "scenario_parts.h"

static const double standard_half_life = 120; /* seconds */

int scenario_has_slippage(const struct reading *reading) {
    return node_find(reading->keys.node, "slippage") != NULL;
}

static double depth_of(struct reading *reading, const struct node *depth, size_t asset) {
    const char *name = reading->scenario->market.assets[asset].name;
    const struct node *own = depth->kind == NODE_MAP && name ? node_find(depth, name) : NULL;
    const struct node *value = depth->kind != NODE_MAP ? depth : own ? own : node_find(depth, "default");
    if (value)
        return field_number(&slippage_depth, "depth", value, &reading->report);
    if (name)
        report_error(&reading->report, &depth->place, "give it, or a 'default' for all others",
                     "'depth' has no entry for asset '%s'", name);
    return NAN;
}

static void check_names(struct reading *reading, const struct node *depth) {
    for (size_t k = 0; depth->kind == NODE_MAP && k < depth->n; k++)
        if (depth->item[k] != node_find(depth, "default"))
            scenario_find_asset(reading, depth->key[k]);
}

static void read_depths(struct reading *reading, struct slippage_keys *keys) {
    const struct market *market = &reading->scenario->market;
    struct impact *impact = &reading->scenario->impact;
    struct node *resolved = node_new(&reading->tree, NODE_MAP, NULL);
    impact->depth = scenario_allocate(reading, market->n_assets, sizeof *impact->depth);
    double depth = NAN;
    check_names(reading, keys->depth);
    for (size_t i = 0; impact->depth && i < market->n_assets; i++) {
        if (i == 0 || keys->depth->kind == NODE_MAP) /* a number for all is wrong once */
            depth = depth_of(reading, keys->depth, i);
        impact->depth[i] = depth / market->assets[i].price;
        if (market->assets[i].name)
            node_put(&reading->tree, resolved, market->assets[i].name, node_number(&reading->tree, depth));
    }
    impact->n_assets = market->n_assets;
    if (keys->depth->kind == NODE_MAP)
        keys->depth = resolved;
}

void scenario_slippage(struct reading *reading) {
    struct slippage_keys *keys = &reading->keys.slippage;
    struct impact *impact = &reading->scenario->impact;
    if (!scenario_has_slippage(reading) || !keys->node || keys->node->kind != NODE_MAP)
        return;
    const struct model *model = reading->scenario->market.model;
    if (model && model->scale == PRICE_LINEAR)
        report_error(&reading->report, &keys->node->place, NULL,
                     "model '%s' has no 'slippage': its prices may be below zero",
                     model_choices[reading->keys.market.model].name);
    if (!node_find(keys->node, "half_life"))
        keys->half_life = standard_half_life;
    if (!node_find(keys->node, "shape"))
        keys->shape = IMPACT_LINEAR;
    impact->half_life = keys->half_life / 3600;
    impact->shape = keys->shape == IMPACT_SQUARE_ROOT ? IMPACT_SQUARE_ROOT : IMPACT_LINEAR;
    if (keys->depth)
        read_depths(reading, keys);
    else
        report_error(&reading->report, &keys->node->place, "depth: 20000000", "the required key 'depth' is missing");
}
