/* Elementary functions with the same bits on every compiler and instruction set: branch-free where they run in vectors,
 * explicit fma; of libm only fma and sqrt, which are correctly rounded everywhere. Inline, so that a loop over a row of
 * paths vectorises and the scalar code of the engine gets the same numbers. */
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

static inline double vmath_fma(double a, double b, double c) {
    return __builtin_fma(a, b, c);
}

/* e^x, relative error below 2.3e-16 for |x| <= 708; clamped outside. x = n ln 2 + r by Cody and Waite (1980); the
 * polynomial is the Chebyshev fit of degree 11 on |r| <= ln 2 / 2 (error 3e-18), its first two coefficients set to 1.
 */
static inline double vmath_exp(double x) {
    const double round = 0x1.8p52;
    x = x < -708.0 ? -708.0 : x;
    x = x > 709.0 ? 709.0 : x;
    double shifted = vmath_fma(x, 0x1.71547652b82fep+0, round);
    double n = shifted - round;
    double r = vmath_fma(n, -0x1.62e42fefa39efp-1, x);
    r = vmath_fma(n, -0x1.abc9e3b39803fp-56, r);
    double p = 2.5110037605963777712e-8;
    p = vmath_fma(p, r, 2.7632639639041029749e-7);
    p = vmath_fma(p, r, 2.7557240918578969823e-6);
    p = vmath_fma(p, r, 2.4801485482328492419e-5);
    p = vmath_fma(p, r, 1.9841269890047113707e-4);
    p = vmath_fma(p, r, 1.3888888952314774652e-3);
    p = vmath_fma(p, r, 8.3333333333196006109e-3);
    p = vmath_fma(p, r, 4.1666666666488095495e-2);
    p = vmath_fma(p, r, 1.6666666666666680806e-1);
    p = vmath_fma(p, r, 0.50000000000000183855);
    p = vmath_fma(p, r, 1.0);
    p = vmath_fma(p, r, 1.0);
    return vmath_from_bits(vmath_to_bits(p) + (vmath_to_bits(shifted) << 52));
}

/* ln x for normal x > 0, error below 1 ulp; the method and the constants of the FreeBSD msun e_log.c (Sun 1993):
 * x = 2^k (1 + f), s = f / (2 + f), ln(1 + f) = f - (f^2/2 - s (f^2/2 + R(s^2))). ln 0 gives about -709, not -inf. */
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

/* Two independent standard normals from 64 random bits (Box and Muller 1958). The upper 40 bits are the radius
 * sqrt(-2 ln u), the next 23 the angle r within a quarter of a turn of the axis, the last its direction; every cell is
 * represented by its middle (a bit set below its own), so u is neither 0 nor 1 and |z| <= 7.54. No division, no table:
 * with u = 2^-k m, 1/2 <= m < 1, the complement of the leading bits of u is 4 2^k c, c = 1 or 3/2, near 4 / u, so that
 * f = 4 (m c - 1) is small; the same bits give k, and c. The minimax polynomials, of -2 ln(1 + f / 4) / f and of sine
 * and cosine of 2 pi r, leave an error of 1.4e-12 of the radius. */
static inline void vmath_normal_pair(uint64_t word, double *first, double *second) {
    double u = vmath_from_bits((word >> 23) | 0x40a0000000000001U) - 0x1p11;
    uint64_t inverse = ~vmath_to_bits(u) & 0x7ff8000000000000U;
    double f = vmath_fma(u, vmath_from_bits(inverse), -4.0);
    double ff = f * f;
    double even = -9.856105908283092e-08;
    even = vmath_fma(even, ff, -8.485787252335957e-07);
    even = vmath_fma(even, ff, -1.7427264933601202e-05);
    even = vmath_fma(even, ff, -0.0003906275341278679);
    even = vmath_fma(even, ff, -0.0104166665163341);
    even = vmath_fma(even, ff, -0.5000000000004722);
    double odd = 1.2835959997474198e-07;
    odd = vmath_fma(odd, ff, 3.847651898878649e-06);
    odd = vmath_fma(odd, ff, 8.137527856612714e-05);
    odd = vmath_fma(odd, ff, 0.001953125149154808);
    odd = vmath_fma(odd, ff, 0.06250000000802075);
    /* 2 ln(2^k c) = (k + c - 1) 2 ln 2 + (c - 1) (4 ln 1.5 - 2 ln 2): exactly 0 where u is near 1, as the constants
     * have few enough bits. */
    const double ln4 = 0x1.62e42fefa3a00p+0, bend = 0x1.e27076e2af400p-3;
    double c = vmath_from_bits((inverse & 0x0008000000000000U) | 0x3ff0000000000000U);
    double exponent = vmath_from_bits((inverse >> 6) ^ 0x4150000000000000U); /* 65 + k + c - 1 */
    double whole = vmath_fma(c, bend, vmath_fma(exponent, ln4, -(65.0 * ln4 + bend)));
    double radius = sqrt(vmath_fma(f, vmath_fma(odd, f, even), whole));

    double r = vmath_from_bits((word & 0xfffffeU) | 0x41a0000000000001U) - (0x1p27 + 0.25), q = r * r;
    double sine = 3.6571093014884943;
    sine = vmath_fma(sine, q, -15.079724923988142);
    sine = vmath_fma(sine, q, 42.05799940234028);
    sine = vmath_fma(sine, q, -76.70584256338935);
    sine = vmath_fma(sine, q, 81.60524906096931);
    sine = vmath_fma(sine, q, -41.34170223925216);
    sine = vmath_fma(sine, q, 6.283185307177988) * r;
    double cosine = 7.5367295215523455;
    cosine = vmath_fma(cosine, q, -26.394972923238115);
    cosine = vmath_fma(cosine, q, 60.243313517713425);
    cosine = vmath_fma(cosine, q, -85.45678823350887);
    cosine = vmath_fma(cosine, q, 64.93939372143085);
    cosine = vmath_fma(cosine, q, -19.739208801003855);
    cosine = vmath_fma(cosine, q, 0.9999999999992518);
    *first = radius * vmath_from_bits(vmath_to_bits(cosine) ^ (word << 63));
    *second = radius * sine;
}

/* The square root of 1e-30 <= x <= 1e30, relative error below 1e-14: in single precision, then a step of Newton's
 * method. Half the time of the whole one in wide vectors. */
static inline double vmath_root(double x) {
    const float root = sqrtf((float)x), half = 0.5F / root;
    return vmath_fma(vmath_fma(-(double)root, root, x), half, root);
}

/* s^2 times an upper bound of -ln Phi(-m / s), for m >= 0: ln 2 + (m/s) sqrt(2/pi) + (m/s)^2 / 2, because the second
 * derivative of -ln Phi lies in (0, 1). The factor covers rounding. */
static inline double vmath_tail_bound(double s, double m) {
    return 1.000001 * (s * (0.69314718055994531 * s + 0.79788456080286536 * m) + 0.5 * (m * m));
}

static inline double vmath_rational(double x, const double numerator[8], const double denominator[8]) {
    double n = numerator[7], d = denominator[7];
    for (int i = 6; i >= 0; --i) {
        n = vmath_fma(n, x, numerator[i]);
        d = vmath_fma(d, x, denominator[i]);
    }
    return n / d;
}

/* Wichura (1988), algorithm AS 241: the normal quantile of 0.5 + q, |q| <= 0.425. */
static inline double vmath_central_quantile(double q) {
    static const double a[8] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                3.3430575583588128105e4, 2.5090809287301226727e3};
    static const double b[8] = {1.0,
                                4.2313330701600911252e1,
                                6.8718700749205790830e2,
                                5.3941960214247511077e3,
                                2.1213794301586595867e4,
                                3.9307895800092710610e4,
                                2.8729085735721942674e4,
                                5.2264952788528545610e3};
    return q * vmath_rational(0.180625 - q * q, a, b);
}

/* The same paper: minus the normal quantile of a tail probability p <= 0.075, given r = sqrt(-ln p); near is r <= 5,
 * p >= 1.4e-11. */
static inline double vmath_near_tail_quantile(double r) {
    static const double c[8] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                                3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                                2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[8] = {1.0,
                                2.05319162663775882187e0,
                                1.67638483018380384940e0,
                                6.89767334985100004550e-1,
                                1.48103976427480074590e-1,
                                1.51986665636164571966e-2,
                                5.47593808499534494600e-4,
                                1.05075007164441684324e-9};
    return vmath_rational(r - 1.6, c, d);
}

static inline double vmath_far_tail_quantile(double r) {
    static const double e[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                                2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[8] = {1.0,
                                5.99832206555887937690e-1,
                                1.36929880922735805310e-1,
                                1.48753612908506148525e-2,
                                7.86869131145613259100e-4,
                                1.84631831751005468180e-5,
                                1.42151175831644588870e-7,
                                2.04426310338993978564e-15};
    return vmath_rational(r - 5.0, e, f);
}

static inline double vmath_tail_quantile(double r) {
    return r <= 5.0 ? vmath_near_tail_quantile(r) : vmath_far_tail_quantile(r);
}

/* The standard normal quantile of a normal number 0 < u < 1, relative error below 1e-15 for that very u. */
static inline double vmath_quantile(double u) {
    double q = u - 0.5;
    if (fabs(q) <= 0.425)
        return vmath_central_quantile(q);
    double z = vmath_tail_quantile(sqrt(-vmath_log(q < 0.0 ? u : 1.0 - u)));
    return q < 0.0 ? -z : z;
}

/* The standard normal quantile of p = e^(-a), a > 0, relative error below 1e-14 for p <= 0.925; above, 1 - p carries
 * the rounding of p. Taking the logarithm keeps probabilities that would underflow. */
static inline double vmath_quantile_of_exp(double a) {
    double p = vmath_exp(-a), q = p - 0.5;
    if (q < -0.425)
        return -vmath_tail_quantile(sqrt(a));
    if (q <= 0.425)
        return vmath_central_quantile(q);
    double complement = a < 1e-5 ? a - 0.5 * a * a : 1.0 - p;
    return vmath_tail_quantile(sqrt(-vmath_log(complement)));
}

/* P(Z > z) of a standard normal Z by Hart (1968), algorithm 5666, as West (2005) gives it: absolute error below 1e-15;
 * relative error below 2e-14 for z <= 3, and growing to 1e-8 at 8. */
static inline double vmath_upper_tail(double z) {
    const double x = fabs(z);
    double n = 3.52624965998911e-02;
    n = vmath_fma(n, x, 0.700383064443688);
    n = vmath_fma(n, x, 6.37396220353165);
    n = vmath_fma(n, x, 33.912866078383);
    n = vmath_fma(n, x, 112.079291497871);
    n = vmath_fma(n, x, 221.213596169931);
    n = vmath_fma(n, x, 220.206867912376);
    double d = 8.83883476483184e-02;
    d = vmath_fma(d, x, 1.75566716318264);
    d = vmath_fma(d, x, 16.064177579207);
    d = vmath_fma(d, x, 86.7807322029461);
    d = vmath_fma(d, x, 296.564248779674);
    d = vmath_fma(d, x, 637.333633378831);
    d = vmath_fma(d, x, 793.826512519948);
    d = vmath_fma(d, x, 440.413735824752);
    const double tail = vmath_exp(-0.5 * (x * x)) * (n / d);
    return z < 0.0 ? 1.0 - tail : tail;
}

/* A uniform from 64 random bits: of 2^52 equal cells of (0, 1) the middle of the one that the upper bits name, so that
 * u and 1 - u are equally exact and neither is 0. */
static inline double vmath_uniform(uint64_t word) {
    return vmath_from_bits((word >> 12) | 0x3ff0000000000000U) - (1.0 - 0x1p-53);
}

#endif
