/* Who may work in a spool: one process alone, or the shards of one set, each number once. flock(2), which a dying
 * process releases. Where a file system has no locks, as some network file systems, everybody may: batches are the same
 * whoever computes them, so that nothing but work is lost. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "spool_parts.h"
#include "store.h"
#include "store_file.h"

enum { LOCK_ATTEMPTS = 20 }; /* of 50 ms: others hold it that long only to look */

static void wait_a_little(void) {
    const struct timespec pause = {0, 50000000};
    nanosleep(&pause, NULL);
}

/* 1: locked; 0: held by another; -1 with errno. */
static int try_lock(int file, int how) {
    if (flock(file, how | LOCK_NB) == 0 || errno == ENOLCK || errno == ENOTSUP || errno == ENOSYS)
        return 1;
    return errno == EWOULDBLOCK ? 0 : -1;
}

/* Opens a lock file of the folder and locks it; 0 when another holds it, also when it was deleted meanwhile. */
static int lock_file(const struct spool *spool, const char *name, int how, int *file) {
    struct stat ours, there;
    char *path = spool_path(spool, name);
    int locked = -1;
    *file = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1;
    if (*file >= 0)
        locked = try_lock(*file, how);
    if (locked == 1 && (fstat(*file, &ours) != 0 || stat(path, &there) != 0 || ours.st_ino != there.st_ino))
        locked = 0;
    if (locked != 1 && *file >= 0) {
        const int error = errno;
        close(*file);
        *file = -1;
        errno = error;
    }
    free(path);
    return locked;
}

/* The set of shards is in the lock file while anybody holds it. */
static int write_set(int file, uint64_t n_shards) {
    char text[24];
    const int length = snprintf(text, sizeof text, "%" PRIu64 "\n", n_shards);
    return ftruncate(file, 0) == 0 && pwrite(file, text, (size_t)length, 0) == length;
}

static uint64_t read_set(int file) {
    char text[24] = "";
    return pread(file, text, sizeof text - 1, 0) > 0 ? strtoull(text, NULL, 10) : 0;
}

/* 1: locked; 0: not yet; -1: never, with a message. The first shard names the set. */
static int lock_once(struct spool *spool) {
    const uint64_t n_shards = spool->terms.n_shards;
    int locked = spool->reading ? 0 : lock_file(spool, "lock", LOCK_EX, &spool->lock);
    if (locked == 1) {
        if (!write_set(spool->lock, n_shards)) {
            store_message(&spool->message, "%s: cannot be written: %s", spool->folder, strerror(errno));
            return -1;
        }
        return 1;
    }
    if (locked == 0 && (n_shards > 0 || spool->reading)) {
        locked = lock_file(spool, "lock", LOCK_SH, &spool->lock);
        const uint64_t set = locked == 1 ? read_set(spool->lock) : 0;
        if (locked == 1 && set != n_shards && !spool->reading) {
            store_message(&spool->message, "%s: shards of a set of %" PRIu64 " work here, not of %" PRIu64,
                          spool->folder, set, n_shards);
            return -1;
        }
    }
    if (locked < 0)
        store_message(&spool->message, "%s: cannot be locked: %s", spool->folder, strerror(errno));
    return locked;
}

static enum riskpool_status lock_shard(struct spool *spool) {
    char name[64];
    snprintf(name, sizeof name, "shard-%" PRIu64 "-of-%" PRIu64 ".lock", spool->terms.shard, spool->terms.n_shards);
    if (lock_file(spool, name, LOCK_EX, &spool->shard_lock) == 1)
        return RISKPOOL_OK;
    store_message(&spool->message, "%s: another process works on shard %" PRIu64 "/%" PRIu64, spool->folder,
                  spool->terms.shard, spool->terms.n_shards);
    return RISKPOOL_CANNOT_CREATE;
}

static int stopping(const struct spool *spool) {
    return spool->terms.stop && spool->terms.stop(spool->terms.user);
}

static enum riskpool_status lock_folder(struct spool *spool) {
    int locked = lock_once(spool);
    for (int attempt = 0; locked == 0 && attempt < LOCK_ATTEMPTS && !stopping(spool); attempt++) {
        wait_a_little();
        locked = lock_once(spool);
    }
    if (locked == 0)
        store_message(&spool->message, "%s: another process works on this run", spool->folder);
    return locked == 1 ? RISKPOOL_OK : RISKPOOL_CANNOT_CREATE;
}

void spool_unlock(struct spool *spool) {
    int *const files[] = {&spool->lock, &spool->shard_lock, &spool->assembly_lock};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (*files[i] >= 0)
            close(*files[i]);
        *files[i] = -1;
    }
}

/* "41 MB", "1.3 GB". */
static void size_text(uint64_t bytes, char text[32]) {
    snprintf(text, 32, bytes < UINT64_C(999500000) ? "%.1f MB" : "%.1f GB",
             (double)bytes / (bytes < UINT64_C(999500000) ? 1e6 : 1e9));
}

/* The disk that `path` is on, or would be: what is missing of it is made there. 0 when it is unknown, also to the file
 * system. */
static int find_disk(const char *path, struct statvfs *disk) {
    char *folder = strdup(path);
    int found = folder && statvfs(folder, disk) == 0;
    for (char *slash = folder ? strrchr(folder, '/') : NULL; !found && slash; slash = strrchr(folder, '/')) {
        slash[slash == folder] = '\0';
        found = statvfs(folder, disk) == 0;
        if (slash == folder)
            break;
    }
    free(folder);
    return (found || (path[0] != '/' && statvfs(".", disk) == 0)) && disk->f_blocks > 0;
}

enum riskpool_status spool_disk_check(const char *path, uint64_t n_bytes, char **message) {
    struct statvfs disk;
    char need[32], there[32];
    if (!find_disk(path, &disk) || (uint64_t)disk.f_bavail * disk.f_frsize >= n_bytes)
        return RISKPOOL_OK;
    size_text(n_bytes, need);
    size_text((uint64_t)disk.f_bavail * disk.f_frsize, there);
    store_message(message, "%s: the run will write about %s here, the disk has %s left", path, need, there);
    return RISKPOOL_WRITE_FAILED;
}

static int is_there(const struct spool *spool, const char *name) {
    char *path = spool_path(spool, name);
    const int there = path && access(path, F_OK) == 0;
    free(path);
    return there;
}

enum riskpool_status spool_enter(struct spool *spool) {
    char *manifest = spool_path(spool, "manifest.json");
    enum riskpool_status status = manifest ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    spool_unlock(spool);
    if (status == RISKPOOL_OK && !spool->reading)
        status = store_prepare(manifest, &spool->message);
    free(manifest);
    if (status == RISKPOOL_OK)
        status = lock_folder(spool);
    if (status == RISKPOOL_OK && spool->terms.fresh && !spool->reading) {
        spool_clear(spool);
        spool->terms.fresh = 0;
    }
    const int new = status == RISKPOOL_OK && !is_there(spool, "manifest.json");
    if (new && !spool->reading && spool->terms.n_bytes > 0)
        status = spool_disk_check(spool->folder, spool->terms.n_bytes, &spool->message);
    if (status == RISKPOOL_OK)
        status = spool_manifest_agree(spool);
    if (status != RISKPOOL_OK && new && !spool->reading) {
        spool_clear(spool);
        spool_remove_folder(spool);
    }
    if (status == RISKPOOL_OK && spool->terms.n_shards > 0 && !spool->reading) {
        (void)flock(spool->lock, LOCK_SH);
        status = lock_shard(spool);
    }
    if (status != RISKPOOL_OK)
        spool_unlock(spool);
#pragma omp atomic write
    spool->entered = status == RISKPOOL_OK;
    return status;
}

int spool_is_there(const struct spool *spool) {
    return is_there(spool, "manifest.json");
}

enum riskpool_status spool_begin_assembly(struct spool *spool, int *gone) {
    int locked = 0;
    while (locked == 0 && spool_is_there(spool)) {
        locked = lock_file(spool, "assembly.lock", LOCK_EX, &spool->assembly_lock);
        if (locked == 0 && stopping(spool))
            return RISKPOOL_STOPPED;
        if (locked == 0)
            wait_a_little();
    }
    *gone = !spool_is_there(spool);
    return *gone ? RISKPOOL_OK : spool_index_fill(spool);
}
