/* A depot holds long arrays: in memory, or in files without a name once they are too long for that. An array is a
 * pointer as any other. One in a file is mapped, with its room on the disk reserved, so that a full disk is met when it
 * grows and not when it is written to; a disk that breaks ends the process. What is in memory of it can be let go at
 * any time, and comes back when it is looked at. */
#ifndef DEPOT_H
#define DEPOT_H

#include <stddef.h>
#include <stdint.h>

#include "riskpool.h"

/* Paths are looked at in order; whoever does lets go each time it has seen so many bytes. */
enum { DEPOT_REST = 4 << 20 };

struct depot_array {
    void *at;
    size_t size;
    int file; /* -1: in memory */
};

struct depot {
    const char *folder; /* of the files; NULL: there are none. The caller's. */
    int in_files;       /* arrays that are made or lengthened go there */
    size_t n, capacity;
    struct depot_array *array;
};

/* A zeroed depot is one without files. Legal on a zeroed or freed depot; frees every array. */
void depot_free(struct depot *depot);
/* The array with room for `n` values; NULL: a new one. What is new in it is not set. When *status is not RISKPOOL_OK
 * nothing happens; on failure (RISKPOOL_NO_MEMORY, RISKPOOL_CANNOT_CREATE, RISKPOOL_WRITE_FAILED when the disk is full)
 * it is set, errno says why, and the array stays as it is. */
void *depot_lengthen(struct depot *depot, void *array, uint64_t n, size_t size, enum riskpool_status *status);
/* Frees one array; NULL is fine. */
void depot_drop(struct depot *depot, void *array);
/* Lets go of what is in memory of files. From any thread, while others use the arrays, but not change the depot. */
void depot_rest(const struct depot *depot);

#endif
