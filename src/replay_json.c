/* A replayed path as JSON. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "replay_names.h"
#include "results.h"

static json_t *number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

/* What an event says; amounts of nothing are left out. */
static json_t *event_object(const struct replay *replay, const struct event *event) {
    const struct {
        const char *name;
        double value;
    } amounts[] = {{"quantity", event->quantity},  {"price", event->price},
                   {"cash", event->cash},          {"fee", event->fee},
                   {"slippage", event->slippage},  {"forfeited", event->forfeited},
                   {"shortfall", event->shortfall}};
    json_t *object = json_pack("{s:f, s:s}", "time", event->hour, "event", replay_event_name(event));
    if (event->pool != JOURNAL_NONE)
        json_object_set_new(object, "pool", json_string(replay_pool(replay, event)));
    if (event->subject != JOURNAL_NONE)
        json_object_set_new(object, "subject", json_string(replay_subject(replay, event)));
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; ++i)
        if (amounts[i].value < 0.0 || amounts[i].value > 0.0)
            json_object_set_new(object, amounts[i].name, number(amounts[i].value));
    if (event->kind == EVENT_LIQUIDATION) {
        json_object_set_new(object, "equity", number(event->equity));
        json_object_set_new(object, "requirement", number(event->requirement));
    }
    return object;
}

/* The array under a key, made when it is not there. */
static json_t *series_of(json_t *object, const char *key) {
    json_t *series = json_object_get(object, key);
    if (!series) {
        series = json_array();
        json_object_set_new(object, key, series);
    }
    return series;
}

/* {"time": [..], "price": {ASSET: [..]}, "equity": {POOL: [..]}, "requirement": {POOL: [..]}}. */
static json_t *steps_object(const struct replay *replay, size_t m) {
    json_t *time = json_array(), *price = json_object(), *equity = json_object(), *requirement = json_object();
    for (size_t k = 0; k < replay->journal.n; ++k) {
        const struct event *event = &replay->journal.event[k];
        if (event->mode != m || !replay_stepwise(event))
            continue;
        if (event->kind == EVENT_PRICE && event->subject == 0)
            json_array_append_new(time, number(event->hour));
        if (event->kind == EVENT_PRICE) {
            json_array_append_new(series_of(price, replay_subject(replay, event)), number(event->price));
        } else {
            json_array_append_new(series_of(equity, replay_pool(replay, event)), number(event->equity));
            json_array_append_new(series_of(requirement, replay_pool(replay, event)), number(event->requirement));
        }
    }
    return json_pack("{s:o, s:o, s:o, s:o}", "time", time, "price", price, "equity", equity, "requirement",
                     requirement);
}

static json_t *mode_object(const struct replay *replay, size_t m, int every_step) {
    const struct replay_mode *mode = &replay->mode[m];
    json_t *object = json_object(), *times = json_object(), *events = json_array();
    for (int c = 0; c < OUTCOME_COUNT; ++c)
        json_object_set_new(object, outcome_fields[c].name, number(mode->column[c]));
    for (size_t i = 0; i < replay->scenario->book.n_positions; ++i)
        json_object_set_new(times, replay->scenario->book.positions[i].name, number(mode->liquidation_time[i]));
    for (size_t k = 0; k < replay->journal.n; ++k) {
        const struct event *event = &replay->journal.event[k];
        if (event->mode == m && !replay_stepwise(event))
            json_array_append_new(events, event_object(replay, event));
    }
    json_object_set_new(object, "liquidation_time", times);
    json_object_set_new(object, "events", events);
    if (every_step)
        json_object_set_new(object, "steps", steps_object(replay, m));
    return object;
}

enum riskpool_status replay_json(FILE *out, const struct replay *replay, int every_step) {
    const struct riskpool_scenario *s = replay->scenario;
    json_t *modes = json_object();
    for (size_t m = 0; m < s->book.n_modes; ++m)
        json_object_set_new(modes, s->book.modes[m].name, mode_object(replay, m, every_step));
    json_t *root = json_pack("{s:s, s:I, s:I, s:s, s:o}", "name", s->name, "seed", (json_int_t)s->market.seed, "path",
                             (json_int_t)replay->path, "currency", s->book.currency, "modes", modes);
    if (!root)
        return RISKPOOL_NO_MEMORY;
    const int failed = json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) != 0 ||
                       fputc('\n', out) == EOF || fflush(out) != 0;
    json_decref(root);
    return failed ? RISKPOOL_WRITE_FAILED : RISKPOOL_OK;
}
