/* The tables of what only some market models have: the keys of a regime. */
#include "scenario_keys.h"

#define AT(structure, member) .offset = offsetof(struct structure, member)

const struct field regime_fields[] = {
    {.name = "name",
     .type = FIELD_NAME,
     AT(regime_keys, name),
     .required = 1,
     .sentence = "name of the regime",
     .example = "crisis"},
    {.name = "volatility",
     .type = FIELD_NUMBER,
     AT(regime_keys, volatility),
     .standard = "1",
     .range = RANGE_BETWEEN(0, 100),
     .sentence = "multiplies the volatilities of the assets",
     .example = "2.5"},
    {.name = "correlation",
     .type = FIELD_NODE,
     AT(regime_keys, correlation),
     .alternative = 1,
     .unit = "rows of numbers from -1 to 1, or {file: x.csv}",
     .sentence = "correlation in the regime, as it stands (without correlation_blend); default: the market's",
     .example = "{file: crisis.csv}"},
    {.name = "duration",
     .type = FIELD_DURATION,
     AT(regime_keys, duration),
     .required = 1,
     .range = RANGE_ABOVE(0),
     .sentence = "mean stay; it ends in a step with probability 1 - exp(-step / duration)",
     .example = "10 d"},
    {.name = "next",
     .type = FIELD_NODE,
     AT(regime_keys, next),
     .alternative = 1,
     .unit = "{REGIME: fraction}, in all 1",
     .sentence = "which regime follows; default: each of the others alike",
     .example = "{calm: 70%, recovery: 30%}"},
    {.name = NULL},
};

const struct field regime_share = {.name = "next", .type = FIELD_FRACTION, .range = RANGE_BETWEEN(0, 1)};
