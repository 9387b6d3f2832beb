/* The parts of the results file that no statistic describes: the market's variables and the names of groups. */
#include "store_format.h"

#include <hdf5.h>
#include <stdio.h>
#include <string.h>

#include "store.h"

const struct result_field store_market_fields[MARKET_COUNT] = {
    [MARKET_price] = {"price", {DIM_ASSET, DIM_NONE}, UNIT_MONEY, "price at the start"},
    [MARKET_volatility] = {"volatility",
                           {DIM_ASSET, DIM_NONE},
                           UNIT_PER_YEAR,
                           "annual volatility: standard deviation over a year, as a fraction"},
    [MARKET_drift] = {"drift", {DIM_ASSET, DIM_NONE}, UNIT_PER_YEAR, "growth rate of the expected price"},
    [MARKET_correlation] = {"correlation", {DIM_ASSET, DIM_ASSET_2}, UNIT_ONE, "correlation of the assets, as used"},
    [MARKET_correlation_requested] = {"correlation_requested",
                                      {DIM_ASSET, DIM_ASSET_2},
                                      UNIT_ONE,
                                      "correlation of the assets, as the scenario asks for before its repair"},
};

int store_is_reserved(const char *name) {
    static const char *const reserved[] = {"market", "comparison", "correlation_risk", "sweep", "provenance"};
    int found = 0;
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        found |= strcmp(name, reserved[i]) == 0;
    return found;
}

void store_library_version(char text[32]) {
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    snprintf(text, 32, "%u.%u.%u", major, minor, release);
}
