/* The keys of stress events. */
#include "scenario_keys.h"

#define AT(structure, member) .offset = offsetof(struct structure, member)

const struct field stress_beta_value = {.name = "beta", .type = FIELD_NUMBER, .range = RANGE_BETWEEN(-100, 100)};
const struct field stress_return_value = {.name = "return", .type = FIELD_FRACTION, .range = {-1, 1000, OPEN_LOW}};

static const struct choice outage_choices[] = {
    {"false", "the venue works as always", 0}, {"true", "it does nothing", 0}, {NULL, NULL, 0}};

const struct field stress_fields[] = {
    {.name = "at",
     .type = FIELD_DURATION,
     AT(stress_keys, at),
     .required = 1,
     .range = RANGE_FROM(0),
     .sentence = "time of the event; without 'over' a gap at the end of the step that contains it",
     .example = "12 h"},
    {.name = "over",
     .type = FIELD_DURATION,
     AT(stress_keys, over),
     .alternative = 1,
     .range = RANGE_ABOVE(0),
     .sentence = "spread the return in equal pieces over the steps of this time; factors hold as long, else to the "
                 "horizon",
     .example = "6 h"},
    {.name = "return",
     .type = FIELD_NODE,
     AT(stress_keys, returns),
     .unit = "{ASSET: fraction above -1, default: ...}",
     .sentence = "simple returns that every path suffers; 'default' is that of the assets not named",
     .example = "{BTC: -10%}"},
    {.name = "beta_to",
     .type = FIELD_NAME,
     AT(stress_keys, beta_to),
     .alternative = 1,
     .sentence = "the entry of 'return' (and of 'to') that assets with a beta follow",
     .example = "BTC"},
    {.name = "beta",
     .type = FIELD_NODE,
     AT(stress_keys, beta),
     .alternative = 1,
     .unit = "{ASSET: number, default: ...}",
     .sentence = "log return over that of 'beta_to', of assets that 'return' does not name: 2 makes -51% of -30%, and "
                 "nothing falls below zero",
     .example = "{ETH: 1.3, default: 1.8}"},
    {.name = "recovery",
     .type = FIELD_NODE,
     AT(stress_keys, recovery),
     .alternative = 1,
     .unit = "{over: duration, to: fraction above -1, or {ASSET: fraction, default: ...}}",
     .sentence = "what follows the return: in equal pieces over this time to a level relative to the price before the "
                 "event; assets that 'to' does not name stay where they are",
     .example = "{over: 12 h, to: -4%}"},
    {.name = "volatility",
     .type = FIELD_NUMBER,
     AT(stress_keys, volatility),
     .alternative = 1,
     .range = RANGE_BETWEEN(0, 100),
     .sentence = "factor on the deviations of all assets; those of events at the same time multiply",
     .example = "3"},
    {.name = "correlation_blend",
     .type = FIELD_FRACTION,
     AT(stress_keys, blend),
     .alternative = 1,
     .range = RANGE_BETWEEN(0, 1),
     .sentence =
         "w: (1 - w) times the correlation plus w times all ones (or correlation_toward); those of events at the "
         "same time act one after the other as listed",
     .example = "90%"},
    {.name = "correlation_toward",
     .type = FIELD_NODE,
     AT(stress_keys, toward),
     .alternative = 1,
     .unit = "rows of numbers, or {file: x.csv}",
     .sentence = "the matrix that correlation_blend leads to",
     .example = "{file: crisis.csv}"},
    {.name = "outage",
     .type = FIELD_CHOICE,
     AT(stress_keys, outage),
     .alternative = 1,
     .choices = outage_choices,
     .sentence = "the venue does nothing for as long: no stops, top-ups, reductions, liquidations; they follow at the "
                 "first step end after it",
     .example = "true"},
    {.name = "depth",
     .type = FIELD_FRACTION,
     AT(stress_keys, depth),
     .alternative = 1,
     .range = {0, 1000, OPEN_LOW},
     .sentence = "factor on the depths of 'slippage': from 'at' on, the closings of a return at that moment included; "
                 "with 'over' after 'at' only",
     .example = "0.1"},
    {.name = NULL},
};

const struct field recovery_fields[] = {
    {.name = "over",
     .type = FIELD_DURATION,
     AT(recovery_keys, over),
     .required = 1,
     .range = RANGE_ABOVE(0),
     .sentence = "time from the low, a whole number of steps"},
    {.name = "to",
     .type = FIELD_NODE,
     AT(recovery_keys, to),
     .required = 1,
     .unit = "fraction above -1, or {ASSET: fraction, default: ...}",
     .sentence = "level at its end, relative to the price before the event"},
    {.name = NULL},
};
