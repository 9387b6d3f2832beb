/* The log as one JSON object. */
#include "log.h"

#include <gsl/gsl_version.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store.h"
#include "yaml_tree.h"

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

static json_t *batches_json(const struct log_entry *entry) {
    const uint64_t batches = (entry->n_paths + entry->batch_size - 1) / entry->batch_size;
    return json_pack("{s:I, s:I, s:I, s:I}", "all", (json_int_t)batches, "resumed", (json_int_t)entry->resumed, "saved",
                     (json_int_t)entry->saved, "damaged", (json_int_t)entry->damaged);
}

static json_t *libraries_json(void) {
    char hdf5[32];
    store_library_version(hdf5);
    return json_pack("{s:s, s:s, s:s, s:s}", "hdf5", hdf5, "libyaml", yaml_library_version(), "gsl", GSL_VERSION,
                     "jansson", JANSSON_VERSION);
}

/* Sessions that were killed or stopped before their work was done. */
static json_int_t interruptions(const json_t *sessions) {
    json_int_t n = 0;
    for (size_t i = 0; i < json_array_size(sessions); i++) {
        const char *how = json_string_value(json_object_get(json_array_get(sessions, i), "how"));
        n += !how || (strcmp(how, "finished") != 0 && strcmp(how, "shard done") != 0);
    }
    return n;
}

/* When the first process began. */
static const char *first_start(const json_t *sessions) {
    const char *start = json_string_value(json_object_get(json_array_get(sessions, 0), "started"));
    return start ? start : "";
}

static json_t *entry_json(const struct log_entry *entry) {
    json_t *sessions = entry->sessions ? json_loads(entry->sessions, 0, NULL) : NULL;
    sessions = sessions ? sessions : json_array();
    char host[256] = "", date[32] = "";
    const time_t now = time(NULL);
    struct tm utc;
    if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    if (gmtime_r(&now, &utc))
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    const uint64_t resumed = entry->resumed * entry->batch_size;
    const double own_paths = (double)(entry->n_paths > resumed ? entry->n_paths - resumed : 0);
    const double asset_steps = own_paths * (double)entry->n_steps * (double)entry->n_assets;
    json_t *log =
        json_pack("{s:s, s:s, s:s, s:s?, s:s, s:f, s:i, s:f, s:o, s:s, s:s, s:s}", "started", first_start(sessions),
                  "finished", date, "host", host, "scenario", entry->scenario, "results", entry->results, "seconds",
                  entry->seconds, "threads", entry->threads, "paths_per_second", own_paths / entry->seconds,
                  "nanoseconds_per_asset_step_and_thread",
                  asset_steps > 0.0 ? json_real(1e9 * entry->seconds * entry->threads / asset_steps) : json_null(),
                  "riskpool", riskpool_version(), "instruction_set", riskpool_instruction_set(), "compiler", COMPILER);
    if (log) {
        json_object_set_new(log, "batches", batches_json(entry));
        json_object_set_new(log, "interruptions", json_integer(interruptions(sessions)));
        json_object_set(log, "sessions", sessions);
        json_object_set_new(log, "libraries", libraries_json());
    }
    json_decref(sessions);
    return log;
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
