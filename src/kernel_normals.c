/* Normals by address in vectors; compiled once for each instruction set, like kernel_rows.c. */
#include <math.h>

#include "kernel_level.h"
#include "lanes.h"
#include "vmath.h"

/* Enough vectors at once to hide the latency of the products; the sixteen registers of smaller instruction sets do not
 * hold them, but loads and stores run beside the products. */
enum { INTERLEAVED = 4, DRAWN_AT_ONCE = INTERLEAVED * LANES };

/* What all paths of a block share: their round keys, and the address but for the path's lower half. */
struct draw {
    lanes key[RNG_ROUNDS][2];
    uint32_t path_high, step;
};

static void draw_init(struct draw *draw, uint64_t seed, uint64_t path, uint32_t step) {
    const lanes zero = {0};
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < RNG_ROUNDS; ++round) {
        draw->key[round][0] = zero + k0;
        draw->key[round][1] = zero + k1;
        k0 += RNG_WEYL_0;
        k1 += RNG_WEYL_1;
    }
    draw->path_high = (uint32_t)(path >> 32);
    draw->step = step;
}

/* High halves of the lanes carry rubbish between rounds; no product reads them. */
static inline void philox_round(lanes x[4], const lanes key[2]) {
    const lanes zero = {0};
    const lanes p0 = lanes_product(x[0], zero + RNG_MULTIPLIER_0), p1 = lanes_product(x[2], zero + RNG_MULTIPLIER_1);
    x[0] = (x[1] ^ key[0]) ^ (p1 >> 32);
    x[1] = p1;
    x[2] = (x[3] ^ key[1]) ^ (p0 >> 32);
    x[3] = p0;
}

static inline lanes shift_of(const uint64_t *shift) {
    lanes all;
    memcpy(&all, shift, sizeof all);
    return all;
}

/* The two 64-bit words of a Philox block for each of DRAWN_AT_ONCE paths, at `tail` plus a shift of their own unless
 * that is NULL. The compiler sees that in the first rounds most of the state is the same in all of them. */
static inline void philox_words(const struct draw *draw, const uint64_t *path, const uint64_t *shift, uint32_t tail,
                                uint64_t *restrict word0, uint64_t *restrict word1) {
    lanes x[INTERLEAVED][4];
    const lanes zero = {0};
    for (int i = 0; i < INTERLEAVED; ++i) {
        memcpy(&x[i][0], path + i * LANES, sizeof x[i][0]);
        x[i][1] = zero + draw->path_high;
        x[i][2] = zero + draw->step;
        x[i][3] = zero + tail;
        if (shift)
            x[i][3] += shift_of(shift + i * LANES);
    }
#pragma GCC unroll 10
    for (int round = 0; round < RNG_ROUNDS; ++round)
        for (int i = 0; i < INTERLEAVED; ++i)
            philox_round(x[i], draw->key[round]);
    for (int i = 0; i < INTERLEAVED; ++i) {
        const lanes w0 = lanes_join(x[i][0], x[i][1]);
        const lanes w1 = lanes_join(x[i][2], x[i][3]);
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
                         int single, size_t n, double *restrict normal) {
    uint64_t word0[BLOCK], word1[BLOCK];
    struct draw draw;
    draw_init(&draw, seed, path[0], step);
    for (size_t quad = 0; quad * 4 < n; ++quad) {
        const uint32_t tail = rng_counter_tail(purpose, (uint32_t)quad);
        for (size_t p = 0; p < n_paths; p += DRAWN_AT_ONCE)
            philox_words(&draw, path + p, NULL, tail, word0 + p, word1 + p);
        double *row = normal + quad * 4 * BLOCK;
        (single ? LEVEL(single_pairs) : normal_pairs)(n_paths, word0, row, row + BLOCK);
        (single ? LEVEL(single_pairs) : normal_pairs)(n_paths, word1, row + 2 * BLOCK, row + 3 * BLOCK);
    }
}

/* Indices of the blocks that uniforms come from; normals have those below. */
enum { FIRST_UNIFORM = 1 << 23 };

static void uniform_row(size_t n_paths, const uint64_t *restrict word, double *restrict row) {
#pragma omp simd
    for (size_t p = 0; p < n_paths; ++p)
        row[p] = vmath_uniform(word[p]);
}

void LEVEL(rows_uniforms)(uint64_t seed, size_t n_paths, const uint64_t *path, uint32_t step, size_t n,
                          double *restrict uniform) {
    uint64_t word0[BLOCK], word1[BLOCK];
    struct draw draw;
    draw_init(&draw, seed, path[0], step);
    for (size_t pair = 0; pair * 2 < n; ++pair) {
        const uint32_t tail = rng_counter_tail(RNG_MODEL, FIRST_UNIFORM + (uint32_t)pair);
        for (size_t p = 0; p < n_paths; p += DRAWN_AT_ONCE)
            philox_words(&draw, path + p, NULL, tail, word0 + p, word1 + p);
        uniform_row(n_paths, word0, uniform + pair * 2 * BLOCK);
        uniform_row(n_paths, word1, uniform + (pair * 2 + 1) * BLOCK);
    }
}

/* Words of block `index` of every listed set of `size` blocks. */
static void mark_words(const struct draw *draw, const struct marks *marks, uint32_t index, uint32_t size,
                       uint64_t *restrict word0, uint64_t *restrict word1) {
    const uint32_t tail = rng_counter_tail(RNG_MODEL, index);
    uint64_t shift[BLOCK];
    for (size_t c = 0; c < marks->n; ++c)
        shift[c] = marks->number[c] * size;
    for (size_t c = 0; c < marks->n; c += DRAWN_AT_ONCE)
        philox_words(draw, marks->path + c, shift + c, tail, word0 + c, word1 + c);
}

void LEVEL(rows_marks)(uint64_t seed, uint32_t step, const struct marks *marks, size_t n, double *restrict normal,
                       size_t m, double *restrict uniform) {
    const uint32_t quads = (uint32_t)(n + 3) / 4, pairs = (uint32_t)(m + 1) / 2;
    uint64_t word0[BLOCK], word1[BLOCK];
    struct draw draw;
    draw_init(&draw, seed, marks->path[0], step);
    for (uint32_t quad = 0; quad < quads; ++quad) {
        mark_words(&draw, marks, marks->first + quad, quads, word0, word1);
        normal_pairs(marks->n, word0, normal + quad * 4 * BLOCK, normal + (quad * 4 + 1) * BLOCK);
        normal_pairs(marks->n, word1, normal + (quad * 4 + 2) * BLOCK, normal + (quad * 4 + 3) * BLOCK);
    }
    for (uint32_t pair = 0; pair < pairs; ++pair) {
        mark_words(&draw, marks, FIRST_UNIFORM + 1 + marks->first + pair, pairs, word0, word1);
        uniform_row(marks->n, word0, uniform + pair * 2 * BLOCK);
        uniform_row(marks->n, word1, uniform + (pair * 2 + 1) * BLOCK);
    }
}
