/* Margin that follows volatility: the multiplier of a requirement is the deviation of an exponentially weighted average
 * of squared returns over the volatility of the scenario, between bounds. */
#ifndef DYNAMIC_H
#define DYNAMIC_H

struct dynamic {
    double half_life;  /* hours, of the weights; 0: margin is not dynamic */
    double floor, cap; /* of the multiplier */
    double rate_limit; /* of its rise, a fraction a day; may be infinite */
    double notice;     /* hours from the announcement of a multiplier until it holds */
};

/* The multiplier before anything has moved; 1 where margin is not dynamic. */
static inline double dynamic_start(const struct dynamic *dynamic) {
    if (!(dynamic->half_life > 0.0))
        return 1.0;
    return dynamic->floor > 1.0 ? dynamic->floor : dynamic->cap < 1.0 ? dynamic->cap : 1.0;
}

#endif
