/* The two ways to draw more cheaply, in vectors: normals in single precision, and mirrored pairs of paths; compiled
 * once for each instruction set, like kernel_rows.c. */
#include "kernel_level.h"
#include "vmath_single.h"

void LEVEL(single_pairs)(size_t n_paths, const uint64_t *restrict word, double *restrict first,
                         double *restrict second) {
#pragma omp simd
    for (size_t p = 0; p < n_paths; ++p) {
        float one, other;
        vmath_single_normal_pair(word[p], &one, &other);
        first[p] = (double)one;
        second[p] = (double)other;
    }
}

void LEVEL(rows_mirror)(size_t n, double *restrict normal) {
    double half[BLOCK / 2];
    for (size_t i = 0; i < n; ++i) {
        double *restrict row = normal + i * BLOCK;
        memcpy(half, row, sizeof half);
#pragma omp simd
        for (size_t p = 0; p < BLOCK / 2; ++p) {
            row[2 * p] = half[p];
            row[2 * p + 1] = -half[p];
        }
    }
}
