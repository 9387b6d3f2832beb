/* The impact curve, and its integral in closed form. */
#include "impact.h"

#include <stdlib.h>

#include "vmath.h"

static const double first = 0.01; /* displacement of the depth */
static const double most = 3.0;   /* no order takes the price below 5 % of itself */

void impact_free(struct impact *impact) {
    free(impact->depth);
    *impact = (struct impact){0};
}

/* x of a volume >= 0, without the bound. */
static double rise(enum impact_shape shape, double volume) {
    return first * (shape == IMPACT_LINEAR ? volume : sqrt(volume));
}

/* The volume at which x reaches its bound. */
static double volume_of_most(enum impact_shape shape) {
    return shape == IMPACT_LINEAR ? most / first : (most / first) * (most / first);
}

double impact_displacement(const struct impact *impact, double volume) {
    const double x = rise(impact->shape, fabs(volume)), bounded = x < most ? x : most;
    return volume < 0.0 ? -bounded : bounded;
}

/* The integral of t^power e^(-d t) over 0 <= t <= 1, for a power of 0 or 1. */
static double moment(int power, double d) {
    if (fabs(d) >= 0.5) {
        const double decayed = vmath_exp(-d), plain = (1.0 - decayed) / d;
        return power == 0 ? plain : (plain - decayed) / d;
    }
    double term = 1.0, sum = 0.0;
    for (int n = 0; n < 18; ++n) {
        sum += term / (double)(n + 1 + power);
        term *= -d / (double)(n + 1);
    }
    return sum;
}

/* The integral of e^(-side x) over volumes 0 <= low < high below the bound. With x0 and x0 + d the displacements of the
 * ends: linear, e^-x0 times the integral of e^-dt; square root, where dv is proportional to x dx, the same with the
 * weights x0 + d t. */
static double integral_of_piece(enum impact_shape shape, double side, double low, double high) {
    const double x0 = rise(shape, low), x1 = rise(shape, high), width = high - low;
    const double d = shape == IMPACT_LINEAR ? first * width : first * first * width / (x0 + x1);
    double mean = moment(0, side * d);
    if (shape == IMPACT_SQUARE_ROOT)
        mean = (2.0 * x0 * mean + 2.0 * d * moment(1, side * d)) / (2.0 * x0 + d);
    return width * vmath_exp(-side * x0) * mean;
}

static double integral_of_side(enum impact_shape shape, double side, double low, double high) {
    const double bound = volume_of_most(shape);
    const double inner = low < bound ? low : bound, outer = high < bound ? high : bound;
    double sum = outer > inner ? integral_of_piece(shape, side, inner, outer) : 0.0;
    if (high > bound)
        sum += (high - (low > bound ? low : bound)) * vmath_exp(-side * most);
    return sum;
}

/* The integral of e^-x from volume a to volume b >= a. */
static double integral(enum impact_shape shape, double a, double b) {
    double sum = 0.0;
    if (a < 0.0)
        sum += integral_of_side(shape, -1.0, b < 0.0 ? -b : 0.0, -a);
    if (b > 0.0)
        sum += integral_of_side(shape, 1.0, a > 0.0 ? a : 0.0, b);
    return sum;
}

double impact_sell(const struct impact *impact, size_t asset, double thinned, double quantity, double *volume,
                   double *price) {
    const double from = *volume, by = quantity / (impact->depth[asset] * thinned), to = from + by;
    const double x0 = impact_displacement(impact, from), x1 = impact_displacement(impact, to);
    const double sum = to > from ? integral(impact->shape, from, to) : integral(impact->shape, to, from);
    const double mean = vmath_exp(x0) * sum / fabs(to - from), concession = quantity * *price * (1.0 - mean);
    if (!(concession > 0.0)) /* too little to move anything */
        return 0.0;
    *volume = to;
    *price *= vmath_exp(x0 - x1);
    return concession;
}

double impact_decayed(const struct impact *impact, double volume, double hours) {
    return volume * vmath_exp(-0.69314718055994531 * hours / impact->half_life);
}

double impact_leverage_limit(const struct impact *impact, size_t asset, double quantity) {
    const double x = impact_displacement(impact, fabs(quantity) / impact->depth[asset]);
    return impact->shape == IMPACT_SQUARE_ROOT ? 1.5 / x : 1.0 / (1.0 - moment(0, x));
}
