/* Binomial tails by the recurrence of the terms, outward from the largest one. Only + - * / and square roots: the same
 * bits on every machine, and no cancellation whatever n and p. It knows nothing of paths or losses. */
#include "interval.h"

#include <math.h>

static const double side = 0.025;       /* probability left out on either side */
static const double negligible = 1e-25; /* of the largest term */

/* P(X < k), P(X = k), P(X > k). */
struct binomial {
    double below, at, above;
};

static struct binomial binomial_around(uint64_t n, uint64_t k, double p) {
    const double q = 1 - p;
    double weight[3] = {0, 0, 0}, total = 0;
    uint64_t mode = (uint64_t)((double)n * p);
    mode = mode < n ? mode : n;
    double term = 1;
    for (uint64_t j = mode;; j--) {
        weight[1 + (j > k) - (j < k)] += term;
        if (j == 0 || term < negligible)
            break;
        term *= (double)j * q / ((double)(n - j + 1) * p);
    }
    term = 1;
    for (uint64_t j = mode; j < n && term >= negligible;) {
        term *= (double)(n - j) * p / ((double)(j + 1) * q);
        j++;
        weight[1 + (j > k) - (j < k)] += term;
    }
    total = weight[0] + weight[1] + weight[2];
    return (struct binomial){weight[0] / total, weight[1] / total, weight[2] / total};
}

/* Wilson's score bound (1927): near enough to start from. `sign` is -1 for the lower one. */
static double wilson(double count, double n, double sign) {
    const double z = INTERVAL_95, share = count / n;
    const double centre = share + z * z / (2 * n);
    return (centre + sign * z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))) / (1 + z * z / n);
}

/* Root of tail(p) = 2.5 % by Newton's steps inside a shrinking bracket. `upper`: the tail X <= count, which falls with
 * p; else X >= count, which rises. */
static double proportion_bound(uint64_t count, uint64_t n, int upper) {
    const double share = (double)count / (double)n;
    double low = upper ? share : 0, high = upper ? 1 : share;
    double p = wilson((double)count, (double)n, upper ? 1 : -1);
    for (int i = 0; i < 200; i++) {
        if (!(p > low && p < high))
            p = low + (high - low) / 2;
        const struct binomial b = binomial_around(n, count, p);
        const double excess = (upper ? b.below : b.above) + b.at - side;
        const double slope = upper ? -(double)(n - count) / (1 - p) * b.at : (double)count / p * b.at;
        if ((excess > 0) == upper)
            low = p;
        else
            high = p;
        const double next = p - excess / slope;
        if (fabs(next - p) <= 1e-15 * p || high - low <= 1e-15 * p)
            break;
        p = next;
    }
    return p;
}

void interval_proportion(uint64_t count, uint64_t n, double *low, double *high) {
    *low = n == 0 ? NAN : 0;
    *high = n == 0 ? NAN : 1;
    if (n > 0 && count > 0)
        *low = proportion_bound(count, n, 0);
    if (count < n)
        *high = proportion_bound(count, n, 1);
}

void interval_ranks(uint64_t n, double level, uint64_t *low, uint64_t *high) {
    const double odds = level / (1 - level);
    uint64_t mode = (uint64_t)((double)n * level);
    mode = mode < n ? mode : n;
    const struct binomial b = binomial_around(n, mode, level);

    /* The largest rank l with P(X <= l - 1) <= 2.5 %. */
    uint64_t rank = mode + 1;
    double tail = b.below + b.at, term = b.at;
    while (rank > 0 && tail > side) {
        rank--;
        tail -= term;
        term *= (double)rank / ((double)(n - rank + 1) * odds);
    }
    *low = rank;

    /* The smallest rank u with P(X >= u) <= 2.5 %. */
    rank = mode;
    tail = b.above + b.at;
    term = b.at;
    while (rank <= n && tail > side) {
        tail -= term;
        term *= (double)(n - rank) * odds / (double)(rank + 1);
        rank++;
    }
    *high = rank;
}
