/* What the files that are compiled once for each instruction set share: the name of the level, and the loop over a row.
 */
#ifndef KERNEL_LEVEL_H
#define KERNEL_LEVEL_H

#include "kernel.h"

#define LEVEL_JOIN_(name, level) name##_##level
#define LEVEL_JOIN(name, level) LEVEL_JOIN_(name, level)
/* A name of this level: LEVEL(kernel) is kernel_v3 when KERNEL_LEVEL is v3. */
#define LEVEL(name) LEVEL_JOIN(name, KERNEL_LEVEL)
#define LEVEL_TEXT_(level) #level
#define LEVEL_TEXT(level) LEVEL_TEXT_(level)

#define ROWS _Pragma("omp simd") for (size_t p = 0; p < BLOCK; ++p)

void LEVEL(rows_normals)(uint64_t seed, size_t n_paths, const uint64_t *path, uint32_t step, enum rng_purpose purpose,
                         int single, size_t n, double *restrict normal);
/* Two rows of normals in single precision from one of words. */
void LEVEL(single_pairs)(size_t n_paths, const uint64_t *restrict word, double *restrict first,
                         double *restrict second);
void LEVEL(rows_mirror)(size_t n, double *restrict normal);
void LEVEL(rows_uniforms)(uint64_t seed, size_t n_paths, const uint64_t *path, uint32_t step, size_t n,
                          double *restrict uniform);
void LEVEL(rows_marks)(uint64_t seed, uint32_t step, const struct marks *marks, size_t n, double *restrict normal,
                       size_t m, double *restrict uniform);
void LEVEL(rows_heston)(const struct variance_step *law, const double *normal, double *restrict variance,
                        double *restrict mean, double *restrict deviation);
void LEVEL(rows_correlate)(size_t n, size_t n_paths, const double *lower, const double *shift, const double *normal,
                           const double *from, double *restrict out);
void LEVEL(rows_correlate_regime)(size_t n, size_t n_paths, const uint8_t *regime, uint8_t which, const double *lower,
                                  const double *shift, const double *normal, const double *from, double *restrict out);

void LEVEL(rows_quantile)(const double *u, double *restrict z);

void LEVEL(rows_curve)(const struct curve *curve, const double *x, double *restrict out);
void LEVEL(rows_spread)(size_t n, const double *deviation, const double *factor, double *restrict spread);
void LEVEL(rows_change)(const struct curve *curve, double scale, const double *factor, const double *shock,
                        double *restrict spread);
void LEVEL(rows_clusters)(size_t n, const double *deviation, const double *factor, const double *state,
                          double *restrict spread);
void LEVEL(rows_cluster)(const struct cluster *cluster, const double *spread, const double *shock,
                         double *restrict state);

void LEVEL(rows_screen)(size_t n, const struct leg *leg, const double *initial, const double *x, const double *cash,
                        const double *remaining, const struct screen *screen, double *restrict slack);

void LEVEL(rows_bridge_barriers)(size_t n, const struct barrier *barrier, const double *start, const double *end,
                                 const double *deviation, const double *spread, const double *low, const double *high,
                                 struct path_set *near);
void LEVEL(rows_bridge_distance)(enum price_scale scale, size_t n, const struct leg *leg, const double *remaining,
                                 const double *price, const double *slope, const double *deviation,
                                 const double *spread, const double *bridge, const double *positive,
                                 const double *negative, const double *start, const double *end,
                                 double *restrict slack);

void LEVEL(rows_safe)(const struct leg *leg, double initial, const double *cash, const double *remaining,
                      const double *factor, double *restrict low, double *restrict high);

#endif
