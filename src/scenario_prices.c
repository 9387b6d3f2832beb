/* The table of prices that a scenario names: the columns of its assets, and the rows asked for. What a model needs of
 * them is checked here, that they are equally spaced and complete, and nothing is filled in. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "instant.h"
#include "number.h"
#include "scenario_parts.h"

static const double spacing_tolerance = 1e-9;

struct place rows_place(const struct rows *rows, size_t row) {
    struct place place = rows->place;
    place.line = rows->prices.line[row];
    place.column = place.width = 1;
    return place;
}

/* The column of an asset: its name, unless the scenario says otherwise. */
static const char *column_of(struct reading *reading, const struct prices_keys *keys, const char *asset) {
    const struct node *column =
        keys->columns && keys->columns->kind == NODE_MAP ? node_find(keys->columns, asset) : NULL;
    if (column && column->kind != NODE_SCALAR) {
        field_mismatch(asset, column, "the name of a column", &reading->report);
        return NULL;
    }
    return column ? column->text : asset;
}

/* The names of the columns in the order of the assets; NULL when something is wrong (reported). */
static const char **name_columns(struct reading *reading, const struct prices_keys *keys) {
    const struct market *market = &reading->scenario->market;
    const size_t before = reading->report.n_errors;
    const char **column = tree_allocate(&reading->tree, (market->n_assets + 1) * sizeof *column);
    int known = market->n_assets > 0 && column;
    if (keys->columns && keys->columns->kind != NODE_MAP)
        field_mismatch("columns", keys->columns, "a map {ASSET: COLUMN}", &reading->report);
    for (size_t k = 0; keys->columns && keys->columns->kind == NODE_MAP && k < keys->columns->n; k++)
        scenario_find_asset(reading, keys->columns->key[k]);
    for (size_t i = 0; column && i < market->n_assets; i++) {
        column[i] = market->assets[i].name ? column_of(reading, keys, market->assets[i].name) : NULL;
        known = known && column[i];
    }
    return known && reading->report.n_errors == before ? column : NULL;
}

/* One end of the window; a day as the last row is there with all its hours. */
static int read_bound(struct reading *reading, const struct prices_keys *keys, const char *key, const char *text,
                      double *bound) {
    struct instant instant;
    const char *why = text ? instant_parse(text, &instant) : NULL;
    if (why)
        report_error(&reading->report, node_place(keys->node, key), "a date 2023-01-31, or a time 2023-01-31T12:30Z",
                     "'%s': '%.60s' %s", key, text, why);
    else if (text)
        *bound = instant.seconds + (strcmp(key, "to") == 0 && instant.is_day ? 86400 - 1e-3 : 0);
    return why == NULL;
}

static int choose_rows(struct reading *reading, const struct prices_keys *keys, struct rows *rows) {
    double from = -INFINITY, to = INFINITY;
    const struct prices *prices = &rows->prices;
    if (!read_bound(reading, keys, "from", keys->from, &from) || !read_bound(reading, keys, "to", keys->to, &to))
        return 0;
    while (rows->first < prices->n_rows && prices->time[rows->first] < from)
        rows->first++;
    while (rows->first + rows->n < prices->n_rows && prices->time[rows->first + rows->n] <= to)
        rows->n++;
    if (rows->n >= 3)
        return 1;
    char first[INSTANT_SIZE] = "", last[INSTANT_SIZE] = "";
    if (prices->n_rows > 0) {
        instant_format(prices->time[0], first);
        instant_format(prices->time[prices->n_rows - 1], last);
    }
    report_error(&reading->report, prices->n_rows > 0 ? &keys->node->place : &rows->place, NULL,
                 "only %zu rows of prices are left; 3 is the least (the file has %zu, %s to %s)", rows->n,
                 prices->n_rows, first, last);
    return 0;
}

/* Names the first missing price, and how many there are. */
static int check_complete(struct reading *reading, const struct rows *rows) {
    const struct prices *prices = &rows->prices;
    const size_t d = prices->n_columns, from = rows->first * d, to = (rows->first + rows->n) * d;
    size_t missing = 0, at = 0;
    for (size_t k = to; k-- > from;)
        if (isnan(prices->price[k])) {
            missing++;
            at = k;
        }
    if (missing > 0) {
        char when[INSTANT_SIZE];
        const struct place place = rows_place(rows, at / d);
        instant_format(prices->time[at / d], when);
        report_error(&reading->report, &place, "choose rows without gaps ('from' and 'to'); none is filled in",
                     "%s has no price at %s; in all %zu are missing in the rows asked for", prices->name[at % d], when,
                     missing);
    }
    return missing == 0;
}

/* Rows follow each other at the distance of the first two. */
static int check_spacing(struct reading *reading, struct rows *rows) {
    const double *time = rows->prices.time + rows->first;
    rows->seconds = time[1] - time[0];
    for (size_t r = 1; r < rows->n; r++) {
        const double apart = time[r] - time[r - 1];
        if (fabs(apart - rows->seconds) <= spacing_tolerance * rows->seconds + 1e-6)
            continue;
        char now[INSTANT_SIZE], before[INSTANT_SIZE], found[NUMBER_SIZE], due[NUMBER_SIZE];
        const struct place place = rows_place(rows, rows->first + r);
        instant_format(time[r], now);
        instant_format(time[r - 1], before);
        duration_format(apart, found);
        duration_format(rows->seconds, due);
        report_error(&reading->report, &place, "choose rows without gaps ('from' and 'to'); none is filled in",
                     "%s is %s after %s; the rows before are %s apart", now, found, before, due);
        return 0;
    }
    return 1;
}

static int check_digest(struct reading *reading, struct prices_keys *keys, const struct source *source) {
    char *found = tree_allocate(&reading->tree, 65);
    if (!found)
        return 0;
    scenario_digest(source->text, source->size, found);
    const int same = !keys->sha256 || strcmp(keys->sha256, found) == 0;
    if (!same)
        report_error(&reading->report, node_place(keys->node, "sha256"), "remove 'sha256' to use the file as it is now",
                     "the file '%s' is not the one that this digest is of; its own is %s", keys->file, found);
    keys->sha256 = found;
    return same;
}

int rows_read(struct reading *reading, struct rows *rows) {
    struct prices_keys keys = {0};
    *rows = (struct rows){.first = 0};
    const struct node *node = reading->keys.market.prices;
    field_read(prices_fields, node, &keys, &reading->tree, &reading->report);
    const char **column = keys.file ? name_columns(reading, &keys) : NULL;
    char *path = column ? scenario_beside(reading, keys.node, keys.file) : NULL;
    if (!path || prices_init(&rows->prices, path, column, reading->scenario->market.n_assets, node_place(node, "file"),
                             &reading->report) != RISKPOOL_OK)
        return 0;
    rows->place = prices_place(&reading->report);
    const int valid = check_digest(reading, &keys, rows->place.source) && choose_rows(reading, &keys, rows) &&
                      check_spacing(reading, rows) && check_complete(reading, rows);
    reading->keys.market.prices = field_node(prices_fields, &keys, &reading->tree);
    return valid;
}
