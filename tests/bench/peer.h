/* What the compiled peers share: the numbers of reference.yaml, the account that is checked at every step, and the
 * frequencies and tails that are printed. They differ in how they draw paths. Reads as C and as C++. */
#ifndef PEER_H
#define PEER_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 8, STEPS = 256, LEVELS = 3 };

static const double horizon = 30.0 / 365.0, maintenance = 0.005, balance = 22500;
static const double price[N] = {60000, 3000, 600, 150, 40, 20, 8, 2};
static const double volatility[N] = {0.42, 0.55, 0.62, 0.70, 0.78, 0.85, 0.95, 1.10};
static const double drift[N] = {0.05, 0, 0.10, -0.05, 0, 0.15, 0, -0.10};
static const double notional[N] = {20000, 20000, 15000, -12000, 12000, 10000, -8000, 8000};
static const double margin[N] = {6000, 4500, 1900, 2400, 2400, 1250, 2600, 1300};
static const double level[LEVELS] = {0.95, 0.99, 0.999};
static const double correlation[N * N] = {
    1.00, 0.90, 0.81, 0.76, 0.74, 0.66, 0.57, 0.43, 0.90, 1.00, 0.78, 0.74, 0.72, 0.64, 0.55, 0.41,
    0.81, 0.78, 1.00, 0.71, 0.66, 0.60, 0.51, 0.38, 0.76, 0.74, 0.71, 1.00, 0.62, 0.56, 0.48, 0.36,
    0.74, 0.72, 0.66, 0.62, 1.00, 0.58, 0.47, 0.35, 0.66, 0.64, 0.60, 0.56, 0.58, 1.00, 0.42, 0.32,
    0.57, 0.55, 0.51, 0.48, 0.47, 0.42, 1.00, 0.30, 0.43, 0.41, 0.38, 0.36, 0.35, 0.32, 0.30, 1.00,
};

/* One path's account in both modes. */
struct account {
    double quantity[N];
    double isolated_loss, cross_loss;
    int open[N], cross_open;
};

/* The losses of all paths, and how often each position, and the pool, was liquidated. */
struct losses {
    double *isolated, *cross;
    long liquidated[N], cross_liquidated;
};

static inline void account_open(struct account *a) {
    a->isolated_loss = a->cross_loss = 0;
    a->cross_open = 1;
    for (int i = 0; i < N; i++) {
        a->quantity[i] = notional[i] / price[i];
        a->open[i] = 1;
    }
}

static inline void account_check(struct account *a, const double *p) {
    double equity = balance, required = 0;
    for (int i = 0; i < N; i++) {
        double profit = a->quantity[i] * (p[i] - price[i]), mm = maintenance * fabs(a->quantity[i]) * p[i];
        equity += profit;
        required += mm;
        if (a->open[i] && margin[i] + profit <= mm) {
            a->open[i] = 0;
            a->isolated_loss += margin[i] + profit > 0 ? -profit : margin[i];
        }
    }
    if (a->cross_open && equity <= required) {
        a->cross_open = 0;
        a->cross_loss = equity > 0 ? balance - equity : balance;
    }
}

static inline void account_close(struct account *a, const double *p) {
    double profit_sum = 0;
    for (int i = 0; i < N; i++) {
        double profit = a->quantity[i] * (p[i] - price[i]);
        profit_sum += profit;
        if (a->open[i])
            a->isolated_loss -= profit;
    }
    if (a->cross_open)
        a->cross_loss = -profit_sum;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_tail(const char *mode, double *loss, long n) {
    qsort(loss, (size_t)n, sizeof *loss, ascending);
    double var[LEVELS], es[LEVELS];
    for (int k = 0; k < LEVELS; k++) {
        long at = (long)ceil((double)n * level[k]) - 1;
        double tail = 0;
        for (long i = at + 1; i < n; i++)
            tail += loss[i];
        double rest = (double)(at + 1) - (double)n * level[k];
        var[k] = loss[at];
        es[k] = (tail + rest * loss[at]) / ((double)n * (1 - level[k]));
    }
    printf("\"%s\": {\"value_at_risk\": [%.2f, %.2f, %.2f], \"expected_shortfall\": [%.2f, %.2f, %.2f]", mode, var[0],
           var[1], var[2], es[0], es[1], es[2]);
}

static void print_losses(const struct losses *l, long n) {
    printf("{\"paths\": %ld, ", n);
    print_tail("isolated", l->isolated, n);
    printf(", \"liquidation_frequency\": [");
    for (int i = 0; i < N; i++)
        printf("%s%.6f", i ? ", " : "", (double)l->liquidated[i] / (double)n);
    printf("]}, ");
    print_tail("cross", l->cross, n);
    printf(", \"any_liquidation_frequency\": %.6f}}\n", (double)l->cross_liquidated / (double)n);
}

#endif
