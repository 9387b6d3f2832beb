/* Any bytes as a file of a spool: the manifest (first byte even) or batches (odd): never a crash, a leak or a batch
 * that was not written. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool.h"
#include "spool_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char scenario_text[] =
    "name: t\nhorizon: 2 d\nstep: 1 d\npaths: 10000\nseed: 1\n"
    "market: {model: gbm, assets: [{name: A, price: 100, volatility: 50%}]}\naccount: {balance: 1000}\n"
    "positions: [{name: a, asset: A, side: long, notional: 100, margin: 50}]\n";

static void write_file(const char *folder, const char *name, const uint8_t *bytes, size_t size) {
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        abort();
}

static void read_batches(struct spool *spool) {
    unsigned char bytes[4096];
    uint64_t end;
    size_t n = 0;
    (void)spool_count(spool, UINT64_MAX, &end);
    for (uint64_t batch = 0; batch < 8; batch++)
        if (spool_read(spool, batch, bytes, sizeof bytes, &n) == RISKPOOL_OK && n > sizeof bytes)
            __builtin_trap();
}

/* The head is ours, so that what is behind it is looked at. */
static void write_unit(const char *folder, const struct spool *spool, const uint8_t *bytes, size_t size) {
    uint8_t *unit = malloc(SPOOL_UNIT_HEAD + size);
    if (!unit)
        abort();
    spool_unit_head(unit, spool->identity);
    memcpy(unit + SPOOL_UNIT_HEAD, bytes, size);
    write_file(folder, "unit-1.bin", unit, SPOOL_UNIT_HEAD + size);
    free(unit);
}

static void open_and_read(const struct spool_terms *terms, const uint8_t *bytes, size_t size) {
    struct spool *spool = NULL;
    char *message = NULL;
    if (spool_open(terms, &spool, &message) == RISKPOOL_OK) {
        if (bytes) {
            write_unit(terms->folder, spool, bytes, size);
            if (spool_index_fill(spool) != RISKPOOL_OK)
                __builtin_trap();
        }
        read_batches(spool);
    } else if (!message)
        __builtin_trap();
    spool_close(spool);
    riskpool_text_free(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    char folder[] = "/tmp/riskpool-fuzz-XXXXXX", *message = NULL;
    struct riskpool_scenario *scenario = NULL;
    struct spool_manifest manifest;
    if (size == 0 || !mkdtemp(folder) ||
        scenario_read_text(scenario_text, strlen(scenario_text), "t.yaml", NULL, 0, 0, &scenario, &message) !=
            RISKPOOL_OK)
        return 0;
    struct spool_terms terms = {.folder = folder, .scenario = scenario};
    if (bytes[0] % 2 == 0) {
        write_file(folder, "manifest.json", bytes + 1, size - 1);
        write_file(folder, "scenario.yaml", bytes, size);
        if (spool_manifest_read(folder, &manifest, &message) != RISKPOOL_OK && !message)
            __builtin_trap();
        spool_manifest_free(&manifest);
        riskpool_text_free(message);
        message = NULL;
    }
    open_and_read(&terms, bytes[0] % 2 ? bytes + 1 : NULL, size - 1);
    terms.fresh = 1;
    struct spool *spool = NULL;
    if (spool_open(&terms, &spool, &message) != RISKPOOL_OK)
        __builtin_trap();
    spool_remove(spool);
    spool_close(spool);
    if (access(folder, F_OK) == 0)
        __builtin_trap();
    riskpool_text_free(message);
    riskpool_scenario_free(scenario);
    return 0;
}
