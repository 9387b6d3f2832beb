/* The tables of the scenario file for what happens to an account over time: carry, orders of the holder, margin that
 * follows volatility. Keys of maps that need not be there have no default here; whoever reads them fills it in. */
#include "scenario_keys.h"

#define AT(structure, member) .offset = offsetof(struct structure, member)

const struct field funding_rate = {.name = "funding", .type = FIELD_FRACTION, .range = RANGE_BETWEEN(-1, 1)};

const struct field carry_fields[] = {
    {.name = "funding",
     .type = FIELD_NODE,
     AT(carry_keys, funding),
     .alternative = 1,
     .unit = "fraction, or {ASSET: fraction, default: ...}, or {file: x.csv}",
     .sentence =
         "share of the notional that longs pay at each funding time, shorts receive; assets not named have none, "
         "futures ('of') only where they are named; a file has a column an asset and a row a funding time",
     .example = "{BTC: 0.01%, default: 0.005%}"},
    {.name = "funding_interval",
     .type = FIELD_DURATION,
     AT(carry_keys, interval),
     .alternative = 1,
     .range = RANGE_ABOVE(0),
     .sentence =
         "time from the start to the first funding, and to each further one: a whole number of steps; default 8 h",
     .example = "8 h"},
    {.name = "borrow",
     .type = FIELD_FRACTION,
     AT(carry_keys, borrow),
     .alternative = 1,
     .range = RANGE_BETWEEN(0, 10),
     .unit = "per year",
     .sentence =
         "interest on negative cash of a pool and on the loans of spot positions, paid at every step end; default 0",
     .example = "8%"},
    {.name = NULL},
};

const struct field funding_file_fields[] = {
    {.name = "file",
     .type = FIELD_TEXT,
     AT(funding_file_keys, file),
     .required = 1,
     .sentence = "CSV file with a row of names, relative to the scenario"},
    {.name = "sha256",
     .type = FIELD_TEXT,
     AT(funding_file_keys, sha256),
     .sentence = "its digest, when it must be the one that it was"},
    {.name = NULL},
};

const struct field top_up_fields[] = {
    {.name = "below",
     .type = FIELD_FRACTION,
     AT(top_up_keys, below),
     .range = RANGE_BETWEEN(1, 1000),
     .sentence = "health (equity over maintenance) at a step end from which a pool is topped up; required",
     .example = "150%"},
    {.name = "to",
     .type = FIELD_FRACTION,
     AT(top_up_keys, to),
     .range = RANGE_BETWEEN(1, 1000),
     .sentence = "health that it is brought to; default: 'below'",
     .example = "200%"},
    {.name = "cap",
     .type = FIELD_NUMBER,
     AT(top_up_keys, cap),
     .range = RANGE_ABOVE(0),
     .unit = "account currency",
     .sentence = "most that one pool draws; default: all that the wallet has",
     .example = "2000"},
    {.name = "delay",
     .type = FIELD_DURATION,
     AT(top_up_keys, delay),
     .range = RANGE_FROM(0),
     .sentence = "time until the cash arrives; default 0",
     .example = "2 h"},
    {.name = NULL},
};

const struct field reduce_fields[] = {
    {.name = "margin_level",
     .type = FIELD_FRACTION,
     AT(reduce_keys, margin_level),
     .required = 1,
     .rival = "utilisation",
     .range = RANGE_ABOVE(0),
     .sentence = "a pool's margin level (equity over used margin) at or below which it is reduced, once"},
    {.name = "utilisation",
     .type = FIELD_FRACTION,
     AT(reduce_keys, utilisation),
     .rival = "margin_level",
     .alternative = 1,
     .range = {0, 1, OPEN_LOW},
     .sentence = "its utilisation (maintenance over equity) at or above which it is, instead"},
    {.name = "share",
     .type = FIELD_FRACTION,
     AT(reduce_keys, share),
     .required = 1,
     .range = {0, 1, OPEN_LOW},
     .sentence = "share of each of its positions that is closed, at the mark and without a liquidation fee"},
    {.name = NULL},
};

const struct field dynamic_fields[] = {
    {.name = "half_life",
     .type = FIELD_DURATION,
     AT(dynamic_keys, half_life),
     .range = RANGE_ABOVE(0),
     .sentence = "of the weights of past squared returns; default 10 d"},
    {.name = "floor",
     .type = FIELD_FRACTION,
     AT(dynamic_keys, floor),
     .range = {0, 1000, OPEN_LOW},
     .sentence = "least multiplier of requirements; default 100%"},
    {.name = "cap",
     .type = FIELD_FRACTION,
     AT(dynamic_keys, cap),
     .range = {0, 1000, OPEN_LOW},
     .sentence = "largest multiplier; default 300%"},
    {.name = "rate_limit",
     .type = FIELD_FRACTION,
     AT(dynamic_keys, rate_limit),
     .range = RANGE_ABOVE(0),
     .unit = "per day",
     .sentence = "most by which a multiplier rises, as a fraction of it; it falls at once; default 50%"},
    {.name = "notice",
     .type = FIELD_DURATION,
     AT(dynamic_keys, notice),
     .range = RANGE_FROM(0),
     .sentence = "time from the announcement of a multiplier until it holds; default 1 d"},
    {.name = NULL},
};
