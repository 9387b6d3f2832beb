/* The breach surface of a pool: where its equity equals its requirement. Whether a path has reached it, by the end of a
 * step or inside, and where. Scalar, for the few paths that the vector kernels single out. It knows legs and prices,
 * not what a venue does next.
 *
 * With G = equity - requirement = A - B, A the positive terms and B the magnitudes of the negative ones (leg by leg,
 * the constant as one term), the distance from the surface is Y = ln(A / B) where log prices diffuse and Y = A - B
 * where prices do. It is zero on the surface, and a Brownian motion with drift, exactly, for one asset and for a price
 * ratio in the first case and for every pool in the second: there the bridge is exact. */
#ifndef SURFACE_H
#define SURFACE_H

#include "kernel.h"
#include "leg.h"
#include "rule.h"
#include "slice.h"

struct surface {
    size_t n_legs;         /* 0: an empty pool, never in breach */
    struct leg *leg;       /* ordered by asset */
    struct leg_tier *tier; /* storage of the legs' tiers */
    int single;            /* all legs are lines on one asset: then the surface is a price, or two */
    int curved;            /* a leg is convex: there is only what a pool is worth, no law of its surface */
    int has_haircut;       /* equity is less than what is held is worth */
    int idle;              /* neither positions nor debts: never in breach */
    int strict;            /* on the surface itself there is no breach */
};

/* Where a pool is safe, in prices or coordinates of one asset; -INFINITY and INFINITY where nothing on that side can
 * hurt it. A pool that no price can make safe has low = INFINITY; of coordinates, also high = -INFINITY. */
struct range {
    double low, high;
};

/* A pool on one path: cash, the remaining fraction of every position of the book, the price of every asset. */
struct stand {
    double cash;
    const double *remaining; /* [row of the mode]: fractions of positions, numbers of coins */
    const double *price;     /* [asset] */
    struct range safe;       /* surface_safe of the pool; read by surface_crossing alone */
};

/* The legs of a pool under a rule. Release with surface_free, also after a failure. */
enum riskpool_status surface_init(struct surface *surface, const struct book *book, const struct pool *pool,
                                  const struct rule *rule);
void surface_free(struct surface *surface);

/* Collateral counts after its haircut. */
double surface_equity(const struct surface *surface, const struct stand *stand);
/* What collateral is worth beyond that. */
double surface_haircut(const struct surface *surface, const struct stand *stand);
double surface_requirement(const struct surface *surface, const struct stand *stand);
double surface_notional(const struct surface *surface, const struct stand *stand);
double surface_used_margin(const struct surface *surface, const struct stand *stand);
/* 1 when anything of the pool is open, or coins are owed. */
int surface_open(const struct surface *surface, const double *remaining);
/* 1 when the pool has something open and its equity does not cover its requirement. */
int surface_breached(const struct surface *surface, const struct stand *stand);

/* What a price range is the range of: equity above the requirement, or above zero (the bankruptcy prices). */
enum surface_level { SURFACE_REQUIREMENT, SURFACE_BANKRUPTCY };
/* The range of the price of `asset`, all others fixed. Exact: G is concave and piecewise linear, so Newton's method
 * from outside ends after as many steps as it has pieces. `signed_prices`: prices below zero exist. */
struct range surface_range(const struct surface *surface, const struct stand *stand, size_t asset,
                           enum surface_level level, int signed_prices);

/* The coordinates x between which a pool on one asset does not breach; everything for a pool on several or without
 * open positions. `stand->price` is P(0) of every asset. Under a strict rule the range is wider by the smallest amount,
 * so that x <= low always means a breach. */
struct range surface_safe(const struct surface *surface, const struct stand *stand, enum price_scale scale);

size_t surface_count_tiers(const struct surface *surface);
/* A surface of its own whose requirement is `factor` times that of another. */
enum riskpool_status surface_scale_init(struct surface *scaled, const struct surface *from, double factor);
/* surface_init, with requirements `factor` times those of the rule. */
enum riskpool_status surface_init_times(struct surface *surface, const struct book *book, const struct pool *pool,
                                        const struct rule *rule, double factor);
/* A scaled surface in a room with as many legs and tiers, by a factor for each asset: factor[asset * stride]. */
const struct surface *surface_scaled(const struct surface *from, const double *factor, size_t stride,
                                     struct surface *room);

/* The coordinate of a price; -INFINITY for one that log prices cannot reach. */
double surface_coordinate(enum price_scale scale, double initial, double price);

/* Room for the vectors of one crossing: [asset] each. */
struct surface_room {
    const struct kernel *kernel;
    double *start_price, *end_price, *price, *weight, *direction, *point;
};

/* Looks for the first crossing of the surface in the diffusive move of a slice on one path. Returns 1 and sets *theta
 * in [0, 1], the fraction of the step, and room->price, the prices of the pool's assets there; else 0, also in the rare
 * case that a bridge touches but no prices near it lie on the surface. `stand->price` is not read. */
int surface_crossing(const struct surface *surface, const struct stand *stand, const struct slice *slice, size_t path,
                     const struct surface_room *room, double *theta);

/* Whether the diffusive move of one asset met a level of its coordinate, from above (`below`: the level lies below) or
 * from below; *theta as surface_crossing. */
int surface_level_crossing(const struct slice *slice, size_t asset, size_t path, double level, int below,
                           double *theta);

#endif
