/* Numbers side by side in the widest vector of the instruction set: 32-bit words, each in the low half of a 64-bit
 * lane, and doubles. The two operations that compilers do not find by themselves are the 32 x 32 -> 64 bit product and
 * the bits of the signs (lane 0 lowest); the plain C twins at the end give the same. */
#ifndef LANES_H
#define LANES_H

#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
#include <immintrin.h>
enum { LANES = 8 };
typedef uint64_t lanes __attribute__((vector_size(64)));
static inline lanes lanes_product(lanes a, lanes b) {
    return (lanes)_mm512_mul_epu32((__m512i)a, (__m512i)b);
}
static inline uint64_t lanes_signs(lanes a) {
    return _mm512_movepi64_mask((__m512i)a);
}
#elif defined(__AVX2__)
#include <immintrin.h>
enum { LANES = 4 };
typedef uint64_t lanes __attribute__((vector_size(32)));
static inline lanes lanes_product(lanes a, lanes b) {
    return (lanes)_mm256_mul_epu32((__m256i)a, (__m256i)b);
}
static inline uint64_t lanes_signs(lanes a) {
    return (uint64_t)_mm256_movemask_pd((__m256d)a);
}
#elif defined(__SSE2__)
#include <emmintrin.h>
enum { LANES = 2 };
typedef uint64_t lanes __attribute__((vector_size(16)));
static inline lanes lanes_product(lanes a, lanes b) {
    return (lanes)_mm_mul_epu32((__m128i)a, (__m128i)b);
}
static inline uint64_t lanes_signs(lanes a) {
    return (uint64_t)_mm_movemask_pd((__m128d)a);
}
#else
enum { LANES = 2 };
typedef uint64_t lanes __attribute__((vector_size(16)));
static inline lanes lanes_product(lanes a, lanes b) {
    return (a & 0xffffffffU) * (b & 0xffffffffU);
}
static inline uint64_t lanes_signs(lanes a) {
    uint64_t bits = 0;
    for (int l = 0; l < LANES; ++l)
        bits |= a[l] >> 63 << l;
    return bits;
}
#endif

/* As many doubles side by side. */
typedef double reals __attribute__((vector_size(sizeof(lanes))));

static inline reals reals_at(const double *from) {
    reals x;
    memcpy(&x, from, sizeof x);
    return x;
}

static inline void reals_put(double *to, reals x) {
    memcpy(to, &x, sizeof x);
}

/* a where it is smaller, else b. */
static inline reals reals_smaller(reals a, reals b) {
    const lanes yes = (lanes)(a < b);
    return (reals)((yes & (lanes)a) | (~yes & (lanes)b));
}

#endif
