/* Normals of a whole block of paths, for tests. */
#ifndef DRAWS_H
#define DRAWS_H

#include "kernel.h"

static inline void draw_block(const struct kernel *kernel, uint64_t seed, uint64_t first_path, uint32_t step,
                              enum rng_purpose purpose, int single, size_t n, double *normal) {
    uint64_t path[BLOCK];
    for (size_t p = 0; p < BLOCK; ++p)
        path[p] = first_path + p;
    kernel->normals(seed, BLOCK, path, step, purpose, single, n, normal);
}

#endif
