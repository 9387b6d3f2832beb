/* The reference workload as a careful programmer writes it with GSL and OpenMP: one path after the other, taus2,
 * ziggurat, a hand loop for the correlation. The measure for riskpool's speed; holds the numbers of reference.yaml.
 * usage: peer_gsl THREADS [PATHS]; prints JSON. */
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 8, STEPS = 256, LEVELS = 3 };

static const double years = 30.0 / 365.0, maintenance = 0.005, balance = 22500;
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

/* Everything a step needs, folded once. */
struct market {
    double factor[N][N]; /* Cholesky factor times volatility and root of the step */
    double shift[N];     /* log drift of a step */
    double quantity[N];
};

/* One path's account in both modes. */
struct account {
    double isolated_loss, cross_loss;
    int open[N], cross_open;
};

static void market_prepare(struct market *m) {
    double r[N * N];
    for (int i = 0; i < N * N; i++)
        r[i] = correlation[i];
    gsl_matrix_view view = gsl_matrix_view_array(r, N, N);
    gsl_linalg_cholesky_decomp1(&view.matrix);
    double dt = years / STEPS;
    for (int i = 0; i < N; i++) {
        m->shift[i] = (drift[i] - 0.5 * volatility[i] * volatility[i]) * dt;
        m->quantity[i] = notional[i] / price[i];
        for (int j = 0; j <= i; j++)
            m->factor[i][j] = r[i * N + j] * volatility[i] * sqrt(dt);
    }
}

static void step_prices(const struct market *m, gsl_rng *rng, double *restrict x, double *restrict p) {
    double z[N];
    for (int i = 0; i < N; i++)
        z[i] = gsl_ran_gaussian_ziggurat(rng, 1.0);
    for (int i = 0; i < N; i++) {
        double move = m->shift[i];
        for (int j = 0; j <= i; j++)
            move += m->factor[i][j] * z[j];
        x[i] += move;
        p[i] = price[i] * exp(x[i]);
    }
}

static void check_margins(const struct market *m, const double *p, struct account *a) {
    double equity = balance, required = 0;
    for (int i = 0; i < N; i++) {
        double profit = m->quantity[i] * (p[i] - price[i]), mm = maintenance * fabs(m->quantity[i]) * p[i];
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

static void run_path(const struct market *m, gsl_rng *rng, struct account *a) {
    double x[N] = {0}, p[N], profit_sum = 0;
    *a = (struct account){.cross_open = 1};
    for (int i = 0; i < N; i++)
        a->open[i] = 1;
    for (int s = 0; s < STEPS; s++) {
        step_prices(m, rng, x, p);
        check_margins(m, p, a);
    }
    for (int i = 0; i < N; i++) {
        double profit = m->quantity[i] * (p[i] - price[i]);
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

int main(int argc, char **argv) {
    int threads = argc > 1 ? atoi(argv[1]) : 1;
    long n = argc > 2 ? atol(argv[2]) : 100000;
    struct market m;
    market_prepare(&m);
    double *isolated = malloc((size_t)n * sizeof *isolated), *cross = malloc((size_t)n * sizeof *cross);
    if (!isolated || !cross)
        return 1;
    long liquidated[N] = {0}, cross_liquidated = 0;
#pragma omp parallel num_threads(threads) reduction(+ : liquidated, cross_liquidated)
    {
        gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
        gsl_rng_set(rng, 1000UL + (unsigned long)omp_get_thread_num());
#pragma omp for schedule(static)
        for (long k = 0; k < n; k++) {
            struct account a;
            run_path(&m, rng, &a);
            isolated[k] = a.isolated_loss;
            cross[k] = a.cross_loss;
            cross_liquidated += !a.cross_open;
            for (int i = 0; i < N; i++)
                liquidated[i] += !a.open[i];
        }
        gsl_rng_free(rng);
    }
    printf("{\"paths\": %ld, ", n);
    print_tail("isolated", isolated, n);
    printf(", \"liquidation_frequency\": [");
    for (int i = 0; i < N; i++)
        printf("%s%.6f", i ? ", " : "", (double)liquidated[i] / (double)n);
    printf("]}, ");
    print_tail("cross", cross, n);
    printf(", \"any_liquidation_frequency\": %.6f}}\n", (double)cross_liquidated / (double)n);
    free(isolated);
    free(cross);
    return 0;
}
