/* What every stage of a reading does: own memory, find files and names, object. */
#include <math.h>
#include <nettle/sha2.h>
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

void scenario_digest(const char *text, size_t size, char hexadecimal[65]) {
    struct sha256_ctx sha;
    uint8_t bytes[SHA256_DIGEST_SIZE];
    sha256_init(&sha);
    sha256_update(&sha, size, (const uint8_t *)text);
    sha256_digest(&sha, sizeof bytes, bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        hexadecimal[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        hexadecimal[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    hexadecimal[64] = '\0';
}

double scenario_whole_steps(const struct reading *reading, double seconds) {
    const double tolerance = 1e-9, steps = seconds / reading->keys.step, whole = round(steps);
    return fabs(steps - whole) <= tolerance * fmax(1, whole) ? whole : -1;
}

char *scenario_beside(struct reading *reading, const struct node *node, const char *file) {
    const char *from = scenario_is_layer(reading, node) ? node->place.source->name : reading->path;
    const char *slash = file[0] == '/' ? NULL : strrchr(from, '/');
    size_t folder = slash ? (size_t)(slash - from) + 1 : 0;
    char *path = tree_allocate(&reading->tree, folder + strlen(file) + 1);
    if (path) {
        memcpy(path, from, folder);
        strcpy(path + folder, file);
    }
    return path;
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
