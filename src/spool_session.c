/* Who worked on a run, when, and how it ended: a small file for each process in the spool, for the log. None of it
 * enters the results, and nothing fails for want of it. */
#include <dirent.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "spool_parts.h"

/* UTC; to be freed. */
static char *date_now(void) {
    char date[32] = "";
    const time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc))
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return strdup(date);
}

static json_t *session_json(const struct spool *spool, const char *host) {
    char *now = spool->end ? date_now() : NULL;
    json_t *json = json_pack("{s:s, s:s?, s:s?, s:s?}", "host", host, "started", spool->start_date, "ended", now, "how",
                             spool->end);
    if (json && spool->terms.n_shards > 0) {
        json_object_set_new(json, "shard", json_integer((json_int_t)spool->terms.shard));
        json_object_set_new(json, "shards", json_integer((json_int_t)spool->terms.n_shards));
    }
    if (json && spool->end)
        json_object_set_new(json, "paths", json_integer((json_int_t)spool->end_paths));
    free(now);
    return json;
}

static void host_name(char host[256]) {
    if (gethostname(host, 255) != 0)
        host[0] = '\0';
    for (char *at = host; *at; at++)
        *at = *at == '/' ? '_' : *at;
}

void spool_session_write(struct spool *spool) {
    char host[256] = "", *name = NULL;
    host_name(host);
    if (!spool->start_date)
        spool->start_date = date_now();
    if (!spool->session &&
        asprintf(&name, "session-%s-%s-%ld.json", spool->start_date ? spool->start_date : "", host, (long)getpid()) > 0)
        spool->session = spool_path(spool, name);
    free(name);
    json_t *json = session_json(spool, host);
    if (spool->session && json && spool->entered && !spool->reading)
        (void)json_dump_file(json, spool->session, JSON_INDENT(2));
    json_decref(json);
}

void spool_end_session(struct spool *spool, const char *how, uint64_t n_paths) {
    spool->end = how;
    spool->end_paths = n_paths;
    spool_session_write(spool);
}

static int is_session(const struct dirent *entry) {
    return strncmp(entry->d_name, "session-", 8) == 0;
}

char *spool_sessions(const struct spool *spool) {
    struct dirent **found = NULL;
    char host[256] = "";
    json_t *sessions = json_array();
    const int n = spool->entered ? scandir(spool->folder, &found, is_session, alphasort) : 0;
    for (int i = 0; i < n; i++) {
        char *path = spool_path(spool, found[i]->d_name);
        json_t *session = path ? json_load_file(path, 0, NULL) : NULL;
        if (session)
            json_array_append_new(sessions, session);
        free(path);
        free(found[i]);
    }
    free(found);
    host_name(host);
    if (n <= 0)
        json_array_append_new(sessions, session_json(spool, host));
    char *text = json_dumps(sessions, JSON_COMPACT);
    json_decref(sessions);
    return text;
}
