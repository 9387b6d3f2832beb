/* The account and its positions: sides, sizes and margins become signed quantities and initial margins. */
#include <math.h>
#include <string.h>

#include "scenario_parts.h"

static size_t position_index(const struct riskpool_scenario *scenario, const char *name) {
    size_t i = 0;
    while (i < scenario->book.n_positions &&
           (!scenario->book.positions[i].name || strcmp(scenario->book.positions[i].name, name) != 0))
        i++;
    return i;
}

size_t scenario_find_position(struct reading *reading, const struct node *node) {
    const struct book *book = &reading->scenario->book;
    if (node->kind != NODE_SCALAR) {
        field_mismatch("positions", node, "the name of a position", &reading->report);
        return book->n_positions;
    }
    size_t found = position_index(reading->scenario, node->text);
    if (found == book->n_positions) {
        struct suggestion suggestion = {.nearest.word = node->text};
        for (size_t i = 0; i < book->n_positions; i++)
            if (book->positions[i].name)
                suggestion_offer(&suggestion, book->positions[i].name);
        report_unknown(&reading->report, &node->place, "position", &suggestion);
    }
    return found;
}

/* The signed quantity; NaN when it is wrong or unknown. */
static double read_quantity(struct reading *reading, const struct position_keys *keys) {
    double unit = keys->contract == CONTRACT_INVERSE ? 1 : keys->entry;
    double quantity = isnan(keys->quantity) ? keys->notional / unit : keys->quantity;
    int has_side = node_find(keys->node, "side") != NULL;
    if (keys->quantity == 0) {
        report_error(&reading->report, node_place(keys->node, "quantity"), NULL, "'quantity' is 0: nothing is held");
    } else if (keys->quantity < 0 && has_side) {
        report_error(&reading->report, node_place(keys->node, "quantity"), "remove the minus, or the side",
                     "'quantity' is negative, and 'side' is given as well (long or short)");
    } else if (!has_side && !isnan(keys->notional)) {
        report_error(&reading->report, &keys->node->place, "a notional needs one: side: long, or side: short",
                     "the required key 'side' is missing");
    } else {
        return keys->side == SIDE_SHORT ? -quantity : quantity;
    }
    return NAN;
}

/* In coins for an inverse contract. */
static double read_margin(const struct position_keys *keys, double quantity) {
    double notional = isnan(keys->notional) ? fabs(quantity) * keys->entry : keys->notional;
    if (keys->contract == CONTRACT_INVERSE)
        notional = fabs(quantity) / keys->entry;
    return isnan(keys->margin) ? notional / keys->leverage : keys->margin;
}

/* Sizes that over- or underflow. */
static int is_out_of_bounds(double size) {
    return isinf(size) || size == 0;
}

static void check_name(struct reading *reading, size_t i) {
    const struct position_keys *keys = reading->keys.positions.items;
    const struct place *place = node_place(keys[i].node, "name");
    if (keys[i].name && strcmp(keys[i].name, "wallet") == 0)
        report_error(&reading->report, place, NULL, "no position can be called 'wallet': it is the name of pool 0");
    for (size_t j = 0; keys[i].name && j < i; j++) {
        if (keys[j].name && strcmp(keys[i].name, keys[j].name) == 0) {
            char first[80];
            place_name(node_place(keys[j].node, "name"), first, sizeof first);
            report_error(&reading->report, place, NULL, "position '%s' is listed twice; first on %s", keys[i].name,
                         first);
            return;
        }
    }
}

static void read_position(struct reading *reading, size_t i) {
    struct position_keys *keys = (struct position_keys *)reading->keys.positions.items + i;
    const struct market *market = &reading->scenario->market;
    const struct node *asset_node = keys->asset ? node_find(keys->node, "asset") : NULL;
    size_t asset = asset_node ? scenario_find_asset(reading, asset_node) : market->n_assets;
    if (isnan(keys->entry) && asset < market->n_assets && !node_find(keys->node, "entry"))
        keys->entry = market->assets[asset].price;
    double quantity = read_quantity(reading, keys);
    double margin = read_margin(keys, quantity);
    if (is_out_of_bounds(quantity) || is_out_of_bounds(margin)) {
        report_error(&reading->report, &keys->node->place, NULL, "the size of this position is beyond all bounds");
        quantity = margin = NAN;
    }
    reading->scenario->book.positions[i] = (struct position){.name = scenario_copy(reading, keys->name),
                                                             .asset = asset < market->n_assets ? asset : 0,
                                                             .quantity = quantity,
                                                             .entry = keys->entry,
                                                             .margin = margin};
    keys->margin = margin;
    scenario_contract(reading, keys, &reading->scenario->book.positions[i]);
    keys->quantity = quantity;
    keys->notional = keys->leverage = NAN;
    keys->side = -1;
}

void scenario_positions(struct reading *reading) {
    struct book *book = &reading->scenario->book;
    const struct item_list *list = &reading->keys.positions;
    book->currency = scenario_copy(reading, reading->keys.account.currency);
    book->balance = reading->keys.account.balance;
    book->positions = scenario_allocate(reading, list->n, sizeof *book->positions);
    if (list->node && list->node->kind == NODE_LIST && list->node->n == 0)
        report_error(&reading->report, &list->node->place, NULL, "there are no positions");
    for (size_t i = 0; book->positions && i < list->n; i++) {
        const struct position_keys *keys = (const struct position_keys *)list->items + i;
        book->n_positions++;
        book->positions[i] = (struct position){.quantity = NAN, .margin = NAN};
        if (keys->node && keys->node->kind == NODE_MAP) {
            read_position(reading, i);
            check_name(reading, i);
        }
    }
}
