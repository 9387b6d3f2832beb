/* Elementary functions with the same bits on every compiler and instruction set: branch-free where they run in vectors,
 * explicit fma, no call into libm (whose last bit differs between versions). Inline, so that a loop over a row of paths
 * vectorises and the scalar code of the engine gets the same numbers. */
#ifndef VMATH_H
#define VMATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

static inline double vmath_from_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint64_t vmath_to_bits(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double vmath_fma(double a, double b, double c) { return __builtin_fma(a, b, c); }

/* e^x, relative error below 2.3e-16 for |x| <= 708; clamped outside. x = n ln 2 + r by Cody and Waite (1980), the
 * polynomial is the Taylor series to r^13 / 13! (remainder 4e-18 on |r| <= ln 2 / 2). */
static inline double vmath_exp(double x) {
    const double round = 0x1.8p52;
    x = x < -708.0 ? -708.0 : x;
    x = x > 709.0 ? 709.0 : x;
    double shifted = vmath_fma(x, 0x1.71547652b82fep+0, round);
    double n = shifted - round;
    double r = vmath_fma(n, -0x1.62e42fefa39efp-1, x);
    r = vmath_fma(n, -0x1.abc9e3b39803fp-56, r);
    double p = 1.0 / 6227020800.0;
    p = vmath_fma(p, r, 1.0 / 479001600.0);
    p = vmath_fma(p, r, 1.0 / 39916800.0);
    p = vmath_fma(p, r, 1.0 / 3628800.0);
    p = vmath_fma(p, r, 1.0 / 362880.0);
    p = vmath_fma(p, r, 1.0 / 40320.0);
    p = vmath_fma(p, r, 1.0 / 5040.0);
    p = vmath_fma(p, r, 1.0 / 720.0);
    p = vmath_fma(p, r, 1.0 / 120.0);
    p = vmath_fma(p, r, 1.0 / 24.0);
    p = vmath_fma(p, r, 1.0 / 6.0);
    p = vmath_fma(p, r, 0.5);
    p = vmath_fma(p, r, 1.0);
    p = vmath_fma(p, r, 1.0);
    return vmath_from_bits(vmath_to_bits(p) + (vmath_to_bits(shifted) << 52));
}

/* ln x for normal x > 0, error below 1 ulp; the method and the constants of the FreeBSD msun e_log.c (Sun 1993):
 * x = 2^k (1 + f), s = f / (2 + f), ln(1 + f) = f - (f^2/2 - s (f^2/2 + R(s^2))). ln 0 gives about -708, not -inf. */
static inline double vmath_log(double x) {
    const uint64_t sqrt_half = 0x3fe6a09e667f3bcdU;
    uint64_t u = vmath_to_bits(x) + (0x3ff0000000000000U - sqrt_half);
    double k = vmath_from_bits((u >> 52) | 0x4330000000000000U) - (0x1p52 + 1023.0);
    double f = vmath_from_bits((u & 0x000fffffffffffffU) + sqrt_half) - 1.0;
    double s = f / (2.0 + f);
    double z = s * s;
    double r = 1.479819860511658591e-01;
    r = vmath_fma(r, z, 1.531383769920937332e-01);
    r = vmath_fma(r, z, 1.818357216161805012e-01);
    r = vmath_fma(r, z, 2.222219843214978396e-01);
    r = vmath_fma(r, z, 2.857142874366239149e-01);
    r = vmath_fma(r, z, 3.999999999940941908e-01);
    r = vmath_fma(r, z, 6.666666666666735130e-01);
    double half_square = 0.5 * f * f;
    double correction = vmath_fma(s, vmath_fma(r, z, half_square), k * 1.90821492927058770002e-10);
    return vmath_fma(k, 6.93147180369123816490e-01, f - (half_square - correction));
}

/* sine and cosine of 2 pi t, 0 <= t < 1, absolute error below 2e-16. Quarter turns are taken off exactly; the
 * polynomials on +-pi/4 are those of the FreeBSD msun k_sin.c and k_cos.c (Sun 1993). */
static inline void vmath_sincos_turn(double t, double *sine, double *cosine) {
    const double round = 0x1.8p52;
    double shifted = vmath_fma(t, 4.0, round);
    uint64_t quadrant = vmath_to_bits(shifted);
    double y = vmath_fma(shifted - round, -0.25, t) * 6.28318530717958647693;
    double z = y * y;
    double s = 1.58969099521155010221e-10;
    s = vmath_fma(s, z, -2.50507602534068634195e-08);
    s = vmath_fma(s, z, 2.75573137070700676789e-06);
    s = vmath_fma(s, z, -1.98412698298579493134e-04);
    s = vmath_fma(s, z, 8.33333333332248946124e-03);
    s = vmath_fma(s, z, -1.66666666666666324348e-01);
    s = vmath_fma(s * z, y, y);
    double c = -1.13596475577881948265e-11;
    c = vmath_fma(c, z, 2.08757232129817482790e-09);
    c = vmath_fma(c, z, -2.75573143513906633035e-07);
    c = vmath_fma(c, z, 2.48015872894767294178e-05);
    c = vmath_fma(c, z, -1.38888888888741095749e-03);
    c = vmath_fma(c, z, 4.16666666666666019037e-02);
    c = vmath_fma(c * z, z, vmath_fma(z, -0.5, 1.0));
    uint64_t swap = (uint64_t)0 - (quadrant & 1);
    uint64_t bits_s = vmath_to_bits(s), bits_c = vmath_to_bits(c);
    uint64_t turned_s = (bits_s & ~swap) | (bits_c & swap);
    uint64_t turned_c = (bits_c & ~swap) | (bits_s & swap);
    *sine = vmath_from_bits(turned_s ^ ((quadrant & 2) << 62));
    *cosine = vmath_from_bits(turned_c ^ (((quadrant + 1) & 2) << 62));
}

static inline double vmath_rational(double x, const double numerator[8], const double denominator[8]) {
    double n = numerator[7], d = denominator[7];
    for (int i = 6; i >= 0; --i) {
        n = vmath_fma(n, x, numerator[i]);
        d = vmath_fma(d, x, denominator[i]);
    }
    return n / d;
}

/* Wichura (1988), algorithm AS 241: minus the normal quantile of a tail probability p <= 0.075, given r = sqrt(-ln p). */
static inline double vmath_tail_quantile(double r) {
    static const double c[8] = {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
                                3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
                                2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[8] = {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
                                1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
                                1.05075007164441684324e-9};
    static const double e[8] = {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
                                2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[8] = {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
                                7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
                                2.04426310338993978564e-15};
    return r <= 5.0 ? vmath_rational(r - 1.6, c, d) : vmath_rational(r - 5.0, e, f);
}

/* The standard normal quantile of p = e^(-a), a > 0 (Wichura 1988, AS 241), relative error below 1e-14 for p <= 0.925;
 * above, 1 - p carries the rounding of p. Taking the logarithm keeps probabilities that would underflow. */
static inline double vmath_quantile_of_exp(double a) {
    static const double n[8] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                3.3430575583588128105e4, 2.5090809287301226727e3};
    static const double d[8] = {1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
                                2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
                                5.2264952788528545610e3};
    double p = vmath_exp(-a), q = p - 0.5;
    if (q < -0.425) return -vmath_tail_quantile(sqrt(a));
    if (q <= 0.425) return q * vmath_rational(0.180625 - q * q, n, d);
    double complement = a < 1e-5 ? a - 0.5 * a * a : 1.0 - p;
    return vmath_tail_quantile(sqrt(-vmath_log(complement)));
}

#endif
