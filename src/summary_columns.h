/* What the table over many runs is made of. Inside summary only. */
#ifndef SUMMARY_COLUMNS_H
#define SUMMARY_COLUMNS_H

#include "summary_overview.h"

extern const int overview_statistic[OVERVIEW_VALUES]; /* enum statistic */

void overview_csv(FILE *out, const struct overview *overview);
enum riskpool_status overview_json(FILE *out, const struct overview *overview);

#endif
