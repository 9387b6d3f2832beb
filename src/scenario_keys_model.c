/* The tables of what only some market models have: the keys of a regime, and of a table of prices. */
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

const struct choice filter_choices[] = {
    {"none", "returns as they are in the file", 0},
    {"ewma",
     "returns divided by the volatility expected of them, a moving average of squares, times that of the path "
     "(filtered historical simulation: Barone-Adesi, Giannopoulos and Vosper 1999)",
     0},
    {NULL, NULL, 0},
};

const struct field prices_fields[] = {
    {.name = "file",
     .type = FIELD_TEXT,
     AT(prices_keys, file),
     .required = 1,
     .sentence = "CSV file, relative to the scenario: a row of names, then a row of prices for each date or time; the "
                 "rows are equally spaced, and a whole number of them makes a step"},
    {.name = "from",
     .type = FIELD_TEXT,
     AT(prices_keys, from),
     .sentence = "date or time (UTC) of the first row; default: the first of the file"},
    {.name = "to",
     .type = FIELD_TEXT,
     AT(prices_keys, to),
     .sentence = "date or time of the last row, included; default: the last of the file"},
    {.name = "columns",
     .type = FIELD_NODE,
     AT(prices_keys, columns),
     .unit = "{ASSET: COLUMN}",
     .sentence = "columns of assets that are named differently there"},
    {.name = "sha256",
     .type = FIELD_TEXT,
     AT(prices_keys, sha256),
     .sentence = "digest of the file, as the resolved scenario has it: another file is then refused"},
    {.name = NULL},
};
