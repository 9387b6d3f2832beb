/* A few 64-bit integers or doubles side by side in the widest vector of the instruction set, and the operations that
 * compilers do not find by themselves; the plain C twins below give the same bits (LANES_PLAIN chooses them where there
 * is a choice). */
#ifndef LANES_H
#define LANES_H

#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
#include <immintrin.h>
enum { LANES = 8, LANES_REGISTERS = 32 };
#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
enum { LANES = 4, LANES_REGISTERS = 16 };
#else
enum { LANES = 2, LANES_REGISTERS = 16 };
#endif

typedef uint64_t lanes __attribute__((vector_size(8 * LANES)));
typedef double real_lanes __attribute__((vector_size(8 * LANES)));

#if defined(__AVX512F__)

/* The 64-bit products of the low halves. */
static inline lanes lanes_product(lanes a, lanes b) {
    return (lanes)_mm512_mul_epu32((__m512i)a, (__m512i)b);
}

/* The low halves of both, those of `high` in the high halves. */
static inline lanes lanes_join(lanes low, lanes high) {
    return (lanes)_mm512_mask_shuffle_epi32((__m512i)low, 0xaaaa, (__m512i)high, _MM_PERM_CCAA);
}

/* The signs, that of lane 0 lowest. */
static inline uint64_t lanes_signs(lanes a) {
    return _mm512_movepi64_mask((__m512i)a);
}

/* a where it is smaller, else b; b where either is NaN. */
static inline real_lanes lanes_smaller(real_lanes a, real_lanes b) {
    return (real_lanes)_mm512_min_pd((__m512d)a, (__m512d)b);
}

/* a b + c, rounded once. */
static inline real_lanes lanes_fma(real_lanes a, real_lanes b, real_lanes c) {
    return (real_lanes)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}

#elif defined(__AVX2__) && defined(__FMA__)

static inline lanes lanes_product(lanes a, lanes b) {
    return (lanes)_mm256_mul_epu32((__m256i)a, (__m256i)b);
}

static inline lanes lanes_join(lanes low, lanes high) {
    return (lanes)_mm256_blend_epi32((__m256i)low, _mm256_shuffle_epi32((__m256i)high, 0xa0), 0xaa);
}

static inline uint64_t lanes_signs(lanes a) {
    return (uint64_t)_mm256_movemask_pd((__m256d)a);
}

static inline real_lanes lanes_smaller(real_lanes a, real_lanes b) {
    return (real_lanes)_mm256_min_pd((__m256d)a, (__m256d)b);
}

static inline real_lanes lanes_fma(real_lanes a, real_lanes b, real_lanes c) {
    return (real_lanes)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}

#else

#if defined(__SSE2__) && !defined(LANES_PLAIN)
#include <emmintrin.h>
static inline lanes lanes_product(lanes a, lanes b) {
    return (lanes)_mm_mul_epu32((__m128i)a, (__m128i)b);
}
#else
static inline lanes lanes_product(lanes a, lanes b) {
    return (a & 0xffffffffU) * (b & 0xffffffffU);
}
#endif

static inline lanes lanes_join(lanes low, lanes high) {
    return (low & 0xffffffffU) | (high << 32);
}

static inline uint64_t lanes_signs(lanes a) {
    uint64_t bits = 0;
    for (int i = 0; i < LANES; ++i)
        bits |= a[i] >> 63 << i;
    return bits;
}

static inline real_lanes lanes_smaller(real_lanes a, real_lanes b) {
    for (int i = 0; i < LANES; ++i)
        b[i] = a[i] < b[i] ? a[i] : b[i];
    return b;
}

static inline real_lanes lanes_fma(real_lanes a, real_lanes b, real_lanes c) {
    for (int i = 0; i < LANES; ++i)
        c[i] = __builtin_fma(a[i], b[i], c[i]);
    return c;
}

#endif

/* The same in all lanes. Adding it to zero would turn -0 into 0: work that a compiler may not drop. */
static inline real_lanes lanes_all(double a) {
    return a - (real_lanes){0};
}

static inline real_lanes lanes_load(const double *from) {
    real_lanes a;
    memcpy(&a, from, sizeof a);
    return a;
}

static inline void lanes_store(double *to, real_lanes a) {
    memcpy(to, &a, sizeof a);
}

/* a where the bits of `yes` are set, else b. */
static inline real_lanes lanes_choose(lanes yes, real_lanes a, real_lanes b) {
    return (real_lanes)((yes & (lanes)a) | (~yes & (lanes)b));
}

#endif
