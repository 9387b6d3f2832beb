/* The crossing of a breach surface inside a step: the other half of surface.h. */
#include <math.h>

#include "surface.h"
#include "vmath.h"

/* 1 when a Brownian bridge of variance `variance` between distances start > 0 and end has touched zero, decided by a
 * standard normal: Phi(normal) < exp(-2 start end / variance). Compared as quantiles, so that more distance never
 * makes a crossing. */
static int bridge_touches(int strict, double start, double end, double variance, double normal) {
    if (strict ? end < 0.0 : end <= 0.0)
        return 1;
    if (!(variance > 0.0) || !isfinite(start) || !isfinite(end))
        return 0;
    double exponent = 2.0 * start * end / variance;
    if (exponent > BRIDGE_MOST || exponent > vmath_tail_bound(1.0, normal < 0.0 ? -normal : 0.0))
        return 0; /* most questions end here, without the quantile */
    return exponent <= 0.0 || normal < vmath_quantile_of_exp(exponent);
}

/* Straight-line estimate of when the distance was zero. */
static double bridge_fraction(double start, double end) {
    double span = start + fabs(end);
    if (start <= 0.0)
        return 0.0;
    return isfinite(span) ? start / span : 1.0;
}

/* Price of an asset at coordinate x. */
static double price_at(const struct slice *slice, size_t asset, double x) {
    return slice->initial[asset] * (slice->scale == PRICE_LOG ? vmath_exp(x) : 1.0 + x);
}

static int single_crossing(const struct surface *surface, const struct stand *stand, const struct slice *slice,
                           size_t path, const struct surface_room *room, double *theta) {
    const size_t asset = surface->leg[0].asset;
    const double x0 = slice->start[asset * BLOCK + path], x1 = slice->end[asset * BLOCK + path];
    const double deviation = slice_deviation(slice, asset, path), variance = deviation * deviation;
    const double normal = slice->bridge[asset * BLOCK + path];
    const double low = stand->safe.low, high = stand->safe.high;
    int touched_high = 0;
    *theta = INFINITY;
    if (bridge_touches(0, x0 - low, x1 - low, variance, normal))
        *theta = bridge_fraction(x0 - low, x1 - low);
    if (bridge_touches(0, high - x0, high - x1, variance, -normal)) {
        double fraction = bridge_fraction(high - x0, high - x1);
        touched_high = fraction < *theta;
        *theta = touched_high ? fraction : *theta;
    }
    if (!isfinite(*theta))
        return 0;
    const struct stand at_start = {.cash = stand->cash, .remaining = stand->remaining, .price = slice->initial};
    const struct range prices =
        surface_range(surface, &at_start, asset, SURFACE_REQUIREMENT, slice->scale == PRICE_LINEAR);
    /* A pool that no price could save closes where it stood. */
    const double price = touched_high ? prices.high : prices.low;
    room->price[asset] = isfinite(price) ? price : price_at(slice, asset, x0);
    return 1;
}

int surface_level_crossing(const struct slice *slice, size_t asset, size_t path, double level, int below,
                           double *theta) {
    const double x0 = slice->start[asset * BLOCK + path], x1 = slice->end[asset * BLOCK + path];
    const double deviation = slice_deviation(slice, asset, path), sign = below ? 1.0 : -1.0;
    const double start = sign * (x0 - level), end = sign * (x1 - level);
    *theta = bridge_fraction(start, end);
    return bridge_touches(0, start, end, deviation * deviation, sign * slice->bridge[asset * BLOCK + path]);
}

/* The two sides of G (see surface.h). */
struct sides {
    double positive, negative;
    double gross; /* sum of the magnitudes of all terms: what their rounding is relative to */
};

static struct sides sides_at(const struct surface *surface, const struct stand *stand, const double *price) {
    struct sides s = {0.0, 0.0, 0.0};
    double constant = stand->cash;
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        double remaining = stand->remaining[leg->position];
        struct leg_tier tier = leg_tier(leg, remaining, price[leg->asset]);
        const double side = leg_side(leg, tier, remaining, price[leg->asset]);
        *(leg->quantity < 0.0 ? &s.negative : &s.positive) += side;
        s.gross += fabs(side);
        constant += leg_constant(leg, tier, remaining);
    }
    *(constant > 0.0 ? &s.positive : &s.negative) += fabs(constant);
    s.gross += fabs(constant);
    return s;
}

static double distance_of(enum price_scale scale, struct sides s) {
    if (scale == PRICE_LINEAR)
        return s.positive - s.negative;
    if (!(s.negative > 0.0))
        return INFINITY;
    return s.positive > 0.0 ? vmath_log(s.positive / s.negative) : -INFINITY;
}

static double slope_at(const struct slice *slice, size_t asset, double price) {
    return slice->scale == PRICE_LOG ? price : slice->initial[asset];
}

/* weight[j] = d distance / d x_j at the start of the step. */
static void distance_gradient(const struct surface *surface, const struct stand *stand, const struct slice *slice,
                              struct sides s, const double *price, double *restrict weight) {
    const double a = slice->scale == PRICE_LOG ? s.positive : 1.0, b = slice->scale == PRICE_LOG ? s.negative : 1.0;
    for (size_t j = 0; j < slice->n_assets; ++j)
        weight[j] = 0.0;
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        double remaining = stand->remaining[leg->position];
        struct leg_tier tier = leg_tier(leg, remaining, price[leg->asset]);
        double delta = leg_delta(leg, tier, remaining, price[leg->asset]);
        weight[leg->asset] += delta * slope_at(slice, leg->asset, price[leg->asset]) / (leg->quantity < 0.0 ? b : a);
    }
}

/* Covariance of the diffusive move of an asset with that of the weighted assets. */
static double covariance_row(const struct slice *slice, size_t path, size_t row, const double *weight) {
    const double *correlation = slice_correlation(slice, path) + row * slice->n_assets;
    double sum = 0.0;
    for (size_t k = 0; k < slice->n_assets; ++k)
        sum += correlation[k] * slice_deviation(slice, k, path) * weight[k];
    return slice_deviation(slice, row, path) * sum;
}

/* dG/dx at the prices in room->price. */
static void excess_gradient(const struct surface *surface, const struct stand *stand, const struct slice *slice,
                            const struct surface_room *room, double *restrict gradient) {
    for (size_t j = 0; j < slice->n_assets; ++j)
        gradient[j] = 0.0;
    for (size_t i = 0; i < surface->n_legs; ++i) {
        const struct leg *leg = &surface->leg[i];
        double remaining = stand->remaining[leg->position], price = room->price[leg->asset];
        struct leg_tier tier = leg_tier(leg, remaining, price);
        gradient[leg->asset] += leg_delta(leg, tier, remaining, price) * slope_at(slice, leg->asset, price);
    }
}

static void prices_along(const struct slice *slice, const struct surface_room *room, double step) {
    for (size_t j = 0; j < slice->n_assets; ++j)
        room->price[j] = price_at(slice, j, room->point[j] + step * room->direction[j]);
}

static double excess_of(struct sides s) {
    const double excess = s.positive - s.negative;
    return fabs(excess) <= 1e-14 * s.gross ? 0.0 : excess;
}

/* From room->point along covariance * gradient of G, the likeliest way a bridge deviates, to G = 0 by Newton's method.
 * 0 when the surface is not met within `most` standard deviations of the step: the line need not meet it. */
static int newton_to_surface(const struct surface *surface, const struct stand *stand, const struct slice *slice,
                             size_t path, const struct surface_room *room) {
    const double most = 8.0;
    double step = 0.0, reach = 0.0;
    for (int iteration = 0; iteration < 30; ++iteration) {
        double excess = excess_of(sides_at(surface, stand, room->price)), rate = 0.0;
        if (excess == 0.0)
            return 1;
        excess_gradient(surface, stand, slice, room, room->weight);
        if (iteration == 0)
            for (size_t j = 0; j < slice->n_assets; ++j)
                room->direction[j] = covariance_row(slice, path, j, room->weight);
        for (size_t j = 0; j < slice->n_assets; ++j)
            rate += room->weight[j] * room->direction[j];
        if (!(rate > 0.0))
            return 0;
        if (iteration == 0)
            reach = most / sqrt(rate);
        step -= excess / rate;
        if (!(fabs(step) <= reach))
            return 0;
        prices_along(slice, room, step);
    }
    return 0;
}

static void point_at(const struct slice *slice, size_t path, double theta, const struct surface_room *room) {
    for (size_t j = 0; j < slice->n_assets; ++j) {
        double x0 = slice->start[j * BLOCK + path], x1 = slice->end[j * BLOCK + path];
        room->point[j] = x0 + theta * (x1 - x0);
        room->direction[j] = 0.0;
    }
    prices_along(slice, room, 0.0);
}

/* Leaves in room->price the prices where the pool meets its surface, near the point at *theta of the straight line of
 * coordinates; on that line itself where nothing else is found and its end is beyond. 0 when there are none. */
static int find_surface(const struct surface *surface, const struct stand *stand, const struct slice *slice,
                        size_t path, int beyond, const struct surface_room *room, double *theta) {
    point_at(slice, path, *theta, room);
    if (newton_to_surface(surface, stand, slice, path, room))
        return 1;
    double low = 0.0, high = 1.0;
    for (int halving = 0; beyond && halving < 60; ++halving) {
        *theta = 0.5 * (low + high);
        point_at(slice, path, *theta, room);
        *(excess_of(sides_at(surface, stand, room->price)) > 0.0 ? &low : &high) = *theta;
    }
    return beyond;
}

/* The normal that decides for the pool: that of its assets, weighted by exposure, so that equal pools cross together
 * and opposite ones do not. */
static double pool_normal(const struct slice *slice, size_t path, const double *weight, double variance) {
    double sum = 0.0;
    for (size_t j = 0; j < slice->n_assets; ++j)
        sum += weight[j] * slice_deviation(slice, j, path) * slice->bridge[j * BLOCK + path];
    return variance > 0.0 ? sum / sqrt(variance) : 0.0;
}

/* 1 when no normals as wide as those of the pool's assets can make its distance cross: the sum of the magnitudes of its
 * parts bounds its deviation. Spares most paths the variance. */
static int is_far(const struct slice *slice, size_t path, const double *weight, double start, double end) {
    double gross = 0.0, widest = 0.0;
    for (size_t j = 0; j < slice->n_assets; ++j) {
        const double normal = fabs(slice->bridge[j * BLOCK + path]);
        gross += fabs(weight[j]) * slice_deviation(slice, j, path);
        widest = normal > widest ? normal : widest;
    }
    return end > 0.0 && 2.0 * start * end > vmath_tail_bound(gross, gross * widest);
}

static int joint_crossing(const struct surface *surface, const struct stand *stand, const struct slice *slice,
                          size_t path, const struct surface_room *room, double *theta) {
    room->kernel->path_price(slice->n_assets, slice->scale, slice->initial, slice->start + path, room->start_price);
    room->kernel->path_price(slice->n_assets, slice->scale, slice->initial, slice->end + path, room->end_price);
    struct sides s = sides_at(surface, stand, room->start_price);
    double start = distance_of(slice->scale, s);
    double end = distance_of(slice->scale, sides_at(surface, stand, room->end_price));
    distance_gradient(surface, stand, slice, s, room->start_price, room->weight);
    if (is_far(slice, path, room->weight, start, end))
        return 0;
    double variance = 0.0;
    for (size_t j = 0; j < slice->n_assets; ++j)
        variance += room->weight[j] * covariance_row(slice, path, j, room->weight);
    if (!bridge_touches(surface->strict, start, end, variance, pool_normal(slice, path, room->weight, variance)))
        return 0;
    *theta = bridge_fraction(start, end);
    return find_surface(surface, stand, slice, path, end <= 0.0, room, theta);
}

int surface_crossing(const struct surface *surface, const struct stand *stand, const struct slice *slice, size_t path,
                     const struct surface_room *room, double *theta) {
    if (surface->curved || !surface_open(surface, stand->remaining))
        return 0;
    return surface->single ? single_crossing(surface, stand, slice, path, room, theta)
                           : joint_crossing(surface, stand, slice, path, room, theta);
}
