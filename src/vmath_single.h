/* The normals of vmath.h in single precision, twice as many in a vector; with the same bits on every compiler and
 * instruction set by the same means. Nothing here decides anything but what is drawn. */
#ifndef VMATH_SINGLE_H
#define VMATH_SINGLE_H

#include "vmath.h"

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

/* The pair of vmath_normal_pair, by its method, but for rounding: a few 1e-7 of the size, more only where u is near 1
 * and both normals are small; a u that would round to 1 is the number below. The minimax polynomials leave 5e-8. */
static inline void vmath_single_normal_pair(uint64_t word, float *first, float *second) {
    const float below_one = 1.0F - 0x1p-24F;
    float u = (float)(vmath_from_bits((word >> 23) | 0x40a0000000000001U) - 0x1p11);
    u = u < below_one ? u : below_one;
    uint32_t inverse = ~vmath_single_to_bits(u) & 0x7fc00000U;
    float f = vmath_single_fma(u, vmath_single_from_bits(inverse), -4.0F);
    float p = -2.75499492e-05F;
    p = vmath_single_fma(p, f, 7.82623295e-05F);
    p = vmath_single_fma(p, f, -0.000386805556F);
    p = vmath_single_fma(p, f, 0.00195453897F);
    p = vmath_single_fma(p, f, -0.0104170816F);
    p = vmath_single_fma(p, f, 0.0624998998F);
    p = vmath_single_fma(p, f, -0.499999992F);
    /* 2 ln(2^k c) = (k + c - 1) 2 ln 2, and 2 ln 1.5 - ln 2 more where c = 3/2. */
    float halves = vmath_single_from_bits((inverse >> 22) | 0x4b000000U) - (0x1p23F + 258.0F); /* 2 (k + c - 1) */
    float bend = (inverse & 0x00400000U) != 0 ? 0.117783036F : 0.0F;
    float radius = sqrtf(vmath_single_fma(f, p, vmath_single_fma(halves, 0.693147181F, bend)));

    const uint32_t low = (uint32_t)word;
    float r = vmath_single_from_bits((low >> 1 & 0x007fffffU) | 0x3f000000U) - 0.75F + 0x1p-25F, q = r * r;
    float sine = 39.5388665F;
    sine = vmath_single_fma(sine, q, -76.5501075F);
    sine = vmath_single_fma(sine, q, 81.6010209F);
    sine = vmath_single_fma(sine, q, -41.3416554F);
    sine = vmath_single_fma(sine, q, 6.28318516F) * r;
    float cosine = 56.2423804F;
    cosine = vmath_single_fma(cosine, q, -85.2403304F);
    cosine = vmath_single_fma(cosine, q, 64.9345906F);
    cosine = vmath_single_fma(cosine, q, -19.7391714F);
    cosine = vmath_single_fma(cosine, q, 0.999999953F);
    *first = radius * vmath_single_from_bits(vmath_single_to_bits(cosine) ^ (low << 31));
    *second = radius * sine;
}

#endif
