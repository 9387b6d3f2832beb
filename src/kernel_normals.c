/* Normals by address in vectors; compiled once for each instruction set, like kernel_rows.c. */
#include <math.h>

#include "kernel_level.h"
#include "lanes.h"
#include "vmath.h"

enum { INTERLEAVED = 4, PATHS_AT_ONCE = INTERLEAVED * LANES };

/* The two 64-bit words of a Philox block for each of PATHS_AT_ONCE consecutive paths. Interleaving hides the latency
 * of the products. High halves of the lanes carry rubbish between rounds; no product reads them. */
static void philox_words(uint64_t seed, uint64_t first_path, uint32_t step, uint32_t tail, uint64_t *restrict word0,
                         uint64_t *restrict word1) {
    lanes x0[INTERLEAVED], x1[INTERLEAVED], x2[INTERLEAVED], x3[INTERLEAVED];
    const lanes zero = {0};
    for (int i = 0; i < INTERLEAVED; ++i) {
        uint64_t path[LANES];
        for (int l = 0; l < LANES; ++l)
            path[l] = first_path + (uint64_t)(i * LANES + l);
        memcpy(&x0[i], path, sizeof path);
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

static void double_pairs(const uint64_t *restrict word, double *restrict first, double *restrict second) {
    HALF_ROWS vmath_normal_pair(word[p], &first[p], &second[p]);
}

void LEVEL(rows_normals)(uint64_t seed, uint64_t first_path, size_t n_paths, uint32_t step, enum rng_purpose purpose,
                         int single, size_t n, double *restrict normal) {
    uint64_t word0[HALF_BLOCK], word1[HALF_BLOCK];
    for (size_t quad = 0; quad * 4 < n; ++quad) {
        uint32_t tail = rng_counter_tail(purpose, (uint32_t)quad);
        for (size_t half = 0; half < n_paths; half += HALF_BLOCK) {
            for (size_t p = 0; p < HALF_BLOCK; p += PATHS_AT_ONCE)
                philox_words(seed, first_path + half + p, step, tail, word0 + p, word1 + p);
            double *row = normal + quad * 4 * BLOCK + half;
            (single ? LEVEL(single_pairs) : double_pairs)(word0, row, row + BLOCK);
            (single ? LEVEL(single_pairs) : double_pairs)(word1, row + 2 * BLOCK, row + 3 * BLOCK);
        }
    }
}
