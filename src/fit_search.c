/* GSL's minimisers behind one small interface. It knows nothing of likelihoods. */
#include "fit_search.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_min.h>
#include <gsl/gsl_multimin.h>
#include <math.h>
#include <string.h>

enum { ROUNDS = 8, STEPS = 2000, SCAN = 40, LINE_STEPS = 100 };
static const double simplex_size = 1e-5, line_width = 1e-7;

static double vector_value(const gsl_vector *x, void *about) {
    const struct objective *objective = about;
    double value = objective->value(x->data, objective->about);
    return isnan(value) ? HUGE_VAL : value;
}

static double line_value(double x, void *about) {
    const struct objective *objective = about;
    return objective->value(&x, objective->about);
}

/* One run of the simplex; returns the value reached. */
static double descend(gsl_multimin_fminimizer *minimizer, gsl_multimin_function *function, double *x,
                      const double *step) {
    gsl_vector_const_view first = gsl_vector_const_view_array(step, function->n);
    gsl_vector_view at = gsl_vector_view_array(x, function->n);
    if (gsl_multimin_fminimizer_set(minimizer, function, &at.vector, &first.vector) != GSL_SUCCESS)
        return NAN;
    for (int i = 0; i < STEPS; i++) {
        if (gsl_multimin_fminimizer_iterate(minimizer) != GSL_SUCCESS)
            break;
        if (gsl_multimin_fminimizer_size(minimizer) < simplex_size)
            break;
    }
    gsl_vector_memcpy(&at.vector, gsl_multimin_fminimizer_x(minimizer));
    return gsl_multimin_fminimizer_minimum(minimizer);
}

enum riskpool_status search_minimum(const struct objective *objective, double *x, const double *step) {
    struct objective copy = *objective;
    gsl_multimin_function function = {.f = vector_value, .n = objective->n, .params = &copy};
    gsl_multimin_fminimizer *minimizer =
        gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, objective->n);
    double best = HUGE_VAL;
    if (!minimizer)
        return RISKPOOL_NO_MEMORY;
    for (int round = 0; round < ROUNDS; round++) {
        double value = descend(minimizer, &function, x, step);
        if (!(value < best - 1e-8 * (1 + fabs(value)))) {
            best = fmin(best, value);
            break;
        }
        best = value;
    }
    gsl_multimin_fminimizer_free(minimizer);
    return isfinite(best) ? RISKPOOL_OK : RISKPOOL_INVALID;
}

/* Brent's method in a bracket whose middle is lowest. */
static enum riskpool_status refine(gsl_function *function, double low, double middle, double high, double *x) {
    gsl_min_fminimizer *minimizer = gsl_min_fminimizer_alloc(gsl_min_fminimizer_brent);
    if (!minimizer)
        return RISKPOOL_NO_MEMORY;
    *x = middle;
    if (gsl_min_fminimizer_set(minimizer, function, middle, low, high) == GSL_SUCCESS) {
        for (int i = 0; i < LINE_STEPS && high - low > line_width; i++) {
            if (gsl_min_fminimizer_iterate(minimizer) != GSL_SUCCESS)
                break;
            low = gsl_min_fminimizer_x_lower(minimizer);
            high = gsl_min_fminimizer_x_upper(minimizer);
        }
        *x = gsl_min_fminimizer_x_minimum(minimizer);
    }
    gsl_min_fminimizer_free(minimizer);
    return RISKPOOL_OK;
}

enum riskpool_status search_line(const struct objective *objective, double low, double high, double *x) {
    struct objective copy = *objective;
    gsl_function function = {line_value, &copy};
    const double width = (high - low) / SCAN;
    int best = 0;
    double least = HUGE_VAL;
    for (int i = 0; i <= SCAN; i++) {
        double value = line_value(low + i * width, &copy);
        if (value < least) {
            least = value;
            best = i;
        }
    }
    *x = low + best * width;
    if (!isfinite(least))
        return RISKPOOL_INVALID;
    if (best == 0 || best == SCAN)
        return RISKPOOL_OK;
    return refine(&function, *x - width, *x, *x + width, x);
}

/* The second derivative in the directions i and j. */
static double curvature(const struct objective *objective, const double *x, size_t i, size_t j, double h) {
    double sum = 0;
    for (int a = -1; a <= 1; a += 2)
        for (int b = -1; b <= 1; b += 2) {
            double moved[SEARCH_MOST];
            memcpy(moved, x, objective->n * sizeof *x);
            moved[i] += a * h;
            moved[j] += b * h;
            sum += a * b * objective->value(moved, objective->about);
        }
    return sum / (4 * h * h);
}

enum riskpool_status search_inverse_curvature(const struct objective *objective, const double *x, double h,
                                              double *inverse) {
    const size_t n = objective->n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            inverse[i * n + j] = curvature(objective, x, i, j, h);
    for (size_t k = 0; k < n * n; k++)
        if (!isfinite(inverse[k]))
            return RISKPOOL_INVALID;
    gsl_matrix_view matrix = gsl_matrix_view_array(inverse, n, n);
    if (gsl_linalg_cholesky_decomp1(&matrix.matrix) != GSL_SUCCESS ||
        gsl_linalg_cholesky_invert(&matrix.matrix) != GSL_SUCCESS)
        return RISKPOOL_INVALID;
    return RISKPOOL_OK;
}
