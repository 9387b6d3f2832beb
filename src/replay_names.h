/* What an event is called and concerns, for those who tell it. */
#ifndef REPLAY_NAMES_H
#define REPLAY_NAMES_H

#include "replay.h"

const char *replay_event_name(const struct event *event);
/* The asset, position or alert; "" for none. */
const char *replay_subject(const struct replay *replay, const struct event *event);
const char *replay_pool(const struct replay *replay, const struct event *event);
/* 1 for what is noted after every step. */
int replay_stepwise(const struct event *event);

#endif
