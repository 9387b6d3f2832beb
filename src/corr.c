/* Factors and repairs correlation matrices with GSL's eigenvalues. GSL's error handler is process-wide and is left
 * alone: the workspaces are built here, so that no call of GSL can allocate, and thereby none can fail into it. */
#include "corr.h"

#include <float.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Largest error of a factor, entry by entry; and the sweeps after which the projections stop in any case. */
static const double factor_accuracy = 1e-13, sweep_accuracy = 1e-12;
enum { SWEEPS = 5000 };

/* An eigenvalue problem that is solved again and again. */
struct spectrum {
    size_t n;
    double *matrix, *vectors; /* destroyed, columns */
    double *values, *work;
};

static void spectrum_free(struct spectrum *spectrum) {
    free(spectrum->matrix);
    free(spectrum->vectors);
    free(spectrum->values);
    free(spectrum->work);
    *spectrum = (struct spectrum){0};
}

static enum riskpool_status spectrum_init(struct spectrum *spectrum, size_t n) {
    *spectrum = (struct spectrum){.n = n,
                                  .matrix = calloc(n * n, sizeof(double)),
                                  .vectors = calloc(n * n, sizeof(double)),
                                  .values = calloc(n, sizeof(double)),
                                  .work = calloc(4 * n, sizeof(double))};
    if (!spectrum->matrix || !spectrum->vectors || !spectrum->values || !spectrum->work) {
        spectrum_free(spectrum);
        return RISKPOOL_NO_MEMORY;
    }
    return RISKPOOL_OK;
}

static enum riskpool_status spectrum_solve(struct spectrum *spectrum, const double *symmetric) {
    size_t n = spectrum->n;
    memcpy(spectrum->matrix, symmetric, n * n * sizeof(double));
    gsl_matrix_view matrix = gsl_matrix_view_array(spectrum->matrix, n, n);
    gsl_matrix_view vectors = gsl_matrix_view_array(spectrum->vectors, n, n);
    gsl_vector_view values = gsl_vector_view_array(spectrum->values, n);
    gsl_eigen_symmv_workspace workspace = {.size = n,
                                           .d = spectrum->work,
                                           .sd = spectrum->work + n,
                                           .gc = spectrum->work + 2 * n,
                                           .gs = spectrum->work + 3 * n};
    int code = gsl_eigen_symmv(&matrix.matrix, &values.vector, &vectors.matrix, &workspace);
    return code == GSL_SUCCESS ? RISKPOOL_OK : RISKPOOL_INTERNAL;
}

static double spectrum_least(const struct spectrum *spectrum) {
    double least = spectrum->values[0];
    for (size_t i = 1; i < spectrum->n; i++)
        least = spectrum->values[i] < least ? spectrum->values[i] : least;
    return least;
}

enum riskpool_status corr_smallest_eigenvalue(size_t n, const double *symmetric, double *value) {
    struct spectrum spectrum;
    enum riskpool_status status = spectrum_init(&spectrum, n);
    if (status == RISKPOOL_OK)
        status = spectrum_solve(&spectrum, symmetric);
    if (status == RISKPOOL_OK)
        *value = spectrum_least(&spectrum);
    spectrum_free(&spectrum);
    return status;
}

enum riskpool_status corr_leading(size_t n, const double *symmetric, double *value, double *vector) {
    struct spectrum spectrum;
    size_t leading = 0, largest = 0;
    enum riskpool_status status = spectrum_init(&spectrum, n);
    if (status == RISKPOOL_OK)
        status = spectrum_solve(&spectrum, symmetric);
    for (size_t k = 0; status == RISKPOOL_OK && k < n; ++k)
        leading = spectrum.values[k] > spectrum.values[leading] ? k : leading;
    for (size_t i = 0; status == RISKPOOL_OK && i < n; ++i) {
        vector[i] = spectrum.vectors[i * n + leading];
        largest = fabs(vector[i]) > fabs(vector[largest]) * (1.0 + 1e-9) ? i : largest;
    }
    if (status == RISKPOOL_OK)
        *value = spectrum.values[leading];
    const double sign = status == RISKPOOL_OK && vector[largest] < 0.0 ? -1.0 : 1.0;
    for (size_t i = 0; status == RISKPOOL_OK && i < n; ++i)
        vector[i] *= sign;
    spectrum_free(&spectrum);
    return status;
}

/* Cholesky's recursion; a pivot that is zero up to rounding leaves a zero column. */
static void cholesky(size_t n, const double *a, double *lower) {
    memset(lower, 0, n * n * sizeof *lower);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double rest = a[i * n + j];
            for (size_t k = 0; k < j; k++)
                rest -= lower[i * n + k] * lower[j * n + k];
            if (i == j)
                lower[i * n + i] = rest > (double)n * 4 * DBL_EPSILON ? sqrt(rest) : 0;
            else if (lower[j * n + j] > 0)
                lower[i * n + j] = rest / lower[j * n + j];
        }
    }
}

/* Largest entry of |L L' - a|. */
static double factor_error(size_t n, const double *a, const double *lower) {
    double worst = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = -a[i * n + j];
            for (size_t k = 0; k <= j; k++)
                sum += lower[i * n + k] * lower[j * n + k];
            worst = fmax(worst, fabs(sum));
        }
    }
    return worst;
}

/* Rows of length one, with a diagonal that is not negative. */
static void normalise_rows(size_t n, double *lower) {
    for (size_t j = 0; j < n; j++) {
        for (size_t i = j; lower[j * n + j] < 0 && i < n; i++)
            lower[i * n + j] = i == j ? lower[i * n + j] : -lower[i * n + j];
        lower[j * n + j] = fabs(lower[j * n + j]);
    }
    for (size_t i = 0; i < n; i++) {
        double square = 0;
        for (size_t k = 0; k <= i; k++)
            square += lower[i * n + k] * lower[i * n + k];
        for (size_t k = 0; k <= i; k++)
            lower[i * n + k] /= sqrt(square);
    }
}

/* With a = V D V': the triangle of the QR decomposition of sqrt(D) V' is the factor, transposed. Accurate where
 * Cholesky's recursion is not: at eigenvalues that are zero up to rounding. */
static enum riskpool_status factor_semidefinite(size_t n, const double *a, double *lower) {
    struct spectrum spectrum;
    enum riskpool_status status = spectrum_init(&spectrum, n);
    if (status == RISKPOOL_OK)
        status = spectrum_solve(&spectrum, a);
    if (status == RISKPOOL_OK && spectrum_least(&spectrum) < -CORR_TOLERANCE)
        status = RISKPOOL_INVALID;
    if (status != RISKPOOL_OK)
        goto out;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            spectrum.matrix[i * n + j] = sqrt(fmax(spectrum.values[i], 0)) * spectrum.vectors[j * n + i];
    gsl_matrix_view matrix = gsl_matrix_view_array(spectrum.matrix, n, n);
    gsl_vector_view tau = gsl_vector_view_array(spectrum.work, n);
    if (gsl_linalg_QR_decomp(&matrix.matrix, &tau.vector) != GSL_SUCCESS) {
        status = RISKPOOL_INTERNAL;
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            lower[i * n + j] = j <= i ? spectrum.matrix[j * n + i] : 0;
    normalise_rows(n, lower);
out:
    spectrum_free(&spectrum);
    return status;
}

static void copy_identical_rows(size_t n, const double *a, double *lower) {
    for (size_t i = 1; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (fabs(a[i * n + j]) != 1)
                continue;
            for (size_t k = 0; k < n; k++)
                lower[i * n + k] = k <= j ? a[i * n + j] * lower[j * n + k] : 0;
            break;
        }
    }
}

enum riskpool_status corr_factor(size_t n, const double *correlation, double *lower) {
    enum riskpool_status status = RISKPOOL_OK;
    cholesky(n, correlation, lower);
    if (!(factor_error(n, correlation, lower) <= factor_accuracy))
        status = factor_semidefinite(n, correlation, lower);
    if (status == RISKPOOL_OK)
        copy_identical_rows(n, correlation, lower);
    return status;
}

/* The nearest positive semidefinite matrix: V max(D, 0) V'. */
static enum riskpool_status project_semidefinite(struct spectrum *spectrum, const double *symmetric, double *result) {
    size_t n = spectrum->n;
    enum riskpool_status status = spectrum_solve(spectrum, symmetric);
    if (status != RISKPOOL_OK)
        return status;
    memcpy(result, symmetric, n * n * sizeof *result);
    for (size_t k = 0; k < n; k++) {
        double value = spectrum->values[k];
        for (size_t i = 0; value < 0 && i < n; i++) {
            double scaled = value * spectrum->vectors[i * n + k];
            for (size_t j = 0; j < n; j++)
                result[i * n + j] -= scaled * spectrum->vectors[j * n + k];
        }
    }
    return RISKPOOL_OK;
}

/* Scales a positive semidefinite matrix to unit diagonal and makes it symmetric to the last bit. */
static void scale_to_correlation(size_t n, double *matrix) {
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            double mean = 0.5 * (matrix[i * n + j] + matrix[j * n + i]);
            double value = mean / sqrt(matrix[i * n + i] * matrix[j * n + j]);
            matrix[i * n + j] = matrix[j * n + i] = fmax(-1, fmin(1, value));
        }
    }
    for (size_t i = 0; i < n; i++)
        matrix[i * n + i] = 1;
}

/* Alternating projections: y has unit diagonal, x is semidefinite, `shift` is Dykstra's correction. */
static enum riskpool_status alternate(struct spectrum *spectrum, double *y, double *x, double *shift) {
    size_t n = spectrum->n;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        for (size_t i = 0; i < n * n; i++)
            shift[i] = y[i] - shift[i];
        enum riskpool_status status = project_semidefinite(spectrum, shift, x);
        if (status != RISKPOOL_OK)
            return status;
        double moved = 0;
        for (size_t i = 0; i < n * n; i++) {
            double next = i % (n + 1) == 0 ? 1 : x[i];
            moved = fmax(moved, fabs(next - y[i]));
            shift[i] = x[i] - shift[i];
            y[i] = next;
        }
        if (moved <= sweep_accuracy)
            break;
    }
    return RISKPOOL_OK;
}

static int has_unit_diagonal(size_t n, const double *matrix) {
    size_t i = 0;
    while (i < n && matrix[i * (n + 1)] == 1)
        i++;
    return i == n;
}

enum riskpool_status corr_nearest(size_t n, const double *symmetric, double *nearest) {
    struct spectrum spectrum;
    double *y = malloc(n * n * sizeof *y), *shift = calloc(n * n, sizeof *shift);
    enum riskpool_status status = spectrum_init(&spectrum, n);
    if (status != RISKPOOL_OK || !y || !shift) {
        status = RISKPOOL_NO_MEMORY;
        goto out;
    }
    memcpy(y, symmetric, n * n * sizeof *y);
    memcpy(nearest, symmetric, n * n * sizeof *y);
    status = spectrum_solve(&spectrum, symmetric);
    if (status == RISKPOOL_OK && !(has_unit_diagonal(n, symmetric) && spectrum_least(&spectrum) >= -CORR_TOLERANCE)) {
        status = alternate(&spectrum, y, nearest, shift);
        scale_to_correlation(n, nearest);
    }
out:
    spectrum_free(&spectrum);
    free(y);
    free(shift);
    return status;
}
