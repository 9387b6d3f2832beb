/* What backs the account beside its cash, and what its positions are contracts of: holdings with their haircuts, and
 * the terms of inverse and rate contracts. */
#include <math.h>
#include <string.h>

#include "scenario_parts.h"

/* The haircut of one holding; one of nothing has no tiers. */
static void read_haircut(struct reading *reading, struct holding_keys *keys, struct tiers *tiers) {
    if (!keys->haircut)
        return;
    if (keys->quantity < 0) {
        report_error(&reading->report, &keys->haircut->place, "remove it: a debt counts in full",
                     "a debt has no haircut");
        return;
    }
    scenario_schedule(reading, &haircut_rate, "haircut", keys->haircut, tiers);
    keys->haircut = tiers->n == 1 ? node_number(&reading->tree, tiers->tier[0].rate) : scenario_tiers(reading, tiers);
    if (tiers->n == 1 && !(tiers->tier[0].rate > 0))
        tiers->n = 0;
    tiers_complete(tiers);
}

static void check_listed_once(struct reading *reading, size_t h, const struct node *asset) {
    const struct book *book = &reading->scenario->book;
    const struct holding_keys *keys = reading->keys.account.holdings.items;
    for (size_t i = 0; i < h; i++) {
        if (book->holdings[i].asset == book->holdings[h].asset) {
            char first[80];
            place_name(node_place(keys[i].node, "asset"), first, sizeof first);
            report_error(&reading->report, &asset->place, "add them up",
                         "the holding of '%s' is listed twice; first on %s", asset->text, first);
            return;
        }
    }
}

static void read_holding(struct reading *reading, size_t h) {
    struct holding_keys *keys = (struct holding_keys *)reading->keys.account.holdings.items + h;
    const size_t n_assets = reading->scenario->market.n_assets;
    const struct node *asset = keys->asset ? node_find(keys->node, "asset") : NULL;
    size_t found = asset ? scenario_find_asset(reading, asset) : n_assets;
    reading->scenario->book.holdings[h] = (struct collateral){.asset = found, .quantity = keys->quantity};
    if (found < n_assets)
        check_listed_once(reading, h, asset);
    if (keys->quantity == 0)
        report_error(&reading->report, node_place(keys->node, "quantity"), NULL, "'quantity' is 0: nothing is held");
    read_haircut(reading, keys, &reading->scenario->rule.haircut[h]);
}

void scenario_holdings(struct reading *reading) {
    struct book *book = &reading->scenario->book;
    struct rule *rule = &reading->scenario->rule;
    const struct account_keys *keys = &reading->keys.account;
    const size_t n = keys->holdings.n;
    if (n == 0 && keys->balance == 0)
        report_error(&reading->report, node_place(keys->node, "balance"), "cash, or holdings",
                     "'balance' is 0, and there are no holdings");
    if (n == 0)
        return;
    book->holdings = scenario_allocate(reading, n, sizeof *book->holdings);
    rule->haircut = scenario_allocate(reading, n, sizeof *rule->haircut);
    for (size_t h = 0; book->holdings && rule->haircut && h < n; h++) {
        read_holding(reading, h);
        book->n_holdings = rule->n_holdings = h + 1;
    }
}

/* An inverse contract lives in coins: there must be some, and a price that cannot vanish. */
static void check_inverse(struct reading *reading, const struct position_keys *keys, size_t asset) {
    const struct riskpool_scenario *scenario = reading->scenario;
    const struct place *place = node_place(keys->node, "contract");
    size_t h = book_holding(&scenario->book, asset);
    if (scenario->market.model && scenario->market.model->scale == PRICE_LINEAR) {
        report_error(&reading->report, place, "use gbm, or a linear contract",
                     "an inverse contract needs prices above 0, which model '%s' does not keep",
                     model_choices[reading->keys.market.model].name);
    } else if (asset < scenario->market.n_assets &&
               (h == scenario->book.n_holdings || scenario->book.holdings[h].quantity <= 0)) {
        const char *name = scenario->market.assets[asset].name;
        report_error(&reading->report, place, "list them in account.holdings",
                     "an inverse contract is margined and settled in coins of its asset, and no '%s' is held",
                     name ? name : "?");
    }
}

static void check_rate(struct reading *reading, const struct position_keys *keys) {
    const int is_rate = keys->contract == CONTRACT_RATE;
    static const char *const names[] = {"dollar_duration", "convexity"};
    for (size_t i = 0; !is_rate && i < sizeof names / sizeof *names; i++)
        if (node_find(keys->node, names[i]))
            report_error(&reading->report, node_place(keys->node, names[i]), "contract: rate",
                         "'%s' is a key of rate contracts", names[i]);
    if (is_rate && !node_find(keys->node, "dollar_duration"))
        report_error(&reading->report, &keys->node->place, "loss of a unit when the yield rises by 1",
                     "the required key 'dollar_duration' is missing");
    if (is_rate && keys->convexity != 0 && reading->keys.monitoring == 0 && !isnan(keys->convexity))
        report_warning(&reading->report, node_place(keys->node, "convexity"), NULL,
                       "pools of a convex position are watched at step ends only");
}

void scenario_contract(struct reading *reading, struct position_keys *keys, struct position *position) {
    position->contract = keys->contract < 0 ? CONTRACT_LINEAR : (enum contract)keys->contract;
    if (position->contract == CONTRACT_LINEAR)
        keys->contract = -1;
    check_rate(reading, keys);
    if (position->contract == CONTRACT_INVERSE) {
        check_inverse(reading, keys, position->asset);
        position->coins = keys->margin;
        position->margin = keys->margin * keys->entry;
    }
    if (position->contract == CONTRACT_RATE) {
        if (isnan(keys->convexity) && !node_find(keys->node, "convexity"))
            keys->convexity = 0;
        position->duration = keys->dollar_duration;
        position->convexity = keys->convexity;
    }
}
