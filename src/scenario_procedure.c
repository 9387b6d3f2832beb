/* The liquidation procedure. Some keys belong to one value of another key: such a key of a scenario is a mistake where
 * that value is not chosen, and does not count where the choice was made after it was written (a file of a venue, then
 * the scenario, then the command line). */
#include <math.h>

#include "scenario_parts.h"

/* Who wrote a value; the later counts. */
static int rank_of(const struct reading *reading, const struct node *node) {
    if (!node)
        return -1;
    if (node->place.source && node->place.source->assignment)
        return 2;
    return scenario_is_layer(reading, node) ? 0 : 1;
}

/* 1 when `key` counts: `chosen`, it belongs to the value that `owner` has. Reports it where it does not. */
static int belongs(struct reading *reading, const char *key, const char *owner, const char *value, int chosen) {
    const struct node *map = reading->keys.liquidation.node, *node = node_find(map, key);
    if (!chosen && node && rank_of(reading, node) >= rank_of(reading, node_find(map, owner)))
        report_error(&reading->report, &map->key[node_index(map, key)]->place, NULL, "'%s' belongs to '%s: %s'", key,
                     owner, value);
    return chosen;
}

static void read_amount(struct reading *reading) {
    struct liquidation_keys *keys = &reading->keys.liquidation;
    const int unknown = keys->amount < 0; /* has been said */
    if (!belongs(reading, "fraction", "amount", "fraction", unknown || keys->amount == CLOSE_FRACTION))
        keys->fraction = NAN;
    if (!belongs(reading, "cooldown", "amount", "fraction", unknown || keys->amount == CLOSE_FRACTION))
        keys->cooldown = NAN;
    if (!belongs(reading, "full_below", "amount", "fraction", unknown || keys->amount == CLOSE_FRACTION))
        keys->full_below = NAN;
    if (!belongs(reading, "restore_to", "amount", "restore", unknown || keys->amount == CLOSE_RESTORE))
        keys->restore_to = NAN;
    if (!belongs(reading, "tier_steps", "amount", "tier-steps", unknown || keys->amount == CLOSE_TIER_STEPS))
        keys->tier_steps = NAN;
    if (keys->amount == CLOSE_FRACTION && !node_find(keys->node, "fraction"))
        report_error(&reading->report, node_place(keys->node, "amount"), "fraction: 20%",
                     "'amount: fraction' needs 'fraction', the share that is closed first");
    if (keys->tier_steps > floor(keys->tier_steps))
        report_error(&reading->report, node_place(keys->node, "tier_steps"), NULL,
                     "'tier_steps' is %.10g; a whole number is due", keys->tier_steps);
}

static double or_zero(double value) {
    return isnan(value) ? 0 : value;
}

void scenario_procedure(struct reading *reading) {
    struct liquidation_keys *keys = &reading->keys.liquidation;
    if (keys->node && keys->node->kind == NODE_MAP) {
        read_amount(reading);
        if (keys->limit == 1 && !belongs(reading, "limit", "price", "mark", keys->price != CLOSE_AT_BANKRUPTCY))
            keys->limit = 0;
        if (keys->fee_in_maintenance &&
            !belongs(reading, "fee_in_maintenance", "fee_base", "notional", keys->fee_base != FEE_ON_MAINTENANCE))
            keys->fee_in_maintenance = 0;
    }
    reading->scenario->procedure = (struct procedure){
        .price = keys->price == CLOSE_AT_BANKRUPTCY ? CLOSE_AT_BANKRUPTCY : CLOSE_AT_MARK,
        .remainder = keys->remainder == REMAINDER_FORFEITED ? REMAINDER_FORFEITED : REMAINDER_RETURNED,
        .fee = or_zero(keys->fee),
        .fee_base = keys->fee_base == FEE_ON_MAINTENANCE ? FEE_ON_MAINTENANCE : FEE_ON_NOTIONAL,
        .amount = keys->amount < 0 ? CLOSE_FULL : (enum close_amount)keys->amount,
        .order = keys->order < 0 ? CLOSE_LARGEST_LOSS : (enum close_order)keys->order,
        .limit_bankruptcy = keys->limit == 1,
        .fraction = isnan(keys->fraction) ? 1 : keys->fraction,
        .cooldown = or_zero(keys->cooldown) / 3600,
        .full_below = or_zero(keys->full_below),
        .restore_to = isnan(keys->restore_to) ? 1 : keys->restore_to,
        .tier_steps = isnan(keys->tier_steps) ? 1 : (size_t)keys->tier_steps,
        .fee_in_maintenance = keys->fee_in_maintenance,
        .backstop = or_zero(keys->backstop),
    };
}
