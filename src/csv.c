/* Reads CSV text into nodes. It knows nothing of what the cells mean. */
#include "csv.h"

#include <string.h>

enum { CELLS = 2000000 };

struct line {
    const char *at, *end;
    struct place place; /* of `at` */
};

static size_t characters(const char *from, const char *to) {
    size_t n = 0;
    for (; from < to; from++)
        n += (*from & 0xc0) != 0x80;
    return n;
}

static void advance(struct line *line, const char *to) {
    line->place.column += characters(line->at, to);
    line->at = to;
}

static void skip_blanks(struct line *line) {
    const char *s = line->at;
    while (s < line->end && (*s == ' ' || *s == '\t'))
        s++;
    advance(line, s);
}

/* A cell in quotes; the line stands after the closing one. NULL when there is none. */
static struct node *read_quoted(struct line *line, struct tree *tree, struct report *report) {
    struct text cell = {0};
    struct place place = line->place;
    const char *s = line->at + 1;
    for (; s < line->end && (*s != '"' || (s + 1 < line->end && s[1] == '"')); s++) {
        s += *s == '"';
        text_add_bytes(&cell, s, 1);
    }
    struct node *node = NULL;
    if (s == line->end) {
        report_error(report, &place, NULL, "a quote that is not closed");
    } else {
        place.width = characters(line->at, s + 1);
        node = node_scalar(tree, cell.bytes ? cell.bytes : "", cell.length, &place);
        report->no_memory |= !node || cell.failed;
        advance(line, s + 1);
    }
    text_free(&cell);
    return node;
}

static struct node *read_plain(struct line *line, struct tree *tree, struct report *report) {
    const char *comma = memchr(line->at, ',', (size_t)(line->end - line->at));
    const char *stop = comma ? comma : line->end;
    while (stop > line->at && (stop[-1] == ' ' || stop[-1] == '\t'))
        stop--;
    struct place place = line->place;
    place.width = stop > line->at ? characters(line->at, stop) : 1;
    struct node *node = NULL;
    if (memchr(line->at, '\0', (size_t)(stop - line->at))) {
        report_error(report, &place, "CSV is plain text: cells and commas", "this is not text");
    } else {
        node = node_scalar(tree, line->at, (size_t)(stop - line->at), &place);
        report->no_memory |= !node;
    }
    advance(line, stop);
    return node;
}

/* One row; NULL when something is wrong. */
static struct node *read_row(struct line *line, struct tree *tree, struct report *report) {
    struct node *row = node_new(tree, NODE_LIST, &line->place);
    for (;;) {
        skip_blanks(line);
        int quoted = line->at < line->end && *line->at == '"';
        struct node *cell = quoted ? read_quoted(line, tree, report) : read_plain(line, tree, report);
        if (!cell || !row)
            return NULL;
        node_append(tree, row, cell);
        skip_blanks(line);
        if (line->at == line->end)
            return row;
        if (*line->at != ',') {
            report_error(report, &line->place, NULL, "a comma is due after the cell");
            return NULL;
        }
        advance(line, line->at + 1);
    }
}

struct node *csv_read(const struct source *source, struct tree *tree, struct report *report) {
    struct node *rows =
        node_new(tree, NODE_LIST, &(struct place){.source = source, .line = 1, .column = 1, .width = 1});
    const char *at = source->text, *end = source->text + source->size;
    if (source->size >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
        at += 3;
    for (size_t number = 1; rows && at < end; number++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        struct line line = {at, stop, {.source = source, .line = number, .column = 1, .width = 1}};
        line.end -= line.end > at && line.end[-1] == '\r';
        at = newline ? newline + 1 : end;
        skip_blanks(&line);
        if (line.at == line.end || *line.at == '#')
            continue;
        struct node *row = read_row(&line, tree, report);
        if (!row)
            return NULL;
        node_append(tree, rows, row);
        if (tree->n_nodes > CELLS) {
            report_error(report, &line.place, NULL, "more than 2 million cells");
            return NULL;
        }
    }
    report->no_memory |= tree->failed;
    return tree->failed ? NULL : rows;
}
