/* Any bytes as a scenario file: loading ends with a code and, when it fails, with messages; never with a crash, a leak
 * or a hang. What loads has a resolved text that loads again and resolves to itself. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "riskpool.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Loads the bytes through a file that exists in memory only. */
static enum riskpool_status load(const void *bytes, size_t size, struct riskpool_scenario **scenario, char **messages) {
    char path[64];
    int file = memfd_create("scenario.yaml", 0);
    assert(file >= 0 && write(file, bytes, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    enum riskpool_status status = riskpool_scenario_load(path, NULL, 0, scenario, messages);
    close(file);
    return status;
}

static void check_resolved(const struct riskpool_scenario *scenario) {
    struct riskpool_scenario *again = NULL;
    char *messages = NULL;
    const char *resolved = riskpool_scenario_resolved(scenario);
    if (load(resolved, strlen(resolved), &again, &messages) != RISKPOOL_OK) {
        fprintf(stderr, "the resolved scenario does not load: %s\n%s", messages ? messages : "", resolved);
        __builtin_trap();
    }
    if (strcmp(resolved, riskpool_scenario_resolved(again)) != 0)
        __builtin_trap();
    riskpool_text_free(messages);
    riskpool_scenario_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct riskpool_scenario *scenario = NULL;
    char *messages = NULL;
    enum riskpool_status status = load(bytes, size, &scenario, &messages);
    if (status == RISKPOOL_OK)
        check_resolved(scenario);
    else if (!messages || !*messages)
        __builtin_trap();
    riskpool_text_free(messages);
    riskpool_scenario_free(scenario);
    return 0;
}
