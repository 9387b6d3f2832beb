/* The variances of heston: defaults, and what they become. */
#include <math.h>
#include <string.h>

#include "scenario_parts.h"

void scenario_heston(struct reading *reading) {
    struct market *market = &reading->scenario->market;
    struct asset_keys *assets = reading->keys.market.assets.items;
    const int model = reading->keys.market.model;
    if (model < 0 || strcmp(model_choices[model].name, "heston") != 0)
        return;
    for (size_t i = 0; i < market->n_assets; ++i) {
        struct asset_keys *keys = &assets[i];
        if (isnan(keys->long_volatility))
            keys->long_volatility = market->assets[i].volatility;
        if (isnan(keys->variance_correlation))
            keys->variance_correlation = 0;
        market->assets[i].variance = (struct variance_law){.reversion = keys->mean_reversion,
                                                           .level = keys->long_volatility * keys->long_volatility,
                                                           .volatility = keys->variance_volatility,
                                                           .correlation = keys->variance_correlation};
    }
}
