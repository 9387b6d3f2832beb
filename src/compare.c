/* Finds the numbers that both results have, by the tables that describe them, and judges their differences. */
#include "compare.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interval.h"

/* Sums of money agree to this share of the account's equity, frequencies to this. */
static const double rounding = 1e-9;
/* Of equal runs so many may be called different. */
static const double family_error = 0.05;

void compare_free(struct compare *compare) {
    free(compare->number);
    free(compare->missing);
    *compare = (struct compare){0};
}

static enum riskpool_status say_missing(struct compare *compare, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static enum riskpool_status say_missing(struct compare *compare, const char *format, ...) {
    char(*more)[COMPARE_LABEL] = realloc(compare->missing, (compare->n_missing + 1) * sizeof *more);
    va_list arguments;
    if (!more)
        return RISKPOOL_NO_MEMORY;
    compare->missing = more;
    va_start(arguments, format);
    vsnprintf(more[compare->n_missing++], sizeof *more, format, arguments);
    va_end(arguments);
    return RISKPOOL_OK;
}

/* How the errors of a field are kept; 0: it has none, or is a series in time, whose entries say the same again. */
static int error_fields(const struct result_field *fields, size_t n, size_t i) {
    const size_t length = strlen(fields[i].name);
    if (fields[i].dim[0] == DIM_TIME || i + 1 >= n || strncmp(fields[i + 1].name, fields[i].name, length) != 0)
        return 0;
    if (strcmp(fields[i + 1].name + length, "_se") == 0)
        return 1;
    return strcmp(fields[i + 1].name + length, "_low") == 0 ? 2 : 0;
}

static double error_of(double *const *values, int kept, size_t at) {
    return kept == 1 ? values[1][at] : (values[2][at] - values[1][at]) / (2.0 * INTERVAL_95);
}

/* The index in `b` of entry `i` of `a` along a dimension; its length where there is none. */
static size_t find_entry(const struct riskpool_results *a, const struct riskpool_results *b, enum dimension dim,
                         size_t i) {
    char **from = results_labels(a, dim), **to = results_labels(b, dim);
    const double *x = results_coordinate(a, dim), *y = results_coordinate(b, dim);
    size_t k = 0;
    if (dim == DIM_NONE)
        return 0;
    while (k < b->size[dim] && (from ? strcmp(from[i], to[k]) != 0 : !x || fabs(x[i] - y[k]) > rounding))
        k++;
    return k;
}

static void label(char text[COMPARE_LABEL], const struct riskpool_results *results, enum dimension dim, size_t i) {
    char **labels = results_labels(results, dim);
    const double *coordinate = results_coordinate(results, dim);
    if (labels)
        snprintf(text, COMPARE_LABEL, "%s", labels[i]);
    else if (coordinate)
        snprintf(text, COMPARE_LABEL, "%.6g", coordinate[i]);
}

/* Where a number stands, along one dimension or two. */
static void locate(struct compared *number, const struct riskpool_results *results, const struct result_field *field,
                   size_t i, size_t j) {
    char second[COMPARE_LABEL] = "";
    label(number->at, results, field->dim[0], i);
    if (field->dim[1] == DIM_NONE)
        return;
    label(second, results, field->dim[1], j);
    const size_t used = strlen(number->at);
    snprintf(number->at + used, COMPARE_LABEL - used, " %s", second);
}

static enum riskpool_status add(struct compare *compare, const struct compared *number) {
    if (compare->n == compare->room) {
        const size_t room = compare->room ? 2 * compare->room : 64;
        struct compared *more = realloc(compare->number, room * sizeof *more);
        if (!more)
            return RISKPOOL_NO_MEMORY;
        compare->number = more;
        compare->room = room;
    }
    compare->number[compare->n++] = *number;
    return RISKPOOL_OK;
}

/* NaN in both is the same, in one it is not; without an error nobody knows. */
static double score_of(const struct compared *number, double unit) {
    const double difference = number->b - number->a;
    if ((isnan(number->a) && isnan(number->b)) || fabs(difference) <= rounding * unit)
        return 0.0;
    if (isnan(number->error) && !isnan(difference))
        return NAN;
    return number->error > 0.0 && isfinite(difference) ? difference / number->error : copysign(INFINITY, difference);
}

/* A group of both, by a table of fields. */
static enum riskpool_status compare_group(struct compare *compare, const char *group, const struct riskpool_results *a,
                                          double *const *from, const struct riskpool_results *b, double *const *to,
                                          const struct result_field *fields, size_t n) {
    enum riskpool_status status = RISKPOOL_OK;
    for (size_t f = 0; f < n; f++) {
        const int kept = error_fields(fields, n, f);
        const enum dimension first = fields[f].dim[0], second = fields[f].dim[1];
        const double unit = fields[f].unit == UNIT_MONEY ? fmax(fabs(a->start_equity), fabs(b->start_equity)) : 1.0;
        for (size_t i = 0; kept && i < result_field_size(a, &fields[f]) && status == RISKPOOL_OK; i++) {
            const size_t row = second == DIM_NONE ? 1 : a->size[second];
            const size_t k = find_entry(a, b, first, i / row), l = find_entry(a, b, second, i % row);
            if ((first != DIM_NONE && k == b->size[first]) || (second != DIM_NONE && l == b->size[second]))
                continue;
            const size_t j = second == DIM_NONE ? k : k * b->size[second] + l;
            struct compared number = {.group = group, .name = fields[f].name, .a = from[f][i], .b = to[f][j]};
            number.error = hypot(error_of(from + f, kept, i), error_of(to + f, kept, j));
            number.score = score_of(&number, unit);
            locate(&number, a, &fields[f], i / row, i % row);
            status = add(compare, &number);
        }
    }
    return status;
}

/* What one has along a dimension and the other has not. */
static enum riskpool_status compare_labels(struct compare *compare, const struct riskpool_results *a,
                                           const struct riskpool_results *b, const char *only, enum dimension dim) {
    enum riskpool_status status = RISKPOOL_OK;
    for (size_t i = 0; i < a->size[dim] && status == RISKPOOL_OK; i++) {
        char text[COMPARE_LABEL] = "";
        label(text, a, dim, i);
        if (find_entry(a, b, dim, i) == b->size[dim])
            status = say_missing(compare, "%s %.100s: only in %s", dimension_fields[dim].name, text, only);
    }
    return status;
}

static enum riskpool_status compare_modes(struct compare *compare, const struct riskpool_results *a,
                                          const struct riskpool_results *b) {
    enum riskpool_status status = RISKPOOL_OK;
    for (size_t m = 0; m < a->n_modes && status == RISKPOOL_OK; m++) {
        const size_t k = find_entry(a, b, DIM_MODE, m);
        if (k < b->n_modes)
            status = compare_group(compare, a->modes[m].name, a, a->modes[m].statistic, b, b->modes[k].statistic,
                                   statistic_fields, STAT_COUNT);
    }
    if (status == RISKPOOL_OK && a->size[DIM_PAIR] > 0 && b->size[DIM_PAIR] > 0)
        status =
            compare_group(compare, "comparison", a, a->comparison, b, b->comparison, comparison_fields, COMP_COUNT);
    return status;
}

static void judge(struct compare *compare) {
    compare->bound = compare->n > 0 ? gsl_cdf_ugaussian_Qinv(0.5 * family_error / (double)compare->n) : 0.0;
    for (size_t i = 0; i < compare->n; i++) {
        compare->number[i].different = fabs(compare->number[i].score) > compare->bound;
        compare->n_different += compare->number[i].different != 0;
    }
}

enum riskpool_status compare_init(struct compare *compare, const struct riskpool_results *a,
                                  const struct riskpool_results *b) {
    static const enum dimension dims[] = {DIM_MODE, DIM_POSITION, DIM_CONFIDENCE};
    enum riskpool_status status = RISKPOOL_OK;
    *compare = (struct compare){0};
    if (strcmp(a->currency, b->currency) != 0)
        status = say_missing(compare, "money is in %.60s, and in %.60s", a->currency, b->currency);
    for (size_t d = 0; d < sizeof dims / sizeof *dims && status == RISKPOOL_OK; d++) {
        status = compare_labels(compare, a, b, "the first", dims[d]);
        if (status == RISKPOOL_OK)
            status = compare_labels(compare, b, a, "the second", dims[d]);
    }
    if (status == RISKPOOL_OK)
        status = compare_modes(compare, a, b);
    judge(compare);
    return status;
}
