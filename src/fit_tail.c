/* The tail index from the largest returns. */
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

#include "fit.h"

struct measured fit_hill(size_t n, const double *x, double sign, size_t k) {
    double *sorted = calloc(n + 1, sizeof *sorted), sum = 0;
    size_t m = 0;
    for (size_t t = 0; sorted && t < n; t++)
        if (sign * x[t] > 0)
            sorted[m++] = sign * x[t];
    if (!sorted || k == 0 || m < k + 1) {
        free(sorted);
        return (struct measured){NAN, NAN};
    }
    gsl_sort(sorted, 1, m);
    for (size_t i = 1; i <= k; i++)
        sum += log(sorted[m - i] / sorted[m - k - 1]);
    free(sorted);
    double index = (double)k / sum;
    return (struct measured){index, index / sqrt((double)k)};
}
