/* Quantiles by the differential equation that they solve (the slope of a quantile function is one over the density),
 * from the tails inwards: that way an error of the start is an error of a probability far smaller than any that is
 * asked for, and dies out. */
#include "student.h"

#include "vmath.h"

enum { CELLS_A_UNIT = 64, CELLS = 1024, STEPS_A_CELL = 4 };
static const double reach = 8.0, start = 12.0;

/* ln Gamma(a) = (a - 1/2) ln a - a + ln(2 pi) / 2 + this, a > 0 (Stirling's series from 10 on). */
static double stirling_rest(double a) {
    double rest = 0.0;
    while (a < 10.0) {
        rest += (a + 0.5) * vmath_log(1.0 + 1.0 / a) - 1.0;
        a += 1.0;
    }
    const double q = 1.0 / (a * a);
    return rest + (1.0 / 12 - q * (1.0 / 360 - q * (1.0 / 1260 - q * (1.0 / 1680 - q / 1188)))) / a;
}

/* e^t - 1 - t without cancellation. */
static double exp_excess(double t) {
    if (t < -0.5 || t > 0.5)
        return vmath_exp(t) - 1.0 - t;
    double sum = 0.0;
    for (int k = 16; k >= 3; --k)
        sum = (sum + 1.0) * t / k;
    return (sum + 1.0) * t * t / 2.0;
}

/* A law's own side of the equation; the functions below are of it. */
struct law {
    double a;        /* mixing: nu / 2 */
    double constant; /* logarithm of what does not depend on the point */
    double from, to; /* change: degrees of freedom */
};

typedef double slope_of(const struct law *law, double x, double y);

/* Runge and Kutta's fourth order over `n` equal steps. */
static double advance(const struct law *law, slope_of *slope, double x, double y, double width, int n) {
    const double h = width / n;
    for (int i = 0; i < n; ++i) {
        const double k1 = slope(law, x, y), k2 = slope(law, x + 0.5 * h, y + 0.5 * h * k1);
        const double k3 = slope(law, x + 0.5 * h, y + 0.5 * h * k2), k4 = slope(law, x + h, y + h * k3);
        y += h * ((k1 + k4) + 2.0 * (k2 + k3)) / 6.0;
        x += h;
    }
    return y;
}

/* Where a function that grows from low to high (or falls, if low > high) reaches `target`. */
static double solve(double (*value)(const struct law *, double), const struct law *law, double target, double low,
                    double high) {
    for (int halving = 0; halving < 100; ++halving) {
        const double middle = 0.5 * (low + high);
        *(value(law, middle) < target ? &low : &high) = middle;
    }
    return 0.5 * (low + high);
}

/* t = ln(chi2 / nu): its density is sqrt(a / 2 pi) exp(-a (e^t - 1 - t) - c), c the rest of Stirling. */
static double mixing_slope(const struct law *law, double z, double t) {
    return vmath_exp(law->constant + law->a * exp_excess(t) - 0.5 * z * z);
}

/* Minus the logarithm of a tail: the density over minus its logarithmic slope. */
static double mixing_tail(const struct law *law, double t) {
    const double away = t + exp_excess(t);
    return law->constant + law->a * exp_excess(t) + vmath_log(law->a * (away < 0.0 ? -away : away));
}

/* From one end to the median; the nodes of that half. */
static void mixing_half(const struct law *law, double nu, double sign, struct curve *curve) {
    const double width = 1.0 / CELLS_A_UNIT, size = sqrt((nu - 2.0) / nu), target = 0.5 * start * start;
    const int middle = (int)reach * CELLS_A_UNIT;
    double t = solve(mixing_tail, law, target + vmath_log(start), 0.0, sign < 0.0 ? -200.0 : 10.0);
    for (int i = (int)start * CELLS_A_UNIT; i >= 0; --i) {
        const double z = sign * i * width, value = size * vmath_exp(-0.5 * t);
        const int node = middle + (sign < 0.0 ? -i : i);
        if (i <= middle)
            curve_set(curve, (size_t)node, value, -0.5 * value * mixing_slope(law, z, t));
        t = advance(law, mixing_slope, z, t, -sign * width, STEPS_A_CELL);
    }
}

enum riskpool_status student_mixing(double nu, struct curve *curve) {
    const struct law law = {.a = 0.5 * nu, .constant = stirling_rest(0.5 * nu) - 0.5 * vmath_log(0.5 * nu)};
    enum riskpool_status status = curve_init(curve, -reach, reach, 2 * (size_t)reach * CELLS_A_UNIT);
    if (status != RISKPOOL_OK)
        return status;
    mixing_half(&law, nu, -1.0, curve);
    mixing_half(&law, nu, 1.0, curve);
    return RISKPOOL_OK;
}

/* ln cosh x, x >= 0. */
static double log_cosh(double x) {
    if (x > 0.1)
        return x - 0.69314718055994531 + vmath_log(1.0 + vmath_exp(-2.0 * x));
    const double q = x * x;
    return q * (1.0 / 2 - q * (1.0 / 12 - q * (1.0 / 45 - q * (17.0 / 2520 - q * (31.0 / 14175)))));
}

static double sinh_of(double x) {
    if (x > 0.3)
        return 0.5 * (vmath_exp(x) - vmath_exp(-x));
    const double q = x * x;
    return x * (1.0 + q / 6 * (1.0 + q / 20 * (1.0 + q / 42 * (1.0 + q / 72 * (1.0 + q / 110)))));
}

static double cosh_of(double x) {
    return 0.5 * (vmath_exp(x) + vmath_exp(-x));
}

/* With y = sqrt(nu) sinh A the density of A is k cosh(A)^-nu; ln k + ln(pi) / 2. */
static double log_density(double nu) {
    const double a = 0.5 * nu, half = 0.5 / a;
    const double log_ratio =
        a > 1000.0 ? half * (1.0 - half * (1.0 / 2 - half * (1.0 / 3 - half / 4))) : vmath_log(1.0 + half);
    return a * log_ratio + 0.5 * vmath_log(a) - 0.5 + stirling_rest(a + 0.5) - stirling_rest(a);
}

static double change_slope(const struct law *law, double a, double b) {
    return vmath_exp(law->constant - law->from * log_cosh(a) + law->to * log_cosh(b));
}

static double change_tail(const struct law *law, double b) {
    return law->to * log_cosh(b) + vmath_log(law->to * sinh_of(b) / cosh_of(b));
}

enum riskpool_status student_change(double from, double to, const struct curve *mixing, struct curve *curve) {
    const struct law law = {.constant = log_density(from) - log_density(to), .from = from, .to = to};
    const double largest = reach * mixing->node[0] / sqrt(from - 2.0);
    const double most = vmath_log(largest + sqrt(1.0 + largest * largest)), size = sqrt((to - 2.0) / (from - 2.0));
    enum riskpool_status status = curve_init(curve, 0.0, most, CELLS);
    if (status != RISKPOOL_OK)
        return status;
    const struct law itself = {.to = from};
    int i = (int)((1.5 * most + 8.0 / sqrt(from)) / curve->width) + 1;
    double a = curve->width * i, b = solve(change_tail, &law, change_tail(&itself, a) - law.constant, 0.0, 300.0);
    for (; i > 0; --i) {
        a = curve->width * i;
        const double value = size * sinh_of(b) / sinh_of(a), slope = change_slope(&law, a, b);
        if (i <= CELLS)
            curve_set(curve, (size_t)i, value, value * (slope * cosh_of(b) / sinh_of(b) - cosh_of(a) / sinh_of(a)));
        b = advance(&law, change_slope, a, b, -curve->width, STEPS_A_CELL);
    }
    curve_set(curve, 0, size * vmath_exp(law.constant), 0.0);
    return RISKPOOL_OK;
}
