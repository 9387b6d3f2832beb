#include "arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct arena_chunk {
    struct arena_chunk *next;
    char padding[64 - sizeof(struct arena_chunk *)];
    double row[];
};

double *arena_take(struct arena *arena, size_t n) {
    if (arena->failed || n > (SIZE_MAX - 128) / sizeof(double)) {
        arena->failed = 1;
        return NULL;
    }
    size_t bytes = (sizeof(struct arena_chunk) + n * sizeof(double) + 63) / 64 * 64;
    struct arena_chunk *chunk = aligned_alloc(64, bytes);
    if (!chunk) {
        arena->failed = 1;
        return NULL;
    }
    memset(chunk, 0, bytes);
    chunk->next = arena->first;
    arena->first = chunk;
    return chunk->row;
}

void arena_free(struct arena *arena) {
    for (struct arena_chunk *chunk = arena->first; chunk;) {
        struct arena_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    *arena = (struct arena){0};
}
