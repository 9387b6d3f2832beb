/* An arena: rows for one thread, taken before the work starts and released together. After a failed request every
 * further one fails too, so a caller may take all it needs and look once. */
#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena {
    struct arena_chunk *first;
    int failed;
    size_t size; /* bytes in all */
};

/* `size` bytes, zeroed, aligned to 64; NULL on failure. A zeroed arena is an empty one. */
void *arena_allocate(struct arena *arena, size_t size);
/* A row of `n` doubles. */
double *arena_take(struct arena *arena, size_t n);
void arena_free(struct arena *arena);

#endif
