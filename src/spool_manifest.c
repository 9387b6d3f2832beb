/* Which run a spool is of, and who worked on it: JSON for programs and for people. It compares, and names what differs.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "outcome.h"
#include "spool_parts.h"
#include "store_file.h"

enum { SPOOL_FORMAT = 1 };

/* Whole numbers beyond what JSON libraries read as integers are texts everywhere. */
static json_t *whole(uint64_t value) {
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, value);
    return json_string(digits);
}

/* As they hold from any folder; NULL when out of memory. Names that are not UTF-8 cannot be told. */
static json_t *overrides_json(const struct spool_terms *terms) {
    json_t *overrides = json_array();
    for (size_t i = 0; i < terms->n_overrides; i++) {
        char *text = scenario_absolute_override(terms->overrides[i]);
        if (!text) {
            json_decref(overrides);
            return NULL;
        }
        json_array_append_new(overrides, json_string(text));
        free(text);
    }
    return overrides;
}

static json_t *manifest_json(const struct spool_terms *terms) {
    const struct riskpool_scenario *s = terms->scenario;
    json_t *overrides = overrides_json(terms);
    json_t *path = terms->scenario_path ? json_string(terms->scenario_path) : NULL;
    return json_pack("{s:s, s:i, s:s, s:s, s:o, s:o, s:i, s:i, s:b, s:s, s:o, s:o, s:s}", "filetype", "riskpool spool",
                     "format", SPOOL_FORMAT, "riskpool", riskpool_version(), "scenario_sha256", s->sha256, "seed",
                     whole(s->market.seed), "paths", whole(s->n_paths), "block_size", (int)BLOCK, "batch_size",
                     (int)BATCH, "target_error", terms->growing, "name", s->name, "scenario_path",
                     path ? path : json_null(), "overrides", overrides, "resolved_scenario", s->resolved);
}

static const char *text_of(const json_t *manifest, const char *key) {
    const char *text = json_string_value(json_object_get(manifest, key));
    return text ? text : "";
}

/* The first line of either text that the other does not have there, without indentation. */
static void first_difference(const char *a, const char *b, char line_a[80], char line_b[80]) {
    const char *start = a;
    const ptrdiff_t shift = b - a;
    while (*a && *a == a[shift])
        if (*a++ == '\n')
            start = a;
    const char *other = start + shift;
    start += strspn(start, " ");
    other += strspn(other, " ");
    snprintf(line_a, 80, "%.*s", (int)strcspn(start, "\n"), start);
    snprintf(line_b, 80, "%.*s", (int)strcspn(other, "\n"), other);
}

/* Says what differs; RISKPOOL_CANNOT_CREATE when anything does. */
static enum riskpool_status compare(struct spool *spool, const json_t *manifest) {
    const struct riskpool_scenario *s = spool->terms.scenario;
    char seed[24], paths[24], ours[80], theirs[80];
    const char *what = NULL, *there = theirs, *here = ours;
    snprintf(seed, sizeof seed, "%" PRIu64, s->market.seed);
    snprintf(paths, sizeof paths, "%" PRIu64, s->n_paths);
    snprintf(theirs, sizeof theirs, "%" PRIi64, (int64_t)json_integer_value(json_object_get(manifest, "batch_size")));
    snprintf(ours, sizeof ours, "%d", (int)BATCH);
    if (strcmp(text_of(manifest, "filetype"), "riskpool spool") != 0 ||
        json_integer_value(json_object_get(manifest, "format")) != SPOOL_FORMAT)
        what = "the format", there = "unknown", here = "1";
    else if (strcmp(text_of(manifest, "riskpool"), riskpool_version()) != 0)
        what = "the version", there = text_of(manifest, "riskpool"), here = riskpool_version();
    else if (strcmp(theirs, ours) != 0)
        what = "the batch size";
    else if (strcmp(text_of(manifest, "seed"), seed) != 0)
        what = "the seed", there = text_of(manifest, "seed"), here = seed;
    else if (strcmp(text_of(manifest, "paths"), paths) != 0)
        what = "the number of paths", there = text_of(manifest, "paths"), here = paths;
    else if (strcmp(text_of(manifest, "scenario_sha256"), s->sha256) != 0) {
        what = "the scenario";
        first_difference(text_of(manifest, "resolved_scenario"), s->resolved, theirs, ours);
    } else if (json_is_true(json_object_get(manifest, "target_error")) != (spool->terms.growing != 0))
        what = "--target-error", there = spool->terms.growing ? "without" : "with",
        here = spool->terms.growing ? "with" : "without";
    if (!what)
        return RISKPOOL_OK;
    store_message(&spool->message, "%s holds another run: %s differs (there: %s; now: %s)", spool->folder, what, there,
                  here);
    return RISKPOOL_CANNOT_CREATE;
}

static enum riskpool_status write_manifest(struct spool *spool, const char *path) {
    const struct riskpool_scenario *s = spool->terms.scenario;
    json_t *json = manifest_json(&spool->terms);
    char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL, *scenario = spool_path(spool, "scenario.yaml");
    enum riskpool_status status = text && scenario ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    if (status == RISKPOOL_OK)
        status = store_file_replace(scenario, s->text, strlen(s->text), NULL, &spool->message);
    if (status == RISKPOOL_OK)
        status = store_file_replace(path, text, strlen(text), NULL, &spool->message);
    json_decref(json);
    free(text);
    free(scenario);
    return status;
}

/* A folder of that name that holds other things is not ours to fill. */
static enum riskpool_status check_foreign(struct spool *spool) {
    DIR *folder = opendir(spool->folder);
    enum riskpool_status status = RISKPOOL_OK;
    for (struct dirent *found = folder ? readdir(folder) : NULL; found; found = readdir(folder))
        if (strcmp(found->d_name, ".") != 0 && strcmp(found->d_name, "..") != 0 && !spool_is_own(found->d_name)) {
            store_message(&spool->message, "%s: is not a spool; it holds %s", spool->folder, found->d_name);
            status = RISKPOOL_CANNOT_CREATE;
            break;
        }
    if (folder)
        closedir(folder);
    return status;
}

enum riskpool_status spool_manifest_agree(struct spool *spool) {
    char *path = spool_path(spool, "manifest.json");
    json_error_t error;
    enum riskpool_status status = RISKPOOL_NO_MEMORY;
    if (path && access(path, F_OK) != 0) {
        status = spool->reading ? RISKPOOL_INPUT_MISSING : check_foreign(spool);
        if (status == RISKPOOL_OK)
            status = write_manifest(spool, path);
    } else if (path) {
        json_t *manifest = json_load_file(path, 0, &error);
        status = RISKPOOL_CANNOT_CREATE;
        if (manifest)
            status = compare(spool, manifest);
        else
            store_message(&spool->message, "%s: is damaged: %s", path, error.text);
        json_decref(manifest);
    }
    free(path);
    return status;
}

static enum riskpool_status read_text(const char *path, struct spool_manifest *manifest, char **message) {
    FILE *file = fopen(path, "rb");
    size_t capacity = 0;
    if (!file) {
        store_message(message, "%s: cannot be read: %s", path, strerror(errno));
        return RISKPOOL_INPUT_MISSING;
    }
    for (size_t n = 1; n > 0; manifest->size += n) {
        if (manifest->size + 4096 > capacity) {
            capacity = 2 * capacity + 8192;
            char *longer = realloc(manifest->text, capacity);
            if (!longer)
                break;
            manifest->text = longer;
        }
        n = fread(manifest->text + manifest->size, 1, capacity - manifest->size, file);
    }
    const int fine = feof(file) && manifest->text;
    fclose(file);
    return fine ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
}

static enum riskpool_status take_json(const json_t *json, struct spool_manifest *manifest) {
    const json_t *overrides = json_object_get(json, "overrides");
    manifest->growing = json_is_true(json_object_get(json, "target_error"));
    manifest->scenario_path = strdup(text_of(json, "scenario_path"));
    manifest->overrides = calloc(json_array_size(overrides) + 1, sizeof *manifest->overrides);
    if (!manifest->scenario_path || !manifest->overrides)
        return RISKPOOL_NO_MEMORY;
    for (size_t i = 0; i < json_array_size(overrides); i++) {
        const char *text = json_string_value(json_array_get(overrides, i));
        manifest->overrides[i] = strdup(text ? text : "");
        if (!manifest->overrides[i])
            return RISKPOOL_NO_MEMORY;
        manifest->n_overrides = i + 1;
    }
    return RISKPOOL_OK;
}

enum riskpool_status spool_manifest_read(const char *folder, struct spool_manifest *manifest, char **message) {
    char *path = NULL, *scenario = NULL;
    json_error_t error;
    json_t *json = NULL;
    enum riskpool_status status = RISKPOOL_NO_MEMORY;
    *manifest = (struct spool_manifest){0};
    *message = NULL;
    if (asprintf(&path, "%s/manifest.json", folder) < 0 || asprintf(&scenario, "%s/scenario.yaml", folder) < 0)
        goto out;
    status = RISKPOOL_INPUT_MISSING;
    if (access(path, R_OK) != 0) {
        store_message(message, "%s: is not a spool: %s", folder, strerror(errno));
        goto out;
    }
    json = json_load_file(path, 0, &error);
    status = RISKPOOL_INVALID;
    if (!json || strcmp(text_of(json, "filetype"), "riskpool spool") != 0)
        store_message(message, "%s: is not the manifest of a spool%s%s", path, json ? "" : ": ",
                      json ? "" : error.text);
    else
        status = take_json(json, manifest);
    if (status == RISKPOOL_OK)
        status = read_text(scenario, manifest, message);
out:
    json_decref(json);
    free(path);
    free(scenario);
    return status;
}

void spool_manifest_free(struct spool_manifest *manifest) {
    for (size_t i = 0; i < manifest->n_overrides; i++)
        free(manifest->overrides[i]);
    free(manifest->overrides);
    free(manifest->scenario_path);
    free(manifest->text);
    *manifest = (struct spool_manifest){0};
}
