/* What every stage of a reading does: own memory, find names, object. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "scenario_parts.h"

char *scenario_copy(struct reading *reading, const char *text) {
    char *copy = text ? text_copy(text, strlen(text)) : NULL;
    reading->report.no_memory |= text && !copy;
    return copy;
}

void *scenario_allocate(struct reading *reading, size_t n, size_t size) {
    void *memory = calloc(n > 0 ? n : 1, size);
    reading->report.no_memory |= !memory;
    return memory;
}

static size_t asset_index(const struct riskpool_scenario *scenario, const char *name) {
    size_t i = 0;
    while (i < scenario->market.n_assets &&
           (!scenario->market.assets[i].name || strcmp(scenario->market.assets[i].name, name) != 0))
        i++;
    return i;
}

int scenario_has_asset(const struct reading *reading, const char *name) {
    return asset_index(reading->scenario, name) < reading->scenario->market.n_assets;
}

size_t scenario_find_asset(struct reading *reading, const struct node *node) {
    const struct market *market = &reading->scenario->market;
    size_t found = asset_index(reading->scenario, node->text);
    if (found == market->n_assets) {
        struct suggestion suggestion = {.nearest.word = node->text};
        for (size_t i = 0; i < market->n_assets; i++)
            if (market->assets[i].name)
                suggestion_offer(&suggestion, market->assets[i].name);
        report_unknown(&reading->report, &node->place, "asset", &suggestion);
    }
    return found;
}

void scenario_objection(struct reading *reading, const struct place *place, const char *help, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    report_add(&reading->report, reading->lenient ? SEVERITY_WARNING : SEVERITY_ERROR, place, help, format, arguments);
    va_end(arguments);
}
