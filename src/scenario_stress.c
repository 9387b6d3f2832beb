/* Stress events of a scenario: times become steps, betas and recoveries become returns of single assets. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "corr.h"
#include "scenario_parts.h"

/* A return by beta, in the range of those that are written. */
static const double least_return = -1 + 1e-9, largest_return = 1000;

/* An event on its way from keys to steps. */
struct event {
    struct stress_keys *keys;
    struct stress_return move; /* `asset`, `from` and `to` are left open */
    uint64_t recovered;        /* last step of the recovery; as the move's last without one */
    struct recovery_keys recovery;
    struct node *to; /* of the recovery, resolved */
};

static double horizon_steps(const struct reading *reading) {
    return (double)reading->scenario->market.n_steps;
}

/* Objects to an event that reaches beyond the horizon. */
static void refuse_end(struct reading *reading, const struct place *place, const char *what, double seconds) {
    report_error(&reading->report, place, "a longer horizon, or another time",
                 "%s after the horizon: at %.6g h, and the horizon is %.6g h", what, seconds / 3600,
                 reading->keys.horizon / 3600);
}

/* Sets the steps of a gap: the one of (t_{k-1}, t_k] that contains `at`; 0 belongs to the first. */
static void place_gap(struct reading *reading, const struct stress_keys *keys, struct stress_return *move) {
    double whole = scenario_whole_steps(reading, keys->at);
    double step = (whole >= 0 ? whole : ceil(keys->at / reading->keys.step)) - 1;
    move->gap = 1;
    if (step >= horizon_steps(reading))
        refuse_end(reading, node_place(keys->node, "at"), "the event is", keys->at);
    else
        move->first_step = move->last_step = step > 0 ? (uint64_t)step : 0;
}

/* Sets the steps of (at, at + over]; without `over`, to the horizon. */
static void place_stretch(struct reading *reading, const struct stress_keys *keys, uint64_t *first_step,
                          uint64_t *last_step) {
    const int open = isnan(keys->over);
    double first = scenario_whole_steps(reading, keys->at);
    double last = open ? horizon_steps(reading) : scenario_whole_steps(reading, keys->at + keys->over);
    if (first < 0 || (!open && last <= first)) {
        report_error(&reading->report, node_place(keys->node, first < 0 ? "at" : "over"), NULL,
                     open ? "an event with factors starts at a step end"
                          : "an event with 'over' starts and ends at step ends");
    } else if (first >= horizon_steps(reading)) {
        refuse_end(reading, node_place(keys->node, "at"), "the event is", keys->at);
    } else if (last > horizon_steps(reading)) {
        refuse_end(reading, node_place(keys->node, "over"), "the event ends", keys->at + keys->over);
    } else {
        *first_step = (uint64_t)first;
        *last_step = (uint64_t)last - 1;
    }
}

/* Sets the steps that follow the move's. */
static void place_recovery(struct reading *reading, struct event *event) {
    const struct recovery_keys *recovery = &event->recovery;
    const struct place *place = node_place(recovery->node, "over");
    double steps = scenario_whole_steps(reading, recovery->over), low = (double)event->move.last_step + 1;
    if (steps < 1)
        report_error(&reading->report, place, NULL, "a recovery lasts a whole number of steps");
    else if (low + steps > horizon_steps(reading))
        refuse_end(reading, place, "the recovery ends", (low + steps) * reading->keys.step);
    else
        event->recovered = event->move.last_step + (uint64_t)steps;
}

/* A number of a map {ASSET: number}; NaN when it has none. */
static double entry(struct reading *reading, const struct field *field, const struct node *map, const char *name) {
    const struct node *value = map && map->kind == NODE_MAP ? node_find(map, name) : NULL;
    return value ? field_number(field, field->name, value, &reading->report) : NAN;
}

static int has_entry(const struct node *map, const char *name) {
    return map && map->kind == NODE_MAP && node_find(map, name) != NULL;
}

/* The beta that moves an asset; NaN when none does. */
static double beta_of(struct reading *reading, const struct event *event, const char *name) {
    const struct stress_keys *keys = event->keys;
    if (!keys->beta_to || strcmp(keys->beta_to, name) == 0)
        return NAN;
    return entry(reading, &stress_beta_value, keys->beta, has_entry(keys->beta, name) ? name : "default");
}

/* What a map of returns says of an asset: its own entry, else by beta, else the default; NaN: nothing. */
static double return_of(struct reading *reading, const struct event *event, const struct node *map, const char *name) {
    const struct field *field = &stress_return_value;
    if (has_entry(map, name))
        return entry(reading, field, map, name);
    const double beta = beta_of(reading, event, name);
    const double leader = isnan(beta) ? NAN : entry(reading, field, map, event->keys->beta_to);
    if (!isnan(leader))
        return fmin(largest_return, fmax(least_return, stress_level_times(1 + leader, beta) - 1));
    return entry(reading, field, map, "default");
}

/* What an asset returns to, NaN: it stays at its low. One number is that of all assets named, and of `beta_to`. */
static double recovery_of(struct reading *reading, const struct event *event, const char *name) {
    const struct node *to = event->recovery.to;
    if (!to || to->kind != NODE_SCALAR)
        return return_of(reading, event, to, name);
    const double value = field_number(&stress_return_value, "to", to, &reading->report);
    const double beta = has_entry(event->keys->returns, name) ? NAN : beta_of(reading, event, name);
    return isnan(beta) ? value : fmin(largest_return, fmax(least_return, stress_level_times(1 + value, beta) - 1));
}

static void add_return(struct reading *reading, const struct stress_return *move) {
    struct stress *stress = &reading->scenario->market.stress;
    stress->returns[stress->n_returns++] = *move;
}

/* Adds the moves of one asset, and notes them in the resolved maps. */
static void add_asset(struct reading *reading, struct event *event, size_t asset, struct node *resolved) {
    const char *name = reading->scenario->market.assets[asset].name;
    const double low = name ? return_of(reading, event, event->keys->returns, name) : NAN;
    if (isnan(low))
        return;
    struct stress_return move = event->move;
    move.asset = asset;
    move.from = 1;
    move.to = 1 + low;
    add_return(reading, &move);
    node_put(&reading->tree, resolved, name, node_number(&reading->tree, low));
    const double to = event->recovery.to ? recovery_of(reading, event, name) : NAN;
    if (isnan(to))
        return;
    add_return(reading, &(struct stress_return){.asset = asset,
                                                .first_step = event->move.last_step + 1,
                                                .last_step = event->recovered,
                                                .from = 1 + low,
                                                .to = 1 + to});
    node_put(&reading->tree, event->to, name, node_number(&reading->tree, to));
}

static void check_names(struct reading *reading, const struct event *event, const struct node *map) {
    for (size_t k = 0; map && map->kind == NODE_MAP && k < map->n; k++)
        if (strcmp(map->key[k]->text, "default") != 0 && !scenario_is_layer(reading, event->keys->node))
            scenario_find_asset(reading, map->key[k]);
}

/* Checks that a value is a map that is not empty; NULL otherwise. */
static const struct node *need_map(struct reading *reading, const char *name, const struct node *node) {
    if (node && (node->kind != NODE_MAP || node->n == 0)) {
        char due[80];
        snprintf(due, sizeof due, "a map {ASSET: %s}", name);
        field_mismatch(name, node, due, &reading->report);
        return NULL;
    }
    return node;
}

static void read_recovery(struct reading *reading, struct event *event) {
    const struct node *node = event->keys->recovery;
    field_read(recovery_fields, node, &event->recovery, &reading->tree, &reading->report);
    const struct node *to = event->recovery.to;
    if (to && to->kind != NODE_SCALAR)
        event->recovery.to = need_map(reading, "to", to);
    check_names(reading, event, event->recovery.to);
    if (horizon_steps(reading) > 0 && !isnan(event->recovery.over))
        place_recovery(reading, event);
}

/* What was read, with betas and defaults worked out. */
static void resolve_event(struct reading *reading, const struct event *event, struct node *returns) {
    struct stress_keys *keys = event->keys;
    keys->returns = returns->n > 0 ? returns : NULL;
    keys->beta = NULL;
    keys->beta_to = NULL;
    keys->recovery = NULL;
    if (event->to->n == 0)
        return;
    struct recovery_keys recovery = {.over = event->recovery.over, .to = event->to};
    keys->recovery = field_node(recovery_fields, &recovery, &reading->tree);
}

/* The returns of one event, in the order of the assets. */
static void read_returns(struct reading *reading, struct event *event) {
    const struct market *market = &reading->scenario->market;
    struct node *resolved = node_new(&reading->tree, NODE_MAP, NULL);
    event->to = node_new(&reading->tree, NODE_MAP, NULL);
    check_names(reading, event, event->keys->returns);
    check_names(reading, event, event->keys->beta);
    if (event->keys->recovery)
        read_recovery(reading, event);
    for (size_t i = 0; i < market->n_assets; i++)
        add_asset(reading, event, i, resolved);
    if (resolved && event->to)
        resolve_event(reading, event, resolved);
}

/* The matrix that a blend leads to, beside those of the events before; NULL: all ones. */
static const double *read_toward(struct reading *reading, struct stress_keys *keys, double *room) {
    const size_t n = reading->scenario->market.n_assets;
    struct matrix matrix = {0};
    double least = 0;
    if (!keys->toward || !matrix_read(reading, "correlation_toward", keys->toward, &matrix) ||
        !matrix_check_correlation(reading, "correlation_toward", &matrix))
        return NULL;
    enum riskpool_status status = corr_factor(n, matrix.value, room);
    if (status == RISKPOOL_INVALID && corr_smallest_eigenvalue(n, matrix.value, &least) == RISKPOOL_OK)
        report_error(&reading->report, &keys->toward->place, NULL,
                     "the matrix is no correlation: its smallest eigenvalue is %.6g", least);
    reading->report.no_memory |= status == RISKPOOL_NO_MEMORY;
    memcpy(room, matrix.value, n * n * sizeof *room);
    keys->toward = matrix_node(&reading->tree, n, matrix.value);
    return room;
}

static void read_factor(struct reading *reading, struct stress_keys *keys, uint64_t first_step, uint64_t last_step) {
    struct market *market = &reading->scenario->market;
    struct stress_factor *factor = &market->stress.factors[market->stress.n_factors];
    *factor = (struct stress_factor){.first_step = first_step,
                                     .last_step = last_step,
                                     .volatility = isnan(keys->volatility) ? 1 : keys->volatility,
                                     .blend = isnan(keys->blend) ? 0 : keys->blend};
    factor->toward = read_toward(
        reading, keys, market->stress.matrices + market->stress.n_factors * market->n_assets * market->n_assets);
    market->stress.n_factors++;
}

/* Objects to a key without the one that it belongs to. */
static void need_key(struct reading *reading, const struct node *node, const char *key, const char *other) {
    if (node_find(node, key) && !node_find(node, other))
        report_error(&reading->report, node_place(node, key), NULL, "'%s' needs '%s' as well", key, other);
}

static void check_event(struct reading *reading, const struct stress_keys *keys) {
    static const char *const effects[] = {"return", "volatility", "correlation_blend", "depth", "outage"};
    const struct node *node = keys->node;
    size_t e = 0;
    while (e < sizeof effects / sizeof *effects && !node_find(node, effects[e]))
        e++;
    if (e == sizeof effects / sizeof *effects)
        report_error(&reading->report, &node->place,
                     "one of 'return', 'volatility', 'correlation_blend', 'depth' and 'outage', or several",
                     "the event does nothing");
    need_key(reading, node, "beta", "beta_to");
    need_key(reading, node, "beta_to", "beta");
    need_key(reading, node, "beta_to", "return");
    need_key(reading, node, "recovery", "return");
    need_key(reading, node, "correlation_toward", "correlation_blend");
    if (keys->beta_to && keys->returns && keys->returns->kind == NODE_MAP && !node_find(keys->returns, keys->beta_to))
        report_error(&reading->report, node_place(node, "beta_to"), "an entry of 'return'",
                     "'return' says nothing of '%s'", keys->beta_to);
}

static void add_outage(struct reading *reading, uint64_t first_step, uint64_t last_step) {
    struct orders *orders = &reading->scenario->orders;
    orders->outages[orders->n_outages++] = (struct outage){first_step, last_step};
}

/* Notes how deep books are; hours need no steps. `is_said`: other effects of the event say where it does not fit. */
static void read_depth(struct reading *reading, struct stress_keys *keys, int is_said) {
    struct stress *stress = &reading->scenario->market.stress;
    const double rounding = 1e-9 * reading->keys.step, horizon = reading->keys.horizon;
    const int open = isnan(keys->over);
    const double from = open ? keys->at - rounding : keys->at + rounding, to = open ? horizon : keys->at + keys->over;
    if (!scenario_has_slippage(reading)) {
        report_error(&reading->report, node_place(keys->node, "depth"), "slippage: {depth: 20000000}",
                     "'depth' needs a section 'slippage'");
    } else if (keys->at >= horizon || to > horizon + rounding) {
        if (!is_said && keys->at >= horizon)
            refuse_end(reading, node_place(keys->node, "at"), "the event is", keys->at);
        else if (!is_said)
            refuse_end(reading, node_place(keys->node, "over"), "the event ends", to);
    } else {
        stress->depths[stress->n_depths++] = (struct stress_depth){from / 3600, (to + rounding) / 3600, keys->depth};
    }
}

static void read_event(struct reading *reading, struct stress_keys *keys) {
    struct event event = {.keys = keys};
    const int has_over = !isnan(keys->over), wrong_over = !has_over && node_find(keys->node, "over") != NULL;
    const int has_factor = !isnan(keys->volatility) || !isnan(keys->blend);
    const int placed = horizon_steps(reading) > 0 && !isnan(keys->at) && !wrong_over;
    uint64_t first_step = 0, last_step = 0;
    check_event(reading, keys);
    /* In files laid over a scenario without slippage it does nothing. */
    if (!scenario_has_slippage(reading) && scenario_is_layer(reading, keys->node))
        keys->depth = NAN;
    if (!isnan(keys->depth) && !isnan(keys->at) && !wrong_over && horizon_steps(reading) > 0)
        read_depth(reading, keys, has_factor || keys->returns || (keys->outage == 1));
    keys->returns = need_map(reading, "return", keys->returns);
    keys->beta = need_map(reading, "beta", keys->beta);
    if (placed && (has_factor || (keys->outage == 1) || (keys->returns && has_over)))
        place_stretch(reading, keys, &first_step, &last_step);
    if (has_factor && !wrong_over)
        read_factor(reading, keys, first_step, last_step);
    if (keys->outage == 1 && !wrong_over)
        add_outage(reading, first_step, last_step);
    event.move.first_step = first_step;
    event.move.last_step = last_step;
    if (keys->returns && placed && !has_over)
        place_gap(reading, keys, &event.move);
    if (keys->returns)
        read_returns(reading, &event);
}

/* Leaves out the events of other files that touch nothing here. */
static void drop_idle(struct reading *reading) {
    struct item_list *list = &reading->keys.stress;
    struct stress_keys *keys = list->items;
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++)
        if (keys[i].returns || !isnan(keys[i].volatility) || !isnan(keys[i].blend) || !isnan(keys[i].depth) ||
            keys[i].outage == 1 || !scenario_is_layer(reading, keys[i].node))
            keys[kept++] = keys[i];
    list->n = kept;
}

void scenario_stress(struct reading *reading) {
    struct market *market = &reading->scenario->market;
    struct stress *stress = &market->stress;
    const struct item_list *list = &reading->keys.stress;
    struct stress_keys *keys = list->items;
    size_t n_matrices = 0;
    for (size_t i = 0; i < list->n; i++)
        n_matrices = keys[i].toward ? i + 1 : n_matrices;
    stress->returns = scenario_allocate(reading, 2 * list->n * market->n_assets, sizeof *stress->returns);
    stress->factors = scenario_allocate(reading, list->n, sizeof *stress->factors);
    stress->depths = scenario_allocate(reading, list->n, sizeof *stress->depths);
    stress->matrices = scenario_allocate(reading, n_matrices * market->n_assets * market->n_assets, sizeof(double));
    reading->scenario->orders.outages = scenario_allocate(reading, list->n, sizeof(struct outage));
    scenario_note_layers(reading);
    const int ready =
        stress->returns && stress->factors && stress->depths && stress->matrices && reading->scenario->orders.outages;
    for (size_t i = 0; ready && i < list->n; i++)
        if (keys[i].node && keys[i].node->kind == NODE_MAP)
            read_event(reading, &keys[i]);
    drop_idle(reading);
}
