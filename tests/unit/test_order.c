/* Order statistics against full sorting: numbers of every kind, more of them than are looked at in memory. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "order.h"

enum { N = 600011 };
static double x[N], sorted[N];

static int ascending(const void *a, const void *b) {
    const double p = *(const double *)a, q = *(const double *)b;
    return (p > q) - (p < q);
}

/* Kinds of numbers: what a digit decides, what none does, what spans all. */
enum kind {
    SMOOTH,
    NEAR_ONE, /* different in their last bits alone */
    TIED,
    ATOM, /* a third are the same, as losses of wiped-out accounts */
    SAME,
    ZEROS, /* of both signs */
    WILD,  /* of every size and sign, without end, subnormal */
    FAR,   /* a few very far from the others */
    KINDS
};

static double draw(const gsl_rng *rng, enum kind kind) {
    const double u = gsl_rng_uniform(rng), z = gsl_ran_gaussian_ziggurat(rng, 1);
    switch (kind) {
    case SMOOTH:
        return 1000 * z;
    case NEAR_ONE:
        return -1 - floor(3e6 * u) * DBL_EPSILON;
    case TIED:
        return floor(7 * u) - 3;
    case ATOM:
        return u < 1.0 / 3 ? 10000 : 4000 * z;
    case SAME:
        return -0.1;
    case ZEROS:
        return u < 0.4 ? -0.0 : u < 0.8 ? 0.0 : z;
    case WILD:
        return u < 0.01   ? INFINITY
               : u < 0.02 ? -INFINITY
               : u < 0.1  ? z * DBL_TRUE_MIN * 1000
                          : ldexp(z, (int)(2000 * (u - 0.5)));
    default:
        return u < 1e-5 ? z * 1e300 : z;
    }
}

static void assert_orders(struct order *order, const gsl_rng *rng, size_t n) {
    const struct sample sample = sample_of(x, n);
    struct order_wish wish[ORDER_RANKS];
    double value[ORDER_RANKS];
    for (size_t i = 0; i < ORDER_RANKS; i++) {
        const double u = gsl_rng_uniform(rng);
        size_t rank = 1 + (size_t)(u * (double)n);
        if (i % 4 == 1) /* close to one before, or the same */
            rank = wish[i - 1].rank + i / 16;
        if (i % 4 == 2) /* at the ends */
            rank = i < 16 ? 1 + i / 8 : n - i / 8;
        wish[i] = (struct order_wish){rank < 1 ? 1 : rank < n ? rank : n, &value[i]};
    }
    const size_t n_wishes = 1 + (size_t)(gsl_rng_uniform(rng) * ORDER_RANKS);
    order_values(order, &sample, wish, n_wishes);
    for (size_t i = 0; i < n_wishes; i++)
        if (value[i] != sorted[wish[i].rank - 1] || (value[i] == 0 && signbit(value[i])))
            fail_msg("rank %zu of %zu: %.17g, expected %.17g", wish[i].rank, n, value[i], sorted[wish[i].rank - 1]);
}

static void orders_agree_with_sorting(void **state) {
    (void)state;
    static const size_t lengths[] = {1, 2, 129, SAMPLE_PIECE, 131072, 131073, 300000, N};
    struct order *order = order_create();
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    assert_non_null(order);
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
            const size_t n = lengths[k];
            for (size_t i = 0; i < n; i++)
                x[i] = sorted[i] = draw(rng, (enum kind)kind);
            qsort(sorted, n, sizeof *sorted, ascending);
            for (int again = 0; again < 3; again++)
                assert_orders(order, rng, n);
        }
    gsl_rng_free(rng);
    order_free(order);
}

/* Pieces of any length, as runs with gaps have them. */
static const double *ragged_piece(const struct sample *sample, size_t index, double *room, size_t *n) {
    (void)room;
    *n = index % 3 == 1 ? 0 : index % 3 == 2 ? 77 : SAMPLE_PIECE;
    return (const double *)sample->from + (index / 3) * (SAMPLE_PIECE + 77) + (index % 3 == 2 ? SAMPLE_PIECE : 0);
}

static void pieces_may_be_short(void **state) {
    (void)state;
    enum { PIECES = 300 };
    const size_t n = PIECES / 3 * (SAMPLE_PIECE + 77);
    struct order *order = order_create();
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    for (size_t i = 0; i < n; i++)
        x[i] = sorted[i] = draw(rng, SMOOTH);
    qsort(sorted, n, sizeof *sorted, ascending);
    const struct sample sample = {n, PIECES, ragged_piece, x};
    double low = 0, high = 0;
    const struct order_wish wish[2] = {{n / 2, &high}, {n / 100, &low}};
    order_values(order, &sample, wish, 2);
    assert_true(low == sorted[n / 100 - 1] && high == sorted[n / 2 - 1]);
    gsl_rng_free(rng);
    order_free(order);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_agree_with_sorting),
        cmocka_unit_test(pieces_may_be_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
