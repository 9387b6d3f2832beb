/* The normals of vmath.h in single precision, twice as many in a vector; with the same bits on every compiler and
 * instruction set by the same means. Nothing here decides anything but what is drawn. */
#ifndef VMATH_SINGLE_H
#define VMATH_SINGLE_H

#include <math.h>
#include <stdint.h>
#include <string.h>

static inline float vmath_single_from_bits(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint32_t vmath_single_to_bits(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float vmath_single_fma(float a, float b, float c) {
    return __builtin_fmaf(a, b, c);
}

/* The pair of vmath_normal_pair, of the same word in halves, but for rounding: a few 1e-7 of the size, more only where
 * u is near 1 and both normals are small. The polynomials are Chebyshev fits, good to 4e-8. */
static inline void vmath_single_normal_pair(uint32_t high, uint32_t low, float *first, float *second) {
    const uint32_t one = 0x3f800000U, sqrt_half = 0x3f3504f3U;
    const int32_t coarse = (int32_t)(high >> 8), fine = (int32_t)((high & 0xffU) << 8 | low >> 24);
    float u = vmath_single_fma((float)coarse, 0x1p-24F, vmath_single_fma((float)fine, 0x1p-40F, 0x1p-41F));
    uint32_t shifted = vmath_single_to_bits(u) + (one - sqrt_half);
    float k = (float)((int32_t)(shifted >> 23) - 127);
    float m = vmath_single_from_bits((shifted & 0x007fffffU) + sqrt_half);
    float s = (m - 1.0F) / (m + 1.0F), z = s * s;
    float p = -0.59850907F;
    p = vmath_single_fma(p, z, -0.79949605F);
    p = vmath_single_fma(p, z, -1.3333364F);
    p = vmath_single_fma(p, z, -4.0F);
    float radius = sqrtf(vmath_single_fma(s, p, k * -1.38629436F));

    const int32_t cell = (int32_t)(low & 0x3fffffU) - 0x200000;
    float r = vmath_single_fma((float)cell, 0x1p-24F, 0x1p-25F), q = r * r;
    float sine = -75.401840F;
    sine = vmath_single_fma(sine, q, 81.592545F);
    sine = vmath_single_fma(sine, q, -41.341663F);
    sine = vmath_single_fma(sine, q, 6.2831855F) * r;
    float cosine = -83.592216F;
    cosine = vmath_single_fma(cosine, q, 64.921242F);
    cosine = vmath_single_fma(cosine, q, -19.739153F);
    cosine = vmath_single_fma(cosine, q, 1.0F);
    cosine = vmath_single_from_bits(vmath_single_to_bits(cosine) ^ ((low << 8) & 0x80000000U));
    int swap = (low & 0x400000U) != 0;
    *first = radius * (swap ? sine : cosine);
    *second = radius * (swap ? cosine : sine);
}

#endif
