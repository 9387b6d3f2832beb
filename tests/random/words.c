/* Writes the words behind the normals of a run to standard output without end, for batteries of tests: usage: words
 * SEED. In the order in which a run with eight assets and 256 steps draws them: block of paths, step, quad of assets,
 * path. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "rng.h"
#include "slice.h"

enum { STEPS = 256, QUADS = 2 };

static size_t write_row(const uint32_t key[2], uint64_t first_path, uint32_t step, uint32_t quad) {
    uint32_t word[BLOCK][4];
    for (size_t p = 0; p < BLOCK; ++p) {
        const uint64_t path = first_path + p;
        const uint32_t tail = rng_counter_tail(RNG_SHOCK, quad);
        const uint32_t counter[4] = {(uint32_t)path, (uint32_t)(path >> 32), step, tail};
        rng_philox(counter, key, word[p]);
    }
    return fwrite(word, sizeof word, 1, stdout);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: words SEED\n");
        return 64;
    }
    const uint64_t seed = strtoull(argv[1], NULL, 10);
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    for (uint64_t path = 0;; path += BLOCK)
        for (uint32_t step = 0; step < STEPS; ++step)
            for (uint32_t quad = 0; quad < QUADS; ++quad)
                if (write_row(key, path, step, quad) != 1)
                    return 0; /* the reader has enough */
}
