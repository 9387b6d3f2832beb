/* The tables of how a run draws and what its results hold: sampling and output. */
#include "scenario_keys.h"

#define AT(structure, member) .offset = offsetof(struct structure, member)

static const struct choice shocks_choices[] = {
    {"double", "double precision", 0},
    {"single", "the same normals in single precision; faster, and all that follows the draw stays double", 0},
    {NULL, NULL, 0}};

const struct field sampling_fields[] = {
    {.name = "shocks",
     .type = FIELD_CHOICE,
     AT(sampling_keys, shocks),
     .standard = "double",
     .choices = shocks_choices,
     .sentence = "precision of the normals"},
    {.name = "antithetic",
     .type = FIELD_FLAG,
     AT(sampling_keys, antithetic),
     .standard = "false",
     .sentence = "paths come in pairs, the second with every normal of the first negated: faster, and more precise "
                 "where losses move one way with the market; errors and intervals are those of pairs; needs an even "
                 "number of paths"},
    {.name = NULL},
};

static const struct choice paths_choices[] = {{"all", "the columns of every path", 0},
                                              {"tail", "of the worst 1 % of any mode, at least 1000", 0},
                                              {"none", "statistics only", 0},
                                              {NULL, NULL, 0}};

const struct field sweep_fields[] = {
    {.name = "parameter",
     .type = FIELD_TEXT,
     AT(sweep_keys, parameter),
     .required = 1,
     .sentence = "any key as of -P; market.correlation.BTC.ETH is both entries of a pair; leverage and volatility are "
                 "multiples of every position and of every deviation",
     .example = "market.correlation_blend"},
    {.name = "values",
     .type = FIELD_NODE,
     AT(sweep_keys, values),
     .required = 1,
     .unit = "list of numbers, percentages or durations",
     .sentence = "what it takes in turn",
     .example = "[0, 0.25, 0.5, 0.75, 1]"},
    {.name = NULL},
};

const struct field output_fields[] = {
    {.name = "paths",
     .type = FIELD_CHOICE,
     AT(output_keys, paths),
     .standard = "all",
     .choices = paths_choices,
     .sentence = "which columns per path the results keep"},
    {.name = "trajectories",
     .type = FIELD_FLAG,
     AT(output_keys, trajectories),
     .standard = "true",
     .sentence = "drawdown, lowest margin level, fans and alerts: what must look at every pool at every step"},
    {.name = "correlation_risk",
     .type = FIELD_FLAG,
     AT(output_keys, correlation_risk),
     .standard = "false",
     .sentence = "what every correlation and volatility does to liquidations and expected shortfall, with errors, and "
                 "what each position contributes; costs some 40 % more time"},
    {.name = NULL},
};
