/* Stress events of a scenario: times become steps. */
#include <math.h>

#include "scenario_parts.h"

static const double step_tolerance = 1e-9;

/* A time in steps when it is a whole number of them, -1 otherwise. */
static double whole_steps(double seconds, double step) {
    double steps = seconds / step, whole = round(steps);
    return fabs(steps - whole) <= step_tolerance * fmax(1, whole) ? whole : -1;
}

/* Sets the steps of a gap: the one of (t_{k-1}, t_k] that contains `at`; 0 belongs to the first. */
static void place_gap(struct reading *reading, const struct stress_keys *keys, struct stress_return *event) {
    double whole = whole_steps(keys->at, reading->keys.step);
    double step = (whole >= 0 ? whole : ceil(keys->at / reading->keys.step)) - 1;
    event->gap = 1;
    if (step >= (double)reading->scenario->market.n_steps)
        report_error(&reading->report, node_place(keys->node, "at"), NULL, "the event is after the horizon");
    else
        event->first_step = event->last_step = step > 0 ? (uint64_t)step : 0;
}

/* Sets the steps of (at, at + over]. */
static void place_stretch(struct reading *reading, const struct stress_keys *keys, struct stress_return *event) {
    double first = whole_steps(keys->at, reading->keys.step);
    double last = whole_steps(keys->at + keys->over, reading->keys.step);
    if (first < 0 || last <= first) {
        report_error(&reading->report, node_place(keys->node, first < 0 ? "at" : "over"), NULL,
                     "an event with 'over' starts and ends at step ends");
    } else if (last > (double)reading->scenario->market.n_steps) {
        report_error(&reading->report, node_place(keys->node, "over"), NULL, "the event ends after the horizon");
    } else {
        event->first_step = (uint64_t)first;
        event->last_step = (uint64_t)last - 1;
    }
}

/* The returns of one event, in the order of the assets; replaces the map by one in that order. */
static void read_returns(struct reading *reading, struct stress_keys *keys, const struct stress_return *when) {
    struct stress *stress = &reading->scenario->market.stress;
    const struct market *market = &reading->scenario->market;
    const struct node *map = keys->returns;
    struct node *resolved = node_new(&reading->tree, NODE_MAP, NULL);
    for (size_t k = 0; k < map->n; k++)
        scenario_find_asset(reading, map->key[k]);
    for (size_t i = 0; i < market->n_assets; i++) {
        const struct node *value = market->assets[i].name ? node_find(map, market->assets[i].name) : NULL;
        if (!value)
            continue;
        struct stress_return *entry = &stress->returns[stress->n_returns++];
        *entry = *when;
        entry->asset = i;
        entry->simple_return = field_number(&stress_return_value, "return", value, &reading->report);
        node_put(&reading->tree, resolved, market->assets[i].name, node_number(&reading->tree, entry->simple_return));
    }
    keys->returns = resolved;
}

static void read_event(struct reading *reading, struct stress_keys *keys) {
    struct stress_return when = {0};
    int knows_steps = reading->scenario->market.n_steps > 0 && !isnan(keys->at);
    if (knows_steps && isnan(keys->over) && !node_find(keys->node, "over"))
        place_gap(reading, keys, &when);
    else if (knows_steps && !isnan(keys->over))
        place_stretch(reading, keys, &when);
    if (keys->returns && (keys->returns->kind != NODE_MAP || keys->returns->n == 0)) {
        field_mismatch("return", keys->returns, "a map {ASSET: return}", &reading->report);
        keys->returns = NULL;
    }
    if (keys->returns)
        read_returns(reading, keys, &when);
}

void scenario_stress(struct reading *reading) {
    struct stress *stress = &reading->scenario->market.stress;
    const struct item_list *list = &reading->keys.stress;
    struct stress_keys *keys = list->items;
    stress->returns = scenario_allocate(reading, list->n * reading->scenario->market.n_assets, sizeof *stress->returns);
    for (size_t i = 0; stress->returns && i < list->n; i++)
        if (keys[i].node && keys[i].node->kind == NODE_MAP)
            read_event(reading, &keys[i]);
}
