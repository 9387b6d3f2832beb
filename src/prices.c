/* Reads tables of prices from CSV and checks them cell by cell: names, order in time, positive prices. It fills no gap,
 * and knows nothing of what the prices are for. */
#include "prices.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "csv.h"
#include "instant.h"
#include "number.h"

struct place prices_place(const struct report *report) {
    return (struct place){.source = report->n_sources > 0 ? report->sources[report->n_sources - 1] : NULL};
}

static char *keep(struct prices *prices, const char *text) {
    char *copy = tree_allocate(&prices->tree, strlen(text) + 1);
    return copy ? strcpy(copy, text) : NULL;
}

enum { NAME_LENGTH = 64 };

/* A copy of a column's name as an asset may have it: at most 64 bytes, no blanks around it, and dashes for what no name
 * in a scenario may hold (BTC/USDT is BTC-USDT). */
static char *keep_name(struct prices *prices, const char *text) {
    struct text name = {0};
    text_add_printable(&name, text, strlen(text), 0);
    char *kept = name.failed ? NULL : keep(prices, name.bytes ? name.bytes : "");
    text_free(&name);
    prices->tree.failed |= !kept;
    for (char *s = kept; s && *s; s++)
        if (strchr("\"'\\/{}[]\x7f", *s))
            *s = '-';
    if (kept && strlen(kept) > NAME_LENGTH)
        kept[NAME_LENGTH] = '\0';
    return kept;
}

static int check_header(const struct node *rows, struct report *report) {
    struct instant instant;
    const size_t before = report->n_errors;
    const struct node *header = rows->n > 0 ? rows->item[0] : NULL;
    if (!header) {
        report_error(report, &rows->place, "a row of names, then a row of prices for each date", "the file is empty");
        return 0;
    }
    if (!instant_parse(header->item[0]->text, &instant)) {
        report_error(report, &header->item[0]->place, "for example: date,BTC,ETH",
                     "the first row must name the columns, but starts with the date '%s'", header->item[0]->text);
        return 0;
    }
    if (header->n < 2)
        report_error(report, &header->place, "for example: date,BTC,ETH",
                     "there are no columns of prices after the first, which is for dates or times");
    for (size_t i = 1; i < header->n; i++) {
        if (header->item[i]->text[0] == '\0')
            report_error(report, &header->item[i]->place, NULL, "column %zu has no name", i + 1);
        for (size_t k = 1; k < i; k++)
            if (header->item[i]->text[0] != '\0' && strcmp(header->item[k]->text, header->item[i]->text) == 0)
                report_error(report, &header->item[i]->place, NULL, "columns %zu and %zu are both named '%s'", k + 1,
                             i + 1, header->item[i]->text);
    }
    return report->n_errors == before;
}

/* Where a wanted column is in the file; 0 (the dates) when it is nowhere, which is reported. */
static size_t find_column(const struct node *header, const char *name, struct report *report) {
    struct suggestion suggestion = {.nearest = {.word = name}};
    for (size_t i = 1; i < header->n; i++)
        if (strcmp(header->item[i]->text, name) == 0)
            return i;
    for (size_t i = 1; i < header->n; i++)
        suggestion_offer(&suggestion, header->item[i]->text);
    report_unknown(report, &header->place, "column", &suggestion);
    return 0;
}

static size_t *choose_columns(struct prices *prices, const struct node *header, const char *const *columns, size_t n,
                              struct report *report) {
    prices->n_columns = n > 0 ? n : header->n - 1;
    size_t *from = tree_allocate(&prices->tree, prices->n_columns * sizeof *from);
    prices->name = tree_allocate(&prices->tree, prices->n_columns * sizeof *prices->name);
    for (size_t i = 0; from && prices->name && i < prices->n_columns; i++) {
        from[i] = n > 0 ? find_column(header, columns[i], report) : i + 1;
        prices->name[i] = keep_name(prices, header->item[from[i]]->text);
        for (size_t k = 0; !prices->tree.failed && k < i; k++)
            if (from[i] > 0 && strcmp(prices->name[k], prices->name[i]) == 0)
                report_error(report, &header->item[from[i]]->place, NULL,
                             from[k] == from[i] ? "column '%s' is asked for twice"
                                                : "two columns become the asset '%s'",
                             prices->name[i]);
    }
    return from;
}

static double read_price(const struct node *cell, const char *column, struct report *report) {
    static const char *const missing[] = {"", "NA", "NaN", "null"};
    double value = NAN;
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        if (strcasecmp(cell->text, missing[i]) == 0)
            return NAN;
    const char *why = number_parse(cell->text, &value);
    if (why)
        report_error(report, &cell->place, "a price above 0; an empty cell where there is none", "%s: '%s' %s", column,
                     cell->text, why);
    else if (value <= 0)
        report_error(report, &cell->place, "a price above 0; an empty cell where there is none",
                     "%s: the price %s is not above 0", column, cell->text);
    return value;
}

static void read_row(struct prices *prices, const struct node *row, size_t width, const size_t *from,
                     struct report *report) {
    struct instant instant;
    const char *why = instant_parse(row->item[0]->text, &instant);
    size_t r = prices->n_rows;
    if (why) {
        report_error(report, &row->item[0]->place, "a date 2023-01-31, a time 2023-01-31T12:30Z, or Unix time",
                     "'%s' %s", row->item[0]->text, why);
        return;
    }
    if (row->n != width) {
        report_error(report, &row->place, "an empty cell where there is no price",
                     "this row has %zu cells; the row of names has %zu", row->n, width);
        return;
    }
    for (size_t i = 0; i < prices->n_columns; i++)
        prices->price[r * prices->n_columns + i] = read_price(row->item[from[i]], prices->name[i], report);
    prices->time[r] = instant.seconds;
    prices->line[r] = row->place.line;
    prices->n_rows++;
}

/* Times must rise. Files that run from new to old are told so once. */
static void check_order(const struct prices *prices, struct report *report) {
    struct place place = prices_place(report);
    size_t falling = 0;
    place.column = place.width = 1;
    for (size_t r = 1; r < prices->n_rows; r++)
        falling += prices->time[r] < prices->time[r - 1];
    if (falling > 1 && 2 * falling >= prices->n_rows - 1) {
        place.line = prices->line[1];
        report_error(report, &place, "sort the rows by time, the oldest first", "the rows run from new to old");
        return;
    }
    for (size_t r = 1; r < prices->n_rows; r++) {
        char now[INSTANT_SIZE], before[INSTANT_SIZE];
        instant_format(prices->time[r], now);
        instant_format(prices->time[r - 1], before);
        place.line = prices->line[r];
        if (prices->time[r] == prices->time[r - 1])
            report_error(report, &place, "one row for each time", "%s is there twice: also in line %zu", now,
                         prices->line[r - 1]);
        else if (prices->time[r] < prices->time[r - 1])
            report_error(report, &place, "sort the rows by time, the oldest first",
                         "%s comes after %s (line %zu), which is later", now, before, prices->line[r - 1]);
    }
}

static void read_rows(struct prices *prices, const struct node *rows, const size_t *from, struct report *report) {
    const size_t n = rows->n;
    prices->time = tree_allocate(&prices->tree, n * sizeof *prices->time);
    prices->line = tree_allocate(&prices->tree, n * sizeof *prices->line);
    prices->price = tree_allocate(&prices->tree, n * prices->n_columns * sizeof *prices->price);
    for (size_t r = 1; !prices->tree.failed && r < n; r++)
        read_row(prices, rows->item[r], rows->item[0]->n, from, report);
    check_order(prices, report);
}

enum riskpool_status prices_init(struct prices *prices, const char *path, const char *const *columns, size_t n_columns,
                                 const struct place *asked, struct report *report) {
    struct tree cells = {0};
    const size_t before = report->n_errors;
    *prices = (struct prices){.path = NULL};
    prices->path = keep(prices, path);
    const struct source *source = report_file(report, path, asked);
    struct node *rows = source ? csv_read(source, &cells, report) : NULL;
    if (rows && check_header(rows, report)) {
        size_t *from = choose_columns(prices, rows->item[0], columns, n_columns, report);
        if (!prices->tree.failed && report->n_errors == before)
            read_rows(prices, rows, from, report);
    }
    report->no_memory |= cells.failed || prices->tree.failed;
    tree_free(&cells);
    return report->no_memory || report->n_errors != before ? report_status(report) : RISKPOOL_OK;
}

void prices_free(struct prices *prices) {
    tree_free(&prices->tree);
    *prices = (struct prices){.path = NULL};
}
