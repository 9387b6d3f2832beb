/* Philox in scalars: the reference for the vector kernels, and the generator behind GSL's distributions. */
#include "rng.h"

void rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    uint32_t x0 = counter[0], x1 = counter[1], x2 = counter[2], x3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < RNG_ROUNDS; ++round) {
        uint64_t p0 = (uint64_t)RNG_MULTIPLIER_0 * x0;
        uint64_t p1 = (uint64_t)RNG_MULTIPLIER_1 * x2;
        x0 = (uint32_t)(p1 >> 32) ^ x1 ^ k0;
        x1 = (uint32_t)p1;
        x2 = (uint32_t)(p0 >> 32) ^ x3 ^ k1;
        x3 = (uint32_t)p0;
        k0 += RNG_WEYL_0;
        k1 += RNG_WEYL_1;
    }
    out[0] = x0;
    out[1] = x1;
    out[2] = x2;
    out[3] = x3;
}

struct philox_state {
    uint32_t key[2];
    uint32_t counter[4];
    uint32_t word[4];
    unsigned used; /* words of the current counter already given out; 4: none left */
};

static void philox_set(void *state, unsigned long seed) {
    struct philox_state *s = state;
    *s = (struct philox_state){.key = {(uint32_t)seed, (uint32_t)((uint64_t)seed >> 32)}, .used = 4};
    s->counter[3] = rng_counter_tail(RNG_MODEL, 0);
}

static unsigned long philox_get(void *state) {
    struct philox_state *s = state;
    if (s->used == 4) {
        rng_philox(s->counter, s->key, s->word);
        s->counter[3]++;
        s->used = 0;
    }
    return s->word[s->used++];
}

static double philox_get_double(void *state) {
    return ((double)philox_get(state) + 0.5) * 0x1p-32;
}

static const gsl_rng_type philox_type = {"philox4x32-10", 0xffffffffUL,     0, sizeof(struct philox_state), philox_set,
                                         philox_get,      philox_get_double};

const gsl_rng_type *const rng_gsl_type = &philox_type;

void rng_gsl_address(gsl_rng *generator, const struct rng_address *address) {
    struct philox_state *s = gsl_rng_state(generator);
    *s = (struct philox_state){
        .key = {(uint32_t)address->seed, (uint32_t)(address->seed >> 32)},
        .counter = {(uint32_t)address->path, (uint32_t)(address->path >> 32), address->step,
                    rng_counter_tail(address->purpose, 0)},
        .used = 4,
    };
}
