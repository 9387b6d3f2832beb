/* The product of a lower triangle and rows of normals; compiled once for each instruction set, like kernel_rows.c. */
#include "kernel_level.h"
#include "lanes.h"

/* A tile of HEIGHT x WIDTH sums stays in registers: every normal is loaded once for all of its rows, every weight once
 * for all of its vectors. */
enum { HEIGHT = 4, WIDTH = LANES_REGISTERS / 8, TILE = WIDTH * LANES };

#define EACH(index, first, end) _Pragma("GCC unroll 4") for (size_t index = first; index < end; ++index)

static inline void begin_row(double shift, const double *from, real_lanes sum[WIDTH]) {
    EACH(v, 0, WIDTH)
    sum[v] = from ? lanes_load(from + v * LANES) + lanes_all(shift) : lanes_all(shift);
}

static inline void add_row(double weight, const real_lanes row[WIDTH], real_lanes sum[WIDTH]) {
    EACH(v, 0, WIDTH) sum[v] = lanes_fma(lanes_all(weight), row[v], sum[v]);
}

static inline void load_row(const double *from, real_lanes row[WIDTH]) {
    EACH(v, 0, WIDTH) row[v] = lanes_load(from + v * LANES);
}

static inline void store_row(const real_lanes row[WIDTH], double *to) {
    EACH(v, 0, WIDTH) lanes_store(to + v * LANES, row[v]);
}

/* Rows first .. first + HEIGHT - 1 of a tile: the square left of the diagonal, then the triangle on it. */
static void correlate_rows(size_t first, size_t n, const double *lower, const double *shift, const double *normal,
                           const double *from, double *restrict out) {
    real_lanes sum[HEIGHT][WIDTH], row[WIDTH];
    const double *weight = lower + first * n;
    EACH(i, 0, HEIGHT) begin_row(shift[first + i], from ? from + (first + i) * BLOCK : NULL, sum[i]);
    for (size_t k = 0; k < first; ++k) {
        load_row(normal + k * BLOCK, row);
        EACH(i, 0, HEIGHT) add_row(weight[i * n + k], row, sum[i]);
    }
    EACH(k, 0, HEIGHT) {
        load_row(normal + (first + k) * BLOCK, row);
        EACH(i, k, HEIGHT) add_row(weight[i * n + first + k], row, sum[i]);
    }
    EACH(i, 0, HEIGHT) store_row(sum[i], out + (first + i) * BLOCK);
}

/* One row of a tile. */
static void correlate_row(size_t i, size_t n, const double *lower, const double *shift, const double *normal,
                          const double *from, double *restrict out) {
    real_lanes sum[WIDTH], row[WIDTH];
    begin_row(shift[i], from ? from + i * BLOCK : NULL, sum);
    for (size_t k = 0; k <= i; ++k) {
        load_row(normal + k * BLOCK, row);
        add_row(lower[i * n + k], row, sum);
    }
    store_row(sum, out + i * BLOCK);
}

void LEVEL(rows_correlate)(size_t n, size_t n_paths, const double *lower, const double *shift, const double *normal,
                           const double *from, double *restrict out) {
    for (size_t p = 0; p < n_paths; p += TILE) {
        const double *at = from ? from + p : NULL;
        size_t i = 0;
        for (; i + HEIGHT <= n; i += HEIGHT)
            correlate_rows(i, n, lower, shift, normal + p, at, out + p);
        for (; i < n; ++i)
            correlate_row(i, n, lower, shift, normal + p, at, out + p);
    }
}
