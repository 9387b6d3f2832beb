/* The summary of a run: its modes side by side, for people and for programs. It knows how numbers look, not how they
 * come about. */
#ifndef SUMMARY_H
#define SUMMARY_H

#include <stdio.h>

#include "riskpool.h"

enum summary_format {
    SUMMARY_TEXT,     /* a table, errors and intervals beside the estimates */
    SUMMARY_MARKDOWN, /* the same as Markdown tables */
    SUMMARY_CSV,      /* one line for each value: group, variable, at, value */
    SUMMARY_JSON      /* one object; "confidence" holds the levels of every array, NaN is null */
};

/* RISKPOOL_WRITE_FAILED when `out` did not take it all. */
enum riskpool_status summary_write(FILE *out, const struct riskpool_results *results, enum summary_format format);

#endif
