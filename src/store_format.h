/* What writer and reader of the results file agree on beside the tables of results.h. Inside store only. */
#ifndef STORE_FORMAT_H
#define STORE_FORMAT_H

#include "results.h"

#define STORE_FILETYPE "riskpool results"

/* Minor: additions that old readers may ignore. Major: everything else. */
enum { STORE_FORMAT_MAJOR = 1, STORE_FORMAT_MINOR = 0 };

/* Variables of /market. */
enum market_variable {
    MARKET_price,
    MARKET_volatility,
    MARKET_drift,
    MARKET_correlation,
    MARKET_correlation_requested,
    MARKET_COUNT
};

extern const struct result_field store_market_fields[MARKET_COUNT];

/* Whether a group of this name at the root is not a mode. */
int store_is_reserved(const char *name);

#endif
