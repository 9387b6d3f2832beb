/* The summary for programs. Inside summary only. */
#ifndef SUMMARY_JSON_H
#define SUMMARY_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "results.h"

enum riskpool_status summary_json(FILE *out, const struct riskpool_results *results);
void summary_csv(FILE *out, const struct riskpool_results *results);

/* null for what is not finite. */
json_t *json_number(double value);
/* Whole numbers beyond what JSON libraries read as integers become texts. */
json_t *json_whole(uint64_t value);
/* A field of RFC 4180. */
void csv_text(FILE *out, const char *text);

#endif
