/* The mistakes and warnings found in an input, each with its place, collected to be shown together. */
#ifndef REPORT_H
#define REPORT_H

#include <stddef.h>

#include "nearest.h"
#include "place.h"
#include "text.h"

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

struct mistake {
    struct place place;
    enum severity severity;
    char *message, *help; /* help may be NULL */
};

/* A zeroed report is an empty one. It owns the sources that its mistakes point at. */
struct report {
    size_t n_errors, n_warnings, n_missing; /* errors because of a file that cannot be read count twice */
    size_t n_mistakes, capacity;
    struct mistake *mistakes;
    size_t n_sources;
    struct source **sources;
    int no_memory;
};

void report_free(struct report *report);

/* The sources live as long as the report; NULL when there is none (the mistake is then in the report, at `asked`, or
 * without a place). */
const struct source *report_file(struct report *report, const char *path, const struct place *asked);
const struct source *report_text(struct report *report, const char *name, const char *text, size_t size);
const struct source *report_assignment(struct report *report, const char *assignment);

void report_error(struct report *report, const struct place *place, const char *help, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void report_warning(struct report *report, const struct place *place, const char *help, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void report_add(struct report *report, enum severity severity, const struct place *place, const char *help,
                const char *format, va_list arguments) __attribute__((format(printf, 5, 0)));

/* A word against the names that are allowed in its place. */
struct suggestion {
    struct nearest nearest;
    struct text allowed; /* "a, b, c" */
};

void suggestion_offer(struct suggestion *suggestion, const char *name);
/* Reports "unknown KIND 'word'" with the nearest name and what is allowed, and releases the suggestion. */
void report_unknown(struct report *report, const struct place *place, const char *kind, struct suggestion *suggestion);

/* OK, INPUT_MISSING when that is all that is wrong, INVALID, or NO_MEMORY. */
enum riskpool_status report_status(const struct report *report);
/* Everything in the order of the places, ready to print; *text is the caller's, NULL when there is nothing. */
enum riskpool_status report_render(const struct report *report, char **text);

/* "file:line" or "-P key=value", for messages that name a second place. */
void place_name(const struct place *place, char *name, size_t size);

#endif
