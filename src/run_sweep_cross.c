/* Where along the first axis of a sweep a mode stops being better than the first mode. */
#include <math.h>
#include <stdlib.h>

#include "run_sweep.h"

/* One value of the axis: the difference there, and its standard error. */
struct mark {
    double at, difference, error;
};

static int by_place(const void *a, const void *b) {
    const struct mark *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* The first change of sign on the straight lines between the marks; a difference of nothing has no sign. The error of
 * the crossing is that of the difference, which is drawn on the same numbers at both ends, over the slope. */
static void cross(struct mark *mark, size_t n, double *at, double *error) {
    const struct mark *before = NULL;
    qsort(mark, n, sizeof *mark, by_place);
    for (size_t i = 0; i < n; i++) {
        const double from = before ? before->difference : 0.0, to = mark[i].difference;
        if (before && ((from < 0.0 && to > 0.0) || (from > 0.0 && to < 0.0))) {
            const double width = mark[i].at - before->at;
            *at = before->at + from / (from - to) * width;
            *error = fmax(before->error, mark[i].error) * width / fabs(to - from);
            return;
        }
        before = to < 0.0 || to > 0.0 ? &mark[i] : before;
    }
}

static enum riskpool_status cross_lines(struct sweep_results *sweep, enum comparison difference, enum comparison error,
                                        size_t pair, size_t width, size_t column, struct sweep_crossing *crossing) {
    const size_t n = sweep->axis[0].n, lines = sweep->n_points / n;
    struct mark *mark = calloc(n + 1, sizeof *mark);
    if (!mark)
        return RISKPOOL_NO_MEMORY;
    for (size_t line = 0; line < lines; line++) {
        for (size_t i = 0; i < n; i++) {
            double *const *values = sweep->point[i * lines + line]->comparison;
            mark[i] = (struct mark){sweep->axis[0].value[i], values[difference][pair * width + column],
                                    values[error][pair * width + column]};
        }
        const size_t to = (pair * lines + line) * width + column;
        cross(mark, n, &crossing->at[to], &crossing->error[to]);
    }
    free(mark);
    return RISKPOOL_OK;
}

static enum riskpool_status allocate(struct sweep_crossing *crossing, size_t n) {
    crossing->at = malloc((n + 1) * sizeof *crossing->at);
    crossing->error = malloc((n + 1) * sizeof *crossing->error);
    if (!crossing->at || !crossing->error)
        return RISKPOOL_NO_MEMORY;
    for (size_t i = 0; i < n; i++)
        crossing->at[i] = crossing->error[i] = NAN;
    return RISKPOOL_OK;
}

enum riskpool_status sweep_cross(struct riskpool_results *results) {
    struct sweep_results *sweep = &results->sweep;
    const size_t pairs = results->size[DIM_PAIR], levels = results->size[DIM_CONFIDENCE];
    const size_t lines = sweep->n_points / sweep->axis[0].n;
    enum riskpool_status status = allocate(&sweep->shortfall_crossing, pairs * lines * levels);
    if (status == RISKPOOL_OK)
        status = allocate(&sweep->liquidation_crossing, pairs * lines);
    for (size_t pair = 0; pair < pairs && status == RISKPOOL_OK; pair++) {
        status = cross_lines(sweep, COMP_excess_any_liquidation_frequency, COMP_excess_any_liquidation_frequency_se,
                             pair, 1, 0, &sweep->liquidation_crossing);
        for (size_t level = 0; level < levels && status == RISKPOOL_OK; level++)
            status = cross_lines(sweep, COMP_excess_expected_shortfall, COMP_excess_expected_shortfall_se, pair, levels,
                                 level, &sweep->shortfall_crossing);
    }
    return status;
}
