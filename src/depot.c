/* Memory and mapped files behind one pointer. It knows bytes, not what they mean nor when they are too many. */
#include "depot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A file that is gone when it is closed; -1 on failure. */
static int open_nameless(const char *folder) {
#ifdef O_TMPFILE
    const int nameless = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (nameless >= 0)
        return nameless;
#endif
    char *name = NULL;
    if (asprintf(&name, "%s/.riskpool-XXXXXX", folder) < 0)
        return -1;
    const int file = mkostemp(name, O_CLOEXEC);
    if (file >= 0)
        unlink(name);
    free(name);
    return file;
}

/* The file with room for `size` bytes; 0 or errno. */
static int reserve_disk(int file, size_t size) {
    int error;
    do
        error = posix_fallocate(file, 0, (off_t)size);
    while (error == EINTR);
    return error;
}

/* Maps a file of this size, which grows to it; NULL on failure. */
static void *map_file(int file, size_t size, enum riskpool_status *status) {
    const int error = reserve_disk(file, size);
    void *at = error ? MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (at != MAP_FAILED)
        return at;
    errno = error ? error : errno;
    *status = error ? RISKPOOL_WRITE_FAILED : errno == ENOMEM ? RISKPOOL_NO_MEMORY : RISKPOOL_CANNOT_CREATE;
    return NULL;
}

static void release(struct depot_array *array) {
    if (array->file < 0) {
        free(array->at);
        return;
    }
    if (array->at)
        munmap(array->at, array->size);
    close(array->file);
}

static void lengthen_in_memory(struct depot_array *array, size_t size, enum riskpool_status *status) {
    void *longer = realloc(array->at, size);
    if (!longer) {
        *status = RISKPOOL_NO_MEMORY;
        return;
    }
    array->at = longer;
    array->size = size;
}

static void lengthen_in_file(struct depot_array *array, const char *folder, size_t size, enum riskpool_status *status) {
    struct depot_array longer = {.size = size, .file = array->file < 0 ? open_nameless(folder) : array->file};
    if (longer.file < 0) {
        *status = RISKPOOL_CANNOT_CREATE;
        return;
    }
    longer.at = map_file(longer.file, size, status);
    if (!longer.at) {
        if (array->file < 0)
            close(longer.file);
        return;
    }
    if (array->file >= 0)
        munmap(array->at, array->size);
    else if (array->at) {
        memcpy(longer.at, array->at, array->size);
        free(array->at);
    }
    *array = longer;
}

static struct depot_array *find(const struct depot *depot, const void *at) {
    for (size_t i = 0; at && i < depot->n; i++)
        if (depot->array[i].at == at)
            return &depot->array[i];
    return NULL;
}

/* Room for one more array; 0 when out of memory. */
static int make_place(struct depot *depot) {
    if (depot->n < depot->capacity)
        return 1;
    const size_t capacity = depot->capacity ? 2 * depot->capacity : 16;
    struct depot_array *array = realloc(depot->array, capacity * sizeof *array);
    if (!array)
        return 0;
    depot->array = array;
    depot->capacity = capacity;
    return 1;
}

void *depot_lengthen(struct depot *depot, void *at, uint64_t n, size_t size, enum riskpool_status *status) {
    if (*status != RISKPOOL_OK)
        return at;
    errno = ENOMEM;
    if (n > PTRDIFF_MAX / (size ? size : 1) || !make_place(depot)) {
        *status = RISKPOOL_NO_MEMORY;
        return at;
    }
    struct depot_array *old = find(depot, at), array = old ? *old : (struct depot_array){.file = -1};
    const size_t bytes = n > 0 && size > 0 ? (size_t)n * size : 1;
    if (bytes <= array.size)
        return at;
    if (depot->folder && (depot->in_files || array.file >= 0))
        lengthen_in_file(&array, depot->folder, bytes, status);
    else
        lengthen_in_memory(&array, bytes, status);
    if (*status != RISKPOOL_OK)
        return at;
    if (old)
        *old = array;
    else
        depot->array[depot->n++] = array;
    return array.at;
}

void depot_drop(struct depot *depot, void *at) {
    struct depot_array *array = find(depot, at);
    if (!array)
        return;
    release(array);
    *array = depot->array[--depot->n];
}

void depot_rest(const struct depot *depot) {
    for (size_t i = 0; i < depot->n; i++)
        if (depot->array[i].file >= 0)
            (void)madvise(depot->array[i].at, depot->array[i].size, MADV_DONTNEED);
}

void depot_free(struct depot *depot) {
    for (size_t i = 0; i < depot->n; i++)
        release(&depot->array[i]);
    free(depot->array);
    *depot = (struct depot){0};
}
