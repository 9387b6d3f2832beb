/* Collects mistakes and shows them: file:line:column, the source line with the place underlined, and what would be
 * right. It knows nothing of what was read. */
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 1000, SHOWN = 100, ALLOWED_LENGTH = 400, EXCERPT = 120 };

void report_free(struct report *report) {
    for (size_t i = 0; i < report->n_mistakes; i++) {
        free(report->mistakes[i].message);
        free(report->mistakes[i].help);
    }
    free(report->mistakes);
    for (size_t i = 0; i < report->n_sources; i++) {
        source_free(report->sources[i]);
        free(report->sources[i]);
    }
    free(report->sources);
    *report = (struct report){0};
}

/* A new empty source at the end of the list. */
static struct source *report_source(struct report *report) {
    struct source **sources = realloc(report->sources, (report->n_sources + 1) * sizeof *sources);
    struct source *source = calloc(1, sizeof *source);
    if (sources)
        report->sources = sources;
    if (!sources || !source) {
        free(source);
        report->no_memory = 1;
        return NULL;
    }
    report->sources[report->n_sources++] = source;
    return source;
}

const struct source *report_file(struct report *report, const char *path, const struct place *asked) {
    struct source *source = report_source(report);
    if (!source)
        return NULL;
    const char *why = NULL;
    enum riskpool_status status = source_read(source, path, &why);
    if (status == RISKPOOL_NO_MEMORY)
        report->no_memory = 1;
    else if (status != RISKPOOL_OK && asked)
        report_error(report, asked, NULL, "cannot read '%s': %s", path, why);
    else if (status != RISKPOOL_OK)
        report_error(report, &(struct place){.source = source}, NULL, "%s", why);
    report->n_missing += status == RISKPOOL_INPUT_MISSING;
    return status == RISKPOOL_OK ? source : NULL;
}

const struct source *report_text(struct report *report, const char *name, const char *text, size_t size) {
    struct source *source = report_source(report);
    if (source) {
        *source = (struct source){.name = text_copy(name, strlen(name)), .text = text_copy(text, size), .size = size};
        report->no_memory |= !source->name || !source->text;
    }
    return report->no_memory ? NULL : source;
}

const struct source *report_assignment(struct report *report, const char *assignment) {
    struct source *source = report_source(report);
    struct text name = {0};
    text_add(&name, "-P %s", assignment);
    if (source) {
        *source = (struct source){.name = text_take(&name), .assignment = 1};
        report->no_memory |= !source->name;
    }
    text_free(&name);
    return report->no_memory ? NULL : source;
}

static char *printable_copy(const char *bytes, size_t n) {
    struct text text = {0};
    text_add_printable(&text, bytes, n, 1);
    return text_take(&text);
}

void report_add(struct report *report, enum severity severity, const struct place *place, const char *help,
                const char *format, va_list arguments) {
    *(severity == SEVERITY_ERROR ? &report->n_errors : &report->n_warnings) += 1;
    if (report->n_mistakes == KEPT)
        return;
    if (report->n_mistakes == report->capacity) {
        size_t capacity = 2 * report->capacity + 16;
        struct mistake *mistakes = realloc(report->mistakes, capacity * sizeof *mistakes);
        if (!mistakes) {
            report->no_memory = 1;
            return;
        }
        report->mistakes = mistakes;
        report->capacity = capacity;
    }
    struct text message = {0};
    text_add_list(&message, format, arguments);
    struct mistake mistake = {.place = *place, .severity = severity};
    mistake.message = message.failed ? NULL : printable_copy(message.bytes, message.length);
    mistake.help = help ? printable_copy(help, strlen(help)) : NULL;
    text_free(&message);
    report->no_memory |= !mistake.message || (help && !mistake.help);
    report->mistakes[report->n_mistakes++] = mistake;
}

void report_error(struct report *report, const struct place *place, const char *help, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    report_add(report, SEVERITY_ERROR, place, help, format, arguments);
    va_end(arguments);
}

void report_warning(struct report *report, const struct place *place, const char *help, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    report_add(report, SEVERITY_WARNING, place, help, format, arguments);
    va_end(arguments);
}

void suggestion_offer(struct suggestion *suggestion, const char *name) {
    struct text *allowed = &suggestion->allowed;
    nearest_offer(&suggestion->nearest, name);
    if (allowed->length < ALLOWED_LENGTH) {
        text_add(allowed, "%s%s", allowed->length > 0 ? ", " : "", name);
        if (allowed->length >= ALLOWED_LENGTH)
            text_add(allowed, ", ...");
    }
}

void report_unknown(struct report *report, const struct place *place, const char *kind, struct suggestion *suggestion) {
    struct text help = {0};
    if (suggestion->nearest.best)
        text_add(&help, "did you mean '%s'?", suggestion->nearest.best);
    if (suggestion->allowed.length > 0 && !(suggestion->nearest.best && suggestion->allowed.length >= ALLOWED_LENGTH))
        text_add(&help, "%sallowed here: %s", help.length > 0 ? " " : "", suggestion->allowed.bytes);
    report->no_memory |= help.failed || suggestion->allowed.failed;
    report_error(report, place, help.bytes, "unknown %s '%s'", kind, suggestion->nearest.word);
    text_free(&help);
    text_free(&suggestion->allowed);
}

enum riskpool_status report_status(const struct report *report) {
    if (report->no_memory)
        return RISKPOOL_NO_MEMORY;
    if (report->n_errors > report->n_missing)
        return RISKPOOL_INVALID;
    return report->n_errors > 0 ? RISKPOOL_INPUT_MISSING : RISKPOOL_OK;
}

void place_name(const struct place *place, char *name, size_t size) {
    if (!place->source)
        snprintf(name, size, "the defaults");
    else if (place->source->assignment || place->line == 0)
        snprintf(name, size, "%s", place->source->name);
    else
        snprintf(name, size, "line %zu", place->line);
}

/* The source line with a mark below; long lines are cut around the mark. */
static void render_excerpt(struct text *text, const struct place *place) {
    size_t n;
    const char *line = source_line(place->source, place->line, &n);
    if (!line)
        return;
    size_t start = 0, characters = 0, first = place->column > EXCERPT - 20 ? place->column - EXCERPT / 2 : 0;
    while (start < n && (characters < first || (line[start] & 0xc0) == 0x80)) {
        characters += (line[start] & 0xc0) != 0x80;
        start++;
    }
    size_t shown = n - start < EXCERPT ? n - start : EXCERPT;
    text_add(text, "%5zu | ", place->line);
    text_add_printable(text, line + start, shown, 0);
    size_t column = place->column - characters, width = place->width > 0 ? place->width : 1;
    text_add(text, "\n      | %*s", (int)column, "^");
    for (size_t i = 1; i < width && column + i <= EXCERPT; i++)
        text_add_bytes(text, "~", 1);
    text_add_bytes(text, "\n", 1);
}

static void render_mistake(struct text *text, const struct mistake *mistake) {
    const struct place *place = &mistake->place;
    if (place->source) {
        text_add_printable(text, place->source->name, strlen(place->source->name), 0);
        if (place->line > 0 && !place->source->assignment)
            text_add(text, ":%zu:%zu", place->line, place->column);
        text_add(text, ": ");
    }
    text_add(text, "%s: %s\n", mistake->severity == SEVERITY_ERROR ? "error" : "warning", mistake->message);
    if (place->source && place->line > 0 && !place->source->assignment)
        render_excerpt(text, place);
    if (mistake->help)
        text_add(text, "      = help: %s\n", mistake->help);
}

static size_t source_number(const struct report *report, const struct source *source) {
    size_t i = 0;
    while (i < report->n_sources && report->sources[i] != source)
        i++;
    return i;
}

/* Order of appearance: source, line, column, then as found. */
static int comes_before(const struct report *report, const struct mistake *a, const struct mistake *b) {
    size_t i = source_number(report, a->place.source), j = source_number(report, b->place.source);
    if (i != j)
        return i < j;
    if (a->place.line != b->place.line)
        return a->place.line < b->place.line;
    return a->place.column < b->place.column;
}

enum riskpool_status report_render(const struct report *report, char **text) {
    *text = NULL;
    if (report->no_memory)
        return RISKPOOL_NO_MEMORY;
    size_t n = report->n_mistakes < SHOWN ? report->n_mistakes : SHOWN;
    const struct mistake *order[SHOWN];
    for (size_t i = 0; i < n; i++) {
        size_t k = i;
        for (; k > 0 && comes_before(report, &report->mistakes[i], order[k - 1]); k--)
            order[k] = order[k - 1];
        order[k] = &report->mistakes[i];
    }
    struct text out = {0};
    for (size_t i = 0; i < n; i++)
        render_mistake(&out, order[i]);
    size_t found = report->n_errors + report->n_warnings;
    if (found > n)
        text_add(&out, "... and %zu more that are not shown\n", found - n);
    if (n == 0)
        return RISKPOOL_OK;
    if (report->n_errors > 0)
        text_add(&out, "%zu error%s\n", report->n_errors, report->n_errors == 1 ? "" : "s");
    *text = text_take(&out);
    return *text ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
}
