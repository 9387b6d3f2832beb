/* The t copula on the ranks of the returns: dependence without the marginals. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "corr.h"
#include "fit.h"
#include "fit_normal.h"
#include "fit_search.h"

static const double curvature_step = 0.1, ridge = 1e-6;

/* Swaps that a merge sort of y[n] needs, counted; ties need none. */
static double count_swaps(size_t n, double *y, double *room) {
    if (n < 2)
        return 0;
    const size_t half = n / 2;
    double swaps = count_swaps(half, y, room) + count_swaps(n - half, y + half, room);
    size_t i = 0, j = half;
    for (size_t k = 0; k < n; k++) {
        int from_right = i == half || (j < n && y[j] < y[i]);
        swaps += from_right ? (double)(half - i) : 0;
        room[k] = from_right ? y[j++] : y[i++];
    }
    memcpy(y, room, n * sizeof *y);
    return swaps;
}

/* Pairs of equal neighbours in sorted runs, where `and` (if any) is equal too. */
static double count_ties(size_t n, const double *sorted, const double *and) {
    double pairs = 0, run = 1;
    for (size_t i = 1; i <= n; i++) {
        int same = i < n && sorted[i] == sorted[i - 1] && (!and || and[i] == and[i - 1]);
        pairs += same ? 0 : 0.5 * run * (run - 1);
        run = same ? run + 1 : 1;
    }
    return pairs;
}

enum riskpool_status fit_kendall(size_t n, const double *x, const double *y, double *tau) {
    if (n < 2)
        return RISKPOOL_INVALID;
    double *a = calloc(3 * n, sizeof *a), *b = a ? a + n : NULL;
    size_t *order = calloc(n, sizeof *order);
    if (!a || !order) {
        free(a);
        free(order);
        return RISKPOOL_NO_MEMORY;
    }
    gsl_sort_index(order, x, 1, n);
    for (size_t i = 0; i < n; i++) {
        a[i] = x[order[i]];
        b[i] = y[order[i]];
    }
    for (size_t i = 0, j; i < n; i = j) { /* equal x: by y */
        for (j = i + 1; j < n && a[j] == a[i]; j++)
            ;
        gsl_sort(b + i, 1, j - i);
    }
    const double pairs = 0.5 * (double)n * (double)(n - 1);
    const double ties_x = count_ties(n, a, NULL), ties_both = count_ties(n, a, b);
    const double swaps = count_swaps(n, b, b + n), ties_y = count_ties(n, b, NULL);
    *tau = (pairs - ties_x - ties_y + ties_both - 2 * swaps) / sqrt((pairs - ties_x) * (pairs - ties_y));
    free(a);
    free(order);
    return isfinite(*tau) ? RISKPOOL_OK : RISKPOOL_INVALID;
}

struct ranks {
    size_t n, d;
    size_t *twice;    /* [n][d]: twice the mid-rank, from 2 to 2 n */
    double *quantile; /* [2 n + 1]: of twice the rank */
    char *used;       /* [2 n + 1]: only ties have odd ones */
    double *lower, *row;
    double log_determinant;
};

static void ranks_free(struct ranks *ranks) {
    free(ranks->twice);
    free(ranks->quantile);
    free(ranks->used);
    free(ranks->lower);
    free(ranks->row);
}

static enum riskpool_status ranks_init(struct ranks *ranks, size_t n, size_t d, const double *x) {
    size_t *order = calloc(n, sizeof *order);
    *ranks = (struct ranks){.n = n,
                            .d = d,
                            .twice = calloc(n * d, sizeof *ranks->twice),
                            .quantile = calloc(2 * n + 1, sizeof *ranks->quantile),
                            .used = calloc(2 * n + 1, 1),
                            .lower = calloc(d * d, sizeof *ranks->lower),
                            .row = calloc(d, sizeof *ranks->row)};
    int full = order && ranks->twice && ranks->quantile && ranks->used && ranks->lower && ranks->row;
    for (size_t k = 0; full && k < d; k++) {
        gsl_sort_index(order, x + k, d, n);
        for (size_t i = 0, j; i < n; i = j) {
            for (j = i + 1; j < n && x[order[j] * d + k] == x[order[i] * d + k]; j++)
                ;
            for (size_t m = i; m < j; m++)
                ranks->twice[order[m] * d + k] = i + j + 1;
            ranks->used[i + j + 1] = 1;
        }
    }
    free(order);
    return full ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
}

/* The log-density of the copula, summed; dof infinite: the normal one. */
static double copula_likelihood(const struct ranks *r, double dof) {
    const double n = (double)r->n, d = (double)r->d;
    const int normal = isinf(dof);
    double sum = 0;
    for (size_t k = 2; k <= 2 * r->n; k++) { /* the upper half mirrors the lower */
        double u = 0.5 * (double)k / (n + 1);
        size_t mirror = 2 * r->n + 2 - k;
        if (mirror < k && r->used[mirror])
            r->quantile[k] = -r->quantile[mirror];
        else if (r->used[k])
            r->quantile[k] = normal ? gsl_cdf_ugaussian_Pinv(u) : gsl_cdf_tdist_Pinv(u, dof);
    }
    for (size_t t = 0; t < r->n; t++) {
        double own = 0;
        for (size_t i = 0; i < r->d; i++) {
            double z = r->row[i] = r->quantile[r->twice[t * r->d + i]];
            own += normal ? z * z : (dof + 1) * log1p(z * z / dof);
        }
        double q = normal_distance(r->d, r->lower, r->row);
        sum += own - (normal ? q : (dof + d) * log1p(q / dof));
    }
    double constant = normal ? 0 : lgamma(0.5 * (dof + d)) + (d - 1) * lgamma(0.5 * dof) - d * lgamma(0.5 * (dof + 1));
    return n * (constant - 0.5 * r->log_determinant) + 0.5 * sum;
}

static double minus_likelihood(const double *log_dof, const void *about) {
    return -copula_likelihood(about, exp(*log_dof));
}

/* sin(pi tau / 2) of every pair, made positive definite. */
static enum riskpool_status rank_correlation(size_t n, size_t d, const double *x, double *correlation) {
    double *columns = calloc(2 * n + d * d, sizeof *columns), tau = 0;
    double *other = columns ? columns + n : NULL, *raw = columns ? columns + 2 * n : NULL;
    enum riskpool_status status = columns ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    for (size_t i = 0; !status && i < d; i++) {
        raw[i * (d + 1)] = 1;
        for (size_t j = 0; !status && j < i; j++) {
            for (size_t t = 0; t < n; t++) {
                columns[t] = x[t * d + i];
                other[t] = x[t * d + j];
            }
            status = fit_kendall(n, columns, other, &tau);
            raw[i * d + j] = raw[j * d + i] = sin(0.5 * M_PI * tau);
        }
    }
    if (!status)
        status = corr_nearest(d, raw, correlation);
    for (size_t k = 0; !status && k < d * d; k++)
        correlation[k] = k % (d + 1) == 0 ? 1 : (1 - ridge) * correlation[k];
    free(columns);
    return status;
}

enum riskpool_status fit_copula(size_t n, size_t d, const double *x, struct t_fit *fit, double *correlation) {
    struct ranks ranks = {0};
    const struct objective objective = {1, minus_likelihood, &ranks};
    const double low = log(FIT_DOF_LEAST), high = log(FIT_DOF_MOST);
    double log_dof = 0;
    *fit = (struct t_fit){.dof = {NAN, NAN}, .likelihood = NAN, .gaussian = NAN};
    if (n < d + 2 || d < 2)
        return RISKPOOL_INVALID;
    enum riskpool_status status = ranks_init(&ranks, n, d, x);
    if (!status)
        status = rank_correlation(n, d, x, correlation);
    if (!status)
        status = normal_factor(d, correlation, ranks.lower, &ranks.log_determinant);
    if (!status)
        status = search_line(&objective, low, high, &log_dof);
    if (!status) {
        const double h = curvature_step;
        fit->gaussian = copula_likelihood(&ranks, HUGE_VAL);
        fit->likelihood = copula_likelihood(&ranks, exp(log_dof));
        double curvature = (2 * fit->likelihood - copula_likelihood(&ranks, exp(log_dof + h)) -
                            copula_likelihood(&ranks, exp(log_dof - h))) /
                           (h * h);
        fit->dof.value = exp(log_dof);
        if (log_dof > low && log_dof < high && curvature > 0)
            fit->dof.error = fit->dof.value / sqrt(curvature);
    }
    ranks_free(&ranks);
    return status;
}
