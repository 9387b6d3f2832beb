/* A few 32-bit words side by side in the widest integer vector of the instruction set, each in the low half of a 64-bit
 * lane. The one operation that compilers do not find by themselves is the 32 x 32 -> 64 bit product; the plain C twin
 * below it gives the same bits. */
#ifndef LANES_H
#define LANES_H

#include <stdint.h>

#if defined(__AVX512F__)
#include <immintrin.h>
enum { LANES = 8 };
typedef uint64_t lanes __attribute__((vector_size(64)));
static inline lanes lanes_product(lanes a, lanes b) {
    return (lanes)_mm512_mul_epu32((__m512i)a, (__m512i)b);
}
#elif defined(__AVX2__)
#include <immintrin.h>
enum { LANES = 4 };
typedef uint64_t lanes __attribute__((vector_size(32)));
static inline lanes lanes_product(lanes a, lanes b) {
    return (lanes)_mm256_mul_epu32((__m256i)a, (__m256i)b);
}
#elif defined(__SSE2__)
#include <emmintrin.h>
enum { LANES = 2 };
typedef uint64_t lanes __attribute__((vector_size(16)));
static inline lanes lanes_product(lanes a, lanes b) {
    return (lanes)_mm_mul_epu32((__m128i)a, (__m128i)b);
}
#else
enum { LANES = 2 };
typedef uint64_t lanes __attribute__((vector_size(16)));
static inline lanes lanes_product(lanes a, lanes b) {
    return (a & 0xffffffffU) * (b & 0xffffffffU);
}
#endif

#endif
