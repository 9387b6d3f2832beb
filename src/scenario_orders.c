/* Orders of the holder, and margin that follows volatility: what they need, their defaults, and what they become. */
#include <math.h>
#include <string.h>

#include "scenario_parts.h"

/* Steps from the announcement of a multiplier until it holds; each keeps a row of multipliers. */
static const double notice_steps_most = 20000;

static int was_given(const struct node *map, const char *key) {
    return map && map->kind == NODE_MAP && node_find(map, key);
}

static void check_side(struct reading *reading, const struct position_keys *keys, const struct position *position) {
    const struct asset *asset = &reading->scenario->market.assets[position->asset];
    const int is_long = position->quantity > 0;
    if (isnan(position->quantity) || isnan(asset->price) ||
        (is_long ? keys->stop_loss < asset->price : keys->stop_loss > asset->price))
        return;
    report_error(&reading->report, node_place(keys->node, "stop_loss"), NULL,
                 "the stop of %s position lies %s the price: %.10g, and the price of %s is %.10g",
                 is_long ? "a long" : "a short", is_long ? "below" : "above", keys->stop_loss,
                 asset->name ? asset->name : "the asset", asset->price);
}

static void read_stops(struct reading *reading) {
    const struct item_list *list = &reading->keys.positions;
    const struct book *book = &reading->scenario->book;
    struct orders *orders = &reading->scenario->orders;
    orders->stops = scenario_allocate(reading, list->n, sizeof *orders->stops);
    for (size_t i = 0; orders->stops && i < list->n && i < book->n_positions; i++) {
        const struct position_keys *keys = (const struct position_keys *)list->items + i;
        if (!keys->node || keys->node->kind != NODE_MAP || (isnan(keys->stop_loss) && isnan(keys->trailing_stop)))
            continue;
        if (!isnan(keys->stop_loss) && book->positions[i].asset < reading->scenario->market.n_assets)
            check_side(reading, keys, &book->positions[i]);
        orders->stops[orders->n_stops++] =
            (struct stop){.position = i,
                          .loss = isnan(keys->stop_loss) ? 0 : keys->stop_loss,
                          .trailing = isnan(keys->trailing_stop) ? 0 : keys->trailing_stop};
    }
}

/* Every mode that has pools beside the wallet must leave something in it. */
static void check_wallet(struct reading *reading) {
    const struct book *book = &reading->scenario->book;
    for (size_t m = 0; m < book->n_modes; m++)
        if (book->modes[m].n_pools > 1 && !(book->modes[m].pools[0].cash > 0))
            report_error(&reading->report, node_place(reading->keys.account.node, "top_up"),
                         "a higher balance, smaller margins, or no top-up",
                         "a top-up without a wallet: mode '%s' leaves nothing of the balance outside its pools",
                         book->modes[m].name ? book->modes[m].name : "");
}

static void read_top_up(struct reading *reading) {
    struct top_up_keys *keys = &reading->keys.account.top_up;
    if (!was_given(reading->keys.account.node, "top_up") || !keys->node || keys->node->kind != NODE_MAP)
        return;
    if (!was_given(keys->node, "below"))
        report_error(&reading->report, &keys->node->place, "health from which a pool is topped up, such as 150%",
                     "the required key 'below' is missing");
    if (isnan(keys->to))
        keys->to = keys->below;
    if (isnan(keys->delay))
        keys->delay = 0;
    if (keys->to < keys->below)
        report_error(&reading->report, node_place(keys->node, "to"), NULL,
                     "a top-up to %.10g%% comes below %.10g%%: it cannot lift anything", 100 * keys->to,
                     100 * keys->below);
    check_wallet(reading);
    reading->scenario->orders.top_up = (struct top_up){.below = isnan(keys->below) ? 0 : keys->below,
                                                       .to = keys->to,
                                                       .cap = isnan(keys->cap) ? INFINITY : keys->cap,
                                                       .delay = keys->delay / 3600};
}

/* The last threshold is one of its own. */
static void check_threshold(struct reading *reading, const struct reduce_keys *keys) {
    const struct orders *orders = &reading->scenario->orders;
    const struct reduction *last = &orders->reductions[orders->n_reductions - 1];
    for (size_t i = 0; i + 1 < orders->n_reductions; i++)
        if (orders->reductions[i].kind == last->kind && orders->reductions[i].threshold == last->threshold)
            report_error(&reading->report,
                         node_place(keys->node, last->kind == ALERT_UTILISATION ? "utilisation" : "margin_level"),
                         "add the shares up", "the threshold %.10g%% is listed twice", last->threshold);
}

static void read_reductions(struct reading *reading) {
    const struct item_list *list = &reading->keys.account.reduce;
    struct orders *orders = &reading->scenario->orders;
    orders->reductions = scenario_allocate(reading, list->n, sizeof *orders->reductions);
    for (size_t i = 0; orders->reductions && i < list->n; i++) {
        const struct reduce_keys *keys = (const struct reduce_keys *)list->items + i;
        const int by_level = !isnan(keys->margin_level);
        orders->reductions[orders->n_reductions++] =
            (struct reduction){.kind = by_level ? ALERT_MARGIN_LEVEL : ALERT_UTILISATION,
                               .threshold = 100 * (by_level ? keys->margin_level : keys->utilisation),
                               .share = keys->share};
        check_threshold(reading, keys);
    }
}

void scenario_orders(struct reading *reading) {
    read_stops(reading);
    read_top_up(reading);
    read_reductions(reading);
}

static double highest_rate(const struct reading *reading) {
    const struct rule *rule = &reading->scenario->rule;
    double highest = 0;
    for (size_t i = 0; i < rule->n_assets; i++)
        for (size_t k = 0; k < rule->of_asset[i].n; k++)
            highest = fmax(highest, rule->of_asset[i].tier[k].rate);
    return highest;
}

static void fill_defaults(struct dynamic_keys *keys) {
    keys->half_life = isnan(keys->half_life) ? 10 * 86400.0 : keys->half_life;
    keys->floor = isnan(keys->floor) ? 1 : keys->floor;
    keys->cap = isnan(keys->cap) ? 3 : keys->cap;
    keys->rate_limit = isnan(keys->rate_limit) ? 0.5 : keys->rate_limit;
    keys->notice = isnan(keys->notice) ? 86400.0 : keys->notice;
}

void scenario_dynamic(struct reading *reading) {
    struct dynamic_keys *keys = &reading->keys.liquidation.dynamic;
    if (!was_given(reading->keys.liquidation.node, "dynamic") || !keys->node || keys->node->kind != NODE_MAP)
        return;
    fill_defaults(keys);
    const struct place *place = node_place(keys->node, "cap");
    if (keys->floor > keys->cap)
        report_error(&reading->report, node_place(keys->node, "floor"), NULL,
                     "the floor lies above the cap: %.10g%%, and the cap is %.10g%%", 100 * keys->floor,
                     100 * keys->cap);
    const double most = keys->cap * highest_rate(reading);
    if (most >= 1)
        report_error(&reading->report, place ? place : &keys->node->place, "a lower cap",
                     "at its cap the maintenance is %.10g%% of the notional; below 100%% is allowed", 100 * most);
    if (keys->notice / reading->keys.step > notice_steps_most)
        report_error(&reading->report, node_place(keys->node, "notice"), "longer steps, or less notice",
                     "'notice' spans %.10g steps; at most %.10g are allowed", keys->notice / reading->keys.step,
                     notice_steps_most);
    reading->scenario->dynamic = (struct dynamic){.half_life = keys->half_life / 3600,
                                                  .floor = keys->floor,
                                                  .cap = keys->cap,
                                                  .rate_limit = keys->rate_limit,
                                                  .notice = keys->notice / 3600};
}
