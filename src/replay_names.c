/* Names of events. */
#include "replay_names.h"

static const char *const event_names[EVENT_KINDS] = {
#define X(identifier, name, sentence) name,
    EVENT_LIST(X)
#undef X
};

const char *replay_subject(const struct replay *replay, const struct event *event) {
    const struct riskpool_scenario *s = replay->scenario;
    if (event->subject == JOURNAL_NONE)
        return "";
    switch (event->kind) {
    case EVENT_PRICE:
    case EVENT_SALE:
        return s->market.assets[event->subject].name;
    case EVENT_ALERT:
        return s->alerts[event->subject].name;
    default:
        return s->book.positions[event->subject].name;
    }
}

const char *replay_pool(const struct replay *replay, const struct event *event) {
    return event->pool == JOURNAL_NONE ? "" : replay->scenario->book.modes[event->mode].pools[event->pool].name;
}

const char *replay_event_name(const struct event *event) {
    return event_names[event->kind];
}

int replay_stepwise(const struct event *event) {
    return event->kind == EVENT_PRICE || event->kind == EVENT_STATE;
}
