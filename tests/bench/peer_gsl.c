/* The reference workload as a careful programmer writes it with GSL and OpenMP: one path after the other, ziggurat, a
 * hand loop for the correlation. The measure for riskpool's speed.
 * usage: peer_gsl THREADS PATHS [GENERATOR]: any of GSL's names, taus2 by default; prints JSON. */
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <omp.h>
#include <string.h>

#include "peer.h"

/* Everything a step needs, folded once. */
struct market {
    double factor[N][N]; /* Cholesky factor times volatility and root of the step */
    double shift[N];     /* log drift of a step */
};

static void market_prepare(struct market *m) {
    double r[N * N];
    for (int i = 0; i < N * N; i++)
        r[i] = correlation[i];
    gsl_matrix_view view = gsl_matrix_view_array(r, N, N);
    gsl_linalg_cholesky_decomp1(&view.matrix);
    double dt = horizon / STEPS;
    for (int i = 0; i < N; i++) {
        m->shift[i] = (drift[i] - 0.5 * volatility[i] * volatility[i]) * dt;
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

static void run_path(const struct market *m, gsl_rng *rng, struct account *a) {
    double x[N] = {0}, p[N];
    account_open(a);
    for (int s = 0; s < STEPS; s++) {
        step_prices(m, rng, x, p);
        account_check(a, p);
    }
    account_close(a, p);
}

static const gsl_rng_type *generator_named(const char *name) {
    for (const gsl_rng_type **t = gsl_rng_types_setup(); *t; t++)
        if (strcmp((*t)->name, name) == 0)
            return *t;
    return NULL;
}

static void run_paths(const gsl_rng_type *type, int threads, long n, struct losses *l) {
    struct market m;
    market_prepare(&m);
    long liquidated[N] = {0}, cross_liquidated = 0;
#pragma omp parallel num_threads(threads) reduction(+ : liquidated, cross_liquidated)
    {
        gsl_rng *rng = gsl_rng_alloc(type);
        gsl_rng_set(rng, 1000UL + (unsigned long)omp_get_thread_num());
#pragma omp for schedule(static)
        for (long k = 0; k < n; k++) {
            struct account a;
            run_path(&m, rng, &a);
            l->isolated[k] = a.isolated_loss;
            l->cross[k] = a.cross_loss;
            cross_liquidated += !a.cross_open;
            for (int i = 0; i < N; i++)
                liquidated[i] += !a.open[i];
        }
        gsl_rng_free(rng);
    }
    memcpy(l->liquidated, liquidated, sizeof liquidated);
    l->cross_liquidated = cross_liquidated;
}

int main(int argc, char **argv) {
    const gsl_rng_type *type = argc == 3 || argc == 4 ? generator_named(argc == 4 ? argv[3] : "taus2") : NULL;
    const long n = type ? atol(argv[2]) : 0;
    if (n < 1) {
        fputs("usage: peer_gsl THREADS PATHS [GENERATOR]\n", stderr);
        return 64;
    }
    struct losses l = {malloc((size_t)n * sizeof(double)), malloc((size_t)n * sizeof(double)), {0}, 0};
    const int ok = l.isolated && l.cross;
    if (ok) {
        run_paths(type, atoi(argv[1]), n, &l);
        print_losses(&l, n);
    }
    free(l.isolated);
    free(l.cross);
    return !ok;
}
