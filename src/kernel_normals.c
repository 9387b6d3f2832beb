/* Normals by address in vectors; compiled once for each instruction set, like kernel_rows.c. */
#include <math.h>

#include "kernel_level.h"
#include "lanes.h"
#include "vmath.h"

enum { INTERLEAVED = 4, DRAWN_AT_ONCE = INTERLEAVED * LANES };

/* The two 64-bit words of a Philox block for each of DRAWN_AT_ONCE paths. Interleaving hides the latency of the
 * products. High halves of the lanes carry rubbish between rounds; no product reads them. */
static void philox_words(uint64_t seed, const uint64_t *path, uint32_t step, uint32_t tail, uint64_t *restrict word0,
                         uint64_t *restrict word1) {
    lanes x0[INTERLEAVED], x1[INTERLEAVED], x2[INTERLEAVED], x3[INTERLEAVED];
    const lanes zero = {0};
    for (int i = 0; i < INTERLEAVED; ++i) {
        memcpy(&x0[i], path + i * LANES, sizeof x0[i]);
        x1[i] = x0[i] >> 32;
        x2[i] = zero + step;
        x3[i] = zero + tail;
    }
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < RNG_ROUNDS; ++round) {
        for (int i = 0; i < INTERLEAVED; ++i) {
            lanes p0 = lanes_product(x0[i], zero + RNG_MULTIPLIER_0);
            lanes p1 = lanes_product(x2[i], zero + RNG_MULTIPLIER_1);
            x0[i] = (p1 >> 32) ^ x1[i] ^ k0;
            x1[i] = p1;
            x2[i] = (p0 >> 32) ^ x3[i] ^ k1;
            x3[i] = p0;
        }
        k0 += RNG_WEYL_0;
        k1 += RNG_WEYL_1;
    }
    for (int i = 0; i < INTERLEAVED; ++i) {
        lanes w0 = (x0[i] & 0xffffffffU) | (x1[i] << 32);
        lanes w1 = (x2[i] & 0xffffffffU) | (x3[i] << 32);
        memcpy(word0 + i * LANES, &w0, sizeof w0);
        memcpy(word1 + i * LANES, &w1, sizeof w1);
    }
}

static void normal_pairs(size_t n_paths, const uint64_t *restrict word, double *restrict first,
                         double *restrict second) {
#pragma omp simd
    for (size_t p = 0; p < n_paths; ++p)
        vmath_normal_pair(word[p], &first[p], &second[p]);
}

void LEVEL(rows_normals)(uint64_t seed, size_t n_paths, const uint64_t *path, uint32_t step, enum rng_purpose purpose,
                         size_t n, double *restrict normal) {
    uint64_t word0[BLOCK], word1[BLOCK];
    for (size_t quad = 0; quad * 4 < n; ++quad) {
        uint32_t tail = rng_counter_tail(purpose, (uint32_t)quad);
        for (size_t p = 0; p < n_paths; p += DRAWN_AT_ONCE)
            philox_words(seed, path + p, step, tail, word0 + p, word1 + p);
        double *row = normal + quad * 4 * BLOCK;
        normal_pairs(n_paths, word0, row, row + BLOCK);
        normal_pairs(n_paths, word1, row + 2 * BLOCK, row + 3 * BLOCK);
    }
}
