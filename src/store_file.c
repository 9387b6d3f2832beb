/* Putting bytes into a file so that a crash, a full disk or a reader never meets half of it: temporary name, fsync,
 * rename, fsync of the folder. It knows nothing of what the bytes mean. */
#include "store_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store.h"

enum { NAME_ATTEMPTS = 100 };

void store_message(char **message, const char *format, ...) {
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    free(*message);
    *message = text;
}

char *store_folder(const char *path) {
    const char *slash = strrchr(path, '/');
    if (!slash)
        return strdup(".");
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

/* Creates `folder` and what is missing above it; 0 or errno. `folder` is modified and restored. */
static int create_folders(char *folder) {
    for (char *at = folder + 1;; at++) {
        if (*at != '/' && *at != '\0')
            continue;
        const char end = *at;
        *at = '\0';
        const int failed = mkdir(folder, 0777) != 0 && errno != EEXIST ? errno : 0;
        *at = end;
        if (failed)
            return failed;
        if (end == '\0')
            return 0;
    }
}

enum riskpool_status store_prepare(const char *path, char **message) {
    *message = NULL;
    struct stat status;
    char *folder = store_folder(path);
    if (!folder)
        return RISKPOOL_NO_MEMORY;
    const int error = create_folders(folder);
    const size_t length = strlen(path);
    if (error)
        store_message(message, "%s: cannot create this folder: %s", folder, strerror(error));
    else if (stat(folder, &status) != 0 || !S_ISDIR(status.st_mode))
        store_message(message, "%s: not a folder", folder);
    else if (access(folder, W_OK | X_OK) != 0)
        store_message(message, "%s: cannot write to this folder: %s", folder, strerror(errno));
    else if (length == 0 || path[length - 1] == '/' || (stat(path, &status) == 0 && S_ISDIR(status.st_mode)))
        store_message(message, "%s: is a folder, not a file", path);
    else if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        store_message(message, "%s: is no ordinary file", path);
    free(folder);
    return *message ? RISKPOOL_CANNOT_CREATE : RISKPOOL_OK;
}

/* A temporary file is locked while somebody writes it (where the file system has locks; a dying process gives it back).
 */
static int lock_new(int file, const char *name) {
    struct stat ours, there;
    if (flock(file, LOCK_EX | LOCK_NB) != 0)
        return errno != EWOULDBLOCK;
    return fstat(file, &ours) == 0 && stat(name, &there) == 0 && ours.st_ino == there.st_ino;
}

/* Opens a new file beside `path`; *name, to be freed, is what it is called. -1 with errno on failure. */
static int open_beside(const char *path, char **name) {
    for (int attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
        if (asprintf(name, "%s.tmp-%ld-%d", path, (long)getpid(), attempt) < 0) {
            *name = NULL;
            errno = ENOMEM;
            return -1;
        }
        const int file = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0 && lock_new(file, *name))
            return file;
        const int error = file >= 0 ? EEXIST : errno; /* somebody sweeps here, and took it for a dead one's */
        if (file >= 0)
            close(file);
        free(*name);
        *name = NULL;
        errno = error;
        if (error != EEXIST)
            return -1;
    }
    return -1;
}

/* Whether `name` is one that open_beside gives a file beside that of this name: NAME.tmp-NUMBER-NUMBER. */
static int is_temporary(const char *name, const char *of) {
    static const char digits[] = "0123456789";
    const size_t length = strlen(of);
    if (strncmp(name, of, length) != 0 || strncmp(name + length, ".tmp-", 5) != 0)
        return 0;
    const char *process = name + length + 5, *attempt = process + strspn(process, digits);
    return attempt > process && attempt[0] == '-' && attempt[1] != '\0' &&
           attempt[1 + strspn(attempt + 1, digits)] == '\0';
}

void store_clean(const char *path) {
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    char *name = store_folder(path);
    DIR *folder = name ? opendir(name) : NULL;
    for (struct dirent *found = folder ? readdir(folder) : NULL; found; found = readdir(folder)) {
        const int file = is_temporary(found->d_name, base)
                             ? openat(dirfd(folder), found->d_name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
                             : -1;
        if (file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0)
            unlinkat(dirfd(folder), found->d_name, 0);
        if (file >= 0)
            close(file);
    }
    if (folder)
        closedir(folder);
    free(name);
}

/* 0, or -1 with errno. */
static int write_all(int file, const void *bytes, size_t n, const struct depot *depot) {
    const char *at = bytes;
    while (n > 0) {
        const ssize_t written = write(file, at, n < DEPOT_REST ? n : DEPOT_REST);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        at += written;
        n -= (size_t)written;
        if (depot)
            depot_rest(depot);
    }
    return fsync(file);
}

/* A rename is only safe from a power loss once its folder is on the disk; file systems that cannot do that say so. */
static int sync_folder(const char *path) {
    char *folder = store_folder(path);
    const int file = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    free(folder);
    if (file < 0)
        return -1;
    const int failed = fsync(file) != 0 && errno != EINVAL && errno != ENOTSUP;
    const int error = errno;
    close(file);
    errno = error;
    return failed ? -1 : 0;
}

enum riskpool_status store_file_replace(const char *path, const void *bytes, size_t n, const struct depot *depot,
                                        char **message) {
    enum riskpool_status status = store_prepare(path, message);
    if (status != RISKPOOL_OK)
        return status;
    char *name = NULL;
    int file = open_beside(path, &name);
    if (file < 0) {
        store_message(message, "%s: cannot be created: %s", path, strerror(errno));
        return RISKPOOL_CANNOT_CREATE;
    }
    int failed = write_all(file, bytes, n, depot) != 0;
    int error = errno;
    if (close(file) != 0 && !failed) {
        failed = 1;
        error = errno;
    }
    if (!failed && (rename(name, path) != 0 || sync_folder(path) != 0)) {
        failed = 1;
        error = errno;
    }
    if (failed) {
        unlink(name);
        store_message(message, "%s: writing %zu bytes failed: %s", path, n, strerror(error));
        status = RISKPOOL_WRITE_FAILED;
    }
    free(name);
    return status;
}
