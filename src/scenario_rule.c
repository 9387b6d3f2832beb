/* The margin rule: flat rates and tiers, for all assets or by asset, become tiers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenario_parts.h"

enum { TIERS_MOST = 1000 };

static int tiers_allocate(struct reading *reading, struct tiers *tiers, size_t n) {
    *tiers = (struct tiers){.tier = scenario_allocate(reading, n, sizeof(struct tier))};
    return tiers->tier != NULL;
}

static void check_order(struct reading *reading, const struct node *list, const struct tier_keys *keys, size_t k) {
    struct report *report = &reading->report;
    if (k == 0 && (keys[0].from < 0 || keys[0].from > 0)) {
        report_error(report, node_place(list->item[0], "from"), NULL,
                     "the first tier starts at 'from: 0', not at %.10g", keys[0].from);
    }
    if (k > 0 && keys[k].from <= keys[k - 1].from) {
        report_error(report, node_place(list->item[k], "from"), "list the tiers by ascending 'from'",
                     "this tier starts at %.10g, the one before it at %.10g (line %zu)", keys[k].from, keys[k - 1].from,
                     node_place(list->item[k - 1], "from")->line);
    }
    if (k > 0 && keys[k].rate < keys[k - 1].rate) {
        report_error(report, node_place(list->item[k], "rate"), "rates do not fall with the notional",
                     "the rate of this tier is %.10g, of the one before it %.10g (line %zu)", keys[k].rate,
                     keys[k - 1].rate, node_place(list->item[k - 1], "rate")->line);
    }
}

/* An amount that is given must be the one that makes the requirement continuous, to the cent. */
static void check_amount(struct reading *reading, const struct node *list, const struct tier_keys *keys, size_t k) {
    double due = 0;
    for (size_t i = 1; i <= k; i++)
        due += keys[i].from * (keys[i].rate - keys[i - 1].rate);
    if (fabs(keys[k].amount - due) > 0.005 + 1e-9 * fabs(due))
        report_error(&reading->report, node_place(list->item[k], "amount"),
                     "from x (rate - rate of the tier before) + amount of the tier before; or leave 'amount' out",
                     "the requirement jumps where this tier starts: its amount is %.12g, a continuous one has %.12g",
                     keys[k].amount, due);
}

static void read_tier_list(struct reading *reading, const struct node *list, struct tiers *tiers) {
    struct tier_keys *keys = tree_allocate(&reading->tree, (list->n + 1) * sizeof *keys);
    if (list->n == 0 || list->n > TIERS_MOST) {
        report_error(&reading->report, &list->place, NULL, "'tiers' has %zu entries; 1 to %d are allowed", list->n,
                     TIERS_MOST);
        return;
    }
    if (!keys || !tiers_allocate(reading, tiers, list->n))
        return;
    for (size_t k = 0; k < list->n; k++) {
        field_read(tier_fields, list->item[k], &keys[k], &reading->tree, &reading->report);
        check_order(reading, list, keys, k);
        check_amount(reading, list, keys, k);
        tiers->tier[tiers->n++] = (struct tier){.from = keys[k].from, .rate = keys[k].rate};
    }
}

/* What holds for one asset: a flat rate, a list of tiers, or {tiers: list}. */
void scenario_schedule(struct reading *reading, const struct field *rate, const char *name, const struct node *node,
                       struct tiers *tiers) {
    const struct node *inner = node->kind == NODE_MAP && node->n == 1 ? node_find(node, "tiers") : NULL;
    const struct node *value = inner ? inner : node;
    if (value->kind == NODE_LIST) {
        read_tier_list(reading, value, tiers);
    } else if (value->kind == NODE_MAP) {
        field_mismatch(name, value, "a fraction, or a list of {from, rate}", &reading->report);
    } else if (tiers_allocate(reading, tiers, 1)) {
        tiers->n = 1;
        tiers->tier[0].rate = field_number(rate, name, value, &reading->report);
    }
}

static void copy_tiers(struct reading *reading, const struct tiers *from, struct tiers *to) {
    if (from->n > 0 && tiers_allocate(reading, to, from->n)) {
        memcpy(to->tier, from->tier, from->n * sizeof *from->tier);
        to->n = from->n;
    }
}

static void refuse_asset(struct reading *reading, const char *name, const struct node *map, const char *asset) {
    const char *venue = reading->scenario->venue.name;
    if (venue)
        report_error(&reading->report, &reading->venue->place,
                     "give it in 'liquidation', or a 'default' for all others",
                     "venue '%s' has no rates of maintenance for asset '%s'", venue, asset);
    else
        report_error(&reading->report, &map->place, "give it, or a 'default' for all others",
                     "'%s' has no entry for asset '%s'", name, asset);
}

/* {ASSET: schedule, ..., default: schedule}. */
static void read_by_asset(struct reading *reading, const char *name, const struct node *map) {
    const struct market *market = &reading->scenario->market;
    struct rule *rule = &reading->scenario->rule;
    const struct node *rest = node_find(map, "default");
    struct tiers standard = {0};
    for (size_t k = 0; k < map->n; k++)
        if (map->item[k] != rest && !scenario_is_layer(reading, map->key[k]))
            scenario_find_asset(reading, map->key[k]);
    if (rest)
        scenario_schedule(reading, &maintenance_rate, name, rest, &standard);
    for (size_t i = 0; i < market->n_assets; i++) {
        const char *asset = market->assets[i].name ? market->assets[i].name : "";
        const struct node *own = node_find(map, asset);
        if (own)
            scenario_schedule(reading, &maintenance_rate, name, own, &rule->of_asset[i]);
        else if (rest)
            copy_tiers(reading, &standard, &rule->of_asset[i]);
        else
            refuse_asset(reading, name, map, asset);
    }
    free(standard.tier);
}

static void read_for_all(struct reading *reading, const char *name, const struct node *node) {
    struct rule *rule = &reading->scenario->rule;
    struct tiers all = {0};
    scenario_schedule(reading, &maintenance_rate, name, node, &all);
    for (size_t i = 0; i < rule->n_assets; i++)
        copy_tiers(reading, &all, &rule->of_asset[i]);
    free(all.tier);
}

static int same_tiers(const struct tiers *a, const struct tiers *b) {
    int same = a->n == b->n;
    for (size_t k = 0; same && k < a->n; k++)
        same = a->tier[k].from == b->tier[k].from && a->tier[k].rate == b->tier[k].rate;
    return same;
}

struct node *scenario_tiers(struct reading *reading, const struct tiers *tiers) {
    struct node *list = node_new(&reading->tree, NODE_LIST, NULL);
    for (size_t k = 0; k < tiers->n; k++) {
        struct node *map = node_new(&reading->tree, NODE_MAP, NULL);
        node_put(&reading->tree, map, "from", node_number(&reading->tree, tiers->tier[k].from));
        node_put(&reading->tree, map, "rate", node_number(&reading->tree, tiers->tier[k].rate));
        node_append(&reading->tree, list, map);
    }
    return list;
}

/* Puts the shortest way to say the same into the keys: a flat rate, tiers for all, or tiers by asset. */
static void resolve(struct reading *reading) {
    const struct market *market = &reading->scenario->market;
    const struct rule *rule = &reading->scenario->rule;
    struct liquidation_keys *keys = &reading->keys.liquidation;
    int same = rule->n_assets > 0;
    for (size_t i = 1; i < rule->n_assets; i++)
        same = same && same_tiers(&rule->of_asset[0], &rule->of_asset[i]);
    keys->maintenance = keys->tiers = NULL;
    if (same && rule->of_asset[0].n == 1) {
        keys->maintenance = node_number(&reading->tree, rule->of_asset[0].tier[0].rate);
    } else if (same) {
        keys->tiers = scenario_tiers(reading, &rule->of_asset[0]);
    } else {
        struct node *map = node_new(&reading->tree, NODE_MAP, NULL);
        for (size_t i = 0; i < rule->n_assets; i++) {
            const char *name = market->assets[i].name;
            node_put(&reading->tree, map, name ? name : "", scenario_tiers(reading, &rule->of_asset[i]));
        }
        keys->tiers = map;
    }
}

/* A requirement that covers the fee of closing: the rates rise by it, the offsets stay. */
static void add_fee(struct reading *reading, struct tiers *tiers, size_t asset) {
    const double fee = reading->scenario->procedure.fee;
    const double most = tiers->n > 0 ? tiers->tier[tiers->n - 1].rate + fee : 0;
    if (most >= 1)
        report_error(&reading->report, node_place(reading->keys.liquidation.node, "fee_in_maintenance"), NULL,
                     "the rate of maintenance of asset '%s' and the fee come to %.10g; together they must stay below 1",
                     reading->scenario->market.assets[asset].name, most);
    for (size_t k = 0; k < tiers->n; k++)
        tiers->tier[k].rate += fee;
}

void scenario_rule(struct reading *reading) {
    struct rule *rule = &reading->scenario->rule;
    const struct liquidation_keys *keys = &reading->keys.liquidation;
    const char *name = keys->tiers ? "tiers" : "maintenance";
    const struct node *node = keys->tiers ? keys->tiers : keys->maintenance;
    node = node ? node : node_scalar(&reading->tree, "0.5%", 4, NULL);
    rule->base = keys->base == BASE_ENTRY ? BASE_ENTRY : BASE_MARK;
    rule->strict = keys->strict;
    rule->of_asset = scenario_allocate(reading, reading->scenario->market.n_assets, sizeof *rule->of_asset);
    if (!rule->of_asset || !node)
        return;
    rule->n_assets = reading->scenario->market.n_assets;
    if (node->kind == NODE_MAP && !(node->n == 1 && node_find(node, "tiers"))) {
        read_by_asset(reading, name, node);
    } else {
        const struct node *inner = node->kind == NODE_MAP ? node_find(node, "tiers") : NULL;
        if (inner && inner->kind == NODE_MAP)
            read_by_asset(reading, "tiers", inner);
        else
            read_for_all(reading, name, node);
    }
    resolve(reading);
    for (size_t i = 0; i < rule->n_assets; i++) {
        tiers_complete(&rule->of_asset[i]);
        if (reading->scenario->procedure.fee_in_maintenance)
            add_fee(reading, &rule->of_asset[i], i);
    }
}
