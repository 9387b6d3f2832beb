/* The two ways to draw more cheaply, in vectors: normals in single precision, and mirrored pairs of paths; compiled
 * once for each instruction set, like kernel_rows.c. */
#include "kernel_level.h"
#include "vmath_single.h"

void LEVEL(single_pairs)(const uint64_t *restrict word, double *restrict first, double *restrict second) {
    HALF_ROWS {
        float one, other;
        vmath_single_normal_pair((uint32_t)(word[p] >> 32), (uint32_t)word[p], &one, &other);
        first[p] = (double)one;
        second[p] = (double)other;
    }
}

void LEVEL(rows_mirror)(size_t n, double *restrict normal) {
    double half[HALF_BLOCK];
    for (size_t i = 0; i < n; ++i) {
        double *restrict row = normal + i * BLOCK;
        memcpy(half, row, sizeof half);
        HALF_ROWS {
            row[2 * p] = half[p];
            row[2 * p + 1] = -half[p];
        }
    }
}
