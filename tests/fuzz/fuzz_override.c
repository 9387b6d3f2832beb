/* Any bytes as a CSV file, and as an assignment of the command line to a scenario that is fine: never a crash, a leak
 * or a hang; what loads has a resolved text that loads again and resolves to itself. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char base[] =
    "name: t\nhorizon: 2 d\naccount: {balance: 1000}\n"
    "market: {assets: [{name: A, price: 1, volatility: 1}, {name: B, price: 1, volatility: 1}], "
    "correlation: [[1, 0], [0, 1]]}\n"
    "positions: [{name: a, asset: A, side: long, notional: 100, margin: 50}, {name: b, asset: B, quantity: 10, "
    "margin: 50}]\nlimits: {cross.mean_loss: 3}\n";

static enum riskpool_status load(const char *text, const char *assignment, struct riskpool_scenario **scenario) {
    char *messages;
    enum riskpool_status status =
        scenario_read_text(text, strlen(text), "t.yaml", &assignment, assignment ? 1 : 0, 0, scenario, &messages);
    if (status != RISKPOOL_OK && !messages)
        __builtin_trap();
    riskpool_text_free(messages);
    return status;
}

static void try_csv(const char *bytes, size_t size) {
    struct tree tree = {0};
    struct report report = {0};
    char *messages;
    const struct source *source = report_text(&report, "x.csv", bytes, size);
    if (!csv_read(source, &tree, &report) && report.n_errors == 0)
        __builtin_trap();
    report_render(&report, &messages);
    free(messages);
    report_free(&report);
    tree_free(&tree);
}

static void try_assignment(const char *bytes, size_t size) {
    struct riskpool_scenario *scenario = NULL, *again = NULL;
    char *assignment = text_copy(bytes, size);
    if (load(base, assignment, &scenario) == RISKPOOL_OK &&
        (load(scenario->resolved, NULL, &again) != RISKPOOL_OK || strcmp(scenario->resolved, again->resolved) != 0))
        __builtin_trap();
    riskpool_scenario_free(again);
    riskpool_scenario_free(scenario);
    free(assignment);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    try_csv((const char *)bytes, size);
    try_assignment((const char *)bytes, size);
    return 0;
}
