/* The log as one JSON object. */
#include "log.h"

#include <gsl/gsl_version.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

static json_t *entry_json(const struct log_entry *entry) {
    char host[256] = "", date[32] = "";
    const time_t now = time(NULL);
    struct tm utc;
    if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    if (gmtime_r(&now, &utc))
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    const double asset_steps = (double)entry->n_paths * (double)entry->n_steps * (double)entry->n_assets;
    return json_pack("{s:s, s:s, s:s, s:s, s:f, s:i, s:f, s:f, s:s, s:s, s:s, s:{s:s, s:s}}", "finished", date, "host",
                     host, "scenario", entry->scenario, "results", entry->results, "seconds", entry->seconds, "threads",
                     entry->threads, "paths_per_second", (double)entry->n_paths / entry->seconds,
                     "nanoseconds_per_asset_step_and_thread", 1e9 * entry->seconds * entry->threads / asset_steps,
                     "riskpool", riskpool_version(), "instruction_set", riskpool_instruction_set(), "compiler",
                     COMPILER, "libraries", "gsl", GSL_VERSION, "jansson", JANSSON_VERSION);
}

enum riskpool_status log_write(const struct log_entry *entry) {
    char *path = NULL;
    enum riskpool_status status = RISKPOOL_NO_MEMORY;
    json_t *json = entry_json(entry);
    if (json && asprintf(&path, "%s.log.json", entry->results) >= 0)
        status = json_dump_file(json, path, JSON_INDENT(2)) == 0 ? RISKPOOL_OK : RISKPOOL_WRITE_FAILED;
    json_decref(json);
    free(path);
    return status;
}
