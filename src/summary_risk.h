/* The summary of /correlation_risk: tables for people, an object for programs. Inside summary only; results->risk is
 * there. */
#ifndef SUMMARY_RISK_H
#define SUMMARY_RISK_H

#include <jansson.h>

#include "results.h"
#include "summary_table.h"

/* What correlations and volatilities do, those first that do most; at most so many rows of each. */
enum { RISK_ROWS = 10 };
void risk_slopes(struct table *table, const struct riskpool_results *results);
/* What positions contribute to the expected shortfall, and the loss when they are liquidated. */
void risk_contributions(struct table *table, const struct riskpool_results *results);
/* Every variable of the group, as lists of lists by its dimensions. */
json_t *risk_object(const struct riskpool_results *results);

#endif
