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

/* Two independent standard normals from two words (Box and Muller 1958): the upper 31 bits of `length` are the radius
 * sqrt(-2 ln u), the lower 30 of `turn` an angle r within an eighth of a turn of the axis, the upper two choose the
 * axis; every cell is represented by its middle, and |z| <= 6.67. Counts are rounded to 24 bits where they exceed them:
 * near u = 1, where the radius is smallest, and far from the axis. The polynomials are Chebyshev fits, good to 4e-8:
 * -2 ln m in s = (m - 1) / (m + 1) for sqrt(1/2) <= m < sqrt(2), sine and cosine of 2 pi r for |r| <= 1/8. */
static inline void vmath_single_normal_pair(uint32_t length, uint32_t turn, float *first, float *second) {
    const uint32_t one = 0x3f800000U, sqrt_half = 0x3f3504f3U;
    float u = vmath_single_fma((float)(int32_t)(length >> 1), 0x1p-31F, 0x1p-32F);
    uint32_t shifted = vmath_single_to_bits(u) + (one - sqrt_half);
    float k = (float)((int32_t)(shifted >> 23) - 127);
    float m = vmath_single_from_bits((shifted & 0x007fffffU) + sqrt_half);
    float s = (m - 1.0F) / (m + 1.0F), z = s * s;
    float p = -0.59850907F;
    p = vmath_single_fma(p, z, -0.79949605F);
    p = vmath_single_fma(p, z, -1.3333364F);
    p = vmath_single_fma(p, z, -4.0F);
    float radius = sqrtf(vmath_single_fma(s, p, k * -1.38629436F));

    int32_t cell = (int32_t)(turn & 0x3fffffffU) - 0x20000000;
    float r = vmath_single_fma((float)cell, 0x1p-32F, 0x1p-33F), q = r * r;
    float sine = -75.401840F;
    sine = vmath_single_fma(sine, q, 81.592545F);
    sine = vmath_single_fma(sine, q, -41.341663F);
    sine = vmath_single_fma(sine, q, 6.2831855F) * r;
    float cosine = -83.592216F;
    cosine = vmath_single_fma(cosine, q, 64.921242F);
    cosine = vmath_single_fma(cosine, q, -19.739153F);
    cosine = vmath_single_fma(cosine, q, 1.0F);
    cosine = vmath_single_from_bits(vmath_single_to_bits(cosine) ^ ((turn << 1) & 0x80000000U));
    int swap = (turn & 0x80000000U) != 0;
    *first = radius * (swap ? sine : cosine);
    *second = radius * (swap ? cosine : sine);
}

#endif
