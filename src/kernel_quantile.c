/* Normal quantiles in vectors; compiled once for each instruction set, like kernel_rows.c. Five paths in six are
 * central: all are taken for such, then the others are collected and computed side by side. */
#include <math.h>

#include "kernel_level.h"
#include "vmath.h"

enum { GROUP = 8, WORD = 64 };

/* The paths outside the central region, the last one repeated up to a whole number of groups; returns how many. */
static size_t find_tails(const double *u, uint16_t tail[BLOCK]) {
    size_t n = 0;
    for (size_t first = 0; first < BLOCK; first += WORD) {
        uint64_t outside = 0;
        for (size_t i = 0; i < WORD; ++i)
            outside |= (uint64_t)(fabs(u[first + i] - 0.5) > 0.425) << i;
        for (; outside != 0; outside &= outside - 1)
            tail[n++] = (uint16_t)(first + (size_t)__builtin_ctzll(outside));
    }
    for (; n % GROUP != 0; ++n)
        tail[n] = tail[n - 1];
    return n;
}

/* All by the near tail; when one reaches the far tail, 1.4e-11 from 0 or 1, path by path instead. */
static void tail_quantiles(size_t n, const uint16_t tail[BLOCK], const double *u, double *restrict z) {
    double from[BLOCK], to[BLOCK];
    for (size_t first = 0; first < n; first += GROUP)
        for (size_t i = first; i < first + GROUP; ++i)
            from[i] = u[tail[i]];
    uint64_t far = 0;
    for (size_t first = 0; first < n; first += GROUP)
#pragma omp simd reduction(| : far)
        for (size_t i = first; i < first + GROUP; ++i) {
            double r = sqrt(-vmath_log(from[i] < 0.5 ? from[i] : 1.0 - from[i]));
            double size = vmath_near_tail_quantile(r);
            to[i] = from[i] < 0.5 ? -size : size;
            far |= (uint64_t)(r > 5.0);
        }
    for (size_t i = 0; i < n; ++i)
        z[tail[i]] = far ? vmath_quantile(from[i]) : to[i];
}

void LEVEL(rows_quantile)(const double *u, double *restrict z) {
    uint16_t tail[BLOCK];
    const size_t n = find_tails(u, tail);
    ROWS z[p] = vmath_central_quantile(u[p] - 0.5);
    tail_quantiles(n, tail, u, z);
}
