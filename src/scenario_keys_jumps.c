/* The tables of maps that only some market models have. No key has a default of the table, which every other model
 * would show as well: scenario_jumps.c fills them in. */
#include "scenario_keys.h"

#define AT(structure, member) .offset = offsetof(struct structure, member)

#define INTENSITY(meaning)                                                                                       \
    {                                                                                                            \
        .name = "intensity", .type = FIELD_NUMBER, AT(jump_keys, intensity), .range = RANGE_BETWEEN(0, 1000000), \
        .unit = "per year", .sentence = meaning                                                                  \
    }
#define MEAN                                                                                        \
    {                                                                                               \
        .name = "mean", .type = FIELD_FRACTION, AT(jump_keys, mean), .range = RANGE_BETWEEN(-3, 3), \
        .sentence = "mean of the log jump; required"                                                \
    }
#define DEVIATION                                                                                            \
    {                                                                                                        \
        .name = "deviation", .type = FIELD_FRACTION, AT(jump_keys, deviation), .range = RANGE_BETWEEN(0, 3), \
        .sentence = "standard deviation of the log jump; required"                                           \
    }

static const struct choice size_choices[] = {
    {"own", "each asset draws its own size, times its jump_beta", 0},
    {"common", "one size for all, times each asset's jump_beta", 0},
    {NULL, NULL, 0},
};

const struct field jump_fields[] = {
    INTENSITY("expected number of jumps; of hawkes: in the long run, those set off by others included; required"),
    MEAN,
    DEVIATION,
    {.name = "sizes",
     .type = FIELD_CHOICE,
     AT(jump_keys, sizes),
     .choices = size_choices,
     .sentence = "sizes in a common jump; default own"},
    {.name = "duration",
     .type = FIELD_DURATION,
     AT(jump_keys, duration),
     .range = RANGE_FROM(0),
     .sentence = "time over which a jump unfolds, in equal pieces at the ends of the steps that it spans, at most 100; "
                 "default 0: at once"},
    {.name = "branching",
     .type = FIELD_FRACTION,
     AT(jump_keys, branching),
     .range = {0, 1, OPEN_HIGH},
     .sentence = "hawkes: how many jumps a jump sets off, on average; required there"},
    {.name = "half_life",
     .type = FIELD_DURATION,
     AT(jump_keys, half_life),
     .range = RANGE_ABOVE(0),
     .sentence = "hawkes: time in which what a jump adds to the intensity decays by half; required there"},
    {.name = NULL},
};

const struct field own_jump_fields[] = {
    INTENSITY("expected number of jumps; required"),
    MEAN,
    DEVIATION,
    {.name = NULL},
};
