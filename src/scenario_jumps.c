/* Jumps of the market and of single assets: what they need, their defaults, and what they become. */
#include <math.h>
#include <string.h>

#include "model_jumps.h"
#include "scenario_parts.h"

static const double seconds_a_year = 31536000;

/* Jumps a step whose counts a run draws. */
static const double expected_most = 100;
/* Exponent of the expected factor of a jump that the drift can give back. */
static const double growth_most = 20;

static void require(struct reading *reading, const struct node *map, const char *key, const char *help) {
    if (map->kind == NODE_MAP && !node_find(map, key))
        report_error(&reading->report, &map->place, help, "the required key '%s' is missing", key);
}

static void check_rate(struct reading *reading, const struct jump_keys *keys) {
    const double expected = keys->intensity * reading->keys.step / seconds_a_year;
    if (expected > expected_most)
        report_error(&reading->report, node_place(keys->node, "intensity"), "use shorter steps",
                     "'intensity' makes %.10g jumps a step; at most %.10g are allowed", expected, expected_most);
}

static struct jump_stream read_stream(struct reading *reading, const struct jump_keys *keys) {
    require(reading, keys->node, "intensity", "expected number of jumps per year");
    require(reading, keys->node, "mean", "mean of the log jump, such as -4%");
    require(reading, keys->node, "deviation", "standard deviation of the log jump, such as 5%");
    check_rate(reading, keys);
    return (struct jump_stream){keys->intensity, keys->mean, keys->deviation};
}

/* The expected price after a jump must be a number of sense. */
static void check_size(struct reading *reading, const struct node *asset, const char *key, double mean,
                       double deviation) {
    const double exponent = mean + 0.5 * deviation * deviation;
    if (exponent > growth_most)
        report_error(&reading->report, node_place(asset, key), "use smaller jumps",
                     "the expected price after a jump is e^%.4g times the price before; at most e^%.10g is allowed",
                     exponent, growth_most);
}

static int was_given(const struct node *map, const char *key) {
    return map && map->kind == NODE_MAP && node_find(map, key);
}

static void fill_asset(struct reading *reading, struct asset_keys *keys, struct asset *asset) {
    const struct jump_stream *jumps = &reading->scenario->market.terms.jumps;
    if (isnan(keys->jump_probability))
        keys->jump_probability = 1;
    if (isnan(keys->jump_beta))
        keys->jump_beta = 1;
    asset->jump_probability = keys->jump_probability;
    asset->jump_beta = keys->jump_beta;
    check_size(reading, keys->node, "jump_beta", asset->jump_beta * jumps->mean, asset->jump_beta * jumps->deviation);
    if (was_given(keys->node, "own_jumps"))
        asset->own_jumps = read_stream(reading, &keys->own_jumps);
}

/* Steps over which a jump unfolds. */
static size_t whole_steps(struct reading *reading, struct jump_keys *keys) {
    if (isnan(keys->duration))
        keys->duration = 0;
    const double steps = ceil(keys->duration / reading->keys.step - 1e-9);
    if (steps > JUMP_STEPS_MOST)
        report_error(&reading->report, node_place(keys->node, "duration"), "use longer steps",
                     "a jump unfolds over %.10g steps; at most %d are allowed", steps, JUMP_STEPS_MOST);
    return steps >= 1 && steps <= JUMP_STEPS_MOST ? (size_t)steps : 1;
}

/* The keys that hawkes alone has. */
static void fill_excitement(struct reading *reading, const char *model) {
    static const char *const names[] = {"branching", "half_life"};
    const struct jump_keys *keys = &reading->keys.market.jumps;
    struct model_terms *terms = &reading->scenario->market.terms;
    const int is_hawkes = strcmp(model, "hawkes") == 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; ++i) {
        if (is_hawkes)
            require(reading, keys->node, names[i], NULL);
        else if (was_given(keys->node, names[i]))
            report_error(&reading->report, node_place(keys->node, names[i]), NULL,
                         "'%s' belongs to the model hawkes; the model is %s", names[i], model);
    }
    terms->branching = keys->branching;
    terms->half_life = keys->half_life / seconds_a_year;
}

void scenario_jumps(struct reading *reading) {
    struct market *market = &reading->scenario->market;
    struct jump_keys *keys = &reading->keys.market.jumps;
    struct asset_keys *assets = reading->keys.market.assets.items;
    const char *model = reading->keys.market.model >= 0 ? model_choices[reading->keys.market.model].name : "";
    if ((strcmp(model, "jump-diffusion") != 0 && strcmp(model, "hawkes") != 0) ||
        !was_given(reading->keys.market.node, "jumps"))
        return;
    market->terms.jumps = read_stream(reading, keys);
    fill_excitement(reading, model);
    market->terms.jump_steps = whole_steps(reading, keys);
    if (keys->sizes < 0)
        keys->sizes = 0;
    market->terms.common_sizes = keys->sizes == 1;
    for (size_t i = 0; i < market->n_assets; ++i)
        fill_asset(reading, &assets[i], &market->assets[i]);
}
