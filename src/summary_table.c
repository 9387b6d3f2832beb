/* Tables of texts: how they grow, and how they are drawn. */
#include "summary_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 3 };

void table_free(struct table *table) {
    free(table->cell);
    *table = (struct table){0};
}

char *table_add(struct table *table) {
    if (table->n_cells == table->capacity) {
        const size_t capacity = 2 * table->capacity + 64;
        char(*cell)[TABLE_CELL] = realloc(table->cell, capacity * sizeof *cell);
        if (!cell) {
            table->failed = 1;
            return NULL;
        }
        table->cell = cell;
        table->capacity = capacity;
    }
    return memset(table->cell[table->n_cells++], 0, TABLE_CELL);
}

void table_text(struct table *table, const char *text) {
    char *cell = table_add(table);
    if (cell)
        snprintf(cell, TABLE_CELL, "%s", text);
}

int table_money_decimals(double start_equity) {
    const double size = fabs(start_equity);
    const int decimals = size > 0 && isfinite(size) ? 5 - (int)floor(log10(size)) : 2;
    return decimals < 2 ? 2 : decimals > 9 ? 9 : decimals;
}

/* Columns that a terminal needs: code points of UTF-8. */
static size_t width_of(const char *text) {
    size_t n = 0;
    for (; *text; text++)
        n += (*text & 0xc0) != 0x80;
    return n;
}

/* Of every column; NULL when out of memory. */
static size_t *column_widths(const struct table *table) {
    size_t *widths = calloc(table->n_columns, sizeof *widths);
    for (size_t i = 0; widths && i < table->n_cells; i++) {
        size_t *width = &widths[i % table->n_columns];
        const size_t used = width_of(table->cell[i]);
        *width = used > *width ? used : *width < 3 ? 3 : *width;
    }
    return widths;
}

static void print_spaces(FILE *out, size_t n) {
    while (n-- > 0)
        fputc(' ', out);
}

/* A bar would end the cell. */
static void print_markdown_cell(FILE *out, const char *text) {
    for (; *text; text++) {
        if (*text == '|')
            fputc('\\', out);
        fputc(*text, out);
    }
}

static void print_cell(FILE *out, const char *text, size_t width, int left) {
    const size_t used = width_of(text), room = width > used ? width - used : 0;
    print_spaces(out, left ? 0 : room);
    fputs(text, out);
    print_spaces(out, left ? room : 0);
}

static void print_rule(FILE *out, const struct table *table) {
    for (size_t c = 0; c < table->n_columns; c++)
        fputs(c <= table->n_left ? (c == 0 ? "| :--- |" : " :--- |") : " ---: |", out);
    fputc('\n', out);
}

static void print_markdown(FILE *out, const struct table *table) {
    for (size_t i = 0; i < table->n_cells; i++) {
        const size_t column = i % table->n_columns;
        fputs(column == 0 ? "| " : " ", out);
        print_markdown_cell(out, table->cell[i]);
        fputs(column + 1 == table->n_columns ? " |\n" : " |", out);
        if (i + 1 == table->n_columns)
            print_rule(out, table);
    }
}

static void print_text(FILE *out, const struct table *table) {
    size_t *widths = column_widths(table);
    for (size_t i = 0; i < table->n_cells; i++) {
        const size_t column = i % table->n_columns;
        const int last = column + 1 == table->n_columns;
        print_spaces(out, column > 0 ? GAP : 0);
        print_cell(out, table->cell[i], widths ? widths[column] : 0, column <= table->n_left);
        fputs(last ? "\n" : "", out);
    }
    free(widths);
}

void table_print(FILE *out, const struct table *table, int markdown) {
    if (markdown)
        print_markdown(out, table);
    else
        print_text(out, table);
    fputc('\n', out);
}
