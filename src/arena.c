/* Chunks in a list; each holds one request. */
#include "arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct arena_chunk {
    struct arena_chunk *next;
    char padding[64 - sizeof(struct arena_chunk *)];
    char bytes[];
};

void *arena_allocate(struct arena *arena, size_t size) {
    if (arena->failed || size > SIZE_MAX / 2) {
        arena->failed = 1;
        return NULL;
    }
    size_t whole = (sizeof(struct arena_chunk) + size + 63) / 64 * 64;
    struct arena_chunk *chunk = aligned_alloc(64, whole);
    if (!chunk) {
        arena->failed = 1;
        return NULL;
    }
    memset(chunk, 0, whole);
    chunk->next = arena->first;
    arena->first = chunk;
    return chunk->bytes;
}

double *arena_take(struct arena *arena, size_t n) {
    return arena_allocate(arena, n > SIZE_MAX / sizeof(double) ? SIZE_MAX : n * sizeof(double));
}

void arena_free(struct arena *arena) {
    for (struct arena_chunk *chunk = arena->first; chunk;) {
        struct arena_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    *arena = (struct arena){0};
}
