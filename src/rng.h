/* Random numbers by address: Philox4x32-10 (Salmon et al. 2011). A number is a function of (seed, path, step, purpose,
 * index) alone, so nothing depends on who draws it, or when. It knows nothing of what the numbers are for. */
#ifndef RNG_H
#define RNG_H

#include <gsl/gsl_rng.h>
#include <stdint.h>

/* Every use of random numbers has its own purpose, hence its own stream. */
enum rng_purpose {
    RNG_SHOCK = 0,  /* the diffusive move */
    RNG_BRIDGE = 1, /* crossings inside a step */
    RNG_MODEL = 2   /* whatever else a model draws */
};

enum { RNG_ROUNDS = 10 };
#define RNG_MULTIPLIER_0 0xD2511F53U
#define RNG_MULTIPLIER_1 0xCD9E8D57U
#define RNG_WEYL_0 0x9E3779B9U
#define RNG_WEYL_1 0xBB67AE85U

/* The counter of an address: {path low, path high, step, purpose << 24 | index}; index < 2^24. */
static inline uint32_t rng_counter_tail(enum rng_purpose purpose, uint32_t index) {
    return ((uint32_t)purpose << 24) | (index & 0xffffffU);
}

/* Philox4x32-10 of one counter under one key. */
void rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* An address as a gsl_rng, for GSL's distributions that need a variable count of numbers. */
struct rng_address {
    uint64_t seed, path;
    uint32_t step;
    enum rng_purpose purpose;
};

/* A generator type whose words are those of rng_philox at index 0, 1, 2, … of its address. */
extern const gsl_rng_type *const rng_gsl_type;
/* Points a generator of that type at an address; its next word is the address's first. */
void rng_gsl_address(gsl_rng *generator, const struct rng_address *address);

#endif
