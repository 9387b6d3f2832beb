/* The law and the independence of the kernel's normals: usage: normals DRAWS [SEED]. Moments, tails and the whole law
 * of the two members of a Box-Muller pair, and the dependence between draws whose addresses are neighbours. Prints
 * every check; exits 1 when one is beyond what chance alone does in one of 1000 sound generators (Bonferroni over all
 * checks). The draws are addresses of a seed, so the outcome never changes. */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/draws.h"
#include "kernel.h"

static const double false_alarm = 1e-3;

enum {
    ASSETS = 8,
    SETS = 7,
    STEPS = 64,
    ROLES = 2,
    BINS = 1000,
    SIDE = 20,
    CELL = BINS / SIDE,
    MOMENTS = 5,
    TAILS = 7,
    CORNERS = 2
};

/* What is drawn together, as distances from the first. */
static const struct set {
    uint64_t seed, path;
    uint32_t step;
    enum rng_purpose purpose;
} sets[SETS] = {
    {0, 0, 0, RNG_SHOCK}, {0, 0, 1, RNG_SHOCK},          {0, 0, 0, RNG_BRIDGE},         {0, 0, 0, RNG_MODEL},
    {1, 0, 0, RNG_SHOCK}, {1ULL << 32, 0, 0, RNG_SHOCK}, {0, 1ULL << 32, 0, RNG_SHOCK},
};

/* Which draws are neighbours: the row with the same number but for `row`, `path` paths on, of set `to`; from < 0:
 * inside every set. Rows 0 and 1 are a Box-Muller pair, 0 to 3 a Philox block, 4 to 7 the next quad of assets. No draw
 * is in two pairs of one kind, so that they are independent of each other. */
static const struct kind {
    const char *name;
    int from, to;
    size_t row, path;
} kinds[] = {
    {"members of a pair", -1, 0, 1, 0}, {"words of a block", -1, 0, 2, 0}, {"words, crosswise", -1, 0, 3, 0},
    {"quads of assets", -1, 0, 4, 0},   {"paths p, p + 1", -1, 0, 0, 1},   {"paths p, p + 2^32", 0, 6, 0, 0},
    {"steps t, t + 1", 0, 1, 0, 0},     {"purposes 0, 1", 0, 2, 0, 0},     {"purposes 0, 2", 0, 3, 0, 0},
    {"purposes 1, 2", 2, 3, 0, 0},      {"seeds s, s + 1", 0, 4, 0, 0},    {"seeds s, s + 2^32", 0, 5, 0, 0},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static const double corners[CORNERS] = {2.0, 3.0};

struct law { /* of one member of the pairs */
    double n, moment[MOMENTS], largest;
    uint64_t below[TAILS], above[TAILS], bin[BINS];
};

struct dependence { /* of one kind of neighbours */
    double n, product, squares;
    uint64_t both[CORNERS], cell[SIDE * SIDE];
};

struct totals {
    struct law law[ROLES];
    struct dependence dependence[KINDS];
};

/* The draws of all sets at one address, and the equiprobable bin of each. */
struct sample {
    double z[SETS][ASSETS][BLOCK];
    uint16_t bin[SETS][ASSETS][BLOCK];
};

/* --- Drawing and adding up ---------------------------------------------------------------------------------------- */

static void sample_draw(struct sample *s, const struct kernel *kernel, uint64_t seed, uint64_t index) {
    const uint64_t block = index / (STEPS / 2);
    const uint32_t step = (uint32_t)(2 * (index % (STEPS / 2)) + block % 2); /* pairs of steps: even-odd, odd-even */
    for (int i = 0; i < SETS; ++i)
        draw_block(kernel, seed + sets[i].seed, block * BLOCK + sets[i].path, step + sets[i].step, sets[i].purpose, 0,
                   ASSETS, s->z[i][0]);
    const double *z = s->z[0][0];
    uint16_t *bin = s->bin[0][0];
    for (size_t i = 0; i < SETS * ASSETS * BLOCK; ++i)
        bin[i] = (uint16_t)(0.5 * BINS * erfc(-M_SQRT1_2 * z[i]));
}

static void law_add(struct law *law, const double *z, const uint16_t *bin) {
    double sum[MOMENTS] = {0};
    uint64_t above[TAILS] = {0}, below[TAILS] = {0};
    for (size_t p = 0; p < BLOCK; ++p) {
        const double square = z[p] * z[p];
        const double power[MOMENTS] = {z[p], square, square * z[p], square * square, square * square * square};
        for (int k = 0; k < MOMENTS; ++k)
            sum[k] += power[k];
        for (int t = 0; t < TAILS; ++t) {
            above[t] += z[p] > t + 1;
            below[t] += z[p] < -t - 1;
        }
        law->largest = fabs(z[p]) > law->largest ? fabs(z[p]) : law->largest;
        law->bin[bin[p]]++;
    }
    for (int k = 0; k < MOMENTS; ++k)
        law->moment[k] += sum[k];
    for (int t = 0; t < TAILS; ++t) {
        law->above[t] += above[t];
        law->below[t] += below[t];
    }
    law->n += BLOCK;
}

/* n pairs, the i-th at distance i * stride. */
static void dependence_add(struct dependence *d, size_t n, size_t stride, const double *x, const double *y,
                           const uint16_t *bin_x, const uint16_t *bin_y) {
    double product = 0.0, squares = 0.0;
    uint64_t both[CORNERS] = {0};
    for (size_t i = 0; i < n * stride; i += stride) {
        product += x[i] * y[i];
        squares += (x[i] * x[i] - 1.0) * (y[i] * y[i] - 1.0);
        for (int c = 0; c < CORNERS; ++c)
            both[c] += (x[i] > corners[c]) & (y[i] > corners[c]);
        d->cell[bin_x[i] / CELL * SIDE + bin_y[i] / CELL]++;
    }
    d->n += (double)n;
    d->product += product;
    d->squares += squares;
    for (int c = 0; c < CORNERS; ++c)
        d->both[c] += both[c];
}

static void kind_add(struct dependence *d, const struct kind *kind, const struct sample *s, int from, int to) {
    for (size_t row = 0; row < ASSETS; ++row) {
        const size_t other = row ^ kind->row, skip = kind->path ? row % 2 : 0, stride = 1 + kind->path;
        if (other < row)
            continue;
        dependence_add(d, (BLOCK - skip) / stride, stride, s->z[from][row] + skip, s->z[to][other] + skip + kind->path,
                       s->bin[from][row] + skip, s->bin[to][other] + skip + kind->path);
    }
}

static void sample_add(const struct sample *s, struct totals *totals) {
    for (int i = 0; i < SETS; ++i)
        for (size_t row = 0; row < ASSETS; ++row)
            law_add(&totals->law[row % ROLES], s->z[i][row], s->bin[i][row]);
    for (size_t k = 0; k < KINDS; ++k) {
        if (kinds[k].from >= 0)
            kind_add(&totals->dependence[k], &kinds[k], s, kinds[k].from, kinds[k].to);
        else
            for (int i = 0; i < SETS; ++i)
                kind_add(&totals->dependence[k], &kinds[k], s, i, i);
    }
}

static void law_merge(struct law *to, const struct law *from) {
    to->n += from->n;
    to->largest = fmax(to->largest, from->largest);
    for (int k = 0; k < MOMENTS; ++k)
        to->moment[k] += from->moment[k];
    for (int t = 0; t < TAILS; ++t) {
        to->above[t] += from->above[t];
        to->below[t] += from->below[t];
    }
    for (int i = 0; i < BINS; ++i)
        to->bin[i] += from->bin[i];
}

static void dependence_merge(struct dependence *to, const struct dependence *from) {
    to->n += from->n;
    to->product += from->product;
    to->squares += from->squares;
    for (int c = 0; c < CORNERS; ++c)
        to->both[c] += from->both[c];
    for (int i = 0; i < SIDE * SIDE; ++i)
        to->cell[i] += from->cell[i];
}

static void totals_merge(struct totals *to, const struct totals *from) {
    for (int r = 0; r < ROLES; ++r)
        law_merge(&to->law[r], &from->law[r]);
    for (size_t k = 0; k < KINDS; ++k)
        dependence_merge(&to->dependence[k], &from->dependence[k]);
}

/* 0 when there is no memory. */
static int draw_all(uint64_t seed, uint64_t n_samples, struct totals *totals) {
    const struct kernel *kernel = kernel_choose();
    int complete = 1;
#pragma omp parallel
    {
        struct totals *own = calloc(1, sizeof *own);
        struct sample *sample = malloc(sizeof *sample);
        const int room = own && sample;
#pragma omp for schedule(static)
        for (uint64_t i = 0; i < n_samples; ++i)
            if (room) {
                sample_draw(sample, kernel, seed, i);
                sample_add(sample, own);
            }
#pragma omp critical
        if (room)
            totals_merge(totals, own);
        else
            complete = 0;
        free(sample);
        free(own);
    }
    return complete;
}

/* --- Judging ------------------------------------------------------------------------------------------------------ */

struct check {
    char name[64];
    double observed, expected, p; /* p: how often chance is at least as far off */
};

struct checks {
    size_t n;
    struct check check[256];
};

static void check_add(struct checks *checks, const char *subject, const char *what, double observed, double expected,
                      double p) {
    struct check *check = &checks->check[checks->n++];
    snprintf(check->name, sizeof check->name, "%s: %s", subject, what);
    check->observed = observed;
    check->expected = expected;
    check->p = fmin(p, 1.0);
}

/* A mean of n independent terms with this expectation and variance. */
static void check_mean(struct checks *checks, const char *subject, const char *what, double sum, double n,
                       double expected, double variance) {
    check_add(checks, subject, what, sum / n, expected, erfc(fabs(sum / n - expected) * sqrt(0.5 * n / variance)));
}

/* A count out of n: Gaussian when it is large, Poisson when it is small. */
static void check_count(struct checks *checks, const char *subject, const char *what, uint64_t count, double n,
                        double p) {
    const double mean = n * p, k = (double)count;
    if (mean > 10000.0) {
        check_add(checks, subject, what, k, mean, erfc(fabs(k - mean) / sqrt(2.0 * mean * (1.0 - p))));
        return;
    }
    const double at_most = gsl_cdf_poisson_P((unsigned)count, mean);
    const double at_least = count == 0 ? 1.0 : gsl_cdf_poisson_Q((unsigned)count - 1, mean);
    check_add(checks, subject, what, k, mean, 2.0 * fmin(at_most, at_least));
}

/* Pearson's statistic of equiprobable cells; too even is as bad as too uneven. */
static void check_even(struct checks *checks, const char *subject, const char *what, const uint64_t *count,
                       size_t n_cells, double n) {
    const double mean = n / (double)n_cells, freedom = (double)n_cells - 1.0;
    double sum = 0.0;
    for (size_t i = 0; i < n_cells; ++i)
        sum += ((double)count[i] - mean) * ((double)count[i] - mean) / mean;
    check_add(checks, subject, what, sum, freedom,
              2.0 * fmin(gsl_cdf_chisq_P(sum, freedom), gsl_cdf_chisq_Q(sum, freedom)));
}

static double radius_of_cell(double cell) {
    return sqrt(-2.0 * log((cell + 0.5) * 0x1p-40));
}

/* P(z > t). Far out the 2^40 cells of the radius count: the radii above t one by one, each with its arc. */
static double upper_tail(double t) {
    if (t < 6.0)
        return 0.5 * erfc(M_SQRT1_2 * t);
    double sum = 0.0;
    for (double cell = 0.0; radius_of_cell(cell) > t; ++cell)
        sum += acos(t / radius_of_cell(cell)) / M_PI;
    return 0x1p-40 * sum;
}

static void judge_law(struct checks *checks, const char *subject, const struct law *law) {
    static const char *const names[MOMENTS] = {"mean", "variance", "skewness", "kurtosis", "6th moment"};
    static const double expected[MOMENTS] = {0, 1, 0, 3, 15}, square[MOMENTS] = {1, 3, 15, 105, 10395}; /* E z^2k */
    for (int k = 0; k < MOMENTS; ++k)
        check_mean(checks, subject, names[k], law->moment[k], law->n, expected[k],
                   square[k] - expected[k] * expected[k]);
    for (int t = 0; t < TAILS; ++t) {
        const double p = upper_tail(t + 1.0);
        char what[32];
        snprintf(what, sizeof what, "z > %d", t + 1);
        check_count(checks, subject, what, law->above[t], law->n, p);
        snprintf(what, sizeof what, "z < -%d", t + 1);
        check_count(checks, subject, what, law->below[t], law->n, p);
    }
    check_even(checks, subject, "1000 bins, chi-square", law->bin, BINS, law->n);
    const double limit = radius_of_cell(0.0) * (1.0 + 1e-12);
    check_add(checks, subject, "largest |z|, and its limit", law->largest, limit, law->largest <= limit ? 1.0 : 0.0);
}

static void judge_dependence(struct checks *checks, const char *subject, const struct dependence *d) {
    check_mean(checks, subject, "correlation", d->product, d->n, 0.0, 1.0);
    check_mean(checks, subject, "of squares", d->squares, d->n, 0.0, 4.0);
    for (int c = 0; c < CORNERS; ++c) {
        char what[24];
        snprintf(what, sizeof what, "both > %g", corners[c]);
        check_count(checks, subject, what, d->both[c], d->n, pow(upper_tail(corners[c]), 2.0));
    }
    check_even(checks, subject, "20 x 20 cells, chi-square", d->cell, SIDE * SIDE, d->n);
}

static int print_checks(const struct checks *checks) {
    const double limit = false_alarm / (double)checks->n;
    size_t failed = 0, least = 0;
    for (size_t i = 0; i < checks->n; ++i) {
        const struct check *check = &checks->check[i];
        const int wrong = !(check->p >= limit);
        printf("%-48s %14.8g %14.8g   p = %-8.2g%s\n", check->name, check->observed, check->expected, check->p,
               wrong ? " WRONG" : "");
        failed += (size_t)wrong;
        least = check->p < checks->check[least].p ? i : least;
    }
    printf("%zu checks, %zu wrong (p below %.2g; a sound generator has one wrong in %g); least p %.2g: %s\n", checks->n,
           failed, limit, 1.0 / false_alarm, checks->check[least].p, checks->check[least].name);
    return failed == 0 ? 0 : 1;
}

int main(int argc, char **argv) {
    const double draws = argc > 1 ? strtod(argv[1], NULL) : 0.0;
    const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    if (argc > 3 || !(draws >= 1e6 && draws <= 1e12)) {
        fprintf(stderr, "usage: normals DRAWS [SEED], DRAWS from 1e6 to 1e12\n");
        return 64;
    }
    static struct totals totals;
    static struct checks checks;
    if (!draw_all(seed, (uint64_t)ceil(draws / (SETS * ASSETS * BLOCK)), &totals)) {
        fprintf(stderr, "normals: no memory\n");
        return 2;
    }
    printf("%.10g draws of seed %llu, %s: observed, expected\n", totals.law[0].n + totals.law[1].n,
           (unsigned long long)seed, kernel_choose()->name);
    judge_law(&checks, "first of a pair", &totals.law[0]);
    judge_law(&checks, "second of a pair", &totals.law[1]);
    for (size_t k = 0; k < KINDS; ++k)
        judge_dependence(&checks, kinds[k].name, &totals.dependence[k]);
    return print_checks(&checks);
}
