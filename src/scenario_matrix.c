/* Matrices over the assets: rows in the scenario or a CSV file, with or without names, and the checks that a
 * correlation or covariance must pass before anything is computed. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "csv.h"
#include "scenario_parts.h"

/* Entries may miss symmetry, range and unit diagonal by this much: matrices are often printed with ten digits. */
static const double entry_tolerance = 1e-9;

enum { NAME_SIZE = 160 };

static const struct node *read_file(struct reading *reading, const struct node *node) {
    struct matrix_keys keys = {0};
    field_read(matrix_fields, node, &keys, &reading->tree, &reading->report);
    char *path = keys.file ? scenario_beside(reading, node, keys.file) : NULL;
    const struct source *source = path ? report_file(&reading->report, path, node_place(node, "file")) : NULL;
    return source ? csv_read(source, &reading->tree, &reading->report) : NULL;
}

/* Where the names of a file stand: in the first row, the first column, or both. */
struct frame {
    size_t top, left; /* 0 or 1 */
    size_t *row_asset, *column_asset;
};

/* The asset of every row (or column) in file order; without names, in the scenario's. */
static size_t *name_order(struct reading *reading, const struct node *rows, int by_row, const struct frame *frame) {
    size_t n = reading->scenario->market.n_assets;
    size_t *order = tree_allocate(&reading->tree, (n + 1) * sizeof *order);
    char *seen = tree_allocate(&reading->tree, n + 1);
    if (!order || !seen)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        order[i] = i;
        if (!(by_row ? frame->left : frame->top))
            continue;
        const struct node *cell = by_row ? rows->item[i + frame->top]->item[0] : rows->item[0]->item[i + frame->left];
        order[i] = scenario_find_asset(reading, cell);
        if (order[i] < n && seen[order[i]]++) {
            report_error(&reading->report, &cell->place, NULL, "asset '%s' is named twice", cell->text);
            order[i] = n;
        }
        if (order[i] == n)
            return NULL;
    }
    return order;
}

static int check_shape(struct reading *reading, const char *name, const struct node *rows, const struct frame *frame) {
    size_t n = reading->scenario->market.n_assets;
    int fits = 1;
    if (rows->n != n + frame->top) {
        report_error(&reading->report, &rows->place, "one row for each asset, in their order",
                     "%s has %zu rows; %zu are due", name, rows->n - frame->top, n);
        fits = 0;
    }
    for (size_t i = 0; i < rows->n; i++) {
        const struct node *row = rows->item[i];
        if (row->kind != NODE_LIST) {
            field_mismatch(name, row, "a row [number, number, ...]", &reading->report);
            fits = 0;
        } else if (row->n != n + frame->left) {
            report_error(&reading->report, &row->place, "one number for each asset",
                         "%s, row %zu has %zu entries; %zu are due", name, i + 1, row->n, n + frame->left);
            fits = 0;
        }
    }
    return fits;
}

/* A file with a row or a column too many has the names there. */
static struct frame find_frame(const struct node *rows, size_t n) {
    struct frame frame = {.top = rows->n == n + 1};
    frame.left = rows->n > 0 && rows->item[rows->n - 1]->n == n + 1;
    return frame;
}

static void read_entries(struct reading *reading, const char *name, const struct node *rows, const struct frame *frame,
                         struct matrix *matrix) {
    static const struct field entry = {.name = "matrix", .type = FIELD_NUMBER};
    for (size_t i = 0; i < matrix->n; i++) {
        for (size_t j = 0; j < matrix->n; j++) {
            char label[NAME_SIZE + 64];
            const struct node *cell = rows->item[i + frame->top]->item[j + frame->left];
            size_t k = frame->row_asset[i] * matrix->n + frame->column_asset[j];
            snprintf(label, sizeof label, "%s, row %zu, column %zu", name, i + 1, j + 1);
            matrix->value[k] = field_number(&entry, label, cell, &reading->report);
            matrix->place[k] = cell->place;
        }
    }
}

int matrix_read(struct reading *reading, const char *key, const struct node *node, struct matrix *matrix) {
    size_t n = reading->scenario->market.n_assets;
    int is_file = node->kind == NODE_MAP;
    char name[NAME_SIZE], asked[80];
    place_name(&node->place, asked, sizeof asked);
    snprintf(name, sizeof name, is_file ? "%s (asked for by %s)" : "%s", key, asked);
    const struct node *rows = is_file ? read_file(reading, node) : node;
    if (rows && rows->kind != NODE_LIST)
        field_mismatch(key, node, "a list of rows, or {file: x.csv}", &reading->report);
    if (!rows || rows->kind != NODE_LIST || n == 0)
        return 0;
    struct frame frame = is_file ? find_frame(rows, n) : (struct frame){0};
    if (!check_shape(reading, name, rows, &frame))
        return 0;
    frame.row_asset = name_order(reading, rows, 1, &frame);
    frame.column_asset = name_order(reading, rows, 0, &frame);
    *matrix = (struct matrix){.n = n,
                              .value = tree_allocate(&reading->tree, n * n * sizeof *matrix->value),
                              .place = tree_allocate(&reading->tree, n * n * sizeof *matrix->place)};
    if (!matrix->value || !matrix->place || !frame.row_asset || !frame.column_asset)
        return 0;
    read_entries(reading, name, rows, &frame, matrix);
    return 1;
}

/* Reports and returns 0 when the two entries of a pair differ by more than `tolerance`; averages them otherwise. */
static int symmetrise(struct reading *reading, const char *name, struct matrix *matrix, size_t i, size_t j,
                      double tolerance) {
    double *upper = &matrix->value[j * matrix->n + i], *lower = &matrix->value[i * matrix->n + j];
    if (fabs(*upper - *lower) > tolerance) {
        char other[80];
        place_name(&matrix->place[j * matrix->n + i], other, sizeof other);
        report_error(&reading->report, &matrix->place[i * matrix->n + j], "a matrix of this kind is symmetric",
                     "%s: row %zu, column %zu is %.10g, but row %zu, column %zu is %.10g (%s)", name, i + 1, j + 1,
                     *lower, j + 1, i + 1, *upper, other);
        return 0;
    }
    *upper = *lower = *upper == *lower ? *upper : 0.5 * (*upper + *lower);
    return !isnan(*upper);
}

int matrix_check_correlation(struct reading *reading, const char *name, struct matrix *matrix) {
    int valid = 1;
    for (size_t i = 0; i < matrix->n; i++) {
        double *diagonal = &matrix->value[i * (matrix->n + 1)];
        if (fabs(*diagonal - 1) > entry_tolerance) {
            report_error(&reading->report, &matrix->place[i * (matrix->n + 1)], NULL,
                         "%s: row %zu, column %zu is %.10g; the diagonal is 1", name, i + 1, i + 1, *diagonal);
            valid = 0;
        }
        valid = valid && !isnan(*diagonal);
        *diagonal = 1;
        for (size_t j = 0; j < matrix->n; j++) {
            double *value = &matrix->value[i * matrix->n + j];
            const int beyond = i != j && fabs(*value) > 1 + entry_tolerance;
            if (beyond && !reading->keys.market.repair) {
                report_error(&reading->report, &matrix->place[i * matrix->n + j], "correlations lie between -1 and 1",
                             "%s: row %zu, column %zu is %.10g", name, i + 1, j + 1, *value);
                valid = 0;
            }
            *value = fabs(*value) > 1 && !beyond ? copysign(1, *value) : *value;
            valid = (j >= i || symmetrise(reading, name, matrix, i, j, entry_tolerance)) && valid;
        }
    }
    return valid;
}

int matrix_split_covariance(struct reading *reading, struct matrix *matrix, double *deviation) {
    int valid = 1;
    size_t n = matrix->n;
    for (size_t i = 0; i < n; i++) {
        double variance = matrix->value[i * (n + 1)];
        if (variance < 0) {
            report_error(&reading->report, &matrix->place[i * (n + 1)], "variances are not negative",
                         "covariance: row %zu, column %zu is %.10g", i + 1, i + 1, variance);
        }
        valid = valid && variance >= 0;
        deviation[i] = sqrt(variance);
    }
    for (size_t i = 0; valid && i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            double scale = deviation[i] * deviation[j], *lower = &matrix->value[i * n + j];
            valid = symmetrise(reading, "covariance", matrix, i, j, entry_tolerance * scale) && valid;
            if (scale == 0 && *lower != 0) {
                report_error(
                    &reading->report, &matrix->place[i * n + j], "an asset without variance moves with nothing",
                    "covariance: row %zu, column %zu is %.10g, but one of the variances is 0", i + 1, j + 1, *lower);
                valid = 0;
            }
            /* Beyond 1 only by rounding, or an impossible matrix, which is judged as a whole. */
            double ratio = scale > 0 ? *lower / scale : 0;
            ratio = fabs(ratio) > 1 && fabs(ratio) <= 1 + entry_tolerance ? copysign(1, ratio) : ratio;
            *lower = matrix->value[j * n + i] = ratio;
        }
    }
    for (size_t i = 0; i < n; i++)
        matrix->value[i * (n + 1)] = 1;
    return valid;
}

struct node *matrix_node(struct tree *tree, size_t n, const double *value) {
    struct node *rows = node_new(tree, NODE_LIST, NULL);
    for (size_t i = 0; i < n; i++) {
        struct node *row = node_new(tree, NODE_LIST, NULL);
        for (size_t j = 0; j < n; j++)
            node_append(tree, row, node_number(tree, value[i * n + j]));
        node_append(tree, rows, row);
    }
    return rows;
}
