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

/* All of a row, or what `where` marks. */
static inline void store_row(const real_lanes row[WIDTH], const lanes *where, double *to) {
    EACH(v, 0, WIDTH)
    lanes_store(to + v * LANES, where ? lanes_choose(where[v], row[v], lanes_load(to + v * LANES)) : row[v]);
}

/* Rows first .. first + HEIGHT - 1 of a tile: the square left of the diagonal, then the triangle on it. */
static inline void correlate_rows(size_t first, size_t n, const double *lower, const double *shift,
                                  const double *normal, const double *from, const lanes *where, double *restrict out) {
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
    EACH(i, 0, HEIGHT) store_row(sum[i], where, out + (first + i) * BLOCK);
}

/* One row of a tile. */
static inline void correlate_row(size_t i, size_t n, const double *lower, const double *shift, const double *normal,
                                 const double *from, const lanes *where, double *restrict out) {
    real_lanes sum[WIDTH], row[WIDTH];
    begin_row(shift[i], from ? from + i * BLOCK : NULL, sum);
    for (size_t k = 0; k <= i; ++k) {
        load_row(normal + k * BLOCK, row);
        add_row(lower[i * n + k], row, sum);
    }
    store_row(sum, where, out + i * BLOCK);
}

static inline void correlate_tile(size_t n, const double *lower, const double *shift, const double *normal,
                                  const double *from, const lanes *where, double *restrict out) {
    size_t i = 0;
    for (; i + HEIGHT <= n; i += HEIGHT)
        correlate_rows(i, n, lower, shift, normal, from, where, out);
    for (; i < n; ++i)
        correlate_row(i, n, lower, shift, normal, from, where, out);
}

void LEVEL(rows_correlate)(size_t n, size_t n_paths, const double *lower, const double *shift, const double *normal,
                           const double *from, double *restrict out) {
    for (size_t p = 0; p < n_paths; p += TILE)
        correlate_tile(n, lower, shift, normal + p, from ? from + p : NULL, NULL, out + p);
}

/* Marks the paths of a tile that are in the regime; 0 when there are none. */
static inline int mark(const uint8_t *regime, uint8_t which, lanes where[WIDTH]) {
    uint64_t mask[TILE], any = 0;
#pragma omp simd reduction(| : any)
    for (size_t p = 0; p < TILE; ++p) {
        mask[p] = regime[p] == which ? UINT64_MAX : 0;
        any |= mask[p];
    }
    memcpy(where, mask, sizeof mask);
    return any != 0;
}

void LEVEL(rows_correlate_regime)(size_t n, size_t n_paths, const uint8_t *regime, uint8_t which, const double *lower,
                                  const double *shift, const double *normal, const double *from, double *restrict out) {
    lanes where[WIDTH];
    for (size_t p = 0; p < n_paths; p += TILE)
        if (mark(regime + p, which, where))
            correlate_tile(n, lower, shift, normal + p, from ? from + p : NULL, where, out + p);
}
