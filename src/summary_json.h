/* The summary for programs. Inside summary only. */
#ifndef SUMMARY_JSON_H
#define SUMMARY_JSON_H

#include <stdio.h>

#include "results.h"

enum riskpool_status summary_json(FILE *out, const struct riskpool_results *results);
void summary_csv(FILE *out, const struct riskpool_results *results);

#endif
