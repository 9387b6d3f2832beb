/* The vector kernels: accuracy of the elementary functions, law and address of the normals, agreement of the rows with
 * the scalar expressions, and equal bits on every instruction set that this machine has. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>

#include "draws.h"
#include "kernel.h"
#include "vmath.h"
#include "vmath_single.h"

enum { ASSETS = 8 };

static void elementary_functions_are_accurate(void **state) {
    (void)state;
    double worst_exp = 0, worst_log = 0, worst_quantile = 0;
    for (int i = 1; i < 100000; ++i) {
        double x = -700.0 + 0.014 * i, a = 0.004 * i;
        worst_exp = fmax(worst_exp, fabs(vmath_exp(x) / exp(x) - 1.0));
        double y = exp(0.9 * x);
        worst_log = fmax(worst_log, fabs(vmath_log(y) - log(y)) / fmax(fabs(log(y)), 1e-300));
        double q = gsl_cdf_ugaussian_Pinv(exp(-a));
        worst_quantile = fmax(worst_quantile, fabs(vmath_quantile_of_exp(a) - q) / fmax(fabs(q), 1e-2));
    }
    assert_true(worst_exp < 3e-16);
    assert_true(worst_log < 3e-16);
    assert_true(worst_quantile < 1e-14);
    assert_true(vmath_exp(0.0) == 1.0 && vmath_log(1.0) == 0.0);
}

static void quantiles_of_tiny_probabilities_are_finite(void **state) {
    (void)state;
    /* Phi^-1(e^-700) from the asymptotic expansion of the tail. */
    double z = vmath_quantile_of_exp(700.0);
    double log_tail = -0.5 * z * z - log(-z * sqrt(2.0 * M_PI)) + log1p(-1.0 / (z * z) + 3.0 / pow(z, 4));
    assert_true(fabs(log_tail + 700.0) < 1e-4);
}

/* Moments, independence inside a Box-Muller pair and tails of ten million normals, in standard errors. */
static void check_law(int single) {
    enum { BLOCKS = 5000 };
    const struct kernel *kernel = kernel_choose();
    static double z[ASSETS * BLOCK];
    const double n = (double)BLOCKS * ASSETS * BLOCK;
    double sum = 0, square = 0, cube = 0, fourth = 0, pair = 0, squares = 0, tail[3] = {0, 0, 0}, largest = 0;
    for (uint64_t block = 0; block < BLOCKS; ++block) {
        draw_block(kernel, 42, block * BLOCK, 3, RNG_SHOCK, single, ASSETS, z);
        for (size_t i = 0; i < ASSETS * BLOCK; ++i) {
            double x = z[i], y = z[i ^ BLOCK]; /* the other row of its Box-Muller pair */
            sum += x;
            square += x * x - 1.0;
            cube += x * x * x;
            fourth += x * x * x * x - 3.0;
            pair += x * y;
            squares += (x * x - 1.0) * (y * y - 1.0);
            for (int k = 0; k < 3; ++k)
                tail[k] += fabs(x) > 2.0 + k;
            largest = fmax(largest, fabs(x));
        }
    }
    assert_true(fabs(sum) < 4.0 * sqrt(n));
    assert_true(fabs(square) < 4.0 * sqrt(2.0 * n));
    assert_true(fabs(cube) < 4.0 * sqrt(15.0 * n));
    assert_true(fabs(fourth) < 4.0 * sqrt(96.0 * n));
    assert_true(fabs(pair) < 4.0 * sqrt(2.0 * n)); /* every pair is counted twice */
    assert_true(fabs(squares) < 4.0 * sqrt(8.0 * n));
    for (int k = 0; k < 3; ++k) {
        const double p = 2.0 * gsl_cdf_ugaussian_Q(2.0 + k);
        assert_true(fabs(tail[k] - n * p) < 4.0 * sqrt(n * p));
    }
    assert_true(largest > 4.8 && largest < 7.55); /* 10^7 normals: below 4.8 with probability 1e-7 */
}

static void normals_have_their_law(void **state) {
    (void)state;
    check_law(0);
}

static void single_normals_have_their_law(void **state) {
    (void)state;
    check_law(1);
}

/* The two normals of a word by libm: 40 bits of radius, 23 of angle, one of direction. Returns the radius. */
static double expect_pair(uint64_t bits, double expected[2]) {
    const double u = ((double)(bits >> 24) + 0.5) * 0x1p-40, beside = ((double)(~bits >> 24) + 0.5) * 0x1p-40;
    const double radius = sqrt(-2.0 * (u > 0.5 ? log1p(-beside) : log(u)));
    const double angle = 2.0 * M_PI * (((double)(bits >> 1 & 0x7fffff) + 0.5) * 0x1p-24 - 0.25);
    expected[0] = radius * cos(angle) * (bits & 1 ? -1.0 : 1.0);
    expected[1] = radius * sin(angle);
    return radius;
}

/* What single precision may be off by: five units in the last place, and half a unit of u near 1, through the slope 1 /
 * r of the radius. */
static double single_error(double radius) {
    return fmin(3.2e-7 * radius + 3.5e-8 / radius, 3.5e-4);
}

/* The normals of one address by the scalar generator. */
static void check_address(int single) {
    const struct kernel *kernel = kernel_choose();
    static double z[ASSETS * BLOCK];
    const uint64_t seed = 0xfedcba9876543210U, first = 0x300000100U;
    draw_block(kernel, seed, first, 9, RNG_BRIDGE, single, ASSETS, z);
    for (size_t p = 0; p < BLOCK; ++p)
        for (uint32_t quad = 0; quad < ASSETS / 4; ++quad) {
            const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
            const uint64_t path = first + p;
            const uint32_t counter[4] = {(uint32_t)path, (uint32_t)(path >> 32), 9, rng_counter_tail(RNG_BRIDGE, quad)};
            uint32_t word[4];
            rng_philox(counter, key, word);
            for (uint32_t pair = 0; pair < 2; ++pair) {
                double expected[2], radius = expect_pair(word[2 * pair] | (uint64_t)word[2 * pair + 1] << 32, expected);
                const double tolerance = single ? single_error(radius) : 2e-12 * radius;
                for (uint32_t i = 0; i < 2; ++i)
                    assert_true(fabs(z[(quad * 4 + 2 * pair + i) * BLOCK + p] - expected[i]) < tolerance);
            }
        }
}

static void normals_are_those_of_their_address(void **state) {
    (void)state;
    check_address(0);
    check_address(1);
}

/* Cells at the ends of the radius and of the angle, and on both sides of every split of the mantissa. */
static void normals_hold_at_the_edges(void **state) {
    (void)state;
    const uint64_t last = ((uint64_t)1 << 40) - 1;
    for (int bit = 0; bit < 40; ++bit)
        for (uint64_t half = 2; half <= 4; ++half)
            for (uint64_t off = 0; off < 3; ++off) {
                const uint64_t near = (half << bit) / 2 - 1 + off, cells[2] = {near & last, last - (near & last)};
                for (int i = 0; i < 4; ++i) {
                    const uint64_t low = i & 1 ? 0x7fffff : (uint64_t)bit;
                    const uint64_t word = cells[i / 2] << 24 | low << 1 | (uint64_t)(off & 1);
                    double expected[2], x, y;
                    float a, b;
                    const double radius = expect_pair(word, expected);
                    vmath_normal_pair(word, &x, &y);
                    vmath_single_normal_pair(word, &a, &b);
                    assert_true(fabs(x - expected[0]) < 2e-12 * radius && fabs(y - expected[1]) < 2e-12 * radius);
                    assert_true(fabs((double)a - expected[0]) <= single_error(radius));
                    assert_true(fabs((double)b - expected[1]) <= single_error(radius));
                }
            }
}

static void mirrored_paths_are_negatives(void **state) {
    (void)state;
    const struct kernel *kernel = kernel_choose();
    static double whole[ASSETS * BLOCK], z[ASSETS * BLOCK];
    uint64_t path[BLOCK / 2];
    for (size_t k = 0; k < BLOCK / 2; ++k)
        path[k] = 512 + k;
    for (int single = 0; single <= 1; ++single) {
        draw_block(kernel, 3, 512, 1, RNG_SHOCK, single, ASSETS, whole);
        kernel->normals(3, BLOCK / 2, path, 1, RNG_SHOCK, single, ASSETS, z);
        kernel->mirror(ASSETS, z);
        for (size_t i = 0; i < ASSETS; ++i)
            for (size_t k = 0; k < BLOCK / 2; ++k) {
                const double *pair = z + i * BLOCK + 2 * k;
                assert_true(vmath_to_bits(pair[0]) == vmath_to_bits(whole[i * BLOCK + k]));
                assert_true(vmath_to_bits(pair[1]) == vmath_to_bits(-whole[i * BLOCK + k]));
            }
    }
}

/* Sizes below, at and between the heights of a tile; with and without a start. */
static void correlate_is_the_triangular_product(void **state) {
    (void)state;
    enum { MOST = 13 };
    const struct kernel *kernel = kernel_choose();
    static double z[16 * BLOCK], from[16 * BLOCK], out[MOST * BLOCK];
    double lower[MOST * MOST], shift[MOST];
    draw_block(kernel, 1, 0, 0, RNG_SHOCK, 0, MOST, z);
    draw_block(kernel, 1, 0, 1, RNG_SHOCK, 0, MOST, from);
    for (size_t n = 1; n <= MOST; ++n)
        for (int begun = 0; begun < 2; ++begun) {
            for (size_t i = 0; i < n; ++i) {
                shift[i] = 0.1 * (double)i;
                for (size_t k = 0; k < n; ++k)
                    lower[i * n + k] = k <= i ? 1.0 / (double)(1 + i + 2 * k) : NAN;
            }
            kernel->correlate(n, BLOCK, lower, shift, z, begun ? from : NULL, out);
            for (size_t i = 0; i < n; ++i)
                for (size_t p = 0; p < BLOCK; ++p) {
                    double sum = (begun ? from[i * BLOCK + p] : 0.0) + shift[i];
                    for (size_t k = 0; k <= i; ++k)
                        sum += lower[i * n + k] * z[k * BLOCK + p];
                    assert_true(fabs(out[i * BLOCK + p] - sum) < 1e-14 * 10.0);
                }
        }
}

/* Columns of a regime as correlate has them, bit for bit; the others, and those after the last path, as they were. */
static void correlate_regime_touches_its_columns_alone(void **state) {
    (void)state;
    enum { MOST = 9, SOME = 96 };
    const struct kernel *kernel = kernel_choose();
    static double z[12 * BLOCK], whole[MOST * BLOCK], out[MOST * BLOCK];
    double lower[MOST * MOST], shift[MOST];
    uint8_t regime[BLOCK];
    draw_block(kernel, 1, 0, 0, RNG_SHOCK, 0, MOST, z);
    for (size_t p = 0; p < BLOCK; ++p)
        regime[p] = (uint8_t)(p / 32 % 3 == 0 ? 2 : p % 5 == 0); /* tiles of one regime, tiles of two others */
    for (size_t n = 1; n <= MOST; ++n) {
        for (size_t k = 0; k < n * n; ++k)
            lower[k] = 0.1 * (double)(k + 1);
        for (size_t i = 0; i < n; ++i)
            shift[i] = (double)i;
        kernel->correlate(n, BLOCK, lower, shift, z, z, whole);
        for (uint8_t which = 0; which < 4; ++which) {
            for (size_t k = 0; k < n * BLOCK; ++k)
                out[k] = 77.0;
            kernel->correlate_regime(n, SOME, regime, which, lower, shift, z, z, out);
            for (size_t k = 0; k < n * BLOCK; ++k)
                assert_true(out[k] == (k % BLOCK < SOME && regime[k % BLOCK] == which ? whole[k] : 77.0));
        }
    }
}

/* Wherever a bridge can cross a barrier that a normal of any size meets, its path is listed, and few others are. */
static void no_crossing_of_a_barrier_is_missed(void **state) {
    (void)state;
    const struct kernel *kernel = kernel_choose();
    const struct barrier barrier = {.below = 1};
    const double deviation = 0.02;
    double start[BLOCK], end[BLOCK], low[BLOCK], high[BLOCK];
    static double z[4 * BLOCK];
    size_t possible = 0, listed = 0;
    for (uint32_t trial = 0; trial < 2000; ++trial) {
        draw_block(kernel, 5, 0, trial, RNG_SHOCK, 0, 4, z);
        for (size_t p = 0; p < BLOCK; ++p) {
            start[p] = 0.3 * fabs(z[p]) + 1e-6;
            end[p] = start[p] + deviation * z[BLOCK + p];
            low[p] = 0.0;
            high[p] = INFINITY;
        }
        struct path_set near = {{0}}, mirrored = {{0}};
        kernel->bridge_barriers(1, &barrier, start, end, &deviation, NULL, low, high, &near);
        for (size_t p = 0; p < BLOCK; ++p) {
            const int crosses = end[p] <= 0.0 || exp(-2.0 * start[p] * end[p] / (deviation * deviation)) > 1e-15;
            const int is_near = (int)(near.word[p / 64] >> p % 64 & 1);
            assert_true(is_near || !crosses);
            possible += (size_t)crosses;
            listed += (size_t)is_near;
            high[p] = -low[p];
            low[p] = -INFINITY;
            start[p] = -start[p];
            end[p] = -end[p];
        }
        const struct barrier above = {.above = 1};
        kernel->bridge_barriers(1, &above, start, end, &deviation, NULL, low, high, &mirrored);
        assert_memory_equal(&near, &mirrored, sizeof near);
    }
    assert_true(possible > 50000);
    assert_true((double)listed < 1.05 * (double)possible);
}

static void spent_paths_are_those_without_slack(void **state) {
    (void)state;
    double slack[BLOCK];
    for (size_t p = 0; p < BLOCK; ++p)
        slack[p] = p % 7 == 0 ? 0.0 : p % 11 == 0 ? -1e-300 : p % 5 == 0 ? INFINITY : 1e-300;
    const struct path_set spent = kernel_choose()->spent(slack);
    for (size_t p = 0; p < BLOCK; ++p)
        assert_int_equal(spent.word[p / 64] >> p % 64 & 1, slack[p] <= 0.0);
}

static const struct leg_tier tiers[3] = {{0.004, 0.0}, {0.01, 30.0}, {0.05, 430.0}};

static void fill_legs(struct leg *leg) {
    for (size_t i = 0; i < ASSETS; ++i)
        leg[i] = (struct leg){.asset = i,
                              .position = i,
                              .quantity = i % 3 == 1 ? -1.5 : 40.0 * (double)i + 1.0,
                              .entry = 90.0 + (double)i,
                              .used = 100.0,
                              .face = i == 5 || i == 4 ? 9000.0 : 0.0,
                              .in_coins = i == 4,
                              .coin = i == 2,
                              .n_tiers = i % 2 || i == 4 ? 3 : 1,
                              .tier = tiers};
}

/* What a leg needs, by its definition. */
static double need_of(const struct leg *leg, double f, double at) {
    const double value = f * fabs(leg->quantity) * at, notional = leg->face > 0.0 ? f * leg->face : value;
    double need = 0.0;
    for (size_t k = 0; k < leg->n_tiers; ++k)
        need = fmax(need, tiers[k].rate * notional - tiers[k].offset);
    return leg->in_coins && notional > 0.0 ? need * value / notional : need;
}

static void rows_value_pools_as_single_paths_do(void **state) {
    (void)state;
    const struct kernel *kernel = kernel_choose();
    struct leg leg[ASSETS];
    static double z[ASSETS * BLOCK], price[ASSETS * BLOCK], remaining[ASSETS * BLOCK];
    double cash[BLOCK], positive[BLOCK], negative[BLOCK], equity[BLOCK], requirement[BLOCK], used[BLOCK];
    fill_legs(leg);
    draw_block(kernel, 1, 0, 0, RNG_SHOCK, 0, ASSETS, z);
    for (size_t i = 0; i < ASSETS * BLOCK; ++i) {
        price[i] = 100.0 * exp(0.3 * z[i]);
        remaining[i] = i % 5 == 0 ? 0.0 : i % 5 == 1 ? 0.25 : 1.0;
    }
    for (size_t p = 0; p < BLOCK; ++p)
        cash[p] = 1000.0 * z[p];
    kernel->sides(ASSETS, leg, cash, remaining, price, positive, negative);
    kernel->value(ASSETS, leg, cash, remaining, price, equity, requirement, used);
    for (size_t p = 0; p < BLOCK; ++p) {
        double e = cash[p], need = 0.0, margin = 0.0;
        for (size_t i = 0; i < ASSETS; ++i) {
            double f = remaining[i * BLOCK + p], at = price[i * BLOCK + p], mm = need_of(&leg[i], f, at);
            e += f * leg[i].quantity * (at - leg[i].entry) - (leg[i].coin ? mm : 0.0);
            need += leg[i].coin ? 0.0 : mm;
            margin += leg[i].coin ? 0.0 : f * leg[i].used;
        }
        assert_true(fabs(equity[p] - e) < 1e-9 * (fabs(e) + 1e4));
        assert_true(fabs(requirement[p] - need) < 1e-9 * (need + 1.0));
        assert_true(used[p] == margin);
        assert_true(fabs((positive[p] - negative[p]) - (e - need)) < 1e-9 * (positive[p] + negative[p]));
        assert_true(positive[p] >= 0.0 && negative[p] >= 0.0);
    }
}

/* Equity and margin level from what is kept up to date, as from the legs; a pool with nothing open has no level. */
static void equities_are_those_of_the_pools(void **state) {
    (void)state;
    enum { POOLS = 3 };
    const struct kernel *kernel = kernel_choose();
    struct leg leg[ASSETS];
    static double z[ASSETS * BLOCK], price[ASSETS * BLOCK], size[ASSETS * BLOCK], constant[POOLS * BLOCK];
    static double per_used[POOLS * BLOCK];
    double total[BLOCK], level[BLOCK];
    fill_legs(leg);
    draw_block(kernel, 3, 0, 0, RNG_SHOCK, 0, ASSETS, z);
    for (size_t i = 0; i < ASSETS * BLOCK; ++i) {
        price[i] = 100.0 * exp(0.3 * z[i]);
        size[i] = i % 5 == 0 ? 0.0 : leg[i / BLOCK].quantity;
    }
    for (size_t i = 0; i < POOLS * BLOCK; ++i) {
        constant[i] = 1000.0 * z[i];
        per_used[i] = i % 4 == 0 ? NAN : 0.3;
    }
    const struct legs pool[POOLS] = {{5, leg}, {0, leg}, {3, leg + 5}};
    const struct holding holding = {size, constant, per_used};
    kernel->equities(POOLS, pool, &holding, price, total, level);
    for (size_t p = 0; p < BLOCK; ++p) {
        double sum = 0.0, least = INFINITY;
        for (size_t k = 0; k < POOLS; ++k) {
            double equity = constant[k * BLOCK + p];
            for (size_t i = 0; i < pool[k].n; ++i)
                equity += size[pool[k].leg[i].position * BLOCK + p] * price[pool[k].leg[i].asset * BLOCK + p];
            sum += equity;
            least = fmin(least, equity * per_used[k * BLOCK + p]); /* fmin passes NaN over */
        }
        assert_true(fabs(total[p] - sum) < 1e-9 * 1e5);
        assert_true(level[p] == least || fabs(level[p] - least) < 1e-9 * 1e5);
    }
}

static uint64_t hash_rows(uint64_t hash, const double *row, size_t n) {
    for (size_t i = 0; i < n; ++i)
        hash = (hash ^ vmath_to_bits(row[i])) * UINT64_C(1099511628211);
    return hash;
}

/* A digest of what every kernel function makes of the same input. */
static uint64_t digest(const struct kernel *kernel) {
    static double z[ASSETS * BLOCK], x[ASSETS * BLOCK], price[ASSETS * BLOCK], out[ASSETS * BLOCK];
    static double remaining[ASSETS * BLOCK];
    double lower[ASSETS * ASSETS], shift[ASSETS] = {0}, initial[ASSETS], deviation[ASSETS], a[BLOCK], b[BLOCK];
    double c[BLOCK], d[BLOCK], zero[BLOCK] = {0}, shift_price[ASSETS];
    struct leg leg[ASSETS];
    const struct barrier both = {.below = 1, .above = 1};
    const struct legs legs = {ASSETS, leg};
    const struct holding holding = {remaining, z, z + BLOCK};
    uint64_t hash = UINT64_C(14695981039346656037);
    fill_legs(leg);
    for (size_t i = 0; i < ASSETS * ASSETS; ++i)
        lower[i] = 0.01 * (double)(i % 7);
    for (size_t i = 0; i < ASSETS; ++i)
        initial[i] = 100.0 + (double)i, deviation[i] = 0.01;
    for (size_t i = 0; i < ASSETS * BLOCK; ++i)
        remaining[i] = (double)(i % 3) / 2.0;
    for (uint32_t step = 0; step < 20; ++step) {
        draw_block(kernel, 7, 256, step, RNG_SHOCK, 1, ASSETS, z);
        kernel->mirror(ASSETS, z);
        hash = hash_rows(hash, z, ASSETS * BLOCK);
        draw_block(kernel, 7, 256, step, RNG_SHOCK, 0, ASSETS, z);
        kernel->correlate(ASSETS - 1, BLOCK, lower, shift, z, z, out);
        hash = hash_rows(hash, out, (ASSETS - 1) * BLOCK);
        kernel->correlate(ASSETS, BLOCK, lower, shift, z, NULL, x);
        kernel->price(ASSETS, PRICE_LOG, initial, x, price);
        kernel->price(ASSETS, PRICE_LINEAR, initial, x, out);
        hash = hash_rows(hash_rows(hash, price, ASSETS * BLOCK), out, ASSETS * BLOCK);
        for (size_t p = 0; p < BLOCK; ++p)
            c[p] = INFINITY, d[p] = 1.0;
        struct path_set near = {{0}};
        kernel->bridge_barriers(1, &both, x, x + BLOCK, deviation, NULL, zero, d, &near);
        kernel->barriers(1, &both, x, zero, d, c);
        hash = hash_rows(hash_rows(hash, c, BLOCK), (const double *)(const void *)near.word, BLOCK_WORDS);
        kernel->sides(ASSETS, leg, z, remaining, price, a, b);
        kernel->distance(PRICE_LOG, a, b, d);
        hash = hash_rows(hash_rows(hash_rows(hash, a, BLOCK), b, BLOCK), d, BLOCK);
        kernel->bridge_distance(PRICE_LOG, ASSETS, leg, remaining, price, price, deviation, NULL, z, a, b, d, d, c);
        kernel->excess(a, b, c);
        hash = hash_rows(hash, c, BLOCK);
        kernel->equities(1, &legs, &holding, price, a, b);
        hash = hash_rows(hash_rows(hash, a, BLOCK), b, BLOCK);
        kernel->path_price(ASSETS, PRICE_LOG, initial, x + step, shift_price);
        hash = hash_rows(hash, shift_price, ASSETS);
        kernel->value(ASSETS, leg, z, remaining, price, a, b, c);
        hash = hash_rows(hash_rows(hash_rows(hash, a, BLOCK), b, BLOCK), c, BLOCK);
    }
    return hash;
}

static void instruction_sets_agree_bit_for_bit(void **state) {
    (void)state;
    static const char *const forced[] = {"v2", "v3", "v4"};
    unsetenv("RISKPOOL_ISA");
    const char *const widest = kernel_choose()->name;
    const uint64_t expected = digest(kernel_choose());
    size_t others = 0;
    for (size_t i = 0; i < sizeof forced / sizeof *forced; ++i) {
        setenv("RISKPOOL_ISA", forced[i], 1);
        const struct kernel *kernel = kernel_choose();
        print_message("%s\n", kernel->name);
        assert_true(digest(kernel) == expected);
        others += strcmp(kernel->name, widest) != 0;
    }
    unsetenv("RISKPOOL_ISA");
#if defined(__x86_64__)
    extern const struct kernel kernel_plain; /* plain C, linked in for this test */
    assert_true(digest(&kernel_plain) == expected);
    others++;
#endif
    if (others == 0)
        skip(); /* one instruction set only: nothing was compared */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elementary_functions_are_accurate),
        cmocka_unit_test(quantiles_of_tiny_probabilities_are_finite),
        cmocka_unit_test(normals_have_their_law),
        cmocka_unit_test(single_normals_have_their_law),
        cmocka_unit_test(normals_are_those_of_their_address),
        cmocka_unit_test(normals_hold_at_the_edges),
        cmocka_unit_test(mirrored_paths_are_negatives),
        cmocka_unit_test(correlate_is_the_triangular_product),
        cmocka_unit_test(correlate_regime_touches_its_columns_alone),
        cmocka_unit_test(no_crossing_of_a_barrier_is_missed),
        cmocka_unit_test(spent_paths_are_those_without_slack),
        cmocka_unit_test(rows_value_pools_as_single_paths_do),
        cmocka_unit_test(equities_are_those_of_the_pools),
        cmocka_unit_test(instruction_sets_agree_bit_for_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
