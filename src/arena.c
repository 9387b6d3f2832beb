/* Chunks in a list; each holds one request. */
#include "arena.h"

#include <stdint.h>
#include <stdlib.h>

enum { ALIGNMENT = 64 };

struct arena_chunk {
    struct arena_chunk *next;
    void *memory; /* as the allocator gave it */
    char padding[ALIGNMENT - 2 * sizeof(void *)];
    char bytes[];
};

void *arena_allocate(struct arena *arena, size_t size) {
    if (arena->failed || size > SIZE_MAX / 2) {
        arena->failed = 1;
        return NULL;
    }
    /* calloc, not memset: of large rows only what a run uses becomes memory. */
    char *memory = calloc(1, sizeof(struct arena_chunk) + size + ALIGNMENT);
    if (!memory) {
        arena->failed = 1;
        return NULL;
    }
    struct arena_chunk *chunk = (void *)(memory + (ALIGNMENT - (uintptr_t)memory % ALIGNMENT) % ALIGNMENT);
    chunk->memory = memory;
    chunk->next = arena->first;
    arena->first = chunk;
    arena->size += sizeof *chunk + size;
    return chunk->bytes;
}

double *arena_take(struct arena *arena, size_t n) {
    return arena_allocate(arena, n > SIZE_MAX / sizeof(double) ? SIZE_MAX : n * sizeof(double));
}

void arena_free(struct arena *arena) {
    for (struct arena_chunk *chunk = arena->first; chunk;) {
        struct arena_chunk *next = chunk->next;
        free(chunk->memory);
        chunk = next;
    }
    *arena = (struct arena){0};
}
