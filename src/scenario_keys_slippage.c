/* The keys of slippage. */
#include "impact.h"
#include "scenario_keys.h"

#define AT(structure, member) .offset = offsetof(struct structure, member)

static const struct choice shape_choices[] = {
    [IMPACT_LINEAR] = {"linear", "in proportion to the displaced volume (Kyle 1985)", 0},
    [IMPACT_SQUARE_ROOT] = {"square-root", "with its square root: what slow orders of size do", 0},
    {NULL, NULL, 0}};

const struct field slippage_depth = {
    .name = "depth", .type = FIELD_NUMBER, .range = RANGE_ABOVE(0), .unit = "account currency"};

const struct field slippage_fields[] = {
    {.name = "depth",
     .type = FIELD_NODE,
     AT(slippage_keys, depth),
     .alternative = 1,
     .unit = "number above 0 in account currency, or {ASSET: number, default: number}",
     .sentence = "notional, at the starting price, whose sale moves the price by 1 %; required in this section",
     .example = "{BTC: 20000000, default: 1000000}"},
    {.name = "shape",
     .type = FIELD_CHOICE,
     AT(slippage_keys, shape),
     .alternative = 1,
     .choices = shape_choices,
     .sentence = "how the log price falls with the displaced volume; default linear",
     .example = "linear"},
    {.name = "half_life",
     .type = FIELD_DURATION,
     AT(slippage_keys, half_life),
     .alternative = 1,
     .range = RANGE_ABOVE(0),
     .sentence = "time in which half of the displaced volume comes back; default 2 min",
     .example = "2 min"},
    {.name = NULL},
};
