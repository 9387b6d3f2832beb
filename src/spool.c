/* Keeping batches: they come together in memory and go into a file from time to time: when a second has passed, or a
 * hundredth of the time so far, up to a minute, and so that writing takes at most a fiftieth of one thread's time. So
 * much work is lost with a killed process. The first second of a run is not kept at all. */
#include "spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "outcome.h"
#include "spool_parts.h"
#include "store.h"
#include "store_file.h"

static const double least_interval = 1.0, most_interval = 60.0, interval_share = 0.01, cost_share = 0.02; /* seconds */

/* Written by then whatever the clock says; as much may come meanwhile. */
enum { BUFFER_BYTES = SPOOL_BUFFER };

static double seconds_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

char *spool_path(const struct spool *spool, const char *name) {
    char *path = NULL;
    return asprintf(&path, "%s/%s", spool->folder, name) < 0 ? NULL : path;
}

const char *spool_message(const struct spool *spool) {
    return spool->message;
}

const char *spool_folder(const struct spool *spool) {
    return spool->folder;
}

void spool_counts(const struct spool *spool, uint64_t *damaged, uint64_t *taken, uint64_t *saved) {
    *damaged = spool->damaged;
    *taken = spool->taken;
    *saved = spool->saved;
}

/* Two buffers; the list, and sorting it. */
uint64_t spool_memory(uint64_t n_batches, uint64_t n_bytes) {
    const uint64_t buffers = 2 * (uint64_t)BUFFER_BYTES;
    return (n_bytes < buffers ? n_bytes : buffers) + 2 * n_batches * sizeof(struct spool_entry);
}

int spool_is_shard(const struct spool *spool) {
    return spool->terms.n_shards > 0;
}

int spool_owns(const struct spool *spool, uint64_t batch) {
    return spool->terms.n_shards == 0 || batch % spool->terms.n_shards == spool->terms.shard;
}

/* Files of one run only: of one scenario, one version, one way to number paths. */
static uint64_t identity_of(const struct spool_terms *terms) {
    const uint64_t sizes[] = {BLOCK, BATCH, terms->growing != 0};
    const uint64_t sum = spool_sum(1, terms->scenario->sha256, sizeof terms->scenario->sha256);
    return spool_sum(spool_sum(sum, riskpool_version(), strlen(riskpool_version())), sizes, sizeof sizes);
}

static struct spool *spool_create(const struct spool_terms *terms) {
    struct spool *spool = calloc(1, sizeof *spool);
    if (!spool)
        return NULL;
    spool->terms = *terms;
    spool->lock = spool->shard_lock = spool->assembly_lock = -1;
    spool->identity = identity_of(terms);
    spool->folder = strdup(terms->folder);
    spool->scenario_path = strdup(terms->scenario_path ? terms->scenario_path : "");
    spool->terms.folder = spool->folder;
    spool->terms.scenario_path = spool->scenario_path;
    spool->started = spool->flushed = seconds_now();
    omp_init_lock(&spool->guard);
    if (spool->folder && spool->scenario_path)
        return spool;
    spool_close(spool);
    return NULL;
}

/* Hands out the spool, or ends it with its message. */
static enum riskpool_status hand_out(struct spool *opened, enum riskpool_status status, struct spool **spool,
                                     char **message) {
    if (status == RISKPOOL_OK) {
        *spool = opened;
        return status;
    }
    *message = opened->message;
    opened->message = NULL;
    spool_close(opened);
    return status;
}

enum riskpool_status spool_open(const struct spool_terms *terms, struct spool **spool, char **message) {
    *message = NULL;
    struct spool *opened = spool_create(terms);
    if (!opened)
        return RISKPOOL_NO_MEMORY;
    enum riskpool_status status = RISKPOOL_OK;
    if (terms->n_shards > 0 || access(terms->folder, F_OK) == 0) {
        status = spool_enter(opened);
        if (status == RISKPOOL_OK)
            status = spool_index_fill(opened);
    }
    spool_session_write(opened);
    return hand_out(opened, status, spool, message);
}

enum riskpool_status spool_open_finished(const struct spool_terms *terms, int only_look, struct spool **spool,
                                         char **message) {
    *message = NULL;
    struct spool *opened = spool_create(terms);
    if (!opened)
        return RISKPOOL_NO_MEMORY;
    opened->reading = 1;
    enum riskpool_status status = only_look ? spool_manifest_agree(opened) : spool_enter(opened);
    opened->entered = status == RISKPOOL_OK;
    if (status == RISKPOOL_OK)
        status = spool_index_fill(opened);
    return hand_out(opened, status, spool, message);
}

void spool_close(struct spool *spool) {
    if (!spool)
        return;
    spool_unlock(spool);
    spool_index_free(&spool->index);
    omp_destroy_lock(&spool->guard);
    void *const owned[] = {spool->folder,  spool->scenario_path, spool->buffer.bytes, spool->writing.bytes,
                           spool->session, spool->start_date,    spool->message};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    free(spool);
}

static int append(struct spool_buffer *buffer, uint64_t batch, const void *bytes, size_t size) {
    const size_t begin = buffer->n ? buffer->n : SPOOL_UNIT_HEAD, need = begin + SPOOL_BATCH_HEAD + size;
    if (need > buffer->capacity) {
        const size_t capacity = 2 * buffer->capacity > need ? 2 * buffer->capacity : 2 * need;
        unsigned char *longer = realloc(buffer->bytes, capacity);
        if (!longer)
            return 0;
        buffer->bytes = longer;
        buffer->capacity = capacity;
    }
    spool_batch_head(buffer->bytes + begin, batch, bytes, size);
    memcpy(buffer->bytes + begin + SPOOL_BATCH_HEAD, bytes, size);
    buffer->n = need;
    buffer->n_batches++;
    return 1;
}

/* One file with what is in the buffer, named after its contents. The folder may be new, or deleted under us. */
static enum riskpool_status write_unit(struct spool *spool, struct spool_buffer *buffer) {
    char name[64], *manifest = spool_path(spool, "manifest.json");
    enum riskpool_status status = manifest ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    if (manifest && (!spool->entered || access(manifest, F_OK) != 0)) {
        status = spool_enter(spool);
        spool_session_write(spool);
    }
    free(manifest);
    if (status != RISKPOOL_OK)
        return status;
    spool_unit_head(buffer->bytes, spool->identity);
    snprintf(name, sizeof name, "unit-%016" PRIx64 ".bin", spool_sum(spool->identity, buffer->bytes, buffer->n));
    char *path = spool_path(spool, name);
    status = path ? store_file_replace(path, buffer->bytes, buffer->n, NULL, &spool->message) : RISKPOOL_NO_MEMORY;
    free(path);
    if (status == RISKPOOL_OK)
        spool->saved += buffer->n_batches;
    return status;
}

static int is_due(const struct spool *spool, double now) {
    const double elapsed = now - spool->started;
    double interval = interval_share * elapsed < most_interval ? interval_share * elapsed : most_interval;
    interval = interval > least_interval ? interval : least_interval;
    interval = interval > spool->cost / cost_share ? interval : spool->cost / cost_share;
    return now - spool->flushed >= interval || spool->buffer.n >= (size_t)BUFFER_BYTES;
}

/* Called with the guard; gives it back while it writes. */
static enum riskpool_status write_out(struct spool *spool) {
    const struct spool_buffer full = spool->buffer;
    spool->buffer = spool->writing;
    spool->writing = full;
    spool->busy = 1;
    omp_unset_lock(&spool->guard);
    const double begin = seconds_now();
    enum riskpool_status status = write_unit(spool, &spool->writing);
    const double end = seconds_now();
    omp_set_lock(&spool->guard);
    free(spool->writing.bytes);
    spool->writing = (struct spool_buffer){0};
    spool->busy = 0;
    spool->flushed = end;
    spool->cost = end - begin;
    return status;
}

/* Waits, with the guard, until nobody writes. */
static void wait_for_writer(struct spool *spool) {
    const struct timespec pause = {0, 1000000};
    while (spool->busy) {
        omp_unset_lock(&spool->guard);
        nanosleep(&pause, NULL);
        omp_set_lock(&spool->guard);
    }
}

int spool_wants(const struct spool *spool) {
    int entered;
#pragma omp atomic read
    entered = spool->entered;
    return entered || seconds_now() - spool->started >= least_interval;
}

enum riskpool_status spool_keep(struct spool *spool, uint64_t batch, const void *bytes, size_t size) {
    enum riskpool_status status = RISKPOOL_OK;
    omp_set_lock(&spool->guard);
    if (spool->busy && spool->buffer.n >= (size_t)BUFFER_BYTES)
        wait_for_writer(spool);
    if (!append(&spool->buffer, batch, bytes, size))
        status = RISKPOOL_NO_MEMORY;
    else if (!spool->busy && is_due(spool, seconds_now()))
        status = write_out(spool);
    omp_unset_lock(&spool->guard);
    return status;
}

enum riskpool_status spool_flush(struct spool *spool) {
    enum riskpool_status status = RISKPOOL_OK;
    omp_set_lock(&spool->guard);
    wait_for_writer(spool);
    if (spool->buffer.n > 0)
        status = write_out(spool);
    omp_unset_lock(&spool->guard);
    return status;
}

void spool_clear(struct spool *spool) {
    DIR *folder = opendir(spool->folder);
    for (struct dirent *found = folder ? readdir(folder) : NULL; found; found = readdir(folder)) {
        const size_t length = strlen(found->d_name);
        const int is_lock =
            strcmp(found->d_name, "lock") == 0 || (length > 5 && strcmp(found->d_name + length - 5, ".lock") == 0);
        if (spool_is_own(found->d_name) && !is_lock)
            unlinkat(dirfd(folder), found->d_name, 0);
    }
    if (folder)
        closedir(folder);
}

/* Locks go last: who gets one then finds it deleted. */
void spool_remove_folder(struct spool *spool) {
    DIR *folder = opendir(spool->folder);
    for (struct dirent *found = folder ? readdir(folder) : NULL; found; found = readdir(folder))
        if (spool_is_own(found->d_name))
            unlinkat(dirfd(folder), found->d_name, 0);
    if (folder)
        closedir(folder);
    rmdir(spool->folder);
}

/* The manifest first: without it the batches are nobody's. */
void spool_remove(struct spool *spool) {
    if (!spool->entered)
        return;
    char *manifest = spool_path(spool, "manifest.json");
    if (manifest)
        unlink(manifest);
    free(manifest);
    spool_clear(spool);
    spool_remove_folder(spool);
    spool->entered = 0;
}

void spool_drop(const struct spool_terms *terms) {
    struct spool *spool = NULL;
    char *message = NULL;
    if (access(terms->folder, F_OK) == 0 && spool_open(terms, &spool, &message) == RISKPOOL_OK)
        spool_remove(spool);
    spool_close(spool);
    free(message);
}
